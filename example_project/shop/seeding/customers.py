"""Customers, and one of the staff."""

from collections.abc import Sequence

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

STAFF = "keeper"
CUSTOMERS = 100


def customers(password: str) -> Sequence[User]:
    """``reader-1`` and so on, and ``keeper`` who may do everything; who is there stays as is."""
    names = [f"reader-{number}" for number in range(1, CUSTOMERS + 1)]
    there = set(
        User.objects.filter(username__in=[STAFF, *names]).values_list("username", flat=True)
    )
    if new := [name for name in [STAFF, *names] if name not in there]:
        # One hash for all: a hundred would take longer than all the books.
        hashed = make_password(password)
        User.objects.bulk_create(_user(name, hashed) for name in new)
    return list(User.objects.filter(username__in=names).order_by("pk"))


def _user(name: str, hashed: str) -> User:
    is_staff = name == STAFF
    email = f"{name}@example.org"
    return User(
        username=name, email=email, password=hashed, is_staff=is_staff, is_superuser=is_staff
    )
