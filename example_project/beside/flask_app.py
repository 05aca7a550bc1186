"""Flask with native JSON, compression, timing and signed webhooks.

flask --app example_project/beside/flask_app.py run
"""

from __future__ import annotations

from typing import Any

from flask import Flask, request

from beside.content import WEBHOOKS, books
from django_rustaccel.flask import JSONProvider, JSONResponse
from django_rustaccel.wsgi import (
    CompressionMiddleware,
    TimingMiddleware,
    WebhookSignatureMiddleware,
)

app = Flask(__name__)
app.json = JSONProvider(app)
wrapped: Any = WebhookSignatureMiddleware(app.wsgi_app, routes=WEBHOOKS)
app.wsgi_app = TimingMiddleware(CompressionMiddleware(wrapped))  # type: ignore[method-assign]


@app.get("/books/<int:count>")
def list_books(count: int) -> Any:
    return JSONResponse(books(count))


@app.post("/hooks/")
def hook() -> Any:
    return {"seen": request.json}
