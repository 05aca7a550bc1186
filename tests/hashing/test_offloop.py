"""The event loop goes on while passwords of async requests are checked."""

import asyncio
import time

import pytest
from django.contrib.auth import aauthenticate, get_user_model
from django.contrib.auth.hashers import make_password
from django.test import override_settings

from django_rustaccel import offloop

pytestmark = pytest.mark.django_db(transaction=True)
HASHERS = ["django_rustaccel.hashers.PBKDF2PasswordHasher"]


@pytest.fixture(autouse=True)
def off_loop():
    offloop.install()
    hashing = {"HASHING": {"OFF_LOOP": True}}
    with override_settings(RUSTACCEL=hashing, PASSWORD_HASHERS=HASHERS):
        yield


async def longest_stall(work):
    """The longest time that the loop did not get to run, in seconds, while `work` ran."""
    longest, last, done = 0.0, time.monotonic(), False

    async def watch():
        nonlocal longest, last
        while not done:
            await asyncio.sleep(0.001)
            now = time.monotonic()
            longest, last = max(longest, now - last), now

    watcher = asyncio.create_task(watch())
    await asyncio.sleep(0.01)
    longest = 0.0
    answers = await work
    done = True
    await watcher
    return longest, answers


def test_without_the_setting_a_hash_on_the_loop_is_noticed():
    """The measure measures: a hash on the loop itself stalls it."""

    async def on_the_loop():
        return make_password("password")

    stall, _ = asyncio.run(longest_stall(on_the_loop()))
    assert stall > 0.020


ATTEMPTS = 10
GOAL = 0.020


@pytest.mark.parametrize("name", ["known", "unknown"])
def test_eight_checks_at_once_do_not_stall_the_loop(name):
    """Other programs may take the processor from the loop: one undisturbed attempt shows it."""
    get_user_model().objects.create_user("known", password="password")

    async def authenticate():
        checks = [aauthenticate(username=name, password="password") for _ in range(8)]
        return await asyncio.gather(*checks)

    stalls = []
    while len(stalls) < ATTEMPTS and min(stalls, default=GOAL) >= GOAL:
        stall, users = asyncio.run(longest_stall(authenticate()))
        assert [user is not None for user in users] == [name == "known"] * 8
        stalls.append(stall)
    assert min(stalls) < GOAL, stalls


def test_an_upgraded_hash_is_saved():
    from django_rustaccel.hashers import PBKDF2PasswordHasher

    weak = PBKDF2PasswordHasher().encode("password", "s" * 22, iterations=1)
    user = get_user_model().objects.create(username="weak", password=weak)
    assert asyncio.run(user.acheck_password("password"))
    user.refresh_from_db()
    assert user.password != weak
    assert user.check_password("password")
