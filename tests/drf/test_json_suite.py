"""Nicolas Seriot's JSONTestSuite (MIT, see `tests/json_test_suite`), with verdicts of stock."""

import io
import json
from pathlib import Path

import pytest
from rest_framework.exceptions import ParseError

from django_rustaccel.core import bodies
from django_rustaccel.core.jsontext import loads
from django_rustaccel.drf.parsers import JSONParser
from engines import describe, running

DATA = Path(__file__).parent.parent / "json_test_suite" / "parsing.json"

#: Case name to body; the two large cases are spelled here.
CASES: dict[str, bytes] = {
    name: body.encode("latin-1") for name, body in json.loads(DATA.read_text("utf-8")).items()
} | {
    "n_structure_100000_opening_arrays": b"[" * 100_000,
    "n_structure_open_array_object": b'[{"":' * 50_000 + b"\n",
}


@pytest.mark.parametrize("name", CASES)
def test_verdict_of_stock(name):
    """Value and types, or the exception with its text, are those of DRF's parser."""
    outcomes = []
    for engine in ("stock", "rustaccel"):
        with running(engine):
            try:
                outcome = describe(JSONParser().parse(io.BytesIO(CASES[name])))
            except (ParseError, RecursionError, ValueError) as error:
                outcome = type(error), str(error)
        outcomes.append(outcome)
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("y_")])
def test_what_is_json_is_read_natively(name):
    assert describe(loads(CASES[name], "stock")) == describe(json.loads(CASES[name]))
    assert describe(bodies.loads(CASES[name], "stock")) == describe(json.loads(CASES[name]))


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("n_")])
def test_what_is_no_json_is_left_to_stock(name):
    assert loads(CASES[name], "stock") == bodies.loads(CASES[name], "stock") == "stock"
