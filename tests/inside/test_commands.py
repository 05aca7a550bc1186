"""`manage.py rustaccel`: what it prints, and how it exits."""

import io
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from unittest import mock

import pytest
from django.core.management import CommandError, call_command, get_commands
from django.test import override_settings

import django_rustaccel.management.subcommands as package
from bookshop.data import fill_shop
from bookshop.models import Book
from django_rustaccel.conf import settings
from inside import samples

TESTS = Path(__file__).resolve().parent.parent


class Terminal(io.StringIO):
    def isatty(self):
        return True


def run(*args, out=None, **options):
    """Standard output, standard error and the exit code."""
    out, err = out or io.StringIO(), options.pop("err", None) or io.StringIO()
    code = 0
    try:
        call_command("rustaccel", *args, stdout=out, stderr=err, **options)
    except CommandError as error:
        code = error.returncode
        err.write(str(error))
    return out.getvalue(), err.getvalue(), code


def run_json(*args):
    out, _, code = run(*args, "--json")
    return json.loads(out), code


class TestTheCommand:
    def test_it_is_one_command(self):
        ours = {name for name, app in get_commands().items() if app == "django_rustaccel"}
        assert ours == {"rustaccel"}

    @pytest.mark.parametrize("args", [[], ["frobnicate"], ["bench"], ["verify", "--rows", "x"]])
    def test_a_wrong_call(self, args):
        # From Python argparse's own exit becomes a CommandError.
        with pytest.raises(CommandError):
            call_command("rustaccel", *args)

    def test_it_lists_its_subcommands_without_importing_drf(self):
        names = [subcommand.name for subcommand in package.SUBCOMMANDS]
        assert names == [
            "explain", "bench", "verify", "hashers", "import", "cache", "ws", "doctor",
            "load", "startpolicy",
        ]  # fmt: skip
        assert all(subcommand.help for subcommand in package.SUBCOMMANDS)
        program = (
            "import sys; import django_rustaccel.management.commands.rustaccel;"
            "assert not any(name.startswith('rest_framework') for name in sys.modules)"
        )
        subprocess.run([sys.executable, "-c", program], check=True)

    def test_without_drf(self):
        with mock.patch.dict("sys.modules", {"rest_framework": None}):
            for name in [name for name in sys.modules if name.startswith("django_rustaccel.drf")]:
                del sys.modules[name]
            assert run("explain")[1:] == (
                "Django REST framework is not installed: pip install 'django-rustaccel[drf]'",
                2,
            )

    @pytest.mark.parametrize(
        ("args", "code", "said"),
        [
            (["explain", "bookshop.serializers.TagSerializer"], 0, "bookshop.Tag: rows"),
            (["explain", "--no-color", "--verbosity", "2"], 0, "tags       yes     rows"),
            (["explain", "bookshop.serializers.TagSerialiser"], 2, "Did you mean 'bookshop.ser"),
            (["bench", "inside.samples.Search"], 1, "has no Meta.model"),
            (["nothing"], 2, "invalid choice: 'nothing'"),
            (["--help"], 0, "first byte that differs"),
        ],
    )
    def test_exit_codes_of_the_process(self, args, code, said):
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "settings",
            "PYTHONPATH": str(TESTS),
            "COLUMNS": "200",
        }
        done = subprocess.run(
            [sys.executable, "-m", "django", "rustaccel", *args],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert said in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        assert not (done.stdout and code == 2)


class TestNames:
    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("nowhere.at.All", "There is no serializer 'nowhere.at.All'."),
            ("TagSerializer", "Did you mean 'bookshop.serializers.TagSerializer'?"),
            ("bookshop.TagSerializer", "Did you mean 'bookshop.serializers.TagSerializer'?"),
            ("bookshop.serializers.Tags", "There is no serializer 'bookshop.serializers.Tags'."),
            ("bookshop.models.Tag", "'bookshop.models.Tag' is no serializer class."),
            ("inside.samples.not_a_class", "'inside.samples.not_a_class' is no serializer class."),
            ("bookshop", "There is no serializer 'bookshop'."),
            ("", "There is no serializer ''."),
        ],
    )
    @pytest.mark.parametrize("subcommand", ["explain", "verify", "bench"])
    def test_unknown(self, subcommand, name, said):
        out, err, code = run(subcommand, name)
        assert (out, code) == ("", 2)
        assert said in err

    def test_classes_in_classes(self):
        data, code = run_json("explain", "inside.samples.Outer.Inner")
        assert (data[0]["serializer"], code) == ("inside.samples.Outer.Inner", 0)

    def test_a_module_that_cannot_be_imported(self, tmp_path, monkeypatch):
        (tmp_path / "broken_module.py").write_text("import nothing_of_the_kind\n")
        monkeypatch.syspath_prepend(tmp_path)
        with pytest.raises(ModuleNotFoundError, match="nothing_of_the_kind"):
            call_command("rustaccel", "explain", "broken_module.Serializer")


class TestDiscovery:
    def listed(self):
        return [found["serializer"] for found in run_json("explain")[0]]

    def test_serializers_of_applications(self):
        listed = self.listed()
        assert "bookshop.serializers.NestedBookSerializer" in listed
        assert listed == sorted(listed)
        assert not any(name.startswith(("rest_framework.", "django_rustaccel.")) for name in listed)

    @pytest.fixture
    def shelf(self, tmp_path, monkeypatch):
        """An application with its serializers in a package, and one module that is broken."""
        files = {
            "__init__.py": "",
            "api/__init__.py": "",
            "api/deep.py": "from rest_framework import serializers\n"
            "class Deep(serializers.Serializer): pass\n"
            "class Many(serializers.ListSerializer): pass\n",
            "api/tests.py": "raise AssertionError('tests are not imported')\n",
            "views.py": "\nraise RuntimeError('no views today')\n",
            "urls.py": "from rest_framework import serializers\n"
            "class InUrls(serializers.Serializer): pass\n"
            "urlpatterns = []\n",
        }
        for name, text in files.items():
            path = tmp_path / "shelf" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        monkeypatch.syspath_prepend(tmp_path)
        with override_settings(
            INSTALLED_APPS=[*settings_apps(), "shelf"], ROOT_URLCONF="shelf.urls"
        ):
            yield
        for name in [name for name in sys.modules if name.partition(".")[0] == "shelf"]:
            del sys.modules[name]

    @pytest.mark.usefixtures("shelf")
    def test_packages_and_the_urlconf_are_imported(self):
        out, err, code = run("explain")
        assert code == 0
        assert "shelf.api.deep.Deep" in out
        assert "shelf.urls.InUrls" in out
        assert "shelf.api.deep.Many" not in out
        assert "shelf.views cannot be imported, its serializers are left out: " in err
        assert "RuntimeError: no views today in " in err
        assert err.strip().endswith("views.py:2")
        assert "tests" not in err

    def test_a_project_without_any(self, monkeypatch):
        from django_rustaccel.drf import project

        monkeypatch.setattr(project, "all_serializers", lambda on_failure: [])
        for subcommand in ("explain", "verify"):
            assert run(subcommand) == ("The project has no serializers.\n", "", 0)
            assert run_json(subcommand) == ([], 0)


def settings_apps():
    from django.conf import settings as django_settings

    return django_settings.INSTALLED_APPS


class TestExplain:
    def test_named(self):
        out, err, code = run(
            "explain", "inside.samples.Lying", "bookshop.serializers.TagSerializer"
        )
        assert (err, code) == ("", 0)
        lines = out.splitlines()
        assert lines[0] == "inside.samples.Lying(many=True) over bookshop.Tag: instances"
        assert lines[1].startswith("  other: calls `Lying.get_other` in ")
        assert "samples.py:" in lines[1]
        assert lines[3] == "field  native  tier   reason"
        assert lines[5].startswith("other  no      stock  calls `Lying.get_other` in ")
        assert "bookshop.serializers.TagSerializer(many=True) over bookshop.Tag: rows" in lines

    def test_all(self):
        out, _, code = run("explain")
        assert code == 0
        assert out.splitlines()[0].split() == ["serializer", "tier", "reason"]
        counts = out.splitlines()[-1]
        assert counts.endswith("stock")
        assert " serializers: " in counts

    def test_json(self):
        data, code = run_json("explain", "inside.samples.Related")
        assert code == 0
        assert data[0]["tier"] in ("rows", "instances")  # PostgreSQL wants an ordering.
        assert data[0]["fields"]["tags"]["fields"]["name"]["native"] is True

    def test_what_cannot_be_made_is_no_error(self):
        out, _, code = run("explain", "inside.samples.NeedsUser")
        assert code == 0
        assert "`NeedsUser()` in " in out

    def test_off(self):
        with override_settings(RUSTACCEL={}):
            out, _, code = run("explain", "bookshop.serializers.TagSerializer")
        assert code == 0
        assert 'RUSTACCEL["ACCELERATE_DRF"] is off' in out


class TestTerminals:
    def test_colours_and_progress_are_for_terminals(self):
        plain = run("explain", "inside.samples.Lying")
        assert "\033" not in "".join(plain[:2])
        err = Terminal()
        out, err, _ = run("explain", "inside.samples.Lying", err=err, force_color=True)
        assert "\033[33;1mstock" in out
        assert "explaining 1 of 1" in err
        assert err.endswith("\r\033[K")
        assert run("explain", "inside.samples.Lying", no_color=True)[0] == plain[0]

    def test_overviews_keep_to_the_width(self, monkeypatch):
        from django_rustaccel.drf import project

        monkeypatch.setenv("COLUMNS", "90")
        found = [samples.Lying, samples.NeedsUser, samples.Related]
        monkeypatch.setattr(project, "all_serializers", lambda on_failure: found)
        out, _, _ = run("explain", out=Terminal(), no_color=True)
        assert max(map(len, out.splitlines())) <= 90
        assert "…" in out
        assert "…" not in run("explain")[0]

    def test_a_field_named_like_a_tier_is_not_coloured(self):
        out, _, _ = run("explain", "bookshop.serializers.BookSerializer", force_color=True)
        reading, writing = [line for line in out.splitlines() if line.startswith("stock")]
        assert reading.count("\033[32;1mrows") == 1
        assert "\033" not in writing


@pytest.mark.django_db
class TestVerify:
    @pytest.fixture(autouse=True)
    def shop(self, db):
        fill_shop(30)

    def test_the_same(self):
        out, err, code = run("verify", "bookshop.serializers.NestedBookSerializer")
        assert (err, code) == ("", 0)
        assert out.splitlines()[1].split()[1:3] == ["same", "30"]
        assert "rows, instances" in out
        assert out.endswith("1 serializer: 1 same, 0 different, 0 skipped\n")

    def test_all_of_the_project(self):
        data, code = run_json("verify", "--rows", "10")
        results = {found["serializer"]: found for found in data}
        assert results["bookshop.serializers.BookSerializer"] == {
            "serializer": "bookshop.serializers.BookSerializer",
            "result": "same",
            "rows": 10,
            "tiers": ["rows", "instances"],
            "detail": "",
        }
        assert code in (0, 1)  # The samples may have been imported by now.

    @pytest.mark.parametrize("rows", ["0", "7", "1000"])
    def test_in_chunks(self, rows, monkeypatch):
        from django_rustaccel.drf import verification

        monkeypatch.setattr(verification, "CHUNK", 8)
        data, code = run_json("verify", "inside.samples.Related", "--rows", rows)
        assert (data[0]["result"], data[0]["detail"], code) == ("same", "", 0)
        assert data[0]["rows"] == (7 if rows == "7" else 30)

    def test_different_bytes(self):
        out, err, code = run("verify", "inside.samples.Lying")
        assert code == 1
        assert err == "Not the same as stock:\n  inside.samples.Lying"
        lines = out.splitlines()
        (at,) = [n for n, line in enumerate(lines) if line.startswith("first difference at byte")]
        assert lines[at].endswith("].other")
        stock, ours, mark = lines[at + 1 : at + 4]
        assert stock.startswith("  stock        …")
        assert ours.startswith("  accelerated  …")
        place = mark.index("^")
        assert (stock[place], ours[place]) == ("v", "f")
        assert stock[:place].split("…")[1] == ours[:place].split("…")[1]

    def test_one_is_shorter(self):
        data, code = run_json("verify", "inside.samples.Shorter")
        assert code == 1
        assert "[0].other" in data[0]["detail"]

    def test_only_one_raises(self):
        data, code = run_json("verify", "inside.samples.Failing")
        assert (data[0]["result"], code) == ("different", 1)
        assert data[0]["detail"] == (
            "stock        raises nothing\naccelerated  ValueError: only here"
        )

    def test_more_queries_than_stock(self):
        data, code = run_json("verify", "inside.samples.Greedy")
        assert (data[0]["result"], code) == ("different", 1)

    def test_what_stock_does_not_repeat_is_no_difference(self):
        data, code = run_json("verify", "inside.samples.Unstable")
        assert (data[0]["result"], code) == ("skipped", 1)
        assert data[0]["detail"] == "DRF itself gives something else every time"

    @pytest.mark.parametrize(
        ("name", "detail"),
        [
            ("Broken", "DRF raises KeyError: 'nothing'"),
            ("NeedsUser", "DRF raises TypeError: "),
            ("Empty", "bookshop.Note has no rows"),
            ("Search", "inside.samples.Search has no Meta.model: there are no rows to render"),
        ],
    )
    def test_what_cannot_be_compared(self, name, detail):
        out, err, code = run("verify", f"inside.samples.{name}")
        assert f" {detail}" in out
        assert code == 1
        assert err == f"Not compared:\n  inside.samples.{name}"

    @pytest.mark.django_db(transaction=True)
    def test_a_table_that_is_not_there(self):
        with mock.patch.object(Book._meta, "db_table", "nothing_here"):
            data, _ = run_json("verify", "inside.samples.Related")
        assert data[0]["result"] == "skipped"
        assert data[0]["detail"].startswith("Book cannot be read: ")

    def test_a_request_is_there(self):
        assert run_json("verify", "inside.samples.Linked")[1] == 0

    def test_it_does_not_need_the_setting(self):
        with override_settings(RUSTACCEL={}):
            data, code = run_json("verify", "bookshop.serializers.TagSerializer")
            assert settings.accelerate_drf is False
        assert (data[0]["tiers"], code) == (["rows", "instances"], 0)

    def test_rows_below_none(self):
        assert run("verify", "--rows", "-1")[2] == 2


@pytest.mark.django_db
class TestBench:
    @pytest.fixture(autouse=True)
    def shop(self, db):
        fill_shop(20)

    def test_the_table(self):
        out, err, code = run("bench", "inside.samples.Related", "--rows", "5", "--rounds", "2")
        assert (err, code) == ("", 0)
        lines = out.splitlines()
        assert lines[0].startswith("inside.samples.Related over 5 rows of bookshop.Book on ")
        assert lines[0].endswith(", medians of 2")
        assert lines[1].split() == ["work", "stock", "accelerated", "ratio", "tier", "queries"]
        queryset, instances = lines[2:]
        assert queryset.startswith("queryset to bytes  ")
        assert " rows " in queryset
        assert instances.startswith("instances to bytes  ")
        assert " instances " in instances
        assert instances.endswith("0 -> 0")

    def test_json(self):
        data, code = run_json("bench", "bookshop.serializers.TagSerializer")
        assert code == 0
        assert data["rows"] == 12
        assert data["rounds"] == 11
        assert data["accelerate_drf"] is True
        for race in data["races"]:
            assert race["ratio"] == pytest.approx(race["stock"] / race["accelerated"])
            assert race["stock"] > 0
        assert [race["tier"] for race in data["races"]] == ["rows", "instances"]

    def test_stock_is_not_left_to_one_query_a_row(self):
        data, _ = run_json("bench", "inside.samples.Related", "--rounds", "1")
        assert data["races"][0]["stock_queries"] == 3

    def test_different_bytes_are_not_timed(self):
        out, err, code = run("bench", "inside.samples.Lying")
        assert (out, code) == ("", 1)
        assert err.startswith("queryset to bytes: first difference at byte ")

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            (
                "Failing",
                "queryset to bytes: only the accelerated side raises ValueError: only here",
            ),
            ("Broken", "DRF itself raises KeyError: 'nothing'"),
            ("Empty", "bookshop.Note has no rows"),
            ("Search", "inside.samples.Search has no Meta.model: there are no rows to render"),
        ],
    )
    def test_what_cannot_be_timed(self, name, said):
        assert run("bench", f"inside.samples.{name}") == ("", said, 1)

    @pytest.mark.parametrize("option", ["--rows", "--rounds"])
    def test_numbers_below_one(self, option):
        assert run("bench", "bookshop.serializers.TagSerializer", option, "0")[2] == 2

    def test_it_does_not_need_the_setting(self):
        with override_settings(RUSTACCEL={}):
            out, _, code = run("bench", "bookshop.serializers.TagSerializer", "--rounds", "1")
        assert code == 0
        assert 'As it is with RUSTACCEL["ACCELERATE_DRF"] on' in out
        assert " rows " in out


class TestHashers:
    LISTED = {
        "PASSWORD_HASHERS": [
            "hashing.cheap.PBKDF2",
            "django.contrib.auth.hashers.MD5PasswordHasher",
        ]
    }

    def test_a_table_and_what_was_not_timed(self):
        with override_settings(**self.LISTED):
            out, err, code = run("hashers", "--rounds", "1")
        assert code == 0
        head, line = out.strip().splitlines()
        assert head.split()[:2] == ["algorithm", "Django's"]
        assert line.startswith("pbkdf2_sha256 ")
        assert line.endswith(" hashing.cheap.PBKDF2")
        assert "Not timed: md5: no native class computes it" in err

    def test_data_and_a_suggestion(self):
        with override_settings(**self.LISTED):
            data, code = run_json("hashers", "--rounds", "1", "--target", "0.5s")
        assert code == 0
        (cost,) = data["hashers"]
        assert cost["ratio"] == cost["stock"] / cost["ours"]
        assert data["suggestion"]["base"] == "PBKDF2PasswordHasher"
        assert data["suggestion"]["value"] > 100

    def test_advice_is_code_that_runs(self):
        with override_settings(**self.LISTED):
            out, _, _ = run("hashers", "--rounds", "1", "--target", "20")
        lines = out.split("# hashers.py of your project")[1].split("# settings.py")[0]
        made = {}
        exec(textwrap.dedent(lines), made)
        cls = made["TunedPBKDF2PasswordHasher"]
        assert cls().verify("x", cls().encode("x", "s" * 22))
        assert f"iterations = {cls.iterations:_} takes" in out

    def test_nothing_to_time_is_a_problem(self):
        listed = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        with override_settings(PASSWORD_HASHERS=listed):
            assert run("hashers")[2] == 1

    @pytest.mark.parametrize("target", ["0", "-1", "1h", "", "0ms"])
    def test_a_target_is_a_time(self, target):
        assert run("hashers", f"--target={target}")[2] in (1, 2)

    def test_rounds_are_checked(self):
        assert run("hashers", "--rounds", "0")[2] == 2
