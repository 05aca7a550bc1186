"""The native signatures: text and bytes in, text or a verdict out; no Django."""

from __future__ import annotations

from django_rustaccel._rust import signature, unsign, unsign_timestamped, verify

__all__ = ["signature", "unsign", "unsign_timestamped", "verify"]
