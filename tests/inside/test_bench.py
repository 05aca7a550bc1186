"""`manage.py rustaccel bench`: what it times, and what it refuses to."""

import pytest
from django.test import override_settings

from bookshop.data import fill_shop
from inside.commands import run, run_json


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
