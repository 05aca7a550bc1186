"""Forms and model forms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError

from django_rustaccel.validation.sources.base import Result, Source


class FormSource(Source):
    """Each row is the ``data`` of a form of its own; what is valid is its ``cleaned_data``.

    ``options`` are further arguments of the form class.
    """

    def __init__(self, form_class: type[Any], options: dict[str, Any]) -> None:
        self.form_class = form_class
        self.options = options

    def results(self, rows: list[Any]) -> Iterator[Result]:
        """The ``cleaned_data`` of each form, or its errors as one ``ValidationError``."""
        for row in rows:
            if not isinstance(row, dict):
                yield None, self.no_object()
                continue
            form = self.form_class(data=row, **self.options)
            if form.is_valid():
                yield form.cleaned_data, None
            else:
                yield None, ValidationError(form.errors.as_data())
