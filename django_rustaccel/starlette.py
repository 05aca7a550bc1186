"""For Starlette and FastAPI: a response class that writes JSON natively::

    app = FastAPI(default_response_class=JSONResponse)

Needs Starlette, which FastAPI brings.
"""

from __future__ import annotations

from typing import Any

from django_rustaccel.core.json import dumps
from django_rustaccel.exceptions import MissingDependencyError

try:
    from starlette import responses
except ImportError as error:
    message = "Starlette is not installed: pip install starlette"
    raise MissingDependencyError(message, name=error.name) from None

__all__ = ["JSONResponse"]


class JSONResponse(responses.JSONResponse):
    """Starlette's class of this name, with what :func:`~django_rustaccel.core.json.dumps` takes."""

    def render(self, content: Any) -> bytes:
        """The body."""
        return dumps(content)
