"""Generated calls: through a local level one sees what the other cache has, or had not long ago."""

from itertools import count
from unittest import mock

from django.core.cache import caches
from django.test import override_settings
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from django_rustaccel.cache import TwoLevelCache

STALENESS = 10
KEYS = ["a", "b", "ü"]
VERSIONS = [1, 2]
numbers = count()

keys = st.sampled_from(KEYS)
values = st.one_of(st.integers(), st.text(max_size=3), st.lists(st.none(), max_size=2))
versions = st.sampled_from([None, *VERSIONS])
timeouts = st.sampled_from([None, 0, 1, 15, 300])
hosts = st.sampled_from([0, 1])


class Hosts(RuleBasedStateMachine):
    """Two fronts of one cache, neither of which hears of the other, and a third who writes."""

    def __init__(self):
        super().__init__()
        self.now = 1_700_000_000.0
        self.clock = mock.patch("time.time", self.read_clock)
        self.clock.start()
        unique = f"levels model {next(numbers)}"
        far = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": unique}
        self.settings = override_settings(CACHES={"default": far, "far": far})
        self.settings.enable()
        params = {"OPTIONS": {"L2": "far", "STALENESS": STALENESS, "MAX_ENTRIES": 4}}
        self.fronts = [TwoLevelCache(f"{unique} {n}", params) for n in range(2)]
        self.far = caches["far"]
        #: What each entry was, and until when.
        self.past = []

    def read_clock(self):
        return self.now

    def teardown(self):
        self.settings.disable()
        self.clock.stop()

    def entries(self):
        return {(key, v): self.far.get(key, version=v) for key in KEYS for v in VERSIONS}

    def note(self):
        """What was so until now, for any of the entries."""
        self.past.append((self.now, self.entries()))

    @rule(seconds=st.sampled_from([0.5, 2, 9.5, 20]))
    def wait(self, seconds):
        self.note()
        self.now += seconds

    @rule(key=keys, value=values, timeout=timeouts, version=versions)
    def somebody_else_sets(self, key, value, timeout, version):
        self.note()
        self.far.set(key, value, timeout, version)

    @rule(
        host=hosts,
        method=st.sampled_from(["set", "add", "get_or_set"]),
        key=keys,
        value=values,
        timeout=timeouts,
        version=versions,
    )
    def put(self, host, method, key, value, timeout, version):
        self.note()
        getattr(self.fronts[host], method)(key, value, timeout, version)
        if method != "get_or_set":
            self.is_seen(host, key, version)

    @rule(host=hosts, key=keys, version=versions)
    def delete(self, host, key, version):
        self.note()
        self.fronts[host].delete(key, version)
        self.is_seen(host, key, version)

    @rule(host=hosts, key=keys, timeout=timeouts, version=versions)
    def touch(self, host, key, timeout, version):
        self.note()
        self.fronts[host].touch(key, timeout, version)
        self.is_seen(host, key, version)

    @rule(host=hosts, key=keys, delta=st.integers(), version=versions)
    def add_up(self, host, key, delta, version):
        self.note()
        try:
            found = self.fronts[host].incr(key, delta, version)
        except (TypeError, ValueError):
            pass
        else:
            assert found == self.far.get(key, version=version)
        self.is_seen(host, key, version)

    @rule(host=hosts, data=st.dictionaries(keys, values), timeout=timeouts, version=versions)
    def put_many(self, host, data, timeout, version):
        self.note()
        self.fronts[host].set_many(data, timeout, version)
        for key in data:
            self.is_seen(host, key, version)

    @rule(host=hosts)
    def clear(self, host):
        self.note()
        self.fronts[host].clear()
        for key in KEYS:
            self.is_seen(host, key, None)

    def is_seen(self, host, key, version):
        """A host's own write is there for it at once."""
        found = self.fronts[host].get(key, version=version)
        assert found == self.far.get(key, version=version)

    @invariant()
    def nobody_sees_what_is_too_old(self):
        recent = [then for until, then in self.past if until > self.now - STALENESS]
        recent.append(self.entries())
        for front in self.fronts:
            for version in VERSIONS:
                many = front.get_many(KEYS, version)
                for key in KEYS:
                    allowed = [then[key, version] for then in recent]
                    assert many.get(key) in allowed
                    assert front.get(key, version=version) in allowed
                    assert front.has_key(key, version) in (True, False)


Hosts.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_hosts = Hosts.TestCase
