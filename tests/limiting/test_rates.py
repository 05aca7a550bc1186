"""Rates in the notation of the field."""

import pytest

from django_rustaccel.core.limiting import parse_rates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100/m", [(100, 60)]),
        ("10/30s", [(10, 30)]),
        ("5 per hour", [(5, 3600)]),
        ("5 per 2 hours", [(5, 7200)]),
        ("1/second", [(1, 1)]),
        ("7 / 3 min", [(7, 180)]),
        ("1000/day", [(1000, 86400)]),
        ("3/W", [(3, 604800)]),
        ("0/m", [(0, 60)]),
        ("10/s; 100/m, 1000 per day", [(10, 1), (100, 60), (1000, 86400)]),
        (["10/s", "100/m;5/h"], [(10, 1), (100, 60), (5, 3600)]),
    ],
)
def test_rates(text, expected):
    assert [rate[:2] for rate in parse_rates(text)] == expected


@pytest.mark.parametrize(
    "text",
    ["", "5", "5/", "/m", "-5/m", "5/0s", "5/month", "5.5/m", "5 m", "x/m", "5/m;", [], "٣/m/"],
)
def test_what_is_no_rate(text):
    with pytest.raises(ValueError, match="rate"):
        parse_rates(text)


def test_a_rate_keeps_its_text():
    assert [rate.text for rate in parse_rates("10/s; 5 per hour")] == ["10/s", "5 per hour"]
