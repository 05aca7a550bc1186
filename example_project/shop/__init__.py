"""A bookshop: models and an API."""
