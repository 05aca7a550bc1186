"""The clock of the day of other processes, which a test sets while they run."""

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("clock.c")


class Clock:
    """The clock of every process that is started with :attr:`environment`."""

    def __init__(self, folder: Path) -> None:
        """Skip where libraries are not preloaded, or no compiler makes one."""
        compiler = shutil.which("cc")
        if sys.platform != "linux" or compiler is None:
            pytest.skip("needs Linux and a C compiler")
        library, self._file = folder / "clock.so", folder / "offset"
        command = [compiler, "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"]
        subprocess.run(command, check=True, timeout=60)
        self.environment = {"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(self._file)}
        self.set(0)

    def set(self, seconds: int) -> None:
        """So many seconds from the true time."""
        # In place: the processes have mapped this very file.
        mode = os.O_RDWR | os.O_CREAT
        place = os.open(self._file, mode, 0o600)
        os.pwrite(place, struct.pack("q", seconds), 0)
        os.close(place)
