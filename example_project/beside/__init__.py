"""The same engine beside Django: one small application on FastAPI and one on Flask."""
