"""The installed distribution: which copy the tests see, its version, its metadata."""

import json
from importlib import metadata
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import django_rustaccel

CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGE = Path(django_rustaccel.__file__).resolve().parent


def is_editable() -> bool:
    origin = metadata.distribution("django-rustaccel").read_text("direct_url.json") or "{}"
    return bool(json.loads(origin).get("dir_info", {}).get("editable", False))


def test_the_source_tree_does_not_shadow_the_installed_package():
    assert (PACKAGE.parent == CHECKOUT) is is_editable()


def test_the_extension_lies_beside_the_package_that_is_imported():
    from django_rustaccel import _rust

    extension = Path(_rust.__file__)
    assert extension.parent.resolve() == PACKAGE
    assert extension.name == "_rust" + EXTENSION_SUFFIXES[0]


def test_type_information_is_shipped():
    assert (PACKAGE / "py.typed").is_file()
    assert (PACKAGE / "_rust.pyi").is_file()


def test_extras_are_the_documented_ones_and_django_the_only_requirement():
    distribution = metadata.metadata("django-rustaccel")
    extras = {"drf", "redis", "channels", "postgres", "metrics", "toolbar", "all"}
    assert set(distribution.get_all("Provides-Extra")) == extras
    required = [line for line in distribution.get_all("Requires-Dist") if "extra ==" not in line]
    assert [line.partition(">")[0].strip() for line in required] == ["django"]
