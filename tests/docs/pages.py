"""Which pages there are, and what a reader's project has that their examples speak of."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.glob("*.md")])


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


class Project:
    """A copy of the example project with its own database, for `python manage.py …`."""

    def __init__(self, path: Path, origin: Path = ROOT / "example_project") -> None:
        self.path = path
        shutil.copytree(origin, path, ignore=shutil.ignore_patterns("__pycache__"))

    def fill(self) -> None:
        """Sixty books."""
        self.must("migrate")
        self.must("seed", "--books", "60")

    def write_module(self, name: str, source: str) -> None:
        """A file such as ``shop/api.py``, which is imported once to see that it can be."""
        (self.path / name).write_text(source, "utf-8")
        self.run_python(f"import {name.removesuffix('.py').replace('/', '.')}")

    def run_python(self, source: str) -> None:
        """Run lines of Python in the project."""
        self.must("shell", "--no-imports", "-c", source)

    def must(self, *arguments: str) -> None:
        done = self.manage(*arguments)
        assert done.returncode == 0, done.stderr

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `python manage.py` as somebody does in a terminal of 100 columns."""
        # The project is found beside manage.py, which safe paths would forbid.
        ours = ("PYTHONSAFEPATH", "DJANGO_SETTINGS_MODULE")
        environment = {name: value for name, value in os.environ.items() if name not in ours}
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.path,
            env=environment | {"COLUMNS": "100"},
            capture_output=True,
            text=True,
            check=False,
        )


def readers_names() -> dict[str, Any]:
    """What a page may use without an import: the models and serializers of the reader."""
    from django.conf import settings
    from django.urls import path

    import django_rustaccel
    from bookshop.models import Book, Publisher, Tag
    from bookshop.serializers import BookSerializer, TagSerializer

    return {
        "__name__": "__main__",
        "django_rustaccel": django_rustaccel,
        "settings": settings,
        "path": path,
        "Book": Book,
        "Publisher": Publisher,
        "Tag": Tag,
        "BookSerializer": BookSerializer,
        "TagSerializer": TagSerializer,
    }
