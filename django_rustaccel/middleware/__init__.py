"""The policies as Django middleware."""

from __future__ import annotations

from django_rustaccel.middleware.rate_limit import RateLimitMiddleware

__all__ = ["RateLimitMiddleware"]
