"""A local level in front of another cache: what may be kept of what was read there.

Who reads from the other cache may be overtaken: the entry changes, this process hears of it, and
only then the old value arrives. So a reader takes a mark before it asks, and what it brings is kept
only if nobody has forgotten the key since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django_rustaccel._rust import CacheStore

if TYPE_CHECKING:
    from django_rustaccel.core.tracking import Tracking

#: Keys that share a mark only cost each other a look into the other cache now and then.
MARKS = 1024


class Mark(NamedTuple):
    """What stood for a key when somebody began to read it."""

    marks: list[object]
    place: int
    mark: object


class LocalLevel:
    """The entries of this process, and which keys were forgotten when.

    Nothing here takes a lock: a mark is a new object each time, and it changes before the entry
    goes. Who keeps an entry looks at the mark afterwards.
    """

    def __init__(self, store: CacheStore) -> None:
        self.store = store
        #: How many keys were forgotten, and how often all.
        self.forgotten = self.cleared = 0
        #: What hears of changes, if anything does.
        self.tracking: Tracking | None = None
        self._marks: list[object] = [None] * MARKS

    def mark(self, key: str) -> Mark:
        """To be taken before the other cache is asked."""
        marks, place = self._marks, hash(_encoded(key)) % MARKS
        return Mark(marks, place, marks[place])

    def settle(self, key: str, mark: Mark) -> None:
        """Take the entry back that was just kept, if it may be old."""
        if self._marks is not mark.marks or mark.marks[mark.place] is not mark.mark:
            self.store.forget(_encoded(key))

    def forget(self, key: str | bytes) -> None:
        """The entry of the other cache has changed, or may have."""
        key = key if isinstance(key, bytes) else _encoded(key)
        self._marks[hash(key) % MARKS] = object()
        self.store.forget(key)
        self.forgotten += 1

    def forget_all(self) -> None:
        """All may have changed."""
        self._marks = [None] * MARKS
        self.store.forget_all()
        self.cleared += 1


def _encoded(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")
