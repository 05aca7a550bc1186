"""The native password hashes: arguments in, bytes out; no Django."""

from __future__ import annotations

from django_rustaccel._rust import argon2, bcrypt, pbkdf2, scrypt

__all__ = ["argon2", "bcrypt", "pbkdf2", "scrypt"]
