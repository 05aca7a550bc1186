"""Requests answered both ways: which ones, what is compared, and that nothing stays behind."""

import os
import subprocess
import sys

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.test import override_settings

from bookshop.models import Tag
from django_rustaccel.doctor.sample import Sample
from django_rustaccel.doctor.targets import Target, in_file, of_urlconf, parse, weighed
from inside.commands import TESTS, run, run_json


@pytest.fixture
def site(settings):
    settings.ROOT_URLCONF = "inside.site"


class TestTargets:
    @pytest.mark.parametrize(
        ("line", "target"),
        [
            ("/books/?page=2", Target("GET", "/books/?page=2")),
            ("  POST /books/  ", Target("POST", "/books/")),
            ('PATCH /books/1/ {"a": "b c"}', Target("PATCH", "/books/1/", '{"a": "b c"}')),
        ],
    )
    def test_one(self, line, target):
        assert parse(line) == target

    @pytest.mark.parametrize("line", ["", "books/", "FETCH /books/", "get /books/", "GET"])
    def test_none(self, line):
        with pytest.raises(ValueError, match="neither a path nor METHOD and path"):
            parse(line)

    def test_a_file(self, tmp_path):
        path = tmp_path / "urls.txt"
        path.write_text("# the site\n/a/\n\nGET /a/\nHEAD /b/\n")
        assert weighed(in_file(str(path))) == {Target("GET", "/a/"): 2, Target("HEAD", "/b/"): 1}

    @pytest.mark.usefixtures("site")
    def test_of_the_urls(self):
        """Views of Django, with arguments or without GET, and formats as suffixes are left out."""
        found = [str(target) for target in of_urlconf()]
        assert found == [
            "GET /api/tags/",
            "GET /api/",
            "GET /loud/",
            "GET /throttled/",
            "GET /lying/",
            "GET /broken/",
            "GET /counted/",
            "GET /old/",  # its argument may be missing
        ]


@pytest.mark.django_db(databases="__all__")
@pytest.mark.usefixtures("site")
class TestAnswers:
    @pytest.fixture(autouse=True)
    def tags(self):
        Tag.objects.bulk_create(Tag(name=f"tag {n}") for n in range(3))

    def ask(self, line, user=None, **options):
        with Sample(user, rounds=2) as sample:
            return sample.ask(parse(line), **options)

    def test_the_same(self):
        found = self.ask("/api/tags/", times=3)
        assert (found.result, found.status, found.times) == ("same", 200, 3)
        assert found.stock > 0
        assert found.accelerated > 0
        assert found.ratio == found.stock / found.accelerated
        assert (found.stock_queries, found.accelerated_queries) == (1, 1)
        assert found.size > 100
        (read, *_) = found.calls
        assert read["subject"] == "bookshop.serializers.TagSerializer(many=True)"
        assert (read["tier"], read["rows"], read["reasons"]) == ("rows", 3, [])
        # Times of calls are parts of the time of the request.
        assert 0 < sum(call["milliseconds"] for call in found.calls) < 1000 * found.accelerated

    def test_reasons(self):
        (call, *_) = self.ask("/loud/").calls
        assert call["tier"] == "instances"
        assert any("get_other` in tests/inside/site.py:" in text for text in call["reasons"])

    def test_different(self):
        found = self.ask("/lying/")
        assert found.result == "different"
        assert "first difference at byte 11" in found.detail
        assert found.stock == 0.0

    def test_different_each_time(self):
        found = self.ask("/counted/")
        assert found.result == "varies"
        assert found.stock > 0

    def test_failures(self, caplog):
        found = self.ask("/broken/")
        assert (found.result, found.detail) == ("failed", "KeyError: 'shelf'")
        assert self.ask("/nowhere/").detail.startswith("answered with 404: ")
        found = self.ask("POST /api/tags/ {}")
        assert found.detail.startswith('answered with 400: {"name":["This field is required."]')
        assert caplog.records == []

    def test_streams(self):
        found = self.ask("/streamed/")
        assert (found.result, found.size) == ("same", 2)

    def test_writing(self):
        found = self.ask('POST /api/tags/ {"name": "new", "colour": "red"}')
        # A number is given away for good by some databases.
        assert found.result in ("same", "varies")
        assert found.status == 201
        assert "write" in {call["kind"] for call in found.calls}
        assert Tag.objects.count() == 3

    def test_nothing_stays_behind(self):
        found = self.ask('POST /durable/ {"a": 1}')
        assert found.result == "same"
        assert Tag.objects.count() == 3

    def test_throttles_let_pass(self):
        assert self.ask("/throttled/").result == "same"

    def test_a_user(self):
        user = get_user_model().objects.create_user("ann")
        found = self.ask("/throttled/", user)
        assert (found.status, found.size) == (200, len('{"user":"ann"}'))

    def test_after_it_everything_is_as_before(self):
        from rest_framework.views import APIView

        before = APIView.check_throttles
        with Sample():
            assert APIView.check_throttles is not before
        assert APIView.check_throttles is before


@pytest.mark.django_db(databases="__all__")
@pytest.mark.usefixtures("site")
class TestTheCommand:
    def test_a_table(self):
        Tag.objects.create(name="a")
        out, err, code = run("doctor", "--auto", "--url", "/loud/", "--url", "/loud/")
        assert code == 1
        assert "GET /lying/ is not answered as by stock code" in err
        assert "first difference at byte" in out
        lines = {line.split("  ")[0]: line.split() for line in out.splitlines()}
        assert lines["GET /loud/"][2:4] == ["2", "same"]
        assert lines["GET /broken/"][3] == "failed"
        assert "in the order of\n  the time of calls in a sample of 9 requests" in out

    def test_data(self, tmp_path):
        (tmp_path / "urls").write_text("/loud/\n/api/tags/\n")
        data, code = run_json("doctor", "--urls", str(tmp_path / "urls"), "--rounds", "1")
        assert code == 0
        assert [each["path"] for each in data["requests"]] == ["/loud/", "/api/tags/"]
        assert data["basis"] == "the time of calls in a sample of 2 requests"
        name = "inside.site.LoudTagSerializer"
        assert data["serializers"][name]["milliseconds"] > 0
        (first,) = [each for each in data["changes"] if each["gain"]["measured"]]
        assert "get_other" in first["why"]
        assert first["where"].startswith("tests/inside/site.py:")
        assert first["gain"]["milliseconds"] > 0
        assert first["keeps"] == {"instances": [f"{name}.other"]}

    def test_off(self):
        with override_settings(RUSTACCEL={}):
            data, _ = run_json("doctor", "--url", "/api/tags/", "--rounds", "1")
        first = data["changes"][0]
        assert first["what"] == 'RUSTACCEL = {"ACCELERATE_DRF": True}'
        assert first["gain"]["measured"]

    def test_outside_of_tests(self):
        """The host of the client is allowed there, too."""
        program = (
            "import settings; settings.ROOT_URLCONF = 'inside.site'; settings.DEBUG = True;"
            " settings.ALLOWED_HOSTS = ['example.org'];"
            " from django.core.management import execute_from_command_line as run;"
            " run(['manage.py', 'rustaccel', 'doctor', '--url', '/streamed/'])"
        )
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": str(TESTS)}
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "GET /streamed/  1      same" in done.stdout

    def test_no_routes(self, settings):
        settings.ROOT_URLCONF = "cache.test_inspection"
        _, err, code = run("doctor", "--auto")
        assert (code, "--url names one" in err) == (0, True)

    def test_a_database_that_does_not_answer(self, monkeypatch):
        def fail(**kwargs):
            raise OperationalError("refused")

        monkeypatch.setattr("django_rustaccel.doctor.isolation.transaction.atomic", fail)
        _, err, code = run("doctor", "--url", "/loud/")
        assert (code, err) == (1, "A database does not answer: refused")

    @pytest.mark.parametrize(
        ("args", "said"),
        [
            (["--url", "api"], "'api' is neither a path nor METHOD and path."),
            (["--urls", "/nowhere.txt"], "No such file"),
            (["--url", "/loud/", "--user", "nobody"], "There is no user 'nobody'."),
            (["--user", "ann"], "--user is for requests"),
            (["--url", "/loud/", "--rounds", "0"], "--rounds one from 1 on"),
            (["--metrics", "localhost"], "takes an http:// or https:// URL"),
        ],
    )
    def test_a_wrong_call(self, args, said):
        _, err, code = run("doctor", *args)
        assert said in err
        assert code == 2
