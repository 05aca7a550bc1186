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
from django_rustaccel.ratelimit import ViewLimit
from django_rustaccel.webhooks import WebhookVerifier
from inside.checked import (
    CASES,
    CSRF,
    HASHERS,
    LIMIT,
    ON,
    OWN_LIMIT,
    REDIS,
    SECRET,
    SESSIONS,
    THROTTLED,
    TIME,
    caches,
    hooks,
)

DOCS = Path(__file__).resolve().parents[2] / "docs"
PACKAGE = Path(django_rustaccel.__file__).parent

#: Tested elsewhere: test_settings.py, test_beside.py, and tests/cache/test_options.py.
ELSEWHERE = {"E001", "E002", "E003", "E004", "E005", "E006", "W001", "W003"}


@pytest.fixture(autouse=True)
def workers(monkeypatch):
    monkeypatch.delenv("GUNICORN_CMD_ARGS", raising=False)
    monkeypatch.setenv("WEB_CONCURRENCY", "2")
    monkeypatch.setattr(ViewLimit, "exists", False)  # whatever other tests have limited


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
        with override_settings(MIDDLEWARE=["nowhere.At", OWN_LIMIT, LIMIT]):
            assert middleware_position(LIMIT) == 2
            assert middleware_position(OWN_LIMIT) == 1
            assert middleware_position(CSRF) is None
        with override_settings(MIDDLEWARE=["nowhere.At", OWN_LIMIT]):
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
