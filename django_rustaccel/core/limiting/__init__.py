"""Rate limits: how often something may happen, counted in this process, on this host or in Redis."""

from __future__ import annotations

from django_rustaccel._rust import Decision
from django_rustaccel.core.limiting.limiter import ALGORITHMS, Limiter
from django_rustaccel.core.limiting.rates import Rate, parse_rates

__all__ = ["ALGORITHMS", "Decision", "Limiter", "Rate", "parse_rates"]
