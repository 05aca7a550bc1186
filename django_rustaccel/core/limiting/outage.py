"""A storage that does not answer: what is said meanwhile, and who hears of it, once an outage."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

logger = logging.getLogger("django_rustaccel.ratelimit")

#: Seconds until a storage that did not answer is asked again; until then nobody waits for it.
PAUSE = 1.0

#: Called with the storage and the error when an outage begins, and with ``None`` when it is over.
listeners: list[Callable[[str, Exception | None], None]] = []


class Outage:
    """Whether a storage answers, as far as this process knows."""

    def __init__(self, storage: str) -> None:
        self.storage = storage
        self._is_on = False
        self._until = 0.0

    @property
    def is_pausing(self) -> bool:
        """Whether asking again would be too early."""
        return self._is_on and time.monotonic() < self._until

    def failed(self, error: Exception) -> None:
        """The storage did not answer; the first time, say so."""
        began, self._is_on = not self._is_on, True
        self._until = time.monotonic() + PAUSE
        if began:
            logger.error("Rate limits: %s does not answer (%s).", self.storage, error)
            self._tell(error)

    def answered(self) -> None:
        """The storage answered; if it did not before, say so."""
        if self._is_on:
            self._is_on = False
            logger.info("Rate limits: %s answers again.", self.storage)
            self._tell(None)

    def _tell(self, error: Exception | None) -> None:
        for listener in listeners:
            listener(self.storage, error)
