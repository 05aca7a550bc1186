"""`manage.py rustaccel doctor`: what it reports, in which order, and when it fails."""

import os
import re
import subprocess
import sys
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.test import RequestFactory, override_settings
from rest_framework import serializers

import django_rustaccel
from bookshop.models import Book, Tag
from bookshop.serializers import PublisherSerializer
from django_rustaccel.core import statistics
from django_rustaccel.core.processor import memory, processor
from django_rustaccel.doctor.causes import changes_of
from django_rustaccel.drf import project
from django_rustaccel.management.subcommands import doctor
from django_rustaccel.metrics import fallbacks_in, metrics_view
from inside.commands import TESTS, run, run_json
from inside.samples import MethodSerializer


class Shared(MethodSerializer):
    """Its method costs every serializer that inherits it."""

    def get_other(self, tag):
        return tag.name.upper()


class First(Shared):
    pass


class Nesting(serializers.ModelSerializer):
    tags = Shared(many=True)
    pages_left = serializers.ReadOnlyField(source="is_long")

    class Meta:
        model = Book
        fields = ["title", "tags", "pages_left"]


class Whole(serializers.ModelSerializer):
    class Meta:
        model = Tag
        fields = ["name"]

    def to_representation(self, instance):
        return {}


class NoModel(serializers.Serializer):
    name = serializers.CharField()


MINE = [First, Nesting, NoModel, PublisherSerializer, Shared, Whole]


@pytest.fixture
def mine(monkeypatch):
    monkeypatch.setattr(statistics, "fallbacks", Counter())
    monkeypatch.setattr(project, "all_serializers", lambda on_failure: MINE)


class TestChanges:
    def found(self):
        return changes_of(django_rustaccel.explain(cls) for cls in MINE)

    def test_the_largest_gain_first(self):
        method, whole, attribute = self.found()
        assert re.search(r"\.get_other` in .*test_doctor\.py:\d+$", method.why)
        # Half of one serializer belongs to another reason.
        assert (method.weight, whole.weight, attribute.weight) == (2.5, 2.0, 0.5)

    def test_places(self):
        method, whole, _ = self.found()
        assert dict(method.keeps) == {
            "instances": [
                f"{__name__}.First.other",
                f"{__name__}.Nesting.tags.other",
                f"{__name__}.Shared.other",
            ]
        }
        assert dict(whole.keeps) == {"stock": [f"{__name__}.Whole"]}

    def test_nothing_to_change(self):
        assert changes_of([django_rustaccel.explain(PublisherSerializer)]) == []
        assert changes_of([django_rustaccel.explain(NoModel)]) == []


@pytest.mark.usefixtures("mine")
class TestTheReport:
    def test_it_is_complete(self):
        out, err, code = run("doctor")
        assert (err, code) == ("", 0)
        headings = [line for line in out.splitlines() if line and line[0].isupper()]
        assert headings == [
            "Versions",
            "Processor",
            "Databases",
            "System checks",
            "Serializers",
            "What would gain most",
        ]
        assert f"  django-rustaccel {django_rustaccel.__version__}" in out
        assert "2 rows" in out or "1 rows" in out
        assert f"keeps at instances: {__name__}.First.other" in out

    def test_the_number_of_changes(self):
        out, _, _ = run("doctor", "--changes", "1")
        assert out.count("keeps at") == 1
        assert run("doctor", "--changes", "-1")[2] == 2

    def test_data(self):
        data, code = run_json("doctor")
        assert code == 0
        assert data["versions"]["django"]
        whole = data["serializers"][f"{__name__}.Whole"]
        assert (whole["tier"], whole["input"]) == ("stock", "native")
        assert "Whole.to_representation` is overridden" in whole["reasons"][0]
        assert set(data["processor"]["chosen"]) == {"Argon2", "JSON text", "PBKDF2", "scrypt"}
        assert list(data["changes"][0]["keeps"]) == ["instances"]
        assert data["databases"]["other"] == "sqlite"

    def test_places_are_cut(self, monkeypatch):
        subclasses = [type(f"Sub{n}", (Shared,), {"__module__": __name__}) for n in range(9)]
        monkeypatch.setattr(project, "all_serializers", lambda on_failure: subclasses)
        assert "and 6 more" in run("doctor")[0]
        assert "more" not in run("doctor", verbosity=2)[0]

    def test_no_serializers(self, monkeypatch):
        monkeypatch.setattr(project, "all_serializers", lambda on_failure: [])
        out, _, code = run("doctor")
        assert code == 0
        assert "Serializers\n  none\n" in out

    def test_off(self):
        with override_settings(RUSTACCEL={}):
            data, code = run_json("doctor")
        assert code == 0
        assert data["changes"][0]["what"] == 'RUSTACCEL = {"ACCELERATE_DRF": True}'
        assert data["changes"][0]["gain"]["measured"] is False
        assert data["serializers"][f"{__name__}.First"]["tier"] == "instances"


class Strict(serializers.ModelSerializer):
    """Validates in Python."""

    class Meta:
        model = Tag
        fields = ["name", "colour"]

    def to_internal_value(self, data):
        return super().to_internal_value(data)

    def validate(self, attrs):
        return attrs


class TestValidation:
    def test_what_keeps_it_back(self):
        found = {change.why: change for change in changes_of([django_rustaccel.explain(Strict)])}
        (override,) = found  # `validate` runs besides: no obstacle.
        assert "`Strict.to_internal_value` is overridden" in override
        assert dict(found[override].keeps) == {"input partly native": [f"{__name__}.Strict"]}

    def test_in_the_report(self, monkeypatch):
        monkeypatch.setattr(project, "all_serializers", lambda on_failure: [Strict])
        data, _ = run_json("doctor")
        found = data["serializers"][f"{__name__}.Strict"]
        assert (found["tier"], found["input"]) == ("rows", "partly native")
        out, _, _ = run("doctor", verbosity=2)
        assert "validated: 1 partly native" in out
        assert f"{__name__}.Strict (input partly native): `Strict.to_internal_value`" in out


@pytest.mark.usefixtures("mine")
class TestUse:
    """What a process has counted says which change comes first."""

    @pytest.fixture
    def counted(self, monkeypatch):
        found = changes_of(map(django_rustaccel.explain, MINE))
        (reason,) = [change.why for change in found if "is_long" in change.why]
        monkeypatch.setattr(statistics, "fallbacks", Counter({f"Nesting.pages_left: {reason}": 9}))
        return reason

    def first(self, data):
        return next(change for change in data["changes"] if change["keeps"])

    def test_this_process(self, counted):
        data, _ = run_json("doctor")
        first = self.first(data)
        assert (first["why"], first["gain"]["calls"]) == (counted, 9)
        assert data["basis"] == "the calls that this process has counted"

    def test_a_running_worker(self, counted, monkeypatch):
        page = metrics_view(RequestFactory().get("/")).content.decode()
        assert 'rustaccel_calls_total{kind="read",process="' in page
        assert fallbacks_in(page) == {f"Nesting.pages_left: {counted}": 9}
        monkeypatch.setattr(statistics, "fallbacks", Counter())
        monkeypatch.setattr(doctor, "metrics_page", lambda url: page)
        data, _ = run_json("doctor", "--metrics", "http://127.0.0.1/metrics/")
        assert self.first(data)["gain"]["text"] == "slowed 9 calls of http://127.0.0.1/metrics/"

    def test_nobody(self):
        data, _ = run_json("doctor")
        assert data["basis"].startswith("what each keeps back")
        assert self.first(data)["gain"]["text"] == "estimated by what it keeps back: 3 × instances"

    def test_no_metrics(self, monkeypatch):
        monkeypatch.setattr(doctor, "metrics_page", lambda url: "<p>none</p>")
        _, err, code = run("doctor", "--metrics", "http://127.0.0.1/")
        assert (code, "http://127.0.0.1/: " in err) == (1, True)


@pytest.mark.usefixtures("mine")
class TestProblems:
    def test_errors_fail(self):
        with override_settings(RUSTACCEL={"ACCELERATE_DRF": True, "ACELERATE": 1}):
            out, err, code = run("doctor")
        assert code == 1
        assert "rustaccel.E001" in out
        assert "What would gain most" in out
        assert "1 problem:" in err

    def test_warnings_do_not(self):
        with override_settings(RUSTACCEL={"RATE_LIMIT": {"RATE": "1/s"}}):
            out, _, code = run("doctor")
        assert code == 0
        assert "rustaccel.W002" in out

    def test_the_process_reports_before_it_fails(self):
        code = (
            "import settings; settings.RUSTACCEL = {'NOTHING': 1}; import sys;"
            " from django.core.management import execute_from_command_line as run;"
            " run(['manage.py', 'rustaccel', sys.argv[1]])"
        )
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": str(TESTS)}

        def process(subcommand):
            command = [sys.executable, "-c", code, subcommand]
            return subprocess.run(
                command, env=environment, capture_output=True, text=True, check=False
            )

        done = process("doctor")
        assert done.returncode == 1
        assert "Versions" in done.stdout
        assert "rustaccel.E001" in done.stdout
        assert "Versions" not in process("explain").stdout

    def test_a_wrong_call(self):
        with pytest.raises(CommandError):
            call_command("rustaccel", "doctor", "--changes", "many")


class TestTheProcessor:
    def test_what_is_chosen_is_there(self):
        found = processor()
        assert set(found.chosen) == {"Argon2", "JSON text", "PBKDF2", "scrypt"}
        for name in found.chosen.values():
            assert found.features.get(name, True), found

    @pytest.mark.skipif(sys.platform != "linux", reason="/proc/cpuinfo is Linux's")
    def test_features_as_the_system_tells(self):
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            flags = set(re.findall(r"\w+", info.read()))
        names = {"sha": "sha_ni", "sse4.1": "sse4_1", "neon": "asimd"}
        for name, is_there in processor().features.items():
            assert (names.get(name, name) in flags) is is_there

    def test_memory(self):
        have = memory()
        assert have is None or have > 2**26


def test_without_the_framework():
    program = """
import sys
sys.modules["rest_framework"] = None
from django.conf import settings
settings.configure(SECRET_KEY="x", INSTALLED_APPS=["django_rustaccel"], DATABASES={})
import django
django.setup()
from django.core.management import call_command
call_command("rustaccel", "doctor")
try:
    call_command("rustaccel", "doctor", "--auto")
except django.core.management.CommandError as error:
    print(error.returncode, error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert "Serializers\n  none\n" in done.stdout, done.stderr
    assert "2 Django REST framework is not installed" in done.stdout


def test_it_sends_no_query():
    """Without the marker for databases every query is refused."""
    assert run("doctor")[2] == 0
