"""Files into tables: read in chunks, validated, inserted together with how far the file is read."""

from __future__ import annotations

from django_rustaccel.validation.importing.importer import Importer, Progress
from django_rustaccel.validation.importing.problem import ImportProblemError

__all__ = ["ImportProblemError", "Importer", "Progress"]
