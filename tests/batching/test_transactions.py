"""Parts on their own, each in a transaction, and all in one."""

from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction
from django.db.models.signals import post_save
from django.db.utils import IntegrityError

from batching.asking import WAYS, Site
from bookshop.models import Tag

both = pytest.mark.parametrize("way", WAYS, ids="-".join)


def make(name, **part):
    return {"method": "POST", "path": "/tags/", "body": {"name": name, "colour": "red"}, **part}


def names():
    return sorted(Tag.objects.values_list("name", flat=True))


@both
def test_each_for_itself(way):
    answers = Site(way).ask(make("a"), {"path": "/boom/"}, make("a"), make("b"))
    assert [answer["status"] for answer in answers] == [201, 500, 400, 201]
    assert names() == ["a", "b"]


@both
def test_all_or_nothing_that_succeeds(way):
    answers = Site(way).ask(make("a"), make("b"), {"path": "/tags/"}, atomic=True)
    assert [answer["status"] for answer in answers] == [201, 201, 200]
    assert len(answers[2]["body"]) == 2
    assert not any("rolled_back" in answer for answer in answers)
    assert names() == ["a", "b"]


@both
@pytest.mark.parametrize(
    "failing", [{"path": "/boom/"}, make("a"), {"path": "x"}, make("{9.body}")]
)
def test_all_or_nothing_that_fails(way, failing):
    failing = {"id": "bad", **failing}
    if failing.get("body", {}).get("name") == "{9.body}":
        failing["body"] = {"$ref": "1.body.nothing"}
    first, bad, last = Site(way).ask(make("a"), failing, make("b"), atomic=True)
    assert names() == []
    assert (first["status"], first["rolled_back"]) == (424, True)
    assert first["body"] == {"detail": "Rolled back: part bad failed."}
    assert bad["status"] in (400, 424, 500)
    assert bad["rolled_back"] is True
    assert (last["status"], last["body"]) == (424, {"detail": "Not sent: part bad failed."})
    assert "rolled_back" not in last


@both
def test_each_in_a_transaction(way):
    first, second, third = Site(way).ask(make("a"), {"path": "/give-up/"}, make("b"), atomic="part")
    assert (first["status"], third["status"]) == (201, 201)
    assert (second["status"], second["rolled_back"]) == (424, True)
    assert names() == ["a", "b"]


@both
def test_references_within_a_transaction(way):
    for atomic in (True, "part"):
        Tag.objects.all().delete()
        made, read = Site(way).ask(make("a"), {"path": "/tags/{1.body.id}/"}, atomic=atomic)
        assert read["body"] == made["body"]


@both
def test_what_was_rolled_back_is_no_answer_to_refer_to(way):
    undone, second = Site(way).ask(
        {"path": "/give-up/"},
        {"method": "POST", "path": "/echo/", "body": {"$ref": "1.body"}},
        atomic="part",
    )
    assert undone["rolled_back"]
    assert (second["status"], second["body"]) == (424, {"detail": "1.body: part 1 failed."})


@both
def test_a_transaction_that_was_marked(way):
    answers = Site(way).ask(make("a"), {"path": "/give-up/"}, atomic=True)
    assert [answer["status"] for answer in answers] == [424, 424]
    assert answers[0]["body"]["detail"] == "Rolled back: the transaction was marked for a rollback."
    assert names() == []


@both
def test_cookies_of_what_was_rolled_back_are_not_set(way):
    response = Site(way).post(
        {"requests": [{"path": "/count/"}, {"path": "/boom/"}], "atomic": True}
    )
    assert "seen" not in response.cookies


@both
def test_lines(way):
    lines = Site(way).lines(make("a"), make("a"), make("b"), atomic=True)
    assert [line["status"] for line in lines] == [424, 400, 424]
    lines = Site(way).lines(make("a"), make("a"), make("b"), atomic="part")
    assert [line["status"] for line in lines] == [201, 400, 201]
    assert names() == ["a", "b"]


@pytest.mark.django_db(transaction=True)
class TestCommitted:
    """With real commits."""

    def test_hooks_run_after_the_last_part(self):
        seen = []
        Hook.run = lambda: seen.append(names())
        with Hook.connected():
            Site().ask(make("a"), make("b"), atomic=True)
            assert seen == [["a", "b"]] * 2
            seen.clear()
            Site().ask(make("c"), make("c"), atomic=True)
            assert seen == []
            Site().ask(make("c"), make("d"))
            assert seen == [["a", "b", "c"], ["a", "b", "c", "d"]]

    def test_atomic_requests_concern_the_parts(self):
        settings = connection.settings_dict
        settings["ATOMIC_REQUESTS"] = True
        try:
            answers = Site().ask(make("a"), {"path": "/give-up/"}, make("b"))
            asynchronous = Site(("asgi", "/abatch/")).ask(make("c"))
        finally:
            settings["ATOMIC_REQUESTS"] = False
        assert [answer["status"] for answer in answers] == [201, 200, 201]
        assert asynchronous[0]["status"] == 201
        assert names() == ["a", "b", "c"]

    def test_a_commit_that_fails(self, monkeypatch):
        def commit(self):
            raise IntegrityError("deferred")

        monkeypatch.setattr(type(connections["default"]), "_commit", commit)
        answers = Site().ask(make("a"), make("b"), atomic=True)
        monkeypatch.undo()
        assert [answer["status"] for answer in answers] == [424, 424]
        assert answers[1]["body"]["detail"] == "Rolled back: the transaction failed."
        assert names() == []


class Hook:
    """Work of a project that waits for the commit of every tag."""

    @staticmethod
    def run():
        raise NotImplementedError

    @classmethod
    @contextmanager
    def connected(cls):
        def receive(**kwargs):
            transaction.on_commit(cls.run)

        post_save.connect(receive, Tag)
        try:
            yield
        finally:
            post_save.disconnect(receive, Tag)
