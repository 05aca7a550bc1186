"""What goes wrong under load: workers are killed, Redis goes and comes back, clocks are set."""

import os
import signal

import pytest

from redis_server import free_port, own_redis
from servers.load import call, under_load
from servers.rules import LIMIT, LIMITED, limit
from servers.running import WORKERS, on_real_servers, running, wait_for_processes

pytestmark = on_real_servers

#: Seconds a call may take during an outage: a few timeouts of 0.25 s, on a busy machine.
PATIENCE = 5


@pytest.mark.parametrize("storage", ["shared", "redis"], indirect=True)
@pytest.mark.parametrize("name", ["gunicorn --preload", "uvicorn"])
def test_killed_workers_lock_nothing_and_give_nothing_away(name, storage, tmp_path):
    with running(name, tmp_path, **limit(storage)) as site:
        wait_for_processes(site.address)
        with under_load(site.address, path=LIMITED) as load:
            for _ in range(3):
                load.wait_for_more(20)
                passed = [reply for reply in load.replies if reply.status == 200]
                os.kill(passed[-1].pid, signal.SIGKILL)
            load.wait_for(lambda: load.count(429) > 100)
    # What a killed worker was about to answer is known to nobody: it counts, and is not seen.
    broken = load.count(0)
    assert LIMIT - broken <= load.count(200) <= LIMIT
    assert {reply.status for reply in load.replies} <= {200, 429, 0}


@pytest.mark.parametrize(
    ("name", "choice", "how"),
    [
        ("gunicorn", "closed", "stopped"),
        ("gunicorn", "closed", "hanging"),
        ("gunicorn --preload", "local", "stopped"),
        ("gunicorn", "open", "hanging"),
        ("uvicorn", "closed", "hanging"),
        ("uvicorn", "closed", "stopped"),
        ("uvicorn", "open", "stopped"),
    ],
)
def test_redis_goes_and_comes_back(name, choice, how, tmp_path):
    meanwhile = 429 if choice == "closed" else 200
    with own_redis(free_port(), tmp_path) as redis:
        rules = limit(redis.url, ON_STORAGE_ERROR=choice, RATE="100000/d")
        with running(name, tmp_path, **rules) as site:
            wait_for_processes(site.address)
            with under_load(site.address, path=LIMITED) as load:
                load.wait_for_more(40)
                before = len(load.replies)
                redis.stop() if how == "stopped" else redis.hang()
                load.wait_for(lambda: "does not answer" in site.log)
                # Until every process has noticed, and what was on its way has come back.
                load.wait_for(lambda: load.replies[-1].status == meanwhile)
                load.wait_for_more(40)
                redis.start() if how == "stopped" else redis.go_on()
                load.wait_for(lambda: "answers again" in site.log)
                after = len(load.replies)
                load.wait_for(lambda: load.replies[-1].status == 200)
                load.wait_for_more(40)
        log = site.log
    during = load.replies[before:after]
    assert {reply.status for reply in load.replies} <= {200, meanwhile}, log
    assert meanwhile in {reply.status for reply in during}
    assert max(reply.ended - reply.started for reply in load.replies) < PATIENCE
    # One line an outage and a process, however many calls there were.
    assert 1 <= log.count("does not answer") <= WORKERS, log
    assert 1 <= log.count("answers again") <= WORKERS
    assert "Traceback" not in log


@pytest.mark.parametrize("storage", ["shared"], indirect=True)
def test_nobody_counts_beyond_the_end_of_its_server(storage, tmp_path):
    """A table outlives the server: what was used up stays so after a restart."""
    rules = limit(storage)
    with (
        running("gunicorn", tmp_path, **rules) as site,
        under_load(site.address, path=LIMITED) as load,
    ):
        load.wait_for(lambda: load.count(429))
    with running("gunicorn --preload", tmp_path, **rules) as site:
        assert call(site.address, LIMITED).status == 429
