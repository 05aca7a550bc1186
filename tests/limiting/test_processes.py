"""Exactly N pass, whatever processes do at the same time, and one of them being killed."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from django_rustaccel.core.limiting import ALGORITHMS, Limiter
from django_rustaccel.core.limiting.memory import shared_path
from limiting import storages
from limiting.storages import every_storage, storages_of_a_host

PROCESSES = 4
#: A limit of a day: what comes back while the test runs is less than one call.
RATE = "500/d"
CALLS = 300

#: Waits for the go, calls, and prints how many passed.
WORKER = """
import sys
from django_rustaccel.core.limiting import Limiter
url, algorithm, prefix, rate, calls, keys = sys.argv[1:]
limiter = Limiter(rate, url, algorithm, prefix)
print("ready", flush=True)
sys.stdin.readline()
print(sum(limiter.hit(f"key {i % int(keys)}").allowed for i in range(int(calls))), flush=True)
"""


def start(*arguments):
    command = [sys.executable, "-c", WORKER, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)


@contextlib.contextmanager
def workers(count, *arguments):
    """Processes that are ready to call; none is left behind."""
    started = [start(*arguments) for _ in range(count)]
    try:
        for worker in started:
            assert worker.stdout.readline() == "ready\n"
        yield started
    finally:
        for worker in started:
            worker.kill()
            worker.communicate(timeout=30)


def go(started):
    for worker in started:
        worker.stdin.write("\n")
        worker.stdin.flush()


@storages_of_a_host
@pytest.mark.parametrize("algorithm", ALGORITHMS[:3])
def test_started_processes(storage, algorithm, prefix):
    with workers(PROCESSES, storage, algorithm, prefix, RATE, CALLS, 1) as started:
        go(started)
        assert sum(int(worker.stdout.readline()) for worker in started) == 500
    assert not Limiter(RATE, storage, algorithm, prefix).hit("key 0")


@storages_of_a_host
@pytest.mark.parametrize("before", [True, False], ids=["made before", "made after"])
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_forked_processes(storage, before, prefix):
    def limiter():
        return Limiter(RATE, storage, prefix=prefix)

    inherited = limiter() if before else None
    if inherited is not None:
        inherited.hit("another key")
    ends = [_forked(inherited, limiter) for _ in range(PROCESSES)]
    assert sum(int(_read_all(end)) for end in ends) == 500


def _forked(inherited, make):
    """The end of a pipe from a child that calls, and says how many passed."""
    end, start = os.pipe()
    if os.fork() == 0:
        limiter = inherited or make()
        passed = sum(limiter.hit("key").allowed for _ in range(CALLS))
        os.write(start, str(passed).encode())
        os._exit(0)
    os.close(start)
    return end


def _read_all(end):
    with os.fdopen(end) as pipe:
        text = pipe.read()
    os.wait()
    return text


@every_storage
@pytest.mark.parametrize("algorithm", ALGORITHMS[:3])
def test_threads(storage, algorithm, prefix):
    limiter = Limiter(RATE, storage, algorithm, prefix)
    passed = []

    def call():
        passed.append(sum(limiter.hit("key").allowed for _ in range(CALLS)))

    threads = [threading.Thread(target=call) for _ in range(PROCESSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(passed) == 500


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL")
def test_killed_processes_leave_nothing_locked(prefix):
    """Killed while they change a table that is so small that keys push each other out."""
    with storages.shared(capacity=10) as url:
        for delay in (0.01, 0.02, 0.03, 0.05):
            arguments = (url, "gcra", prefix, "1000000/d", 10_000_000, 1000)
            with workers(2, *arguments) as started:
                go(started)
                time.sleep(delay)
                for worker in started:
                    worker.send_signal(signal.SIGKILL)
        limiter = Limiter("5/d", url, prefix=prefix)
        assert [sum(limiter.hit(f"{key}").allowed for _ in range(9)) for key in range(500)] == [
            5
        ] * 500


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL")
def test_a_killed_process_takes_no_more_than_its_calls(prefix):
    with storages.shared() as url, workers(3, url, "gcra", prefix, RATE, CALLS, 1) as started:
        go(started[:1])
        started[0].send_signal(signal.SIGKILL)
        go(started[1:])
        counted = sum(int(worker.stdout.readline()) for worker in started[1:])
        assert 500 - CALLS <= counted <= 500
        left = sum(Limiter(RATE, url, prefix=prefix).hit("key 0").allowed for _ in range(600))
        # What the killed one was told is known to nobody; together it is never more than the limit.
        assert counted + left <= 500


def test_the_file_is_for_its_user_alone_and_no_other_file_is_taken_for_it():
    name, capacity = storages.unique(), 100
    path = shared_path(name, capacity)
    url = f"shared://{name}?capacity={capacity}"
    try:
        path.write_bytes(b"something else")
        with pytest.raises(OSError, match="not a"):
            Limiter("1/m", url)
        path.write_bytes(bytes(path.stat().st_size))
        with pytest.raises(OSError, match="not a"):
            Limiter("1/m", url)
        path.unlink()
        Limiter("1/m", url)
        if hasattr(os, "getuid"):
            assert path.stat().st_mode & 0o777 == 0o600
        before = sorted(path.parent.glob(f"*{name}*"))
        assert before == [path]
    finally:
        path.unlink(missing_ok=True)


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no symbolic links")
@pytest.mark.skipif(os.name == "nt", reason="links are not followed on Unix")
def test_links_are_not_followed(tmp_path):
    name = storages.unique()
    path = shared_path(name, 100)
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    try:
        path.symlink_to(target)
        with pytest.raises(OSError):  # noqa: PT011 - which one is the system's choice
            Limiter("1/m", f"shared://{name}?capacity=100")
        assert target.read_bytes() == b"precious"
    finally:
        path.unlink(missing_ok=True)
