"""The native content codings: bytes in, bytes out; no Django."""

from __future__ import annotations

from django_rustaccel._rust import Compressor, compress, negotiate

__all__ = ["Compressor", "compress", "negotiate"]
