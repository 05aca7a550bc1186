"""Calls of `manage.py rustaccel`: what they print, and how they exit."""

import io
import json
from pathlib import Path

from django.core.management import CommandError, call_command

TESTS = Path(__file__).resolve().parent.parent


class Terminal(io.StringIO):
    def isatty(self):
        return True


def run(*args, out=None, **options):
    """Standard output, standard error and the exit code."""
    out, err = out or io.StringIO(), options.pop("err", None) or io.StringIO()
    code = 0
    try:
        call_command("rustaccel", *args, stdout=out, stderr=err, **options)
    except CommandError as error:
        code = error.returncode
        err.write(str(error))
    return out.getvalue(), err.getvalue(), code


def run_json(*args):
    out, _, code = run(*args, "--json")
    return json.loads(out), code
