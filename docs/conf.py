"""The documentation as a site: ``make docs``."""

import tomllib
from pathlib import Path

import django
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
# Public names are read from their modules, some of which ask Django for its settings.
settings.configure(INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"])
django.setup()

project = "django-rustaccel"
version = tomllib.loads((ROOT / "rust" / "Cargo.toml").read_text("utf-8"))["package"]["version"]
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 3
# Names in docstrings that lead nowhere are errors; those of others have no pages here.
nitpicky = True
OTHERS = "json|contextvars|django|rest_framework|channels|FieldError"
nitpick_ignore_regex = [("py:.*", rf"({OTHERS})(\..*)?")]
# Servers of the reader's own machine.
linkcheck_ignore = [r"https?://127\.0\.0\.1"]
# What consoles and pages show is no language.
suppress_warnings = ["misc.highlighting_failure"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "django-rustaccel"
autodoc_typehints = "none"
autodoc_member_order = "bysource"
