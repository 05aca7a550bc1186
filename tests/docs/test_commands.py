"""Commands that stand in a sentence or a table are commands, with options that they have."""

import re
from pathlib import Path

import pytest

from docs.commands import names_and_options
from docs.pages import DOCS, PAGES, name_of
from docs.tables import rows

INLINE = re.compile(r"`(?:python )?manage\.py rustaccel ([a-z]+)([^`]*)`")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_inline_commands(page: Path) -> None:
    known = names_and_options()
    for name, rest in INLINE.findall(page.read_text("utf-8")):
        assert name in known
        assert set(re.findall(r"--[a-z-]+", rest)) <= known[name]


def test_every_command_is_listed() -> None:
    listed = [INLINE.match(cells[0]) for cells in rows(DOCS / "inside.md", "command")]
    assert {found[1] for found in listed} == names_and_options().keys()
