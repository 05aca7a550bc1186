"""Our hashers and Django's of the same name take each other's hashes and agree on what is wrong."""

import logging
from types import SimpleNamespace

import pytest
from django.contrib.auth import hashers as stock
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from django_rustaccel import hashers as ours
from django_rustaccel.core import hashing as core

NAMES = sorted(ours.__all__)
# Costs that let hypothesis try many passwords.
CHEAP = {
    "Argon2PasswordHasher": {"time_cost": 2, "memory_cost": 64, "parallelism": 4},
    "BCryptPasswordHasher": {"rounds": 4},
    "BCryptSHA256PasswordHasher": {"rounds": 4},
    "PBKDF2PasswordHasher": {"iterations": 11},
    "PBKDF2SHA1PasswordHasher": {"iterations": 11},
    "ScryptPasswordHasher": {"work_factor": 16, "parallelism": 3},
}

scalars = st.characters(exclude_categories=["Cs"])
passwords = st.one_of(
    st.text(scalars, max_size=20),
    st.text(scalars, min_size=60, max_size=80),
    st.sampled_from(["", "\0", "a\0b", "x" * 72, "x" * 73, "ü" * 36, "long" * 2500, "\ud800"]),
    st.binary(max_size=100),
)
salts = st.text("abcdefghijklmnopqrstuvwxyzABCDEF0123456789", min_size=8, max_size=40)


def pair(name, **costs):
    """Django's hasher and ours, with the same costs."""
    made = SimpleNamespace(stock=getattr(stock, name)(), ours=getattr(ours, name)())
    for hasher in vars(made).values():
        vars(hasher).update(costs or CHEAP[name])
    return made


def outcome(call, *args):
    """What a call gives, or which exception with which text."""
    try:
        return call(*args)
    except Exception as error:
        return type(error), str(error)


@pytest.mark.parametrize("name", NAMES)
def test_is_djangos_class_with_its_parameters(name):
    mine, django = getattr(ours, name), getattr(stock, name)
    assert issubclass(mine, django)
    assert mine.algorithm == django.algorithm
    for parameter in CHEAP[name]:
        assert getattr(mine, parameter) == getattr(django, parameter)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=150)
@given(password=passwords, salt=salts, other=passwords)
def test_both_ways(name, password, salt, other):
    both = pair(name)
    if name.startswith("BCrypt"):
        salt = both.stock.salt()
    encoded = outcome(both.stock.encode, password, salt)
    assert outcome(both.ours.encode, password, salt) == encoded
    if isinstance(encoded, str):
        for attempt in (password, other):
            expected = outcome(both.stock.verify, attempt, encoded)
            assert outcome(both.ours.verify, attempt, encoded) == expected


@pytest.mark.parametrize("name", NAMES)
def test_djangos_own_costs(name):
    both = pair(name, salt_entropy=128)
    salt = both.ours.salt()
    encoded = both.ours.encode("lètmein", salt)
    assert both.stock.encode("lètmein", salt) == encoded
    assert both.stock.verify("lètmein", encoded)
    assert both.ours.verify("lètmein", encoded)
    assert not both.ours.verify("letmein", encoded)
    assert not both.ours.must_update(encoded)
    assert both.ours.safe_summary(encoded) == both.stock.safe_summary(encoded)


@pytest.mark.parametrize("variety", ["D", "I", "ID"])
@pytest.mark.parametrize("version", [0x10, 0x13])
@pytest.mark.parametrize("cost", [(1, 8, 1), (3, 100, 2), (2, 1000, 7)])
def test_every_argon2(variety, version, cost):
    from argon2.low_level import Type, hash_secret

    passes, memory, lanes = cost
    parts = (b"secret", b"saltsaltsalt", passes, memory, lanes, 24, Type[variety])
    encoded = "argon2" + hash_secret(*parts, version=version).decode()
    hasher = ours.Argon2PasswordHasher()
    assert hasher.verify("secret", encoded)
    assert not hasher.verify("Secret", encoded)
    if version == 0x10:
        assert hasher.verify("secret", encoded.replace("$v=16", ""))


def test_argon2_of_1_0_without_a_version():
    # Made by the reference implementation before the version was part of the form.
    encoded = (
        "argon2$argon2i$m=8,t=1,p=1$c29tZXNhbHQ$gwQOXSNhxiOxPOA0+PY10P9QFO4NAYysnqRt1GSQLE55m+2GYDt9"
        "FEjPMHhP2Cuf0nOEXXMocVrsJAtNSsKyfg"
    )
    both = pair("Argon2PasswordHasher")
    assert both.ours.verify("secret", encoded) == both.stock.verify("secret", encoded)


BROKEN = [
    ("Argon2PasswordHasher", "argon2$argon2id$v=19$m=8,t=1,p=1$c2FsdA$AAAAAAAA"),
    ("Argon2PasswordHasher", "argon2$argon2id$v=18$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAA"),
    ("Argon2PasswordHasher", "argon2$argon2id$v=19$m=08,t=1,p=1$c29tZXNhbHQ$AAAAAAAA"),
    ("Argon2PasswordHasher", "argon2$argon2id$v=19$m=8,t=0,p=1$c29tZXNhbHQ$AAAAAAAA"),
    ("Argon2PasswordHasher", "argon2$argon2id$v=19$m=8,t=1,p=0$c29tZXNhbHQ$AAAAAAAA"),
    ("Argon2PasswordHasher", "argon2$argon2id$v=19$m=7,t=1,p=1$c29tZXNhbHQ$AAAAAAAA"),
    ("Argon2PasswordHasher", "argon2$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAA"),
    ("Argon2PasswordHasher", "argon2$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHR$AAAAAAAA"),
    ("Argon2PasswordHasher", "argon2$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ=$AAAAAAAA"),
    ("Argon2PasswordHasher", "argon2$argon2xx$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAA"),
    ("Argon2PasswordHasher", "argon2$"),
    ("Argon2PasswordHasher", "argon3$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAA"),
    ("PBKDF2PasswordHasher", "pbkdf2_sha256$x$salt$hash"),
    ("PBKDF2PasswordHasher", "pbkdf2_sha256$1$$hash"),
    ("PBKDF2PasswordHasher", "pbkdf2_sha1$1$salt$hash"),
    ("PBKDF2PasswordHasher", "pbkdf2_sha256$1$salt"),
    ("ScryptPasswordHasher", "scrypt$16$salt$1$1"),
    ("ScryptPasswordHasher", "scrypt$x$salt$1$1$hash"),
    ("BCryptPasswordHasher", "bcrypt$$2b$04$tooshort"),
    ("BCryptPasswordHasher", "bcrypt$$2b$99$" + "a" * 53),
    ("BCryptPasswordHasher", "bcrypt$$2b$04$" + "a" * 53),
    ("BCryptPasswordHasher", "bcrypt$$2y$04$" + "a" * 53),
    ("BCryptPasswordHasher", "bcrypt$$2x$04$" + "a" * 53),
    ("BCryptPasswordHasher", "bcrypt$$2a$04$" + "." * 53),
]


@pytest.mark.parametrize(("name", "encoded"), BROKEN)
def test_broken_hashes_end_as_in_django(name, encoded):
    both = pair(name)
    expected = outcome(both.stock.verify, "password", encoded)
    assert outcome(both.ours.verify, "password", encoded) == expected


ABSURD = [
    ("Argon2PasswordHasher", "argon2$argon2id$v=19$m=4294967296,t=1,p=1$c29tZXNhbHQ$AAAAAAAA"),
    ("Argon2PasswordHasher", "argon2$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$AAAAAAAA"),
    ("Argon2PasswordHasher", "argon2$argon2id$v=19$m=8,t=4294967295,p=1$c29tZXNhbHQ$AAAAAAAA"),
    ("Argon2PasswordHasher", "argon2$argon2i$v=19$m=99999999,t=9,p=9999999$c29tZXNhbHQ$AAAAAAAA"),
    ("PBKDF2PasswordHasher", f"pbkdf2_sha256${10**30}$salt$hash"),
    ("PBKDF2PasswordHasher", "pbkdf2_sha256$-5$salt$hash"),
    ("PBKDF2SHA1PasswordHasher", f"pbkdf2_sha1${2**31}$salt$hash"),
    ("ScryptPasswordHasher", f"scrypt${2**40}$salt$8$1$hash"),
    ("ScryptPasswordHasher", f"scrypt$16$salt$1${2**40}$hash"),
    ("ScryptPasswordHasher", f"scrypt$16$salt${2**70}$1$hash"),
    ("ScryptPasswordHasher", "scrypt$17$salt$8$1$hash"),
    ("ScryptPasswordHasher", "scrypt$-16$salt$8$1$hash"),
]


@pytest.mark.parametrize(("name", "encoded"), ABSURD)
def test_absurd_parameters_match_no_password(name, encoded, caplog):
    with caplog.at_level(logging.WARNING, logger="django_rustaccel.hashers"):
        assert getattr(ours, name)().verify("my secret", encoded) is False
    assert "refused" in caplog.text
    assert "my secret" not in caplog.text


def test_subclasses_with_another_digest_stay_right():
    import hashlib

    class Sha512(ours.PBKDF2PasswordHasher):
        algorithm = "pbkdf2_sha512"
        digest = hashlib.sha512
        iterations = 5

    encoded = Sha512().encode("password", "salt")
    key = hashlib.pbkdf2_hmac("sha512", b"password", b"salt", 5)
    import base64

    assert encoded == f"pbkdf2_sha512$5$salt${base64.b64encode(key).decode()}"


def calls_of(function, monkeypatch, owner):
    """The arguments of every call of `owner`'s `function` from now on."""
    original, calls = getattr(owner, function), []

    def recorded(*args, **options):
        calls.append((*args, *options.items()))
        return original(*args, **options)

    monkeypatch.setattr(owner, function, recorded)
    return calls


@pytest.mark.parametrize("name", NAMES)
def test_hardening_does_the_missing_work(name, monkeypatch):
    """A wrong guess at a weak hash must take as long as one at a hash of today's cost."""
    weak = pair(name).stock
    encoded = weak.encode("password", weak.salt())
    strong = {cost: value * 2 for cost, value in CHEAP[name].items()}
    if name.startswith("BCrypt"):
        strong = {"rounds": 6}
    both = pair(name, **strong)
    expected = calls_of("encode", monkeypatch, both.stock)
    found = calls_of("encode", monkeypatch, both.ours)
    native = calls_of(NATIVE[name], monkeypatch, core)
    both.stock.harden_runtime("password", encoded)
    both.ours.harden_runtime("password", encoded)
    assert found == expected
    assert len(native) == len(found) == MISSING[name]


NATIVE = {
    "Argon2PasswordHasher": "argon2",
    "BCryptPasswordHasher": "bcrypt",
    "BCryptSHA256PasswordHasher": "bcrypt",
    "PBKDF2PasswordHasher": "pbkdf2",
    "PBKDF2SHA1PasswordHasher": "pbkdf2",
    "ScryptPasswordHasher": "scrypt",
}
# From 4 to 6 rounds of bcrypt, three times the work is missing. Django hardens neither of those
# that cost memory.
MISSING = {
    "Argon2PasswordHasher": 0,
    "BCryptPasswordHasher": 3,
    "BCryptSHA256PasswordHasher": 3,
    "PBKDF2PasswordHasher": 1,
    "PBKDF2SHA1PasswordHasher": 1,
    "ScryptPasswordHasher": 0,
}


class TestInFront:
    """Of two hashers of one algorithm Django verifies with the last: ours verifies all the same."""

    @pytest.mark.parametrize("name", NAMES)
    def test_ours_verifies_in_front_of_djangos(self, name):
        paths = [f"django_rustaccel.hashers.{name}", f"django.contrib.auth.hashers.{name}"]
        algorithm = getattr(ours, name).algorithm
        for listed in (paths, paths[::-1]):
            with override_settings(PASSWORD_HASHERS=listed):
                assert type(stock.get_hasher(algorithm)) is getattr(ours, name)
                assert type(stock.get_hasher()).__module__ == listed[0].rpartition(".")[0]

    def test_another_class_stays_where_it_is(self):
        listed = [
            "django_rustaccel.hashers.PBKDF2PasswordHasher",
            f"{__name__}.Own",
            "django.contrib.auth.hashers.MD5PasswordHasher",
        ]
        with override_settings(PASSWORD_HASHERS=listed):
            assert type(stock.get_hasher("pbkdf2_sha256")) is Own
            assert type(stock.get_hasher("md5")) is stock.MD5PasswordHasher

    def test_a_subclass_of_ours_verifies_too(self):
        listed = [f"{__name__}.Tuned", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
        with override_settings(PASSWORD_HASHERS=listed):
            assert type(stock.get_hasher("pbkdf2_sha256")) is Tuned

    def test_django_forgets_them_when_the_setting_changes(self):
        with override_settings(PASSWORD_HASHERS=["django_rustaccel.hashers.PBKDF2PasswordHasher"]):
            assert list(stock.get_hashers_by_algorithm()) == ["pbkdf2_sha256"]
        with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
            assert list(stock.get_hashers_by_algorithm()) == ["md5"]


class Own(stock.PBKDF2PasswordHasher):
    pass


class Tuned(ours.PBKDF2PasswordHasher):
    iterations = 12
