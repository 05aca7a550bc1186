"""`manage.py rustaccel verify`: what is the same, what differs, what cannot be compared."""

from unittest import mock

import pytest
from django.test import override_settings

from bookshop.data import fill_shop
from bookshop.models import Book
from django_rustaccel.conf import settings
from inside.commands import run, run_json


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
