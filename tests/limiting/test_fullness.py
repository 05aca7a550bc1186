"""How full the tables of limits are: what a page of metrics says of them."""

import gc
import os
from weakref import WeakValueDictionary

import pytest
from django.test import RequestFactory
from prometheus_client import CollectorRegistry, generate_latest

from django_rustaccel.core.limiting import memory
from django_rustaccel.metrics import LimitCollector, metrics_view
from django_rustaccel.ratelimit import Limiter
from limiting import storages


@pytest.fixture
def no_tables(monkeypatch):
    monkeypatch.setattr(memory, "_tables", {})
    monkeypatch.setattr(memory, "_unnamed", WeakValueDictionary())


def told(storage):
    """The keys that are remembered, and how many there may be."""
    registry = CollectorRegistry()
    registry.register(LimitCollector())
    labels = {"storage": storage, "process": str(os.getpid())}
    names = ("rustaccel_limit_keys", "rustaccel_limit_capacity")
    return tuple(registry.get_sample_value(name, labels) for name in names)


def test_keys_of_a_shared_table():
    with storages.shared(2000) as storage:
        assert told(storage) == (None, None)
        first, second = (Limiter(rate, storage) for rate in ("1/h", "2/h"))
        for number in range(30):
            first.hit(f"{number}")
        second.hit("0")  # another rate: another key of the table
        assert told(storage) == (31, 2000)
        first.hit("0")
        second.peek("1")
        assert told(storage) == (31, 2000)
        first.reset("0")
        assert told(storage) == (30, 2000)


def test_keys_count_until_their_limit_forgets_them():
    storage = f"local://{storages.unique()}"
    limiter = Limiter("1/s", storage, clock=lambda: 0.0)  # long over, by the clock of the machine
    assert limiter.hit("key").allowed
    assert told(storage) == (0, memory.CAPACITY)


def test_tables_without_a_name_are_told_together_as_long_as_they_are_used(no_tables):
    limiters = [Limiter("1/h", "local://?capacity=70") for _ in range(2)]
    for limiter in limiters:
        limiter.hit("key")
    assert told("local://") == (2, 140)
    del limiters, limiter
    gc.collect()
    assert told("local://") == (None, None)


def test_a_process_without_tables_tells_of_none(no_tables):
    registry = CollectorRegistry()
    registry.register(LimitCollector())
    assert generate_latest(registry) == b""


def test_the_page_of_metrics_has_them(no_tables):
    limiter = Limiter("1/h", "local://page")
    limiter.hit("key")
    page = metrics_view(RequestFactory().get("/")).content.decode()
    labels = f'{{process="{os.getpid()}",storage="local://page"}}'
    assert f"rustaccel_limit_keys{labels} 1.0\n" in page
    assert f"rustaccel_limit_capacity{labels} {float(memory.CAPACITY)}\n" in page
