"""Our signers and Django's read each other, and raise the same."""

import datetime

import pytest
from django.core import signing as stock
from django.test import RequestFactory, override_settings
from django.test.utils import freeze_time
from hypothesis import given
from hypothesis import strategies as st

from django_rustaccel import signing as ours

values = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
algorithms = st.sampled_from(["sha1", "sha256", "sha384", "sha512", "md5", "sha3_256"])
names = pytest.mark.parametrize("name", ["Signer", "TimestampSigner"])


def outcome(call, *args, **kwargs):
    try:
        return call(*args, **kwargs)
    except Exception as error:
        return type(error), str(error)


def pair(name, **options):
    return getattr(stock, name)(**options), getattr(ours, name)(**options)


@names
@given(value=values, key=values, salt=values, algorithm=algorithms, sep=st.sampled_from(":|"))
def test_both_ways(name, value, key, salt, algorithm, sep):
    options = {"key": key, "salt": salt, "algorithm": algorithm, "sep": sep}
    with freeze_time(1_700_000_000):
        django, mine = pair(name, **options)
        signed = django.sign(value)
        assert mine.sign(value) == signed
        assert mine.unsign(signed) == django.unsign(signed) == value


@names
def test_default_salt_is_djangos(name):
    with freeze_time(1_700_000_000):
        django, mine = pair(name)
        assert mine.sign("value") == django.sign("value")


class Sub(ours.TimestampSigner):
    pass


def test_a_subclass_signs_under_its_own_name():
    assert Sub().salt == f"{Sub.__module__}.Sub"


@names
@pytest.mark.parametrize(
    "signed",
    [
        "",
        ":",
        "nothing",
        "a:b",
        "a:b:c",
        "ü:x",
        "a:\ud800",
        "\ud800:x",
        "a:1QaUZC:",
        7,
        None,
        b"a:b",
    ],
)
def test_bad_values_end_as_in_django(name, signed):
    django, mine = pair(name)
    assert outcome(mine.unsign, signed) == outcome(django.unsign, signed)


@given(value=values, timestamp=st.text("0aZ-!é:", max_size=12))
def test_odd_times_end_as_in_django(value, timestamp):
    django, mine = pair("TimestampSigner", salt="s")
    signed = stock.Signer(salt="s").sign(f"{value}:{timestamp}")
    assert outcome(mine.unsign, signed) == outcome(django.unsign, signed)


@pytest.mark.parametrize("max_age", [0, 9.5, 10, 11, datetime.timedelta(seconds=5)])
def test_age(max_age):
    django, mine = pair("TimestampSigner")
    with freeze_time(1_700_000_000):
        signed = mine.sign("value")
    with freeze_time(1_700_000_010):
        expected = outcome(django.unsign, signed, max_age=max_age)
        assert outcome(mine.unsign, signed, max_age=max_age) == expected


@names
@pytest.mark.parametrize("make", [list, tuple, iter])
def test_rotated_keys(name, make):
    old = getattr(stock, name)(key="old", salt="s").sign("value")
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["older", b"old"]):
        assert getattr(ours, name)(salt="s").unsign(old) == "value"
    signer = getattr(ours, name)(key="new", salt="s", fallback_keys=make(["older", "old"]))
    assert signer.unsign(old) == "value"
    with pytest.raises(stock.BadSignature):
        getattr(ours, name)(key="new", salt="s").unsign(old)


def test_an_overridden_signature_is_called():
    class Plain(ours.TimestampSigner):
        def signature(self, value, key=None):
            return "mine"

    assert Plain().unsign("value:1QaUZC:mine") == "value"


@override_settings(SIGNING_BACKEND="django_rustaccel.signing.TimestampSigner")
def test_objects_and_cookies():
    django, mine = pair("TimestampSigner")
    signed = mine.sign_object({"a": [1, 2]}, compress=True)
    assert django.unsign_object(signed) == mine.unsign_object(signed) == {"a": [1, 2]}
    from django.http import HttpResponse

    response = HttpResponse()
    response.set_signed_cookie("c", "hello", salt="salt")
    request = RequestFactory().get("/")
    request.COOKIES["c"] = response.cookies["c"].value
    assert type(stock.get_cookie_signer()) is ours.TimestampSigner
    assert request.get_signed_cookie("c", salt="salt") == "hello"
    with override_settings(SIGNING_BACKEND="django.core.signing.TimestampSigner"):
        assert request.get_signed_cookie("c", salt="salt") == "hello"
