"""Threads that hash passwords while the event loop goes on."""

from __future__ import annotations

import functools
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import sync_to_async

from django_rustaccel.conf import hashing_limits


def in_thread(function: Any, *args: Any, **options: Any) -> Any:
    """Await a function that hashes, in one of as many threads as there are processors.

    More threads would hash no faster, and take their turns from the event loop's.
    """
    run = sync_to_async(function, thread_sensitive=False, executor=_executor())
    return run(*args, **options)


@functools.cache
def _executor() -> ThreadPoolExecutor:
    name = "rustaccel-password"
    return ThreadPoolExecutor(hashing_limits()[0], thread_name_prefix=name, initializer=_step_back)


def _step_back() -> None:
    """Let the event loop's thread go first; only Linux knows niceness of single threads."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


if hasattr(os, "register_at_fork"):
    # The threads stay behind in the parent.
    os.register_at_fork(after_in_child=_executor.cache_clear)
