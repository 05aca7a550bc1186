"""Instances of one model on their way through the stages of ``full_clean``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

Suspects = Callable[[list[Any], set[str]], Iterable[int]]


class Batch:
    """The instances, those of them that take part, and the errors found so far."""

    def __init__(
        self, model: type[Any], instances: list[Any], exclude: frozenset[str] = frozenset()
    ) -> None:
        self.model = model
        self.exclude = exclude
        self.instances = instances
        self.present: Iterable[int] = range(len(instances))
        self.errors: dict[int, dict[str, list[ValidationError]]] = {}

    def call(self, index: int, method: str, *args: Any, **kwargs: Any) -> None:
        """Call a stock method of one instance and keep its error."""
        try:
            getattr(self.instances[index], method)(*args, **kwargs)
        except ValidationError as error:
            self.errors[index] = error.update_error_dict(self.errors.get(index, {}))

    def run(self, method: str, suspects: Suspects) -> None:
        """Call a stock method of those instances that ``suspects`` does not clear.

        Fields with errors are left out of the later stages, as ``full_clean`` leaves them out.
        """
        for exclude, indexes in self._by_exclude().items():
            instances = [self.instances[index] for index in indexes]
            for number in sorted(suspects(instances, set(exclude))):
                self.call(indexes[number], method, exclude=set(exclude))

    def _by_exclude(self) -> dict[frozenset[str], list[int]]:
        groups: dict[frozenset[str], list[int]] = {}
        for index in self.present:
            names = self.exclude | (frozenset(self.errors.get(index, ())) - {NON_FIELD_ERRORS})
            groups.setdefault(names, []).append(index)
        return groups

    def validation_errors(self) -> dict[int, ValidationError]:
        """What ``full_clean`` of each would raise."""
        return {index: ValidationError(errors) for index, errors in self.errors.items()}
