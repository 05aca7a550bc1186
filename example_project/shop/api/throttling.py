"""Rates of single views; those of the whole site are in ``RUSTACCEL["RATE_LIMIT"]``."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from django_rustaccel.drf.throttling import UserRateThrottle


class ReviewRateThrottle(UserRateThrottle):
    """How many reviews one customer may write; reading is not counted."""

    scope = "reviews"

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether a request may pass."""
        return request.method in SAFE_METHODS or super().allow_request(request, view)
