"""`manage.py rustaccel doctor`: what it reports, in which order, and when it fails."""

import os
import re
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from django_rustaccel.drf.changes import changes
from rest_framework import serializers

import django_rustaccel
from bookshop.models import Book, Tag
from bookshop.serializers import PublisherSerializer
from django_rustaccel import surroundings
from django_rustaccel.drf import project
from inside.test_commands import TESTS, run, run_json


class Shared(serializers.ModelSerializer):
    """Its method costs every serializer that inherits it."""

    loud = serializers.SerializerMethodField()

    class Meta:
        model = Tag
        fields = ["name", "loud"]

    def get_loud(self, tag):
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
    monkeypatch.setattr(project, "all_serializers", lambda on_failure: MINE)


class TestChanges:
    def found(self):
        return changes(django_rustaccel.explain(cls) for cls in MINE)

    def test_the_largest_gain_first(self):
        method, whole, attribute = self.found()
        assert re.search(r"\.get_loud` in .*test_doctor\.py:\d+$", method.reason)
        # Half of one serializer belongs to another reason.
        assert (method.weight, whole.weight, attribute.weight) == (2.5, 2.0, 0.5)

    def test_places(self):
        method, whole, _ = self.found()
        assert dict(method.keeps) == {
            "instances": [
                f"{__name__}.First.loud",
                f"{__name__}.Nesting.tags.loud",
                f"{__name__}.Shared.loud",
            ]
        }
        assert dict(whole.keeps) == {"stock": [f"{__name__}.Whole"]}

    def test_nothing_to_change(self):
        assert changes([django_rustaccel.explain(PublisherSerializer)]) == []
        assert changes([django_rustaccel.explain(NoModel)]) == []


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
        assert f"keeps at instances: {__name__}.First.loud" in out

    def test_the_number_of_changes(self):
        out, _, _ = run("doctor", "--changes", "1")
        assert out.count("keeps at") == 1
        assert run("doctor", "--changes", "-1")[2] == 2

    def test_data(self):
        data, code = run_json("doctor")
        assert code == 0
        assert data["versions"]["django"]
        assert data["serializers"][f"{__name__}.Whole"] == "stock"
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
        assert (
            'RUSTACCEL["ACCELERATE_DRF"] = True accelerates every serializer'
            in (data["suggestions"])
        )
        assert data["serializers"][f"{__name__}.First"] == "instances"


@pytest.mark.usefixtures("mine")
class TestProblems:
    def test_errors_fail(self):
        with override_settings(RUSTACCEL={"ACCELERATE_DRF": True, "ACELERATE": 1}):
            out, err, code = run("doctor")
        assert code == 1
        assert "rustaccel.E001" in out
        assert "What would gain most" in out
        assert "1 error:" in err

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


class TestSurroundings:
    def test_instructions(self, tmp_path):
        for line in ("flags\t\t: fpu avx2 sha_ni avx", "Features\t: fp sha2 asimd"):
            info = tmp_path / "cpuinfo"
            info.write_text(f"processor : 0\n{line}\n\nprocessor : 1\n")
            assert surroundings.instructions(str(info)) in (["avx2", "sha_ni"], ["asimd", "sha2"])

    def test_systems_that_do_not_tell(self, tmp_path):
        assert surroundings.instructions(str(tmp_path / "nothing")) is None
        (tmp_path / "cpuinfo").write_text("processor : 0\n")
        assert surroundings.instructions(str(tmp_path / "cpuinfo")) is None

    @override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.PBKDF2PasswordHasher"],
        CACHES={
            "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "TIMEOUT": 9}
        },
        MIDDLEWARE=["django.middleware.gzip.GZipMiddleware"],
        RUSTACCEL={},
    )
    def test_suggestions(self):
        assert [
            text.partition(":")[0].partition(" ")[0] for text in surroundings.suggestions()
        ] == [
            'RUSTACCEL["ACCELERATE_DRF"]',
            "PASSWORD_HASHERS",
            "CACHES['default']",
            "MIDDLEWARE",
        ]

    @override_settings(
        PASSWORD_HASHERS=["django_rustaccel.hashers.PBKDF2PasswordHasher"],
        MIDDLEWARE=["django_rustaccel.middleware.CompressionMiddleware"],
    )
    def test_nothing_to_suggest(self):
        assert list(surroundings.suggestions()) == []


def test_it_sends_no_query():
    """Without the marker for databases every query is refused."""
    assert run("doctor")[2] == 0
