"""Hashers for settings of tests: what they cost does not matter there."""

from django_rustaccel import hashers


class PBKDF2(hashers.PBKDF2PasswordHasher):
    iterations = 100
