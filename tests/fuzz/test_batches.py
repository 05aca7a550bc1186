"""Bytes to batch: taken apart as :mod:`json` would, and answered part by part.

A text that finds a difference goes into `batches/`, where it is tested as it is and mutated further
from then on.
"""

import json
import os
from pathlib import Path

import pytest
from django.test import Client, override_settings

from django_rustaccel.core import batching
from fuzz.mutation import mutations

ROUNDS = int(os.environ.get("RUSTACCEL_FUZZ_ROUNDS", "4000"))
SEED = int(os.environ.get("RUSTACCEL_FUZZ_SEED", "1"))

KEPT = {path.stem: path.read_bytes() for path in (Path(__file__).parent / "batches").iterdir()}
CORPUS = [*KEPT.values()]


#: What the standard library takes, and a batch only in bodies.
ODD = (b"\\ud", b"NaN", b"Infinity", b"9" * 600, b"[" * 150)


class Doubtful(Exception):
    """A text of which it does not matter what it is."""


def unique(pairs):
    if len({key for key, _ in pairs}) < len(pairs):
        raise Doubtful
    return dict(pairs)


def expected(text):
    """The calls and the other members by the standard library; ``None`` for what is no batch."""
    value = json.loads(text.decode(), object_pairs_hook=unique)
    if isinstance(value, list):
        return value, {}
    if not isinstance(value, dict):
        return None
    calls = value.pop("requests", None)
    if calls is not None and not isinstance(calls, list):
        raise Doubtful
    return calls, value


def split(text):
    """The same by us."""
    try:
        return batching.split(text, 1000)
    except batching.MalformedBatchError:
        return None


def check_split(text):
    try:
        wanted = expected(text)
    except (ValueError, RecursionError, Doubtful):
        wanted = Doubtful
    if (found := split(text)) is None:
        assert wanted in (None, Doubtful) or any(odd in text for odd in ODD)
        return
    calls, members = found
    if wanted is Doubtful:
        return
    assert repr(members) == repr(wanted[1])
    assert (calls is None) == (wanted[0] is None)
    for call, value in zip(calls or [], wanted[0] or [], strict=True):
        check_call(call, value, text)


def check_call(call, value, text):
    if call.members is None:
        assert call.problem
        assert not isinstance(value, dict) or any(odd in text for odd in ODD)
        return
    value = dict(value)
    if "body" in value:
        assert repr(json.loads(call.body.decode())) == repr(value.pop("body"))
    assert repr(call.members) == repr(value)
    for target in call.targets:
        assert list(json.loads(call.body[target.start : target.end])) == ["$ref"]


def check_answers(text):
    response = Client(raise_request_exception=False).post("/open/", text, "application/json")
    assert response.status_code in (200, 400, 413), text
    if response.status_code == 200:
        answers = response.json()["responses"]
        assert len(answers) == len(batching.split(text, 1000)[0])
        assert all(100 <= answer["status"] <= 599 for answer in answers)


@pytest.mark.django_db
@pytest.mark.parametrize("name", KEPT)
def test_kept(name):
    check_split(KEPT[name])
    with override_settings(ROOT_URLCONF="batching.site"):
        check_answers(KEPT[name])


def test_taken_apart():
    for text in mutations(CORPUS, SEED, ROUNDS):
        check_split(text)


@pytest.mark.django_db
def test_answered():
    with override_settings(ROOT_URLCONF="batching.site", ALLOWED_HOSTS=["*"]):
        for text in mutations(CORPUS, SEED + 1, ROUNDS // 20):
            check_answers(text)
