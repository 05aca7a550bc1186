"""The event loop goes on while passwords of async requests are checked."""

import asyncio
import os
import time
from typing import NamedTuple

import pytest
from django.contrib.auth import aauthenticate, get_user_model
from django.contrib.auth.hashers import make_password
from django.test import override_settings

from django_rustaccel import offloop
from django_rustaccel.hashing_threads import in_thread
from hashing.forked import exit_code_of_child

pytestmark = pytest.mark.django_db(transaction=True)
HASHERS = ["django_rustaccel.hashers.PBKDF2PasswordHasher"]


@pytest.fixture(autouse=True)
def off_loop():
    offloop.install()
    hashing = {"HASHING": {"OFF_LOOP": True}}
    with override_settings(RUSTACCEL=hashing, PASSWORD_HASHERS=HASHERS):
        yield


class Stall(NamedTuple):
    """How long the loop did not get to run, in seconds; and how long of that not for want of a
    processor, which other programs of a busy machine may have taken.
    """

    whole: float
    blocked: float


def queued():
    """The seconds that this thread has waited for a processor until now; only Linux counts them."""
    try:
        with open("/proc/thread-self/schedstat") as counts:
            return int(counts.read().split()[1]) / 1e9
    except OSError:
        return 0.0


async def longest_stall(work):
    """The longest stall while `work` ran, by either measure, and what `work` gave."""
    stalls, done = [], False

    async def watch():
        last, waited = time.monotonic(), queued()
        while not done:
            await asyncio.sleep(0.001)
            now, waiting = time.monotonic(), queued()
            stalls.append(Stall(now - last, now - last - (waiting - waited)))
            last, waited = now, waiting

    watcher = asyncio.create_task(watch())
    await asyncio.sleep(0.01)
    stalls.clear()
    answers = await work
    done = True
    await watcher
    return Stall(*map(max, zip(*stalls, strict=True))), answers


def test_without_the_setting_a_hash_on_the_loop_is_noticed():
    """The measure measures: a hash on the loop itself stalls it."""

    async def on_the_loop():
        return make_password("password")

    stall, _ = asyncio.run(longest_stall(on_the_loop()))
    assert stall.whole >= stall.blocked > GOAL


ATTEMPTS = 10
GOAL = 0.020


@pytest.mark.parametrize("name", ["known", "unknown"])
def test_eight_checks_at_once_do_not_stall_the_loop(name):
    """One undisturbed attempt shows it; where other programs leave none, blocking alone counts."""
    get_user_model().objects.create_user("known", password="password")

    async def authenticate():
        checks = [aauthenticate(username=name, password="password") for _ in range(8)]
        return await asyncio.gather(*checks)

    stalls = []
    while len(stalls) < ATTEMPTS and not any(stall.whole < GOAL for stall in stalls):
        stall, users = asyncio.run(longest_stall(authenticate()))
        assert [user is not None for user in users] == [name == "known"] * 8
        stalls.append(stall)
    assert min(stall.blocked for stall in stalls) < GOAL, stalls


def test_an_upgraded_hash_is_saved():
    from django_rustaccel.hashers import PBKDF2PasswordHasher

    weak = PBKDF2PasswordHasher().encode("password", "s" * 22, iterations=1)
    user = get_user_model().objects.create(username="weak", password=weak)
    assert asyncio.run(user.acheck_password("password"))
    user.refresh_from_db()
    assert user.password != weak
    assert user.check_password("password")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_child_has_threads_of_its_own():
    def hash_in_thread():
        return asyncio.run(in_thread(make_password, "password", "s" * 22))

    expected = hash_in_thread()
    assert exit_code_of_child(lambda: hash_in_thread() == expected) == 0
