"""The policies as Django middleware, each sync and async; their options are in ``RUSTACCEL``."""

from __future__ import annotations

from django_rustaccel.conf import options, settings
from django_rustaccel.core.policies.compression import CompressionPolicy
from django_rustaccel.middleware.base import PolicyMiddleware

__all__ = ["CompressionMiddleware"]


class CompressionMiddleware(PolicyMiddleware):
    """Compresses responses with zstd, brotli, gzip or deflate; in place of ``GZipMiddleware``.

    Options: ``RUSTACCEL["COMPRESSION"]``, those of
    :class:`~django_rustaccel.core.policies.compression.CompressionPolicy` in capitals.
    """

    def make_policy(self) -> CompressionPolicy:
        """The policy that ``RUSTACCEL["COMPRESSION"]`` asks for."""
        return CompressionPolicy(**options(settings.compression))
