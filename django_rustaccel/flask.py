"""For Flask: JSON written and read natively::

    app.json = JSONProvider(app)  # for `return {…}`, `jsonify` and `request.json`
    return JSONResponse(rows)  # for one view

Needs Flask.
"""

from __future__ import annotations

from typing import Any

from django_rustaccel.core.json import dumps, loads
from django_rustaccel.exceptions import MissingDependencyError

try:
    from flask import Response
    from flask.json import provider
except ImportError as error:
    message = "Flask is not installed: pip install flask"
    raise MissingDependencyError(message, name=error.name) from None

__all__ = ["JSONProvider", "JSONResponse"]


class JSONProvider(provider.JSONProvider):
    """Flask's interface to JSON, with what :func:`~django_rustaccel.core.json.dumps` takes."""

    def dumps(
        self, obj: Any, *, default: Any = None, indent: int | None = None, **kwargs: Any
    ) -> str:
        """A JSON text; further options of :func:`json.dumps` have no effect."""
        return dumps(obj, default, indent=indent).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The value of a JSON text. Raises ``ValueError`` for what is none."""
        return loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Any:
        """What ``jsonify`` returns."""
        return JSONResponse(self._prepare_response_obj(args, kwargs))


class JSONResponse(Response):
    """A response of JSON; further parameters are those of Flask's ``Response``."""

    default_mimetype = "application/json"

    def __init__(self, content: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(dumps(content), *args, **kwargs)
