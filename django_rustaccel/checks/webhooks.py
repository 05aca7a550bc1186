"""System checks of the secrets in ``RUSTACCEL["WEBHOOKS"]``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, register

from django_rustaccel.checks.messages import TAG, warning
from django_rustaccel.checks.project import settings_files, webhook_routes
from django_rustaccel.conf import NAME
from django_rustaccel.webhooks import given_secrets

#: Shorter texts stand in a file by chance.
_SHORTEST = 8


@register(TAG, deploy=True)
def check_secrets(**kwargs: Any) -> list[CheckMessage]:
    """Each route has a secret, which does not stand in the source."""
    return list(_problems())


def _problems() -> Iterator[CheckMessage]:
    texts = {path: path.read_text("utf-8", "replace") for path in settings_files()}
    for path, options in webhook_routes():
        where = f"{NAME}['WEBHOOKS']['ROUTES'][{path!r}]"
        secrets = given_secrets(options.get("secrets"))
        if not secrets:
            message = f"{where} has no secret: every request to it is refused."
            yield warning(11, message, "Is the variable of the environment set that it comes from?")
        for file, text in texts.items():
            if any(_stands_in(text, secret) for secret in secrets):
                message = f"{where} has a secret that stands in {file.name} in plain sight."
                yield warning(12, message, "Read it from the environment or a file of secrets.")


def _stands_in(text: str, secret: str | bytes) -> bool:
    spelled = secret.decode("utf-8", "replace") if isinstance(secret, bytes) else secret
    return len(spelled) >= _SHORTEST and spelled in text
