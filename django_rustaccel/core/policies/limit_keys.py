"""What calls are counted by: an address, a user, a header, a path parameter, or a callable."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

from django_rustaccel.core.addresses import ClientAddress
from django_rustaccel.core.policies.facts import Request

#: Gives the key of a request; ``None`` for one that the limit does not concern.
Resolve = Callable[[Request], "str | None"]
Spec = str | Callable[[Any], "str | None"]


class Key(NamedTuple):
    """How keys are found, and whether that looks at the user, or at parts of the path."""

    resolve: Resolve
    needs_user: bool = False
    needs_route: bool = False


def make_key(spec: Spec, addresses: ClientAddress) -> Key:
    """The key that a setting names.

    `spec` is ``"ip"``, ``"user"`` (anonymous users are not counted), ``"user_or_ip"``,
    ``"header:NAME"`` (the address where it is missing), ``"path:NAME"`` (a path parameter), or a
    callable that takes the framework's own request and returns a text or ``None``, or its dotted
    path. Raises ``ValueError`` for anything else, ``ImportError`` for a path that leads nowhere.
    """
    if callable(spec):
        return Key(_call(spec), needs_user=True)
    kind, _, name = spec.partition(":")

    def by_address(request: Request) -> str:
        return f"ip:{addresses.of(request.peer, request.header)}"

    named: dict[str, Key] = {
        "ip": Key(by_address),
        "user": Key(_by_user, needs_user=True),
        "user_or_ip": Key(lambda request: _by_user(request) or by_address(request), True),
    }
    if spec in named:
        return named[spec]
    if kind == "header" and name:
        return Key(_by_header(name.lower(), by_address))
    if kind == "path" and name:
        return Key(_by_parameter(name), needs_route=True)
    if "." in spec:
        return Key(_call(imported(spec)), needs_user=True)
    raise ValueError(f"{spec!r} is no key: ip, user, user_or_ip, header:NAME, path:NAME, or a path")


def imported(path: str) -> Any:
    """What a dotted path names. Raises ``ImportError``."""
    module, _, name = path.rpartition(".")
    try:
        return getattr(import_module(module), name)
    except AttributeError as error:
        raise ImportError(f"{module} has no {name!r}") from error


def _by_user(request: Request) -> str | None:
    user = request.user_id
    return None if user is None else f"user:{user}"


def _by_header(name: str, otherwise: Callable[[Request], str]) -> Resolve:
    def resolve(request: Request) -> str:
        value = request.header(name)
        return f"header:{value}" if value else otherwise(request)

    return resolve


def _by_parameter(name: str) -> Resolve:
    def resolve(request: Request) -> str | None:
        value = request.parameters.get(name)
        return None if value is None else f"path:{value}"

    return resolve


def _call(function: Callable[[Any], str | None]) -> Resolve:
    def resolve(request: Request) -> str | None:
        value = function(request.native)
        return None if value is None else f"call:{value}"

    return resolve
