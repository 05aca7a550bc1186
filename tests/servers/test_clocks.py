"""The date is set while servers run: nobody is let through more often, nobody locked out."""

import json
import time

import pytest
import redis

from redis_server import free_port, own_redis
from servers.clocks import Clock
from servers.load import call, under_load
from servers.rules import LIMIT, LIMITED, limit
from servers.running import on_real_servers, running, wait_for_processes

pytestmark = on_real_servers

DAY = 86_400
PERIOD = 6


def told(site):
    """The date as a worker sees it, in seconds from the true one."""
    return json.loads(call(site.address).body)["time"] - time.time()


def told_by(server):
    """The date as Redis sees it."""
    with redis.Redis.from_url(server.url) as client:
        return client.time()[0] - time.time()


@pytest.mark.parametrize("storage", ["shared"], indirect=True)
@pytest.mark.parametrize("name", ["gunicorn", "uvicorn"])
@pytest.mark.parametrize("step", [-30 * DAY, 30 * DAY])
def test_the_date_of_workers_is_set(name, storage, step, tmp_path):
    clock = Clock(tmp_path)
    with running(name, tmp_path, environment=clock.environment, **limit(storage)) as site:
        wait_for_processes(site.address)
        with under_load(site.address, path=LIMITED) as load:
            load.wait_for_more(LIMIT // 2)
            clock.set(step)
            assert told(site) == pytest.approx(step, abs=PERIOD)
            load.wait_for(lambda: load.count(429) > 50)
            clock.set(0)
            load.wait_for_more(50)
    assert load.count(200) == LIMIT


@pytest.mark.parametrize("step", [-30 * DAY, 30 * DAY])
def test_the_date_of_redis_is_set(step, tmp_path):
    """Redis knows no other clock: a step forward ends a period, one back begins no longer one."""
    clock = Clock(tmp_path)
    rules = {"RATE": f"{LIMIT}/{PERIOD}s", "ALGORITHM": "fixed-window"}
    with own_redis(free_port(), tmp_path, **clock.environment) as server:
        settings = limit(server.url, ON_STORAGE_ERROR="closed", **rules)
        with running("gunicorn", tmp_path, **settings) as site:
            wait_for_processes(site.address)
            with under_load(site.address, path=LIMITED) as load:
                load.wait_for_more(LIMIT // 2)
                clock.set(step)
                assert told_by(server) == pytest.approx(step, abs=PERIOD)
                load.wait_for(lambda: load.count(429))
                passed = load.count(200)
                set_at = time.monotonic()
                # Whichever way the clock went, all may call again a period later at the latest.
                load.wait_for(lambda: load.replies[-1].status == 200)
                assert time.monotonic() - set_at < 2 * PERIOD + 1
        assert passed <= (LIMIT if step < 0 else 2 * LIMIT)
        assert "does not answer" not in site.log
