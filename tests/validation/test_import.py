"""`manage.py rustaccel import`: what goes in, what does not, nothing lost and nothing doubled."""

import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path
from unittest import mock

import pytest
from django.core.management import CommandError, call_command

from bookshop.models import Book, Constrained, Limited, Publisher, Restaurant, Tag
from django_rustaccel.validation.importing import checkpoint, importer

TESTS = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.django_db(transaction=True)


def run(*args, **options):
    """Standard output, what the error says, and the exit code."""
    out = io.StringIO()
    try:
        call_command("rustaccel", "import", *map(str, args), stdout=out, **options)
    except CommandError as error:
        return out.getvalue(), str(error), error.returncode
    return out.getvalue(), "", 0


def run_json(*args):
    out, _, code = run(*args, "--json")
    return json.loads(out), code


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def tags(*numbers):
    return [{"name": f"t{n}", "colour": "#fff"} for n in numbers]


def names():
    return list(Tag.objects.order_by("pk").values_list("name", flat=True))


def rejects(path):
    text = path.with_name(f"{path.name}.rejected.ndjson").read_text()
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def file(tmp_path):
    return write(tmp_path / "tags.ndjson", tags(*range(10)))


class TestNDJSON:
    def test_every_row(self, file):
        out, err, code = run("bookshop.Tag", file, "--chunk", "3")
        assert (err, code) == ("", 0)
        assert out.startswith("tags.ndjson: 10 rows into bookshop.Tag in ")
        assert names() == [f"t{n}" for n in range(10)]
        assert not file.with_name("tags.ndjson.rejected.ndjson").exists()

    def test_rejected_rows(self, file):
        lines = ['{"name": "a", "colour": "x"}', "", "{nonsense", '{"name": "b"}', "[]"]
        lines += ['{"name": "a", "colour": "y"}', '{"name": "c", "colour": "z", "hue": 1}']
        lines += ['{"name": "\\u0000d", "colour": "e"}', '{"name": "\\ud800", "colour": "e"}']
        file.write_text("\n".join(lines))
        data, code = run_json("bookshop.Tag", file, "--chunk", "4")
        found = rejects(file)
        assert code == 1
        assert data["imported"] + data["rejected"] == 8
        assert data["rejected"] == len(found)
        assert [entry["line"] for entry in found][:5] == [3, 4, 5, 6, 7]
        assert found[0]["row"] == "{nonsense"
        assert [entry["errors"] for entry in found[1:5]] == [
            {"colour": ["This field is required."]},
            {"__all__": ["Enter a valid value."]},
            {"name": ["Tag with this Name already exists."]},
            {"hue": ["Unknown field."]},
        ]
        assert names()[0] == "a"

    def test_doubles_within_a_chunk(self, file):
        write(file, tags(1, 2, 1, 3))
        _, err, code = run("bookshop.Tag", file)
        assert (names(), code) == (["t1", "t2", "t3"], 1)
        assert err == f"1 record rejected: see {file}.rejected.ndjson"
        assert rejects(file)[0]["line"] == 3

    def test_a_row_that_only_the_database_refuses(self, file):
        write(file, tags(1, 2))
        with mock.patch.object(importer.ModelSource, "instances", unchecked):
            write(file, tags(1, 1, 2))
            assert run("bookshop.Tag", file)[2] == 1
        assert names() == ["t1", "t2"]
        assert rejects(file)[0]["errors"]["__all__"][0].startswith("IntegrityError: ")

    def test_relations_defaults_and_inheritance(self, file):
        publisher = Publisher.objects.create(name="P", country="de")
        row = {
            "title": "T", "isbn": "1", "price": "1.5", "pages": 1, "rating": 1, "published":
            "2020-01-31", "created": "2020-01-31T00:00Z", "updated": "2020-01-31T00:00Z",
        }  # fmt: skip
        write(file, [row | {"publisher": publisher.pk}, row | {"publisher": 0}])
        assert run("bookshop.Book", file)[2] == 1
        assert Book.objects.get().publisher == publisher
        assert list(rejects(file)[0]["errors"]) == ["publisher"]
        file = file.with_name("restaurants.ndjson")
        write(file, [{"name": "R", "stars": 3, "supplier": None}, {"name": "S", "stars": 4}])
        run("bookshop.Restaurant", file, "--fields", "name,stars", "--ignore-unknown")
        assert list(Restaurant.objects.values_list("name", "stars")) == [("R", 3), ("S", 4)]

    def test_constraints(self, file):
        write(file, [{"name": "a", "low": 2, "high": 1}, {"name": "b"}, {"name": "b"}])
        assert run("bookshop.Constrained", file)[2] == 1
        assert Constrained.objects.get().name == "b"
        assert [entry["line"] for entry in rejects(file)] == [1, 3]


def unchecked(self, rows):
    return [(self.model(**row), None) for row in rows]


class TestCSV:
    def test_cells(self, tmp_path):
        path = tmp_path / "limited.csv"
        rows = [
            ["code", "letters", "percent", "price", "slug", "ratio", "data", "even"],
            ["ab", "a", "5", "1.50", "s", "", '{"a": [1]}', ""],
            ["a\nb", "a", "5", "1.50", "s", "0.5", "", "2"],
            ["ab", "a", "five", "1.50", "s"],
            ["ab", "a", "five", "", "s", "2", "", ""],
            ["ab", "a", "5", "1", "s", "", "{", ""],
        ]
        with path.open("w", encoding="utf-8-sig", newline="") as handle:
            csv.writer(handle).writerows(rows)
        assert run("bookshop.Limited", path, "--chunk", "2")[2] == 1
        one, two = Limited.objects.order_by("pk")
        assert (one.ratio, one.data, one.even, one.size) == (None, {"a": [1]}, 0, "s")
        assert (two.code, two.ratio, two.data) == ("a\nb", 0.5, {})
        found = rejects(path)
        assert [entry["line"] for entry in found] == [5, 6, 7]
        assert found[0]["errors"] == {"__all__": ["5 columns instead of 8"]}
        assert list(found[1]["errors"]) == ["percent", "price", "ratio"]

    def test_it_resumes_within_lines(self, tmp_path):
        path = tmp_path / "tags.csv"
        rows = "".join(f'"t{n}\n{n}",#fff\n' for n in range(7))
        path.write_text("name,colour\n" + rows)
        with pytest.raises(KeyError), stopped_before(3):
            run("bookshop.Tag", path, "--chunk", "2")
        assert len(names()) == 4
        assert run("bookshop.Tag", path, "--chunk", "2")[2] == 0
        assert names() == [f"t{n}\n{n}" for n in range(7)]

    def test_what_is_not_utf_8(self, tmp_path):
        path = tmp_path / "tags.csv"
        path.write_bytes("name,colour\na,\ufffd\nb,ä\n".encode() + "ö,x\n".encode("latin-1"))
        assert run("bookshop.Tag", path)[2] == 1
        assert names() == ["a", "b"]
        assert rejects(path)[0]["errors"] == {"__all__": ["Not UTF-8"]}

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("name,hue\na,b\n", "bookshop.Tag has no hue."),
            ("name,name\na,b\n", "A column is there twice."),
            ('name,colour\na,b\nc,"d\n', "Line 3 is no CSV: unexpected end of data"),
        ],
    )
    def test_what_cannot_be_read(self, tmp_path, text, said):
        path = tmp_path / "tags.csv"
        path.write_text(text)
        assert run("bookshop.Tag", path, "--chunk", "1")[1:] == (said, 2)


def stopped_before(number):
    """An import that fails in its chunk of this number, when all but the commit is done."""
    calls = iter(range(1, 1000))
    advance = checkpoint.Checkpoint.advance

    def failing(self, before, after):
        advance(self, before, after)
        if next(calls) == number:
            raise KeyError("stopped")

    return mock.patch.object(checkpoint.Checkpoint, "advance", failing)


class TestResuming:
    def test_nothing_is_lost_or_doubled(self, file):
        write(file, [*tags(*range(9)), {}, {"name": "x"}])
        with pytest.raises(KeyError), stopped_before(4):
            run("bookshop.Tag", file, "--chunk", "3")
        assert len(names()) == 9
        data, code = run_json("bookshop.Tag", file, "--chunk", "3")
        assert (data["from_line"], data["imported"], data["rejected"], code) == (10, 0, 2, 1)
        assert [entry["line"] for entry in rejects(file)] == [10, 11]
        assert names() == [f"t{n}" for n in range(9)]

    def test_again(self, file):
        run("bookshop.Tag", file)
        data, code = run_json("bookshop.Tag", file)
        assert (data["imported"], data["total_imported"], code) == (0, 10, 0)
        with file.open("a") as handle:
            handle.write(json.dumps(tags(10)[0]) + "\n")
        out, _, _ = run("bookshop.Tag", file)
        assert out.startswith("tags.ndjson from line 11 on: 1 row into")
        assert len(names()) == 11

    def test_a_file_that_has_changed(self, file):
        run("bookshop.Tag", file)
        write(file, tags(*range(20, 30)))
        _, err, code = run("bookshop.Tag", file)
        assert (err[:54], code) == ("The part of the file that was imported has changed sin", 2)
        file.write_text("")
        assert run("bookshop.Tag", file)[2] == 2
        write(file, tags(*range(20, 30)))
        assert run("bookshop.Tag", file, "--restart")[2] == 0
        assert len(names()) == 20

    def test_rejects_that_were_taken_away(self, file):
        write(file, [{}])
        run("bookshop.Tag", file)
        file.with_name("tags.ndjson.rejected.ndjson").unlink()
        with file.open("a") as handle:
            handle.write("[]\n")
        run("bookshop.Tag", file)
        assert [entry["line"] for entry in rejects(file)] == [2]

    def test_rejects_of_others_are_kept(self, file):
        other = file.with_name("notes.txt")
        other.write_text("mine")
        assert run("bookshop.Tag", file, "--rejects", other)[1:] == (
            f"{other} is there already.",
            2,
        )
        assert (other.read_text(), names()) == ("mine", [])

    def test_two_at_a_time(self, file):
        advance = checkpoint.Checkpoint.advance

        def late(self, before, after):
            self._rows.update(offset=1)
            advance(self, before, after)

        with mock.patch.object(checkpoint.Checkpoint, "advance", late):
            _, err, code = run("bookshop.Tag", file)
        assert (err, code, names()) == ("Another process imports this file.", 2, [])

    def test_interrupted(self, file):
        with mock.patch.object(importer.Importer, "_at_once", side_effect=KeyboardInterrupt):
            assert run("bookshop.Tag", file)[2] == 130
        assert run("bookshop.Tag", file)[2] == 0


class TestKilled:
    """A process that ends without a word, with its rows and rejects written but not committed."""

    SCRIPT = """
        import os, signal, sys
        from pathlib import Path
        from django.conf import settings
        folder, killed_in, when = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
        settings.configure(
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3",
                                   "NAME": folder / "db.sqlite3"}},
            INSTALLED_APPS=["django.contrib.contenttypes", "django_rustaccel", "bookshop"],
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        )
        import django; django.setup()
        from django.core.management import call_command
        from django_rustaccel.validation.importing.checkpoint import Checkpoint
        call_command("migrate", run_syncdb=True, verbosity=0)
        calls, advance = iter(range(1, 1000)), Checkpoint.advance
        def killing(self, before, after):
            number = next(calls)
            if number == killed_in and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            advance(self, before, after)
            if number == killed_in and when == "after":
                os.kill(os.getpid(), signal.SIGKILL)
        Checkpoint.advance = killing
        call_command("rustaccel", "import", "bookshop.Tag", str(folder / "tags.ndjson"), chunk=4)
    """

    @pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_resuming(self, tmp_path, when):
        rows = [row if n % 3 else {"name": row["name"]} for n, row in enumerate(tags(*range(20)))]
        path = write(tmp_path / "tags.ndjson", rows)
        for killed_in in (3, 2, 0):
            done = self.start(tmp_path, killed_in, when)
            assert done.returncode == (-signal.SIGKILL if killed_in else 1), done.stderr
        with sqlite3.connect(tmp_path / "db.sqlite3") as connection:
            found = [
                name for (name,) in connection.execute("SELECT name FROM bookshop_tag ORDER BY id")
            ]
        assert found == [f"t{n}" for n in range(20) if n % 3]
        assert [entry["line"] for entry in rejects(path)] == [n + 1 for n in range(20) if not n % 3]

    def start(self, folder, killed_in, when):
        code = textwrap.dedent(self.SCRIPT)
        command = [sys.executable, "-c", code, str(folder), str(killed_in), when]
        environment = os.environ | {"PYTHONPATH": str(TESTS)}
        return subprocess.run(
            command,
            check=False,
            env=environment,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=60,
        )


class TestTheCommand:
    @pytest.mark.parametrize(
        ("args", "said"),
        [
            (["bookshop.Nothing1", "{file}"], "'Nothing1' model"),
            (["nonsense", "{file}"], "nonsense"),
            (["bookshop.Tag", "{file}x"], "neither .ndjson nor .csv"),
            (["bookshop.Tag", "{file}x", "--format", "ndjson"], "No such file"),
            (["bookshop.Tag", "{file}", "--fields", "name,hue"], "hue"),
            (["bookshop.Tag", "{file}", "--chunk", "0"], "--chunk"),
            (["bookshop.Tag", "{file}", "--database", "x"], "no database 'x'"),
        ],
    )
    def test_wrong_calls(self, file, args, said):
        _, err, code = run(*(arg.format(file=file) for arg in args))
        assert said in err
        assert code == 2

    def test_a_bar_for_terminals(self, file):
        err = io.StringIO()
        err.isatty = lambda: True
        run("bookshop.Tag", file, "--chunk", "5", stderr=err)
        assert "\r\033[K[" in err.getvalue()
        assert "100 %  10 rows" in err.getvalue()
        assert err.getvalue().endswith("\r\033[K")

    def test_data_for_scripts(self, file):
        data, code = run_json("bookshop.Tag", file)
        assert data.pop("seconds") >= 0
        assert code == 0
        assert data == {
            "model": "bookshop.Tag",
            "file": str(file),
            "imported": 10,
            "rejected": 0,
            "rejects": None,
            "from_line": 1,
            "to_line": 10,
            "total_imported": 10,
            "total_rejected": 0,
        }
