"""The batch in OpenAPI 3: for DRF's own generator and for drf-spectacular."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rest_framework.schemas.inspectors import DefaultSchema

REFERENCE = (
    '`{1.body.id}` in paths and headers, and `{"$ref": "1.body.id"}` in bodies, stand for what '
    "an earlier part was answered: `<id>.status`, `<id>.headers.<name>` or `<id>.body.<steps>`."
)
ID = {
    "oneOf": [
        {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
        {"type": "integer", "minimum": 0},
    ],
    "description": "The name of a part; its position, counted from 1, without one.",
}


def operation(view: Any) -> dict[str, Any]:
    """The ``POST`` of a batch view, with its limits."""
    return {
        "operationId": "batch",
        "summary": "Many calls in one request",
        "description": f"The calls are made in turn, each as a request of its own. {REFERENCE}",
        "requestBody": {"required": True, "content": _content(_request(view))},
        "responses": {
            "200": {
                "description": "The answers, whatever their own statuses are.",
                "content": _content(_response()) | {"application/x-ndjson": {"schema": _answer()}},
            },
            "400": {"description": "The batch as a whole cannot be read."},
            "413": {"description": "The batch is too large."},
        },
    }


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _request(view: Any) -> dict[str, Any]:
    parts = {"type": "array", "maxItems": view.max_parts, "items": _part()}
    atomic = {
        "enum": [False, "part", True],
        "default": False,
        "description": "Whether all parts, or each part, are one transaction.",
    }
    return _object({"requests": parts, "atomic": atomic}, ["requests"])


def _part() -> dict[str, Any]:
    return _object(
        {
            "id": ID,
            "method": {"type": "string", "default": "GET"},
            "path": {"type": "string", "pattern": "^/", "example": "/books/?page=2"},
            "headers": {
                "type": "object",
                "description": "Beside those of the batch, or in their place; null for none.",
                "additionalProperties": {"nullable": True},
            },
            "body": {"description": "JSON; a text if Content-Type is another.", "nullable": True},
            "encoding": {"type": "string", "enum": ["base64"]},
            "refs": {"type": "boolean", "default": True},
        },
        ["path"],
    )


def _response() -> dict[str, Any]:
    return _object({"responses": {"type": "array", "items": _answer()}}, ["responses"])


def _answer() -> dict[str, Any]:
    return _object(
        {
            "id": ID,
            "status": {"type": "integer", "example": 200},
            "headers": {"type": "object", "additionalProperties": {"type": "string"}},
            "body": {"description": "JSON as it was sent, or a text.", "nullable": True},
            "encoding": {"type": "string", "enum": ["base64"]},
            "rolled_back": {"type": "boolean", "enum": [True]},
        },
        ["id", "status", "headers", "body"],
    )


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required}


class BatchSchema(DefaultSchema):
    """Whatever inspector the project uses, with the operation above."""

    def __get__(self, instance: Any, owner: Any) -> Any:
        found = super().__get__(instance, owner)
        if vars(type(found)).get("describes_batches"):
            return found
        kind: Any = type(found)
        described = _described(kind)()
        described.view = instance
        return described


@lru_cache(8)
def _described(inspector: type) -> type:
    def get_operation(self: Any, path: str, *args: Any) -> dict[str, Any]:
        if len(args) == 1:
            about: tuple[str, ...] = (path, *args)
        else:
            # drf-spectacular keeps what it asks about in the inspector.
            self.path, (self.path_regex, self.path_prefix, self.method, self.registry) = path, args
            about = ()
        own = {"operationId": self.get_operation_id(*about), "tags": self.get_tags(*about)}
        return {**operation(self.view), **own}

    def get_components(self: Any, path: str, method: str) -> dict[str, Any]:
        return {}

    methods = {"get_operation": get_operation, "get_components": get_components}
    return type(inspector.__name__, (inspector,), {**methods, "describes_batches": True})
