"""A change to a project that would make it faster, and what that would gain."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Gain:
    """What a change would gain, and how that is known."""

    text: str
    #: Whether the number was measured in this project; an estimate otherwise.
    measured: bool = False
    #: Of the sampled requests, where there were any: what is lost today, at most.
    milliseconds: float | None = None
    #: Calls that were counted, where a running process has told.
    calls: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Data for scripts."""
        return {
            "text": self.text,
            "measured": self.measured,
            "milliseconds": self.milliseconds,
            "calls": self.calls,
        }


@dataclass
class Change:
    """One edit of the project's settings or code."""

    #: What to do: an edit of the settings, or advice.
    what: str
    #: File and line, where they are known.
    where: str = ""
    #: What keeps the project slower today.
    why: str = ""
    gain: Gain = Gain("")
    #: What it keeps at which tier: serializers, or fields of them.
    keeps: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    #: The larger, the more it gains; comparable among changes of one basis only.
    weight: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Data for scripts."""
        return {
            "what": self.what,
            "where": self.where,
            "why": self.why,
            "gain": self.gain.as_dict(),
            "keeps": dict(self.keeps),
        }
