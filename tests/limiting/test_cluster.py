"""Redis Cluster: the keys of one decision on one node, those of different keys on all of them."""

import asyncio
import time

import pytest
from redis.crc import key_slot

from django_rustaccel.core.limiting import ALGORITHMS, Limiter, check_storage
from django_rustaccel.core.limiting.redis import RedisCounter, RedisStorage
from django_rustaccel.core.limiting.redis_clients import split
from redis_server import free_port, own_cluster

#: Seconds that an outage may hold up, on a busy machine.
PATIENCE = 5
RATES = [(2, 1, 2), (100, 3600, 100)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with own_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


def slots(prefix, key):
    storage = RedisStorage("redis://127.0.0.1:1")
    names = RedisCounter(storage, "gcra", RATES, prefix).names(key)
    assert len(set(names)) == len(RATES)
    return {key_slot(name.encode()) for name in names}


@pytest.mark.parametrize(
    "prefix", ["", "rule 1", "}", "{", "{}", "a}b{c", "\n", "x" * 500, "\ud800"]
)
@pytest.mark.parametrize("key", ["", "ip:192.0.2.1", "}", "{}", "{a}b", "\0", "y" * 500, "\ud800"])
def test_the_keys_of_one_decision_are_in_one_slot(prefix, key):
    assert len(slots(prefix, key)) == 1


def test_keys_are_spread_over_the_slots():
    assert len(set.union(*(slots("rule 1", f"ip:192.0.2.{n}") for n in range(256)))) > 200


@pytest.mark.parametrize(
    ("url", "first", "others"),
    [
        ("redis+cluster://a:1", "redis://a:1", []),
        ("redis+cluster://u:p@a:1,b:2,c?x=1", "redis://u:p@a:1?x=1", [("b", 2), ("c", 6379)]),
        ("rediss+cluster://[::1]:1,[::2]:2/0", "rediss://[::1]:1/0", [("::2", 2)]),
    ],
)
def test_urls_name_one_node_or_several(url, first, others):
    check_storage(url)
    assert split(url) == (first, others)


@pytest.mark.parametrize("url", ["redis+cluster://a:1,b:x", "redis+cluster://a:x", "x+cluster://a"])
def test_what_is_no_cluster(url):
    with pytest.raises(ValueError, match=r"[Pp]ort|no storage"):
        Limiter("1/m", url)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("is_async", [False, True])
def test_exactly_the_limit_passes_for_every_key(cluster, algorithm, is_async, prefix):
    limiter = Limiter("5/d; 7/w", cluster.url, algorithm, prefix, on_storage_error="closed")

    async def ahits(key):
        return [(await limiter.ahit(key)).allowed for _ in range(8)]

    async def run():
        return [sum(await ahits(f"{number}")) for number in range(30)]

    def here():
        return [sum(limiter.hit(f"{n}").allowed for _ in range(8)) for n in range(30)]

    assert (asyncio.run(run()) if is_async else here()) == [5] * 30
    assert limiter.peek("3").remaining == 0
    limiter.reset("3")
    assert limiter.peek("3").remaining == 5


@pytest.mark.parametrize("is_async", [False, True])
def test_a_node_that_is_gone_is_an_outage_and_no_error(cluster, is_async, prefix):
    closed = Limiter("5/d", cluster.url, prefix=prefix, on_storage_error="closed")

    async def ahits():
        assert (await closed.ahit("key")).allowed
        cluster.nodes[0].stop()
        return [(await closed.ahit(f"{number}")).allowed for number in range(50)]

    def hits():
        assert closed.hit("key").allowed
        cluster.nodes[0].stop()
        return [closed.hit(f"{number}").allowed for number in range(50)]

    started = time.monotonic()
    try:
        said = asyncio.run(ahits()) if is_async else hits()
        assert False in said
        assert time.monotonic() - started < PATIENCE
    finally:
        cluster.nodes[0].start()
        cluster.wait()
    # The pause after an outage is over in a second, and so is the outage.
    until = time.monotonic() + PATIENCE
    while not closed.hit("another").allowed:
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_cluster_that_never_answered():
    url = f"redis+cluster://127.0.0.1:{free_port()}"
    for choice, passes in (("open", True), ("closed", False)):
        limiter = Limiter("5/d", url, on_storage_error=choice)
        assert limiter.hit("key").allowed is passes
        assert asyncio.run(limiter.ahit("key")).allowed is passes
