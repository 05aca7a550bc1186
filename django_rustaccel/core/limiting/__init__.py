"""Rate limits: how often something may happen, counted by a process, a host or a Redis."""

from __future__ import annotations

from django_rustaccel._rust import Decision
from django_rustaccel.core.limiting.limiter import ALGORITHMS, Limiter, check_storage
from django_rustaccel.core.limiting.rates import Rate, parse_rates

__all__ = ["ALGORITHMS", "Decision", "Limiter", "Rate", "check_storage", "parse_rates"]
