"""System checks of ``PASSWORD_HASHERS`` that are of this package."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, register

from django_rustaccel.checks.messages import TAG, error, warning
from django_rustaccel.checks.project import imported

_OURS = "django_rustaccel.hashers."
#: What Django makes hashes with where a project does not say.
DEFAULT = "pbkdf2_sha256"
#: The package that has what a class needs, by the module that Django's class names.
_PACKAGES = {"argon2": "argon2-cffi", "bcrypt": "bcrypt"}


@register(TAG)
def check_library(**kwargs: Any) -> list[CheckMessage]:
    """The hasher that makes hashes can be used."""
    first = next(iter(django_settings.PASSWORD_HASHERS), "")
    if not first.startswith(_OURS):
        return []
    library = getattr(imported(first), "library", None)
    module = library[1] if isinstance(library, tuple) else library
    if not module or find_spec(module):
        return []
    message = f"PASSWORD_HASHERS begins with {first}, which needs {module}: nobody can log in."
    return [error(7, message, f"pip install {_PACKAGES.get(module, module)}")]


@register(TAG, deploy=True)
def check_old_hashes(**kwargs: Any) -> list[CheckMessage]:
    """Hashes that were stored before still verify."""
    paths = list(django_settings.PASSWORD_HASHERS)
    if not any(path.startswith(_OURS) for path in paths):
        return []
    if DEFAULT in {getattr(imported(path), "algorithm", None) for path in paths}:
        return []
    message = f"None of PASSWORD_HASHERS verifies {DEFAULT}, which Django makes hashes with."
    hint = (
        f"Users whose passwords were stored by it cannot log in: add {_OURS}PBKDF2PasswordHasher"
        " at the end, and each login makes a new hash with the first one. Silence this check if"
        " no such hashes were ever stored."
    )
    return [warning(9, message, hint)]
