"""A bookshop: models, an API, and a page that compares it with stock."""
