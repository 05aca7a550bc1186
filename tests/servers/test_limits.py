"""Exactly the limit passes, whichever server it is behind, counted by all of its processes."""

from contextlib import ExitStack

import pytest

from servers.load import under_load
from servers.rules import LIMIT, LIMITED, limit
from servers.running import COMMANDS, on_real_servers, running, wait_for_processes

pytestmark = on_real_servers


EVERY_SERVER = [(name, "project") for name in COMMANDS]
WITHOUT_DJANGO = [("gunicorn --preload", "plain"), ("uvicorn", "plain"), ("daphne", "plain")]


@pytest.mark.parametrize("storage", ["shared", "redis"], indirect=True)
@pytest.mark.parametrize(("name", "site"), EVERY_SERVER + WITHOUT_DJANGO)
def test_exactly_the_limit_passes(name, site, storage, tmp_path):
    # Daphne is one process: two of them stand for the several of others.
    servers, settings = 2 if name == "daphne" else 1, limit(storage)
    with ExitStack() as stack:
        sites = [
            stack.enter_context(running(name, tmp_path, site=f"servers.{site}", **settings))
            for _ in range(servers)
        ]
        addresses = [site.address for site in sites]
        wait_for_processes(*addresses)
        with under_load(*addresses, path=LIMITED) as load:
            load.wait_for(lambda: load.count(429) > 100)
        log = "".join(site.log for site in sites)
    assert {reply.status for reply in load.replies} == {200, 429}, log
    assert load.count(200) == LIMIT
    assert len({reply.pid for reply in load.replies if reply.status == 200}) >= 2
    refused = next(reply for reply in load.replies if reply.status == 429)
    assert refused.headers["content-type"] == "application/problem+json"
    assert int(refused.headers["retry-after"]) > 0


@pytest.mark.parametrize("name", ["gunicorn", "uvicorn"])
def test_a_local_limit_is_one_for_each_process(name, tmp_path):
    """What the check `rustaccel.W002` warns of."""
    with running(name, tmp_path, **limit("local://")) as site:
        workers = wait_for_processes(site.address)
        with under_load(site.address, path=LIMITED) as load:
            load.wait_for(lambda: load.count(429) > 300)
    assert LIMIT < load.count(200) <= LIMIT * max(workers, 4)
