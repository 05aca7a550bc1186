"""What every source does: rows in, data or errors out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from django_rustaccel.exceptions import BulkValidationError

#: The data of a row, or its error.
Result = tuple[Any, Exception | None]


class Source:
    """Decoded rows against one description.

    Texts are those that Django and DRF have for the same thing, so that translations hold.
    """

    def results(self, rows: list[Any]) -> Iterator[Result]:
        """The data or the error of each row; errors are as :meth:`one` raises them."""
        raise NotImplementedError

    def one(self, row: Any) -> Any:
        """The data of one row; raises ``ValidationError``, Django's or DRF's."""
        ((data, error),) = self.results([row])
        if error is not None:
            raise error
        return data

    def many(self, rows: Any) -> list[Any]:
        """The data of every row; raises one error for all that are wrong."""
        if not isinstance(rows, list):
            kind = type(rows).__name__
            raise self.error(f'Expected a list of items but got type "{kind}".', "not_a_list")
        results = list(self.results(rows))
        errors: dict[int, Any] = {
            index: error for index, (_, error) in enumerate(results) if error is not None
        }
        if errors:
            raise BulkValidationError(errors)
        return [data for data, _ in results]

    def error(self, message: str, code: str) -> Exception:
        """An error that belongs to no field."""
        return ValidationError({"__all__": [ValidationError(message, code=code)]})

    def no_object(self) -> Exception:
        """The error of a row that is no JSON object."""
        return self.error(_("Enter a valid value."), "invalid")
