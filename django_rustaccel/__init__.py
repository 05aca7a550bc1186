"""django-rustaccel: the same bytes, the same errors, the same queries, many times faster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_rustaccel._rust import __version__
from django_rustaccel.core.statistics import stats
from django_rustaccel.core.switch import disabled

if TYPE_CHECKING:
    from typing import Any

    from django_rustaccel.drf.explanation import Explanation

__all__ = ["__version__", "disabled", "explain", "stats"]


def explain(serializer: Any, queryset: Any = None) -> Explanation:
    """Which tier serves a serializer, which of its fields are native, and why the others are not.

    ``serializer`` is a DRF serializer class or instance; with ``queryset`` the answer is for
    reading that queryset with ``many=True``. Needs Django REST framework.
    """
    from django_rustaccel.drf.explain import explain as explain_serializer

    return explain_serializer(serializer, queryset)
