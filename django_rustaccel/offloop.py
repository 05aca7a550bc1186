"""Passwords of async requests, checked in threads.

Django 5.2's ``acheck_password`` hashes on the event loop, and every Django hashes there for an
unknown user and when a hash is upgraded: all other requests of the process wait meanwhile. With
``RUSTACCEL["HASHING"]["OFF_LOOP"]`` these three run in threads.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import backends, base_user, hashers

from django_rustaccel.conf import settings
from django_rustaccel.hashing_threads import in_thread


def install() -> None:
    """Put the three in place; where the setting is off they do what Django's do."""
    if getattr(hashers.acheck_password, "__module__", "") == __name__:
        return
    user: Any = base_user.AbstractBaseUser
    backend: Any = backends.ModelBackend
    _Stock.acheck_password = staticmethod(hashers.acheck_password)
    _Stock.user_acheck_password = user.acheck_password
    _Stock.aauthenticate = backend.aauthenticate
    modules: tuple[Any, ...] = (hashers, base_user)
    for module in modules:
        module.acheck_password = acheck_password
    user.acheck_password = _user_acheck_password
    backend.aauthenticate = _aauthenticate


class _Stock:
    """What was there before."""

    acheck_password: Any
    user_acheck_password: Any
    aauthenticate: Any


def _off_loop() -> bool:
    return bool(settings.hashing.get("OFF_LOOP", False))


async def acheck_password(
    password: str | bytes | None, encoded: str, setter: Any = None, preferred: str = "default"
) -> bool:
    """``django.contrib.auth.hashers.acheck_password``, off the event loop."""
    if not _off_loop():
        answer: bool = await _Stock.acheck_password(password, encoded, setter, preferred)
        return answer
    verify = hashers.verify_password
    is_correct, must_update = await in_thread(verify, password, encoded, preferred=preferred)
    if setter and is_correct and must_update:
        await setter(password)
    return bool(is_correct)


async def _user_acheck_password(self: Any, raw_password: str) -> bool:
    if not _off_loop():
        answer: bool = await _Stock.user_acheck_password(self, raw_password)
        return answer

    async def setter(raw_password: str) -> None:
        await in_thread(self.set_password, raw_password)
        # A better hash is not another password: signals that watch for that stay silent.
        self._password = None
        await self.asave(update_fields=["password"])

    return await acheck_password(raw_password, self.password, setter)


async def _aauthenticate(
    self: Any, request: Any, username: Any = None, password: Any = None, **kwargs: Any
) -> Any:
    if not _off_loop():
        return await _Stock.aauthenticate(self, request, username, password, **kwargs)
    model: Any = backends.UserModel
    username = kwargs.get(model.USERNAME_FIELD) if username is None else username
    if username is None or password is None:
        return None
    try:
        user = await model._default_manager.aget_by_natural_key(username)
    except model.DoesNotExist:
        # An unknown user takes as long as a known one, or the time would tell.
        await in_thread(model().set_password, password)
        return None
    is_right = await user.acheck_password(password) and self.user_can_authenticate(user)
    return user if is_right else None
