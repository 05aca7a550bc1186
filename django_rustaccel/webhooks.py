"""Who sent this webhook: the schemes of those who send them, and one verifier for all.

The schemes: https://www.standardwebhooks.com, and the webhook documentation of GitHub, Stripe,
Slack and Shopify.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from django_rustaccel.core import signing as native
from django_rustaccel.core.policies.facts import Request
from django_rustaccel.core.policies.webhooks import MAX_BODY, Route, WebhookPolicy
from django_rustaccel.exceptions import InvalidSignatureError

__all__ = ["SCHEMES", "Message", "WebhookVerifier", "webhook_policy"]

#: For how long a message without a signed time is remembered, in seconds.
REMEMBERED = 24 * 60 * 60


class Message(NamedTuple):
    """A verified webhook: its signed id and time in seconds since 1970, where there are any."""

    id: str | None
    timestamp: int | None


_UNNAMED = Message(None, None)


class Claim(NamedTuple):
    """What a request says of itself, before anything is verified."""

    parts: list[bytes]
    signatures: list[bytes]
    timestamp: str | None = None
    id: str | None = None
    ed25519: list[bytes] | None = None


Header = Callable[[str], str]
Scheme = Callable[[Header, bytes], Claim]


def standard(header: Header, body: bytes) -> Claim:
    """Standard Webhooks: id, time and body are signed; ``v1`` is HMAC, ``v1a`` Ed25519."""
    message, timestamp = header("webhook-id"), header("webhook-timestamp")
    versions: dict[str, list[bytes]] = {"v1": [], "v1a": []}
    for each in header("webhook-signature").split(" "):
        version, _, signature = each.partition(",")
        versions.get(version, []).append(signature.encode())
    parts = [f"{message}.{timestamp}.".encode(), body]
    return Claim(parts, versions["v1"], timestamp, message, versions["v1a"])


def github(header: Header, body: bytes) -> Claim:
    """GitHub: the body is signed, in hexadecimal after ``sha256=``."""
    return Claim([body], [_after("sha256=", header("X-Hub-Signature-256"))])


def stripe(header: Header, body: bytes) -> Claim:
    """Stripe: time and body are signed; several ``v1`` while a secret is rotated."""
    items = [item.partition("=") for item in header("Stripe-Signature").split(",")]
    times = [value for name, _, value in items if name.strip() == "t"]
    if len(times) != 1:
        raise InvalidSignatureError("The signature header names no time, or more than one.")
    signatures = [value.encode() for name, _, value in items if name.strip() == "v1"]
    return Claim([f"{times[0]}.".encode(), body], signatures, times[0])


def slack(header: Header, body: bytes) -> Claim:
    """Slack: version, time and body are signed, in hexadecimal after ``v0=``."""
    timestamp = header("X-Slack-Request-Timestamp")
    signature = _after("v0=", header("X-Slack-Signature"))
    return Claim([f"v0:{timestamp}:".encode(), body], [signature], timestamp)


def shopify(header: Header, body: bytes) -> Claim:
    """Shopify: the body is signed, in base64."""
    return Claim([body], [header("X-Shopify-Hmac-Sha256").encode()])


SCHEMES: dict[str, Scheme] = {
    "standard": standard,
    "github": github,
    "stripe": stripe,
    "slack": slack,
    "shopify": shopify,
}


def _hmac(name: str, prefix: str) -> Scheme:
    """Any sender that signs the body into one header."""

    def scheme(header: Header, body: bytes) -> Claim:
        return Claim([body], [_after(prefix, header(name))])

    return scheme


class WebhookVerifier:
    """Verifies webhooks of one sender.

    Parameters: `scheme` is ``"standard"``, ``"github"``, ``"stripe"``, ``"slack"``, ``"shopify"``
    or ``"hmac"`` (the body's HMAC in `header`, after `prefix`). `secrets` is one secret or several
    of which any may sign (rotation); without one, everything is refused. `tolerance` is how many
    seconds the signed time may be away from now. `algorithm` is the HMAC's hash. `replay_cache` is
    the alias of a Django cache or a cache: a message is then accepted once.

    Standard Webhooks secrets are ``whsec_…`` (HMAC) and ``whpk_…`` (Ed25519), or base64 alone.
    """

    def __init__(
        self,
        scheme: str,
        secrets: str | bytes | Iterable[str | bytes] | None,
        *,
        tolerance: float = 300,
        algorithm: str = "sha256",
        replay_cache: Any = None,
        header: str = "X-Signature",
        prefix: str = "",
    ) -> None:
        """Raise ``ValueError`` for an unknown scheme or algorithm, or a secret that is none."""
        if scheme != "hmac" and scheme not in SCHEMES:
            raise ValueError(f"Unknown webhook scheme: {scheme!r}.")
        if native.verify(algorithm, [], [], []) is None or algorithm == "ed25519":
            raise ValueError(f"Unknown hash for webhooks: {algorithm!r}.")
        self.scheme = scheme
        self.tolerance = tolerance
        self.algorithm = algorithm
        self.replay_cache = replay_cache
        self._claim = _hmac(header, prefix) if scheme == "hmac" else SCHEMES[scheme]
        self._keys, self._public_keys = _keys(secrets, standard=scheme == "standard")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.scheme}, {len(self.keys)} keys>"

    @property
    def keys(self) -> list[bytes]:
        """Those of HMAC and of Ed25519; without one, everything is refused."""
        return [*self._keys, *self._public_keys]

    def verify(
        self, body: bytes | str, headers: Mapping[str, str], *, now: float | None = None
    ) -> Message:
        """Return the message's id and time if the sender signed it; no other key is looked at.

        Parameters: the raw body, the headers under names in any case, and the present time in
        seconds since 1970 (default: the clock). Raises ``InvalidSignatureError``.
        """
        if not self.keys:
            raise InvalidSignatureError("No webhook secret is set: nothing can be verified.")
        body = body.encode() if isinstance(body, str) else bytes(body)
        claim = self._claim(partial(_header, headers), body)
        timestamp = None if claim.timestamp is None else self._check_time(claim.timestamp, now)
        if not self._is_signed(claim):
            raise InvalidSignatureError("No signature matches.")
        if self.replay_cache is not None:
            self._remember(claim)
        return _UNNAMED if timestamp is None else Message(claim.id, timestamp)

    def verify_request(self, request: Any) -> Message:
        """Verify a Django request; its body stays readable. Raises ``InvalidSignatureError``."""
        return self.verify(request.body, request.headers)

    def _check_time(self, timestamp: str, now: float | None) -> int:
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 16):
            raise InvalidSignatureError("The signed time is no number of seconds.")
        away = int(timestamp) - (time.time() if now is None else now)
        if abs(away) > self.tolerance:
            raise InvalidSignatureError("The signed time is too far from now.")
        return int(timestamp)

    def _is_signed(self, claim: Claim) -> bool:
        if self._keys and claim.signatures:
            found = native.verify(self.algorithm, self._keys, claim.parts, claim.signatures)
            if found:
                return True
        if self._public_keys and claim.ed25519:
            return bool(native.verify("ed25519", self._public_keys, claim.parts, claim.ed25519))
        return False

    def _remember(self, claim: Claim) -> None:
        """Raise for a message that was accepted before; called for well signed ones only.

        What is remembered is what is signed: ids outside the signature can be changed by anyone.
        """
        digest = hashlib.sha256()
        for part in claim.parts:
            digest.update(part)
        key = f"rustaccel.webhook.{self.scheme}.{digest.hexdigest()}"
        seconds = REMEMBERED if claim.timestamp is None else 2 * self.tolerance + 1
        if not _cache(self.replay_cache).add(key, 1, seconds):
            raise InvalidSignatureError("This message was accepted before.")


def webhook_policy(
    routes: Mapping[str, Any] | None = None, max_body: int = MAX_BODY
) -> WebhookPolicy:
    """The policy that lets only signed requests through to the paths of `routes`.

    Parameters: by path, the arguments of a :class:`~django_rustaccel.signing.WebhookVerifier` as a
    dict, in capitals or not, or a verifier; and the longest body in bytes, also by path. Raises
    ``ValueError`` and ``TypeError`` for what is none of these.
    """
    made = {path: _route(path, given, max_body) for path, given in dict(routes or {}).items()}
    return WebhookPolicy(made)


def _route(path: str, given: Any, max_body: Any) -> Route:
    if not isinstance(given, WebhookVerifier):
        options = {name.lower(): value for name, value in dict(given).items()}
        max_body = options.pop("max_body", max_body)
        given = WebhookVerifier(**options)
    if not isinstance(max_body, int) or max_body < 0:
        raise ValueError(f"The longest body at {path!r} is a number of bytes.")
    waits = given.replay_cache is not None
    return Route(partial(_refusal, given), max_body, waits)


def _refusal(verifier: WebhookVerifier, request: Request, body: bytes) -> str | None:
    try:
        verifier.verify(body, _RequestHeaders(request))
    except InvalidSignatureError as error:
        return str(error)
    return None


class _RequestHeaders(dict[str, str]):
    """What :func:`_header` asks of headers, answered by the request."""

    def __init__(self, request: Request) -> None:
        self._request = request

    def get(self, name: str, default: Any = None) -> Any:
        return self._request.header(name.lower()) or default


def _cache(cache: Any) -> Any:
    if not isinstance(cache, str):
        return cache
    from django.core.cache import caches

    return caches[cache]


def given_secrets(secrets: Any) -> list[str | bytes]:
    """One secret or several as a list, without those that are not set."""
    if secrets is None or isinstance(secrets, (str, bytes)):
        secrets = [secrets]
    return list(filter(None, secrets))


def _keys(secrets: Any, *, standard: bool) -> tuple[list[bytes], list[bytes]]:
    """The keys of HMAC and of Ed25519; unset secrets are left out."""
    keys: list[bytes] = []
    public_keys: list[bytes] = []
    for secret in given_secrets(secrets):
        text = secret if isinstance(secret, bytes) else secret.encode()
        is_public = standard and text.startswith(b"whpk_")
        chosen = public_keys if is_public else keys
        chosen.append(_standard_key(text, 32 if is_public else None) if standard else text)
    return keys, public_keys


def _standard_key(secret: bytes, length: int | None) -> bytes:
    text = secret.removeprefix(b"whpk_").removeprefix(b"whsec_")
    try:
        key = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        key = b""
    if not key or len(key) != (length or len(key)):
        # The text must not carry the secret into a log.
        raise ValueError("A Standard Webhooks secret is base64, after whsec_ or whpk_.") from None
    return key


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if value is None:
        wanted = name.lower()
        value = next((each for key, each in headers.items() if key.lower() == wanted), None)
    if not value:
        raise InvalidSignatureError(f"The header {name} is missing.")
    return value


def _after(prefix: str, value: str) -> bytes:
    if not value.startswith(prefix):
        raise InvalidSignatureError("The signature is not written as this sender writes it.")
    return value.removeprefix(prefix).encode()
