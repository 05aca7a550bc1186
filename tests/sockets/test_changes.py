"""Changes of models to a group."""

import json
from contextlib import contextmanager
from unittest import mock

import pytest
from django.core.management import call_command
from django.db import transaction
from rest_framework.renderers import JSONRenderer

from bookshop.models import Tag
from bookshop.serializers import TagSerializer
from django_rustaccel import stats
from django_rustaccel.channels import changes, publish_changes

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def published(rows=Tag, serializer=TagSerializer, group="tags", **options):
    """The frames that are broadcast meanwhile, each with its group."""
    frames = []

    def send(group, frame, **where):
        frames.append((group, frame))

    publisher = publish_changes(rows, serializer, group, **options)
    try:
        with mock.patch.object(changes, "broadcast_sync", send):
            yield frames
    finally:
        publisher.stop()


def contents(frames):
    return [json.loads(frame) for _, frame in frames]


def test_saving_and_deleting():
    with published() as frames:
        tag = Tag.objects.create(name="é")
        tag.name = "new"
        tag.save()
        key = tag.pk
        tag.delete()
    head = {"model": "bookshop.tag", "pk": key}
    data = {"id": key, "colour": ""}
    assert contents(frames) == [
        {"action": "created", **head, "data": {**data, "name": "é"}},
        {"action": "updated", **head, "data": {**data, "name": "new"}},
        {"action": "deleted", **head, "data": None},
    ]


def test_the_bytes_are_those_of_the_read_path():
    with published() as frames:
        before = stats()["read"]["rows"]
        tag = Tag.objects.create(name="é\u2028")
        assert stats()["read"]["rows"] == before + 1
    row = JSONRenderer().render(TagSerializer(tag).data)
    assert frames[0][1].endswith(b'"data":' + row + b"}")


def test_after_the_commit_and_only_then():
    with published() as frames:
        with transaction.atomic():
            tag = Tag.objects.create(name="first")
            Tag.objects.filter(pk=tag.pk).update(name="second")
            assert frames == []
        assert [content["data"]["name"] for content in contents(frames)] == ["second"]
        with transaction.atomic():
            Tag.objects.create(name="third")
            transaction.set_rollback(True)
    assert len(frames) == 1


def test_groups_of_an_instance():
    def groups(tag):
        return {"one": "first", "two": ["first", "second"], "none": None}[tag.name]

    with published(group=groups) as frames:
        for name in ("one", "two", "none"):
            Tag.objects.create(name=name)
    assert [group for group, _ in frames] == ["first", "first", "second"]


def test_a_row_that_is_not_of_the_queryset():
    with published(Tag.objects.filter(name="seen")) as frames:
        Tag.objects.create(name="unseen")
        Tag.objects.create(name="seen")
    assert [content["data"]["name"] for content in contents(frames)] == ["seen"]


def test_a_failing_layer_breaks_nothing():
    publisher = publish_changes(Tag, TagSerializer, "tags")
    try:
        Tag.objects.create(name="kept")  # There is no layer at all.
    finally:
        publisher.stop()
    assert Tag.objects.count() == 1


def test_fixtures_send_nothing(tmp_path):
    path = tmp_path / "tags.json"
    path.write_text('[{"model": "bookshop.tag", "pk": 1, "fields": {"name": "a", "colour": ""}}]')
    with published() as frames:
        call_command("loaddata", path, verbosity=0)
    assert frames == []
    assert Tag.objects.count() == 1


def test_stopped():
    with published() as frames:
        pass
    Tag.objects.create(name="a")
    assert frames == []
