"""`manage.py rustaccel`: how it is called, and what `explain` prints."""

import os
import subprocess
import sys
from unittest import mock

import pytest
from django.core.management import CommandError, call_command, get_commands
from django.test import override_settings

import django_rustaccel.management.subcommands as package
from inside import samples
from inside.commands import TESTS, Terminal, run, run_json


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
