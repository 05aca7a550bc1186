"""Subcommands about serializers of the project."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django_rustaccel.exceptions import MissingDependencyError
from django_rustaccel.management.subcommands.base import Subcommand, usage


class SerializerSubcommand(Subcommand):
    """Takes dotted names of serializers; without any it is about all of the project's."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the names."""
        parser.add_argument(
            "serializers",
            nargs="*",
            metavar="dotted.Serializer",
            help="serializer classes; all of the project's without any",
        )

    def serializers(self, names: list[str]) -> list[type[Any]]:
        """The classes with these names, or all."""
        try:
            from django_rustaccel.drf import project
        except MissingDependencyError as error:
            raise usage(str(error)) from error
        if not names:
            return project.all_serializers(self._on_failure)
        try:
            return [project.serializer_named(name, self._on_failure) for name in names]
        except project.UnknownSerializerError as error:
            raise usage(str(error)) from error

    def _on_failure(self, module: str, reason: str) -> None:
        self.warn(f"{module} cannot be imported, its serializers are left out: {reason}")
