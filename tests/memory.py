"""What the process holds, and whether repeated work makes it hold more."""

import gc
import mmap
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


def resident_bytes() -> int:
    """What the process holds now; its peak where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except FileNotFoundError:
        resource = pytest.importorskip("resource")
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return pages * mmap.PAGESIZE


def growth(work: Callable[[], object], times: int, first: int = 2000) -> tuple[int, int]:
    """How many blocks of Python and how many bytes more there are after `times` runs of `work`.

    What the `first` runs take is not counted: caches fill, and the allocator finds its size.
    """
    repeat(work, first)
    blocks, resident = sys.getallocatedblocks(), resident_bytes()
    repeat(work, times)
    return sys.getallocatedblocks() - blocks, resident_bytes() - resident


def repeat(work: Callable[[], object], times: int) -> None:
    for _ in range(times):
        work()
    gc.collect()
