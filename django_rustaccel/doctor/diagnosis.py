"""Everything that the doctor has to say of a project, as data."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.checks import ERROR, CheckMessage

from django_rustaccel.doctor import suggestions, surroundings

if TYPE_CHECKING:  # both need Django REST framework
    from django_rustaccel.doctor.changes import Change
    from django_rustaccel.doctor.sample import Sampled
    from django_rustaccel.drf.explanation import Explanation

NOTHING_KNOWN = (
    "what each keeps back, since how often that is called is not known (--auto and --url measure "
    "requests, --metrics asks a running worker)"
)


@dataclass
class Diagnosis:
    """What was found; :meth:`rank` makes the changes of it."""

    messages: list[CheckMessage]
    explanations: list[Explanation] = field(default_factory=list)
    sampled: list[Sampled] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    #: What the order of the changes is based on.
    basis: str = ""
    #: How many changes were left out.
    more: int = 0

    @property
    def problems(self) -> list[str]:
        """Errors of system checks, and requests that acceleration answers differently."""
        errors = [message.msg for message in self.messages if message.level >= ERROR]
        different = [each for each in self.sampled if each.result == "different"]
        return errors + [
            f"{each.method} {each.path} is not answered as by stock code" for each in different
        ]

    def rank(self, counted: dict[str, int], whose: str, most: int) -> None:
        """Order the changes by the best that is known of their use, and keep so many of them.

        Parameters: the reasons that a process has counted, whose process that is, and the number.
        """
        code = self._changes_of_code(counted, whose)
        found = [*suggestions.large(self.sampled), *code, *suggestions.small()]
        self.changes, self.more = found[:most], len(found[most:])

    def _changes_of_code(self, counted: dict[str, int], whose: str) -> list[Change]:
        self.basis = NOTHING_KNOWN
        if not (self.explanations or self.sampled):
            return []
        from django_rustaccel.doctor import ranking
        from django_rustaccel.doctor.causes import changes_of

        known = changes_of(self.explanations)
        if self.sampled:
            number = sum(each.times for each in self.sampled)
            self.basis = f"the time of calls in a sample of {number} requests"
            return ranking.by_sample(known, self.sampled)
        if counted:
            self.basis = f"the calls that {whose} has counted"
            return ranking.by_calls(known, counted, whose)
        return known

    @cached_property
    def milliseconds(self) -> dict[str, float]:
        """The time of each serializer's calls in the sample, by its dotted name."""
        found: dict[str, float] = defaultdict(float)
        for request in self.sampled:
            for call in request.calls:
                name = call["subject"].removesuffix("(many=True)")
                found[name] += request.times * call["milliseconds"]
        return found

    def as_dict(self) -> dict[str, Any]:
        """Data for scripts."""
        return {
            "versions": surroundings.versions(),
            "processor": surroundings.processor(),
            "databases": surroundings.databases(),
            "messages": [_message(each) for each in self.messages],
            "requests": [each.as_dict() for each in self.sampled],
            "serializers": {each.serializer: self._serializer(each) for each in self.explanations},
            "basis": self.basis,
            "changes": [change.as_dict() for change in self.changes],
            "more": self.more,
        }

    def _serializer(self, explanation: Explanation) -> dict[str, Any]:
        found: dict[str, Any] = {
            "tier": explanation.tier,
            "input": explanation.input.title if explanation.input else "stock",
            "reasons": [f"{tier}, {path}: {why}" for why, tier, path in reasons(explanation)],
        }
        if self.sampled:
            found["milliseconds"] = self.milliseconds.get(explanation.serializer, 0.0)
        return found


def reasons(explanation: Explanation) -> list[tuple[str, str, str]]:
    """Each reason for less than the best, the tier that it keeps something at, and what that is."""
    from django_rustaccel.doctor.causes import of_reading, of_writing

    return [*of_reading(explanation), *of_writing(explanation)]


def _message(message: CheckMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "level": message.level,
        "message": message.msg,
        "hint": message.hint,
    }
