"""What the URLs of files have in common.

``FileField`` asks the storage for each URL and joins it to the address of the request. For Django's
own storage and request, that is one text for a whole call and the name of the file after it.
"""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any

from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models.fields.files import FieldFile, ImageFieldFile
from rest_framework import fields
from rest_framework.settings import api_settings

from django_rustaccel.core.description import Entry
from django_rustaccel.core.origin import (
    belongs_to,
    describe_error,
    describe_override,
    location,
    overridden,
)
from django_rustaccel.drf.links import has_stock_address
from django_rustaccel.querysets.obstacles import UnreadableError
from django_rustaccel.querysets.relations import concrete_field, related_model

#: What Django makes of the column of a file.
FILE_CLASSES = (FieldFile, ImageFieldFile)

#: As Django has them, whatever a test puts in their place later.
_URL_OF_FILE = vars(FieldFile)["url"]
_URL_OF_STORAGE = FileSystemStorage.url
_BASE_URL = vars(FileSystemStorage)["base_url"]
_GETTER = getattr(_URL_OF_FILE, "fget", None)
_ARE_STOCK = belongs_to(_GETTER, "django") and belongs_to(_URL_OF_STORAGE, "django")

#: A plain name: no method of Django or DRF does anything to it.
_NAME = "x"


def uses_url(field: fields.FileField) -> bool:
    """Whether a serializer field gives the URL of a file and not its name."""
    return bool(getattr(field, "use_url", api_settings.UPLOADED_FILES_USE_URL))


def file_override(field: fields.FileField) -> str:
    """Why a field has to spell each file itself; empty when it need not."""
    if not belongs_to(type(field).to_representation, "rest_framework"):
        return describe_override(field, "to_representation")
    if overridden(field, "context", fields.FileField):
        return describe_override(field, "context")
    is_computed = hasattr(inspect.getattr_static(type(field), "use_url", None), "__get__")
    return describe_override(field, "use_url") if is_computed else ""


def file_field(serializer: Any) -> fields.FileField:
    """What spells files as the stock fields of a serializer do, without the making of those."""
    field = fields.FileField(use_url=True)
    field.parent = serializer
    return field


def url_prefix(field: fields.FileField, storage: Any) -> str | None:
    """What stands before every plain name in the URLs of a storage, as a serializer field has them.

    ``None`` where each URL has to be asked for. Names are plain if they consist of letters, digits,
    ``-``, ``.`` and ``_`` in segments divided by single slashes, of which none is ``.`` or ``..``.
    ``filepath_to_uri`` and ``iri_to_uri`` quote nothing of them; ``urljoin`` puts such segments
    after those of the base URL, whatever that is; and ``build_absolute_uri`` looks at the scheme,
    host and dots of a URL, which are all before the name.

    Raises what the storage and the request raise when stock asks them for the URL of a file.
    """
    if not _has_stock_url(storage) or not has_stock_address(field.context.get("request")):
        return None
    owner: Any = SimpleNamespace(storage=storage)
    instance: Any = None
    url = field.to_representation(FieldFile(instance, owner, _NAME))
    return url.removesuffix(_NAME) if isinstance(url, str) and url.endswith(_NAME) else None


def _has_stock_url(storage: Any) -> bool:
    """Whether a storage, or what it stands for, makes URLs as ``FileSystemStorage`` does."""
    method: Any = getattr(storage, "url", None)
    return (
        _ARE_STOCK
        and FieldFile.url is _URL_OF_FILE is ImageFieldFile.url
        and getattr(method, "__func__", None) is _URL_OF_STORAGE
        and inspect.getattr_static(type(method.__self__), "base_url", None) is _BASE_URL
    )


def url_reason(entry: Entry, model: type[models.Model] | None) -> str:
    """Why Python makes each URL of a described field, as far as the columns of a model tell."""
    column = _column(entry.attrs, model) if entry.node.options.get("use_url") else None
    if column is None:
        return ""
    if column.attr_class not in FILE_CLASSES:
        return f"`{column.attr_class.__name__}` makes each URL"
    try:
        if _has_stock_url(column.storage):
            return ""
        method = column.storage.url
    except Exception as error:
        return f"the storage of `{column.name}` fails ({describe_error(error)})"
    return f"`{column.storage.__class__.__name__}.url` makes each URL{location(method)}"


def _column(attrs: tuple[str, ...], model: type[models.Model] | None) -> Any:
    """The ``FileField`` of a model at the end of a source."""
    if model is None or not attrs:
        return None
    try:
        for name in attrs[:-1]:
            model = related_model(model, name)
    except UnreadableError:
        return None
    column = concrete_field(model, attrs[-1])
    return column if isinstance(column, models.FileField) else None
