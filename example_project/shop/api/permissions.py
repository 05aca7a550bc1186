"""Who may do what."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request


class IsStaffOrReadOnly(BasePermission):
    """Everybody may look, the staff may change."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether this request may go on."""
        return request.method in SAFE_METHODS or request.user.is_staff


class IsOwnOrReadOnly(BasePermission):
    """Everybody may look, a customer may change what is theirs."""

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        """Whether this request may go on with one object."""
        return request.method in SAFE_METHODS or obj.customer_id == request.user.pk
