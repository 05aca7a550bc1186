"""Which changes come first, by a sample, by counted calls, and by what each keeps back."""

import pytest
from django.test import override_settings

from django_rustaccel.doctor import suggestions
from django_rustaccel.doctor.advice import advice, is_avoidable
from django_rustaccel.doctor.causes import cause, parts
from django_rustaccel.doctor.changes import Change
from django_rustaccel.doctor.ranking import by_calls, by_sample
from django_rustaccel.doctor.sample import Sampled

SHELF = "`Book.shelf` is a property in shop/models.py:7"
LOUD = "calls `TagSerializer.get_loud` in shop/api.py:12"
OWN = "calls `OtherSerializer.get_loud` in shop/api.py:12"
PLAIN = "the queryset is annotated"


def request(path, times, *calls):
    made = [{"reasons": list(reasons), "milliseconds": time} for time, *reasons in calls]
    return Sampled("GET", path, times, accelerated=0.01, calls=made)


def known(*reasons):
    return [Change("", "", reason, weight=weight) for weight, reason in enumerate(reasons, start=1)]


class TestReasons:
    def test_subclasses_share_a_line(self):
        assert cause(LOUD) == cause(OWN) == "shop/api.py:12"
        assert cause(PLAIN) == PLAIN

    @pytest.mark.parametrize(
        ("counted", "reasons"),
        [
            (LOUD, [LOUD]),
            (f"TagSerializer.loud: {LOUD}", [LOUD]),
            (f"BookSerializer is read from instances: tags.loud: {LOUD}", [LOUD]),
            (f"BookSerializer is read from instances: tags: {LOUD}; shelf: {SHELF}", [LOUD, SHELF]),
            (f"BookSerializer is read from instances: {PLAIN}", [PLAIN]),
        ],
    )
    def test_what_is_counted(self, counted, reasons):
        assert parts(counted) == reasons

    def test_advice(self):
        assert "column" in advice(LOUD)
        assert "Annotate" in advice(SHELF)
        assert "drop `to_representation`" in advice("`A.to_representation` is overridden in a:1")
        assert advice("something new")
        assert not is_avoidable("`S3Storage.url` makes each URL in storages/backends/s3.py:1")


class TestBySample:
    def test_the_time_decides(self):
        sampled = [
            request(
                "/a/", 1, (5.0, f"B is read from instances: shelf: {SHELF}", f"B.shelf: {SHELF}")
            ),
            request("/b/", 3, (4.0, LOUD, SHELF), (1.0,)),
        ]
        shelf, loud, plain = by_sample(known(SHELF, LOUD, PLAIN), sampled)
        assert (shelf.why, shelf.gain.milliseconds) == (SHELF, 5.0 + 3 * 4.0 / 2)
        assert shelf.gain.text.endswith("in 2 requests")
        assert (loud.why, loud.gain.milliseconds) == (LOUD, 6.0)
        assert loud.gain.text == "at most 6.00 of the 40.00 ms that the sample takes, in GET /b/"
        # No request met it.
        assert (plain.why, plain.gain.measured) == (PLAIN, False)

    def test_what_no_explanation_has(self):
        (found,) = by_sample([], [request("/a/", 1, (5.0, OWN), (1.0, LOUD))])
        assert (found.why, found.where) == (OWN, "shop/api.py:12")
        assert found.gain.milliseconds == 6.0

    def test_requests_that_were_not_timed(self):
        failed = request("/a/", 1, (5.0, LOUD))
        failed.accelerated = 0.0
        assert by_sample([], [failed]) == []

    def test_the_rest_in_its_order(self):
        found = by_sample(known(LOUD, SHELF, PLAIN), [])
        assert [change.why for change in found] == [PLAIN, SHELF, LOUD]


def test_by_calls():
    counted = {f"B is read from instances: tags.loud: {LOUD}": 3, f"C.loud: {OWN}": 4, PLAIN: 5}
    loud, plain, shelf = by_calls(known(SHELF, PLAIN), counted, "this process")
    assert (loud.gain.calls, loud.gain.text) == (7, "slowed 7 calls of this process")
    assert (plain.gain.calls, plain.gain.measured) == (5, True)
    assert shelf.gain.measured is False


DJANGOS = "django.contrib.auth.hashers"
REDIS = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://x"}
SESSION = {"MIDDLEWARE": ["django.contrib.sessions.middleware.SessionMiddleware"]}
NOTHING = {
    "RUSTACCEL": {"ACCELERATE_DRF": True},
    "PASSWORD_HASHERS": ["django_rustaccel.hashers.PBKDF2PasswordHasher"],
    "MIDDLEWARE": ["django_rustaccel.middleware.CompressionMiddleware"],
    "SERIALIZATION_MODULES": {
        name: f"django_rustaccel.serializers.{name}" for name in ("json", "jsonl")
    },
}


def edits(**settings):
    with override_settings(**{**NOTHING, **settings}):
        return [change.what for change in (*suggestions.large(), *suggestions.small())]


class TestSettings:
    def test_nothing_to_suggest(self):
        assert edits() == []

    @pytest.mark.parametrize(
        ("settings", "edit"),
        [
            ({"RUSTACCEL": {}}, 'RUSTACCEL = {"ACCELERATE_DRF": True}'),
            (
                {"PASSWORD_HASHERS": [f"{DJANGOS}.{n}PasswordHasher" for n in ("Argon2", "MD5")]},
                'PASSWORD_HASHERS = [\n    "django_rustaccel.hashers.Argon2PasswordHasher",\n'
                f'    "{DJANGOS}.MD5PasswordHasher"\n]',
            ),
            (
                {"MIDDLEWARE": ["debug_toolbar.middleware.DebugToolbarMiddleware"]},
                "MIDDLEWARE: debug_toolbar.middleware.DebugToolbarMiddleware only `if DEBUG:`",
            ),
            (
                {"MIDDLEWARE": ["django.middleware.gzip.GZipMiddleware"]},
                "MIDDLEWARE: django_rustaccel.middleware.CompressionMiddleware in place of"
                " GZipMiddleware",
            ),
            (
                {
                    **SESSION,
                    "SESSION_ENGINE": "django.contrib.sessions.backends.db",
                    "CACHES": {"default": REDIS},
                },
                'SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"',
            ),
            (
                {
                    "REST_FRAMEWORK": {
                        "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"]
                    }
                },
                'REST_FRAMEWORK["DEFAULT_THROTTLE_CLASSES"]:'
                " django_rustaccel.drf.throttling.UserRateThrottle",
            ),
            (
                {
                    "CACHES": {
                        "default": {
                            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
                            "TIMEOUT": 9,
                        }
                    }
                },
                'CACHES[\'default\']["BACKEND"] = "django_rustaccel.cache.RustCache"',
            ),
            (
                {"SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies"},
                'SIGNING_BACKEND = "django_rustaccel.signing.TimestampSigner"',
            ),
            (
                {"SERIALIZATION_MODULES": {"json": "django_rustaccel.serializers.json"}},
                'SERIALIZATION_MODULES = {\n    "json": "django_rustaccel.serializers.json",\n'
                '    "jsonl": "django_rustaccel.serializers.jsonl"\n}',
            ),
        ],
    )
    def test_each(self, settings, edit):
        assert edits(**settings) == [edit]

    @pytest.mark.parametrize(
        "settings",
        [
            {"PASSWORD_HASHERS": [f"{DJANGOS}.BCryptSHA256PasswordHasher"]},
            {"MIDDLEWARE": ["debug_toolbar.middleware.DebugToolbarMiddleware"], "DEBUG": True},
            {**SESSION, "SESSION_ENGINE": "django.contrib.sessions.backends.db"},
        ],
    )
    def test_what_would_gain_nothing(self, settings):
        assert edits(**settings) == []

    def test_where_it_stands(self):
        assert suggestions.place("PASSWORD_HASHERS").startswith("tests/settings.py:")
        assert suggestions.place("CACHES") == "tests/settings.py"
