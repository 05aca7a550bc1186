"""Generated payloads for generated serializers."""

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework import serializers

from write.values import FIELDS, VALUES
from write.verdicts import assert_same

#: Text that is nearly a number, a date, an address.
NEARLY = st.text(st.sampled_from("0123456789+-_.:eETZ /@ax\x1f\xa0\u0661\ud800\x00"), max_size=24)
SCALARS = st.one_of(
    st.sampled_from(VALUES),
    NEARLY,
    st.text(max_size=8),
    st.integers(),
    st.floats(),
    st.datetimes().map(str),
    st.dates().map(str),
    st.times().map(str),
    st.timedeltas().map(str),
    st.decimals().map(str),
    st.uuids().map(str),
    st.emails(),
    st.ip_addresses().map(str),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
NAMES = tuple(FIELDS)


@st.composite
def serializers_and_rows(draw: st.DrawFn) -> tuple[Any, Any]:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    fields: dict[str, Any] = {name: copy.deepcopy(FIELDS[name]) for name in names}
    inner = type("Inner", (serializers.Serializer,), dict(fields))
    if draw(st.booleans()):
        fields["inner"] = inner(required=False, allow_null=draw(st.booleans()))
    if draw(st.booleans()):
        fields["rows"] = inner(many=True, required=False, allow_empty=draw(st.booleans()))
    row = st.fixed_dictionaries({}, optional=dict.fromkeys(names, JSON))
    nested = {"inner": row | JSON, "rows": st.lists(row | JSON, max_size=2) | JSON}
    whole = st.fixed_dictionaries({}, optional={**dict.fromkeys(names, JSON), **nested})
    cls = type("Generated", (serializers.Serializer,), fields)
    return cls, draw(st.lists(whole | JSON, max_size=4))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(serializers_and_rows(), st.booleans())
def test_generated(made: tuple[Any, Any], partial: bool) -> None:
    cls, rows = made
    assert_same(lambda data: cls(data=data, many=True, partial=partial), rows)
    for row in rows:
        assert_same(lambda data: cls(data=data, partial=partial), row)
