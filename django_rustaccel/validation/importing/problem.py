"""Why an import does not begin or go on."""

from __future__ import annotations


class ImportProblemError(Exception):
    """The text says what to do about it; nothing was written since the last chunk."""
