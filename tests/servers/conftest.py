"""The storages of rate limits, as the tests of limits know them."""

from limiting.conftest import storage

__all__ = ["storage"]
