"""Every system check: what it says of bad settings, and that it says nothing of good ones."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.test import override_settings

import django_rustaccel
from django_rustaccel.checks import hashers, memory, project
from django_rustaccel.checks.known import _KNOWN
from django_rustaccel.checks.project import middleware_position
from django_rustaccel.conf import SETTINGS
from django_rustaccel.middleware import RateLimitMiddleware
from django_rustaccel.webhooks import WebhookVerifier

DOCS = Path(__file__).resolve().parents[2] / "docs"
PACKAGE = Path(django_rustaccel.__file__).parent
SECRET = "a secret of many letters"

#: Tested elsewhere: test_settings.py, test_beside.py, and tests/cache/test_options.py.
ELSEWHERE = {"E001", "E002", "E003", "E004", "E005", "E006", "W001", "W003"}

OURS = "django_rustaccel.middleware"
LIMIT, SIGNED = f"{OURS}.RateLimitMiddleware", f"{OURS}.WebhookSignatureMiddleware"
COMPRESS, TIME = f"{OURS}.CompressionMiddleware", f"{OURS}.TimingMiddleware"
LOGIN = "django.contrib.auth.middleware.AuthenticationMiddleware"
ASKED = f"{OURS}.StockHeaderMiddleware"
GZIP, CSRF = "django.middleware.gzip.GZipMiddleware", "django.middleware.csrf.CsrfViewMiddleware"
HASHERS = "django_rustaccel.hashers"
RUST = "django_rustaccel.cache.RustCache"
REDIS = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://x"}
IN_MEMORY = "channels.layers.InMemoryChannelLayer"
ON = {"ACCELERATE_DRF": True}


def limits(**options):
    return {"RUSTACCEL": {"RATE_LIMIT": {"STORAGE": "shared://checks", **options}}}


def hooks(**route):
    routes = {"/hook/": {"scheme": "github", "secrets": SECRET, **route}}
    return {"RUSTACCEL": {"WEBHOOKS": {"ROUTES": routes}}, "MIDDLEWARE": [SIGNED]}


def caches(**options):
    return {"CACHES": {"default": {"BACKEND": RUST, "OPTIONS": options}, "far": REDIS}}


def renderer(name, **settings):
    rest = {"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer", name]}
    return {"REST_FRAMEWORK": rest, "RUSTACCEL": {**ON, **settings}}


def compression(*middleware, **options):
    return {"MIDDLEWARE": middleware, "RUSTACCEL": {"COMPRESSION": options}}


STOCK = {"RUSTACCEL": {"ALLOW_STOCK_HEADER": True}}
PROXY = {"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")}
SESSIONS = {"SESSION_ENGINE": "django.contrib.sessions.backends.cached_db"}
THROTTLED = {"DEFAULT_THROTTLE_CLASSES": ["django_rustaccel.drf.throttling.AnonRateThrottle"]}

#: By id: bad settings with what is said of them, and good settings.
CASES = {
    "E008": (
        [
            ({"MIDDLEWARE": [f"{OURS}.TimeMiddleware"]}, "Did you mean 'TimingMiddleware'?"),
            ({"PASSWORD_HASHERS": [f"{HASHERS}.Argon3PasswordHasher"]}, "Argon2PasswordHasher"),
            ({"SIGNING_BACKEND": "django_rustaccel.signing.Stamp"}, "has no Stamp"),
            ({"SERIALIZATION_MODULES": {"json": "django_rustaccel.serializers.jsn"}}, "jsn"),
            ({"CACHES": {"default": {"BACKEND": "django_rustaccel.caches.RustCache"}}}, "caches"),
            (renderer("django_rustaccel.drf.renderers.JsonRenderer"), "JSONRenderer"),
        ],
        [
            {"MIDDLEWARE": [TIME, COMPRESS, "nowhere.Other"]},
            {"SERIALIZATION_MODULES": {"json": "django_rustaccel.serializers.json"}},
            {"SIGNING_BACKEND": "django_rustaccel.signing.TimestampSigner"},
            renderer("django_rustaccel.drf.renderers.JSONRenderer"),
            caches(),
        ],
    ),
    "W004": (
        [
            ({**limits(RATE="1/m"), "MIDDLEWARE": [LIMIT, LOGIN]}, "Move it below"),
            ({**limits(RULES=[{"RATE": "1/m"}]), "MIDDLEWARE": [LIMIT, LOGIN]}, "stands above"),
            ({**limits(RATE="1/m", KEY="user"), "MIDDLEWARE": [LIMIT]}, "nobody tells who"),
        ],
        [
            {**limits(RATE="1/m", KEY="user"), "MIDDLEWARE": [LOGIN, LIMIT]},
            {**limits(RATE="1/m", KEY="ip"), "MIDDLEWARE": [LIMIT, LOGIN]},
            {**limits(RATE="1/m"), "MIDDLEWARE": [LIMIT]},
        ],
    ),
    "W005": (
        [
            ({**limits(RATE="1/m"), "MIDDLEWARE": [LOGIN]}, f"Add {LIMIT}"),
            ({**hooks(), "MIDDLEWARE": []}, f"Add {SIGNED}"),
            ({**STOCK, "MIDDLEWARE": []}, f"Add {ASKED}"),
        ],
        [
            {**limits(RATE="1/m"), "MIDDLEWARE": [f"{__name__}.OwnLimit"]},
            {**limits(), "MIDDLEWARE": []},
            hooks(),
            {**STOCK, "MIDDLEWARE": [ASKED]},
        ],
    ),
    "W006": (
        [({"RUSTACCEL": {}, "MIDDLEWARE": [SIGNED]}, "lets every request through")],
        [hooks(), {"RUSTACCEL": {}, "MIDDLEWARE": []}],
    ),
    "W007": (
        [
            (compression(COMPRESS, GZIP), "The inner one, GZipMiddleware"),
            (compression(GZIP, COMPRESS), "The inner one, CompressionMiddleware"),
        ],
        [compression(COMPRESS), compression(GZIP)],
    ),
    "W008": (
        [
            (renderer("inside.foreign.FastRenderer"), "FastRenderer gives `.data` to orjson"),
            (renderer("inside.foreign_derived.DerivedRenderer"), "DerivedRenderer gives"),
        ],
        [
            renderer("inside.foreign.FastRenderer", LAZY_DATA=False),
            renderer("inside.foreign.FastRenderer", ACCELERATE_DRF=False),
            renderer("rest_framework.renderers.BrowsableAPIRenderer"),
        ],
    ),
    "W009": (
        [({"PASSWORD_HASHERS": [f"{HASHERS}.ScryptPasswordHasher"]}, "verifies pbkdf2_sha256")],
        [
            {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.ScryptPasswordHasher"]},
            {"PASSWORD_HASHERS": [f"{HASHERS}.PBKDF2PasswordHasher"]},
            {
                "PASSWORD_HASHERS": [
                    f"{HASHERS}.ScryptPasswordHasher",
                    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
                ]
            },
        ],
    ),
    "W010": (
        [
            ({**limits(RATE="1/m"), **PROXY, "MIDDLEWARE": [LIMIT]}, "SECURE_PROXY_SSL_HEADER"),
            (
                {**limits(RATE="1/m"), "USE_X_FORWARDED_HOST": True, "MIDDLEWARE": [LIMIT]},
                "USE_X_FORWARDED_HOST says that there is a proxy",
            ),
        ],
        [
            {**limits(RATE="1/m", TRUSTED_PROXIES=["10.0.0.0/8"]), **PROXY, "MIDDLEWARE": [LIMIT]},
            {**limits(RATE="1/m", KEY="header:X-Token"), **PROXY, "MIDDLEWARE": [LIMIT]},
            {**limits(RATE="1/m"), "MIDDLEWARE": [LIMIT]},
        ],
    ),
    "W011": (
        [
            (hooks(secrets=None), "has no secret"),
            (hooks(secrets=["", None]), "has no secret"),
            (hooks(secrets=b""), "has no secret"),
        ],
        [hooks(), hooks(secrets=[None, SECRET])],
    ),
    "W013": (
        [(compression(COMPRESS, CSRF, MAX_RANDOM_BYTES=0), "breachattack.com")],
        [
            compression(COMPRESS, CSRF),
            compression(COMPRESS, MAX_RANDOM_BYTES=0),
            compression(CSRF, MAX_RANDOM_BYTES=0),
        ],
    ),
    "W014": (
        [
            (caches(MAX_BYTES=2**50, MAX_ENTRIES=10), "['MAX_BYTES'] may take 1,073,741,824 MiB"),
            (limits(STORAGE="local://?capacity=4000000000000"), "capacity in RUSTACCEL"),
            (
                {
                    "PASSWORD_HASHERS": [f"{HASHERS}.Argon2PasswordHasher"],
                    "RUSTACCEL": {"HASHING": {"MAX_CONCURRENCY": 10**9}},
                },
                "memory of one hash",
            ),
        ],
        [
            caches(MAX_BYTES=2**20, MAX_ENTRIES=10),
            caches(),
            limits(STORAGE="local://?capacity=1000"),
            {"RUSTACCEL": {"HASHING": {"MAX_CONCURRENCY": 10**9}}},
        ],
    ),
    "W017": (
        [
            (
                {"CHANNEL_LAYERS": {"default": {"BACKEND": IN_MEMORY}}},
                "CHANNEL_LAYERS['default'] reaches the sockets of one worker process.",
            )
        ],
        [{"CHANNEL_LAYERS": {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer"}}}],
    ),
    "W018": (
        [({**STOCK, "MIDDLEWARE": [ASKED]}, "every client can ask for the slow way")],
        [{"RUSTACCEL": {"ALLOW_STOCK_HEADER": False}, "MIDDLEWARE": [ASKED]}],
    ),
    "W015": (
        [
            ({**SESSIONS, **caches()}, "Sessions are kept in CACHES['default']"),
            (hooks(replay_cache="default"), "Webhooks to /hook/ that were accepted"),
        ],
        [
            {**SESSIONS, **caches(L2="far")},
            {**SESSIONS, "CACHES": {"default": REDIS}},
            {"SESSION_ENGINE": "django.contrib.sessions.backends.db", **caches()},
            {**hooks(replay_cache="default"), "CACHES": {"default": REDIS}},
        ],
    ),
}


class OwnLimit(RateLimitMiddleware):
    """Counts as what it is derived from."""


@pytest.fixture(autouse=True)
def workers(monkeypatch):
    monkeypatch.delenv("GUNICORN_CMD_ARGS", raising=False)
    monkeypatch.setenv("WEB_CONCURRENCY", "2")


def said(settings, deploy=True):
    with override_settings(**settings):
        found = run_checks(tags=["rustaccel"], include_deployment_checks=deploy)
    return {each.id.partition(".")[2]: f"{each.msg} {each.hint}" for each in found}


@pytest.mark.parametrize(
    ("number", "settings", "text"),
    [(number, *bad) for number, (cases, _) in CASES.items() for bad in cases],
)
def test_bad_settings(number, settings, text):
    found = said(settings)
    assert text in found.get(number, ""), found
    assert SECRET not in str(found)


@pytest.mark.parametrize(
    ("number", "settings"),
    [(number, good) for number, (_, cases) in CASES.items() for good in cases],
)
def test_good_settings(number, settings):
    assert number not in said(settings)


@pytest.mark.parametrize("number", ["W009", "W010", "W011", "W013", "W014", "W015", "W017", "W018"])
def test_what_only_a_server_needs(number):
    settings, _ = CASES[number][0][0]
    assert number not in said(settings, deploy=False)


class TestHashers:
    SETTINGS = {"PASSWORD_HASHERS": [f"{HASHERS}.BCryptSHA256PasswordHasher"]}

    def test_without_its_package(self, monkeypatch):
        monkeypatch.setattr(hashers, "find_spec", lambda name: None)
        assert "nobody can log in. pip install bcrypt" in said(self.SETTINGS)["E007"]

    def test_only_the_first_has_to_work(self, monkeypatch):
        monkeypatch.setattr(hashers, "find_spec", lambda name: None)
        first = [f"{HASHERS}.PBKDF2PasswordHasher", *self.SETTINGS["PASSWORD_HASHERS"]]
        assert "E007" not in said({"PASSWORD_HASHERS": first})

    @pytest.mark.skipif(not find_spec("bcrypt"), reason="needs bcrypt")
    def test_with_it(self):
        assert "E007" not in said(self.SETTINGS)


class TestWorkers:
    def test_throttles_count_with_the_rest(self, settings):
        settings.RUSTACCEL = ON
        assert "W002" in said({"REST_FRAMEWORK": THROTTLED})
        assert "W002" not in said({"REST_FRAMEWORK": THROTTLED, "CACHES": {"default": REDIS}})

    def test_one_worker_shares_with_nobody(self, monkeypatch):
        monkeypatch.setenv("WEB_CONCURRENCY", "1")
        assert "W015" not in said({**SESSIONS, **caches()})
        assert "W017" not in said(CASES["W017"][0][0][0])

    def test_memory_of_each(self, monkeypatch):
        monkeypatch.setattr(memory, "memory", lambda: 100 * 2**20)
        settings = caches(MAX_BYTES=60 * 2**20, MAX_ENTRIES=10)
        assert "60 MiB in each of 2 workers, and there are 100 MiB" in said(settings)["W014"]
        monkeypatch.setenv("WEB_CONCURRENCY", "1")
        assert "W014" not in said(settings)

    def test_a_system_that_does_not_tell_its_memory(self, monkeypatch):
        monkeypatch.setattr(memory, "memory", lambda: None)
        assert "W014" not in said(CASES["W014"][0][0][0])

    @pytest.mark.parametrize(
        ("timing", "environment", "warns"),
        [
            ({}, {}, True),
            ({"FILE": "/tmp/rustaccel-checks"}, {}, False),
            ({"HISTOGRAMS": False}, {}, False),
            ({}, {"WEB_CONCURRENCY": "1"}, False),
            ({}, {"PROMETHEUS_MULTIPROC_DIR": "/tmp"}, False),
        ],
    )
    def test_histograms(self, monkeypatch, timing, environment, warns):
        import django_rustaccel.metrics  # noqa: F401 - the page is served

        monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        settings = {"MIDDLEWARE": [TIME], "RUSTACCEL": {"TIMING": timing}}
        assert ("W016" in said(settings)) is warns
        assert "W016" not in said({**settings, "MIDDLEWARE": []})


class TestSecretsInPlainSight:
    def test_in_the_file_of_the_settings(self, monkeypatch, tmp_path):
        path = tmp_path / "production.py"
        path.write_text(f"KEY = {SECRET!r}\n")
        monkeypatch.setattr("django_rustaccel.checks.webhooks.settings_files", lambda: [path])
        found = said(hooks())["W012"]
        assert "stands in production.py in plain sight" in found
        assert SECRET not in found
        assert "W012" not in said(hooks(secrets="another secret"))
        assert "W012" not in said(hooks(secrets="KEY"))  # too short to say

    def test_from_the_environment(self):
        assert "W012" not in said(hooks())

    def test_verifiers(self):
        settings = hooks()
        for secrets, number in ((SECRET, None), (None, "W011")):
            settings["RUSTACCEL"]["WEBHOOKS"]["ROUTES"] = {
                "/hook/": WebhookVerifier("github", secrets, replay_cache="default")
            }
            assert {"W011"} & set(said(settings)) == ({number} if number else set())
            assert "W015" in said(settings)

    def test_which_files(self):
        assert [path.name for path in project.settings_files()] == ["settings.py"]


class TestUnknownKeys:
    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"HASHING": {"MAX_CONCURENCY": 2}}, "['HASHING'] has no key 'MAX_CONCURENCY'"),
            ({"TIMING": {"SLOW_SECS": 2}}, "Did you mean 'SLOW_SECONDS'?"),
            ({"TIMING": {"START_METER": None}}, "has no key 'START_METER'"),
            ({"COMPRESSION": {"LEVEL": {}}}, "Did you mean 'LEVELS'?"),
            ({"WEBHOOKS": {"ROUTES": {"/x": {"scheme": "github", "secret": ""}}}}, "'SECRETS'"),
            ({"RATE_LIMIT": {"RULES": [{"RATE": "1/m", "PTHS": []}]}}, "'PATHS'"),
            ({"RATE_LIMIT": {"zzz": 1}}, "Known: ALGORITHM, "),
        ],
    )
    def test_within_a_setting(self, settings, message):
        assert message in said({"RUSTACCEL": settings}, deploy=False)["E001"]

    def test_what_is_no_dict_is_another_error(self):
        assert set(said({"RUSTACCEL": {"RATE_LIMIT": {"RULES": 5}}}, deploy=False)) == {"E003"}


class TestMiddleware:
    def test_where_it_stands(self):
        with override_settings(MIDDLEWARE=["nowhere.At", f"{__name__}.OwnLimit", LIMIT]):
            assert middleware_position(LIMIT) == 2
            assert middleware_position(f"{__name__}.OwnLimit") == 1
            assert middleware_position(CSRF) is None
        with override_settings(MIDDLEWARE=["nowhere.At", f"{__name__}.OwnLimit"]):
            assert middleware_position(LIMIT) == 1


class TestTheDocumentation:
    PAGE = (DOCS / "checks.md").read_text()

    def rows(self):
        return re.findall(r"^\| `rustaccel\.([EW]\d{3})` \|(.*)$", self.PAGE, re.MULTILINE)

    def raised(self):
        for path in PACKAGE.rglob("*.py"):
            text = path.read_text()
            for kind, number in re.findall(r"\b(error|warning)\(\s*(\d+),", text):
                yield f"{kind[0].upper()}{int(number):03}"
            yield from re.findall(r'\{TAG\}\.([EW]\d{3})"', text)

    def test_it_has_every_id_once(self):
        numbers = [number for number, _ in self.rows()]
        assert numbers == sorted(numbers)
        assert len(numbers) == len(set(numbers))
        assert set(numbers) == set(self.raised())

    def test_every_id_is_tested(self):
        here = {*CASES, "E007", "W002", "W012", "W016"}
        assert {number for number, _ in self.rows()} == here | ELSEWHERE

    def test_it_has_every_setting_with_its_default(self):
        rows = dict(re.findall(r"^\| `([A-Z_]+)` \| `(.*?)` \|", self.PAGE, re.MULTILINE))
        assert rows == {key: repr(setting.default) for key, setting in SETTINGS.items()}

    @pytest.mark.parametrize("key", SETTINGS)
    def test_every_setting_has_a_check(self, key):
        assert "E003" in said({"RUSTACCEL": {key: object()}}, deploy=False)

    @pytest.mark.parametrize("key", _KNOWN)
    def test_it_has_every_key_of_a_setting(self, key):
        (row,) = re.findall(rf"^\| `{key}` \|(.*)$", self.PAGE, re.MULTILINE)
        keys = _KNOWN[key]()
        names = keys.names.union(*(below.names for below in keys.below.values()))
        assert set(re.findall(r"`([A-Z0-9_]+)`", row)) == names
