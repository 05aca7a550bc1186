"""The page of metrics of a running worker."""

from __future__ import annotations

from urllib.error import URLError
from urllib.request import urlopen

from django_rustaccel.management.subcommands.base import problem, usage

SECONDS = 10


def metrics_page(url: str) -> str:
    """What stands on the page, for the readers in :mod:`django_rustaccel.metrics`.

    Raises ``CommandError`` for a URL that is none or does not answer, and without the extra
    ``metrics``.
    """
    if not url.startswith(("http://", "https://")):
        raise usage("--metrics takes an http:// or https:// URL.")
    try:
        import django_rustaccel.metrics  # noqa: F401
    except ImportError as error:
        raise problem(str(error)) from None
    try:
        with urlopen(url, timeout=SECONDS) as page:  # noqa: S310 - the scheme is looked at above
            text: str = page.read().decode()
    except (URLError, OSError, ValueError) as error:
        raise problem(f"{url}: {error}") from None
    return text
