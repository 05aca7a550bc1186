"""`dumps` and `loads` against the json module, without Django."""

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_rustaccel.core.jsontext import dumps, loads
from engines import describe
from json_documents import INVALID, ODD, VALID
from json_values import documents, keys, nested, numbers, text

UNSURE = object()
SEPARATORS = {True: (",", ":"), False: (", ", ": ")}

plain = nested(st.one_of(st.none(), st.booleans(), text, numbers), keys)


def test_needs_no_django():
    code = (
        "import sys; from django_rustaccel.core.jsontext import dumps, loads; import json;"
        "options = (True, True, None, False, json.JSONEncoder, False);"
        "assert dumps(loads(b'[1]', None), *options) == b'[1]';"
        "assert not {'django', 'rest_framework'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@given(
    plain,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, 0, 1, 4]),
)
def test_dumps(value, ensure_ascii, compact, allow_nan, indent):
    separators = SEPARATORS[compact] if indent is None else (",", ": ")
    try:
        expected: Any = json.dumps(
            value,
            ensure_ascii=ensure_ascii,
            allow_nan=allow_nan,
            indent=indent,
            separators=separators,
        )
        expected = expected.replace("\u2028", r"\u2028").replace("\u2029", r"\u2029").encode()
    except ValueError:  # NaN, or a lone surrogate
        expected = None
    written = dumps(value, ensure_ascii, compact, indent, allow_nan, json.JSONEncoder, False)
    # The name of an infinite float is all that is left to stock without need.
    assert written == expected or (written is None and allow_nan)


@pytest.mark.parametrize("body", VALID)
def test_loads(body):
    assert describe(loads(body, UNSURE)) == describe(json.loads(body))


@pytest.mark.parametrize("body", ODD + INVALID)
def test_loads_is_unsure(body):
    assert loads(body, UNSURE) is UNSURE


@given(documents)
def test_round_trip(value):
    body = dumps(value, False, True, None, False, json.JSONEncoder, False)
    if body is not None:
        assert describe(loads(body, UNSURE)) == describe(json.loads(body))


@pytest.mark.parametrize("body", ["[1]", None, 1, [b"1"]])
def test_loads_takes_bytes_only(body):
    with pytest.raises(TypeError):
        loads(body, UNSURE)
