"""The arenas: bounded, shared in order, returned, and sound after a fork."""

import os
import resource
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import override_settings

from django_rustaccel.core import hashing
from django_rustaccel.exceptions import HashingBusyError
from django_rustaccel.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher
from hashing.forked import exit_code_of_child
from memory import resident_bytes

MEBIBYTE = 1024 * 1024
LONG = (1, 30.0, 60.0)
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
needs_proc = pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs /proc")


def argon2(memory=1024, passes=1, lanes=2, limits=LONG, password=b"password"):
    cost = (memory, passes, lanes)
    return hashing.argon2("argon2id", 0x13, cost, password, b"saltsalt", 16, limits)


class Peak(threading.Thread):
    """The most memory that was resident while the block ran, over what was before."""

    def __enter__(self):
        self.before, self.over, self.done = resident_bytes(), 0, False
        self.start()
        return self

    def __exit__(self, *details):
        self.done = True
        self.join()

    def run(self):
        while not self.done:
            self.over = max(self.over, resident_bytes() - self.before)
            time.sleep(0.001)


@needs_proc
def test_64_logins_at_once_stay_under_the_cap():
    hasher = Argon2PasswordHasher()
    encoded = hasher.encode("password", "saltsaltsaltsaltsaltsalt")
    hashing_settings = {"MAX_CONCURRENCY": 2, "MAX_WAIT": 300}
    attempts = ["password", "Password"] * 32
    with (
        override_settings(RUSTACCEL={"HASHING": hashing_settings}),
        Peak() as peak,
        ThreadPoolExecutor(64) as threads,
    ):
        answers = list(threads.map(lambda attempt: hasher.verify(attempt, encoded), attempts))
    assert answers == [True, False] * 32
    assert peak.over < 2 * 102 * MEBIBYTE + 40 * MEBIBYTE


def test_who_waits_too_long_is_told():
    with ThreadPoolExecutor(4) as threads:
        slow = threads.submit(argon2, memory=256 * 1024, passes=4)
        time.sleep(0.1)
        begun = time.monotonic()
        with pytest.raises(HashingBusyError, match="MAX_WAIT"):
            argon2(limits=(1, 0.05, 1.0))
        assert time.monotonic() - begun < 0.25 or slow.done()
        assert slow.result()


def test_first_come_first_served():
    order = []

    def hash_in_turn(number):
        # Long enough for the thread before to have noted its number, however busy the machine is.
        argon2(memory=64 * 1024, passes=3)
        order.append(number)

    with ThreadPoolExecutor(9) as threads:
        first = threads.submit(argon2, memory=256 * 1024, passes=16)
        time.sleep(0.05)
        waiting = []
        for number in range(8):
            waiting.append(threads.submit(hash_in_turn, number))
            time.sleep(0.05)
        assert not first.done(), "the first hash was too fast to make others wait"
        for each in waiting:
            each.result()
    assert order == sorted(order)


@needs_proc
def test_idle_memory_goes_back():
    argon2(memory=200 * 1024, limits=(1, 30.0, 0.3))
    time.sleep(0.1)
    held = resident_bytes()
    time.sleep(1.0)
    assert held - resident_bytes() > 150 * MEBIBYTE


@needs_proc
def test_memory_is_reused():
    def faults():
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

    argon2(memory=64 * 1024)
    before = faults()
    for _ in range(5):
        argon2(memory=64 * 1024)
    assert faults() - before < 5 * 64 * MEBIBYTE // resource.getpagesize() // 10


@needs_proc
def test_memory_is_wiped():
    """Nothing that Argon2 wrote is left in any mapping of this process but zeros."""
    code = """
import re
from django_rustaccel.core import hashing
hashing.argon2("argon2id", 19, (32768, 1, 1), b"password", b"saltsalt", 16, (1, 1.0, 60.0))
seen = 0
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps.read().splitlines():
        found = re.match(r"(\\w+)-(\\w+) rw", line)
        start, end = (int(part, 16) for part in found.groups()) if found else (0, 0)
        if end - start >= 32 << 20:
            memory.seek(start)
            data = memory.read(32 << 20)
            seen += 1
            assert not any(data), line
assert seen, "the arena was not found"
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@needs_fork
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_fork_in_the_middle_of_hashing():
    expected = argon2()
    stop = threading.Event()

    def keep_hashing():
        while not stop.is_set():
            assert argon2(limits=(2, 30.0, 60.0)) == expected

    hashers = [threading.Thread(target=keep_hashing) for _ in range(4)]
    for thread in hashers:
        thread.start()
    try:
        for _ in range(25):
            assert exit_code_of_child(lambda: argon2() == expected) == 0
    finally:
        stop.set()
        for thread in hashers:
            thread.join()


def test_200_threads_lose_nothing():
    """Five seconds of small hashes in 200 threads: every answer is the right one."""
    secrets = [f"password {number}".encode() for number in range(20)]
    limits = (2, 60.0, 0.01)
    expected = [argon2(memory=256, password=secret) for secret in secrets]
    end = time.monotonic() + 5

    def run(number):
        done = 0
        while time.monotonic() < end:
            at = (number + done) % len(secrets)
            assert argon2(memory=256, password=secrets[at], limits=limits) == expected[at]
            done += 1
        return done

    with ThreadPoolExecutor(200) as threads:
        counts = list(threads.map(run, range(200)))
    assert min(counts) > 0
    assert sum(counts) > 1000


def test_other_threads_run_meanwhile():
    """The interpreter lock is released: a counting thread goes on during a hash."""
    hasher = PBKDF2PasswordHasher()
    ticks = []
    done = threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    begun = time.monotonic()
    hasher.encode("password", "salt", iterations=4_000_000)
    ended = time.monotonic()
    done.set()
    thread.join()
    assert sum(begun < at < ended for at in ticks) > 20
