"""Instances are read when `.data` is asked for, whenever somebody looks at it."""

import gc
from types import SimpleNamespace
from typing import Any

from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.serializer_helpers import ReturnList

import django_rustaccel
from django_rustaccel.drf.lazy import LazyReturnList
from engines import ENGINES, running


class Member(serializers.Serializer):
    name = serializers.CharField()
    joined = serializers.DateField(required=False)


class Team(serializers.Serializer):
    title = serializers.CharField()
    members = Member(many=True)
    notes = serializers.JSONField()
    size = serializers.SerializerMethodField()

    def get_size(self, team: Any) -> dict[str, int]:
        return {"members": len(team.members)}


def team() -> SimpleNamespace:
    members = [SimpleNamespace(name="Ada"), SimpleNamespace(name="Grace\u2028", joined="1952")]
    return SimpleNamespace(title="é", members=members, notes={"a": [1, None, 10**30]})


def test_a_recording_gives_the_same_bytes_and_objects() -> None:
    results = []
    for engine in ENGINES:
        with running(engine):
            data = Team([team(), team()], many=True).data
            assert isinstance(data, ReturnList)
            results.append((JSONRenderer().render(data), list(data), len(data), type(data)))
    assert results[0] == results[1]


def test_nothing_is_made_before_somebody_looks() -> None:
    data = Team([team()], many=True).data
    assert type(data) is LazyReturnList
    JSONRenderer().render({"results": data})
    assert type(data) is LazyReturnList
    assert data[0]["title"] == "é"
    assert type(data) is ReturnList


def test_what_changes_after_data_does_not_show() -> None:
    for engine in ENGINES:
        with running(engine):
            teams = [team()]
            data = Team(teams, many=True).data
            teams[0].title = "changed"
            teams[0].members.clear()
            teams.append(team())
            assert JSONRenderer().render(data).count(b"\xc3\xa9") == 1
            assert [len(each["members"]) for each in data] == [2]


def test_values_that_are_kept_as_they_are_show_their_changes() -> None:
    for engine in ENGINES:
        with running(engine):
            teams = [team()]
            data = Team(teams, many=True).data
            teams[0].notes["later"] = True
            assert b'"later":true' in JSONRenderer().render(data)
            assert data[0]["notes"] is teams[0].notes


def test_a_call_is_counted_once_and_so_are_its_falls() -> None:
    before = django_rustaccel.stats()["read"]["instances"]
    data = Team([team()], many=True).data
    counted = django_rustaccel.stats()
    assert counted["read"]["instances"] == before + 1
    JSONRenderer().render(data)
    list(data)
    after = django_rustaccel.stats()
    assert (after["read"], after["fallbacks"]) == (counted["read"], counted["fallbacks"])


def test_both_looks_at_data_share_their_objects() -> None:
    for engine in ENGINES:
        with running(engine):
            serializer = Team([team()], many=True)
            first, second = serializer.data, serializer.data
            first[0]["title"] = "changed"
            assert second[0]["title"] == "changed"


def test_what_was_written_may_be_written_by_its_own_values() -> None:
    """The end of a value runs code that reads another list while the first is dropped."""

    class Reads:
        def __del__(self) -> None:
            seen.append(JSONRenderer().render(Member([SimpleNamespace(name="x")], many=True).data))

    seen: list[bytes] = []
    teams = [team() for _ in range(3)]
    for each in teams:
        each.notes = Reads()
    data = Team(teams, many=True).data
    teams.clear()
    del each, data
    gc.collect()
    assert seen == [b'[{"name":"x"}]'] * 3
