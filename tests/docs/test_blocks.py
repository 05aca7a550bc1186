"""Every block of code in README, CONTRIBUTING and docs runs, or says why it does not."""

from pathlib import Path
from typing import Any
from unittest import SkipTest

import pytest
from sybil import Document
from sybil.parsers.markdown import SkipParser
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer

from django_rustaccel.core.limiting import memory
from docs.blocks import KNOWN, PARSERS
from docs.pages import DOCS, PAGES, Project, name_of, readers_names

#: Blocks that are no code, by page: how many.
SKIPPED = {"docs/doctor.md": 3, "docs/load.md": 2}


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("reader") / "project")
    (project.path / "shop.sqlite3").unlink(missing_ok=True)
    project.fill()
    return project


@pytest.fixture
def project(filled: Project, tmp_path: Path) -> Project:
    """One for each page: pages add files."""
    return Project(tmp_path / "project", filled.path)


# What is printed is that of SQLite, which the example project and a newcomer have.
@pytest.mark.databases_of("sqlite")
@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_page(page: Path, project: Project, settings: Any, monkeypatch: Any) -> None:
    # Counts of one run are not to limit the next.
    monkeypatch.setattr(memory, "_SHARED_MEMORY", project.path)
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    settings.MIGRATION_MODULES = {}  # django-debug-toolbar adds to what --no-migrations has there.
    document = Document.parse(str(page), *PARSERS)
    document.namespace |= {**readers_names(), "project": project}
    skipped = 0
    for example in document:
        try:
            example.evaluate()
        except SkipTest:
            skipped += 1
    assert skipped == SKIPPED.get(name_of(page), 0)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_languages(page: Path) -> None:
    """A block of a language that nobody runs would be skipped in silence."""
    text = page.read_text("utf-8")
    fences = FencedCodeBlockLexer(language=r"[^\n]*")(Document(text, str(page)))
    assert {fence.lexemes["language"].partition(" ")[0] for fence in fences} <= KNOWN


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_skips_have_reasons(page: Path) -> None:
    for skip in SkipParser()(Document(page.read_text("utf-8"), str(page))):
        action, reason = skip.parsed
        assert action == "next"
        assert reason


def test_pages_are_found() -> None:
    assert DOCS / "index.md" in PAGES
