"""A panel for django-debug-toolbar: how each serializer of a request was served (``toolbar``)::

    DEBUG_TOOLBAR_PANELS = [*PANELS_DEFAULTS, "django_rustaccel.panels.AccelerationPanel"]

Needs the extra ``toolbar``.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django_rustaccel.exceptions import MissingDependencyError
from django_rustaccel.middleware import meters
from django_rustaccel.middleware.calls import CallMeter

try:
    from debug_toolbar.panels import Panel
except ImportError as error:
    message = "the panel needs django-debug-toolbar: install django-rustaccel[toolbar]"
    raise MissingDependencyError(message) from error

__all__ = ["AccelerationPanel"]


class AccelerationPanel(Panel):
    """Serializers, parsers and renderers of a request: tier, rows, time, queries, and reasons."""

    title = "Acceleration"
    template = "rustaccel/panel.html"
    is_async = True

    _meter: CallMeter | None = None
    _is_stopped = False

    @classmethod
    def ready(cls) -> None:
        """Measure the queries of connections, for requests that this panel watches."""
        meters.install()

    @property
    def nav_subtitle(self) -> str:
        """How often each tier served."""
        calls = self.get_stats().get("calls", ())  # type: ignore[no-untyped-call]
        served = Counter[str]()
        for call in calls:
            if call["kind"] in ("read", "write") and call["tier"]:
                served[call["tier"]] += call["times"]
        return ", ".join(f"{count} {tier}" for tier, count in served.items())

    def enable_instrumentation(self) -> None:
        """Watch the calls of this request from here on."""
        if self._meter is None:
            meters.install()
            self._meter = CallMeter()

    def disable_instrumentation(self) -> None:
        """Watch no more."""
        if self._meter is not None and not self._is_stopped:
            self._meter.stop()
            self._is_stopped = True

    def generate_stats(self, request: Any, response: Any) -> None:
        """Keep what was seen, as data for any of the toolbar's stores."""
        meter = self._meter
        if meter is None:
            return
        calls = meter.calls()
        self.record_stats(  # type: ignore[no-untyped-call]
            {
                "calls": calls,
                "queries": meter.count,
                "saved": sum(call["saved"] for call in calls),
                "milliseconds": 1000 * meter.serializing,
            }
        )
