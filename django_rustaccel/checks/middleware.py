"""System checks of ``MIDDLEWARE`` against the settings of what stands there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, register

from django_rustaccel.checks.messages import TAG, warning
from django_rustaccel.checks.project import (
    COMPRESSION,
    RATE_LIMIT,
    STOCK_HEADER,
    WEBHOOKS,
    middleware_position,
    rate_limit_rules,
)
from django_rustaccel.conf import NAME, settings

_GZIP = "django.middleware.gzip.GZipMiddleware"
_CSRF = "django.middleware.csrf.CsrfViewMiddleware"


@register(TAG)
def check_middleware(**kwargs: Any) -> list[CheckMessage]:
    """What is set is in use, and what is in use has something to do."""
    return [*_unused(), *_idle(), *_twice()]


def _unused() -> Iterator[CheckMessage]:
    uses: list[tuple[str, str, Any]] = [
        ("RATE_LIMIT", RATE_LIMIT, rate_limit_rules()),
        ("WEBHOOKS", WEBHOOKS, settings.webhooks.get("ROUTES")),
        ("ALLOW_STOCK_HEADER", STOCK_HEADER, settings.allow_stock_header),
    ]
    for key, path, is_set in uses:
        if is_set and middleware_position(path) is None:
            message = f"{NAME}[{key!r}] is set, and nothing obeys it."
            yield warning(5, message, f"Add {path} to MIDDLEWARE.")


def _idle() -> Iterator[CheckMessage]:
    if middleware_position(WEBHOOKS) is None:
        return
    if not settings.webhooks.get("ROUTES"):
        message = "WebhookSignatureMiddleware lets every request through: it has no routes."
        yield warning(6, message, f"Name the paths of webhooks in {NAME}['WEBHOOKS']['ROUTES'].")


def _twice() -> Iterator[CheckMessage]:
    ours, djangos = middleware_position(COMPRESSION), middleware_position(_GZIP)
    if ours is not None and djangos is not None:
        message = "CompressionMiddleware and GZipMiddleware are both in MIDDLEWARE."
        inner = "GZipMiddleware" if djangos > ours else "CompressionMiddleware"
        yield warning(7, message, f"The inner one, {inner}, does it all: take one of them out.")


@register(TAG, deploy=True)
def check_padding(**kwargs: Any) -> list[CheckMessage]:
    """Compressed pages with secrets are padded."""
    if settings.compression.get("MAX_RANDOM_BYTES", 1) or None in (
        middleware_position(COMPRESSION),
        middleware_position(_CSRF),
    ):
        return []
    message = f"{NAME}['COMPRESSION']['MAX_RANDOM_BYTES'] is 0: no padding against BREACH."
    hint = (
        "The length of compressed pages helps to guess secrets in them that stay the same"
        " (https://www.breachattack.com). Django's GZipMiddleware pads by up to 100 bytes."
    )
    return [warning(13, message, hint)]


@register(TAG, deploy=True)
def check_stock_header(**kwargs: Any) -> list[CheckMessage]:
    """Strangers do not choose the slow way."""
    if not settings.allow_stock_header:
        return []
    message = f"{NAME}['ALLOW_STOCK_HEADER'] is on: every client can ask for the slow way."
    hint = "It is for measuring: turn it off where others than you send requests."
    return [warning(18, message, hint)]
