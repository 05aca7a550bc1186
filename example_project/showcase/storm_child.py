"""A process of its own that checks one password many times at once: ``HASHER ENCODED LOGINS``.

In a process of its own, because the most memory that a process has used never falls again.
Writes one line of JSON.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

from django.utils.module_loading import import_string

PASSWORD = "correct horse battery staple"  # noqa: S105 - nobody's


def storm(hasher: Any, encoded: str, logins: int) -> dict[str, Any]:
    """Seconds until all logins and half of them were through, and bytes of memory they took."""
    start_together = Barrier(logins + 1)

    def log_in() -> float:
        start_together.wait()
        if not hasher.verify(PASSWORD, encoded):
            raise ValueError("the password does not match its own hash")
        return time.perf_counter()

    before = memory("VmRSS")
    with ThreadPoolExecutor(logins) as threads:
        clients = [threads.submit(log_in) for _ in range(logins)]
        start_together.wait()
        start = time.perf_counter()
        ends = sorted(client.result() - start for client in clients)
    peak = memory("VmHWM")
    taken = None if before is None or peak is None else max(0, peak - before)
    return {"seconds": ends[-1], "median": ends[len(ends) // 2], "memory": taken}


def memory(line: str) -> int | None:
    """Bytes of this process by the kernel's count (proc(5)); ``None`` where there is no /proc."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    names = dict(each.partition(":")[::2] for each in status.read_text().splitlines())
    return int(names[line].split()[0]) * 1024


if __name__ == "__main__":
    name, encoded_password, count = sys.argv[1:]
    result = storm(import_string(name)(), encoded_password, int(count))
    sys.stdout.write(json.dumps(result) + "\n")
