"""The page that shows what acceleration gains, measured where it runs."""
