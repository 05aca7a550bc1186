"""Backends that say how they were asked, or take their time."""

import asyncio

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache


class Counting(LocMemCache):
    """How often it was asked; `before` and `after` run around each call."""

    def __init__(self, *args):
        super().__init__(*args)
        self.asked = []
        self.before = self.after = lambda: None

    def _noting(name):
        def call(self, *args, **options):
            self.asked.append(name)
            self.before()
            try:
                return getattr(LocMemCache, name)(self, *args, **options)
            finally:
                self.after()

        return call

    get, set, add, incr, delete = map(_noting, ("get", "set", "add", "incr", "delete"))


class SlowAsync(Counting):
    """Leaves the loop to others in every call."""

    async def aget(self, key, default=None, version=None):
        await asyncio.sleep(0.005)
        return self.get(key, default, version)

    async def aadd(self, *arguments, **options):
        await asyncio.sleep(0.005)
        return self.add(*arguments, **options)


class Live(BaseCache):
    """Keeps the objects themselves."""

    def __init__(self, name, params):
        super().__init__(params)
        self.kept = {}

    def get(self, key, default=None, version=None):
        return self.kept.get(self.make_key(key, version), default)

    def set(self, key, value, timeout=None, version=None):
        self.kept[self.make_key(key, version)] = value
