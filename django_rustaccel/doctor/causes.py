"""What in the code of a project keeps its serializers from a better tier."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django_rustaccel.doctor.advice import advice, is_avoidable
from django_rustaccel.doctor.changes import Change, Gain
from django_rustaccel.drf.explanation import Explanation, FieldExplanation
from django_rustaccel.drf.input_explanation import InputExplanation, InputFieldExplanation

#: What a call loses: stock code takes several times as long as reading instances, as that does
#: compared to rows. Objects are read more often than they are written.
_WEIGHTS = {
    "stock": 2.0,
    "instances": 1.0,
    "input stock": 1.0,
    "input partly native": 0.5,
    "look-ups one by one": 0.5,
}

_PLACE = re.compile(r" in ([^`\s]+:\d+)$")
#: What counters say before the reason itself: whose it is.
_OWNER = re.compile(r"^(?:\w+ is read from instances: )?(?:[\w.]+: )?")

#: A reason, the tier that it keeps something at, and what that is.
Finding = tuple[str, str, str]


def place(reason: str) -> str:
    """File and line that a reason ends with; empty where it names none."""
    found = _PLACE.search(reason)
    return found[1] if found else ""


def cause(reason: str) -> str:
    """What reasons have in common that one edit would end.

    That is the line of code: subclasses tell of it under their own names.
    """
    return place(reason) or reason


def parts(counted: str) -> list[str]:
    """The reasons in a text that ``stats()`` counts, without whose they are."""
    pieces = re.split(r"; (?=[\w.]+: |`|calls |the queryset )", counted)
    return [_OWNER.sub("", piece) for piece in pieces]


def changes_of(found: Iterable[Explanation]) -> list[Change]:
    """The causes of these explanations, each once, what keeps back most first."""
    made: dict[str, Change] = {}
    for explanation in found:
        for each in (of_reading(explanation), of_writing(explanation)):
            findings = [finding for finding in each if is_avoidable(finding[0])]
            for reason, tier, path in findings:
                change = made.setdefault(cause(reason), change_of(reason))
                change.keeps[tier].append(path)
                change.weight += _WEIGHTS[tier] / len(findings)
    for change in made.values():
        change.gain = Gain(_estimate(change))
    return sorted(made.values(), key=lambda change: (-change.weight, change.why))


def change_of(reason: str) -> Change:
    """The change that would end a reason."""
    return Change(advice(reason), place(reason), reason)


def _estimate(change: Change) -> str:
    kept = (f"{len(places)} × {tier}" for tier, places in change.keeps.items())
    return f"estimated by what it keeps back: {', '.join(kept)}"


def of_reading(explanation: Explanation) -> Iterator[Finding]:
    """What keeps a whole call from a better tier, and where that is; each reason once."""
    found = {}
    if explanation.tier == "rows":
        return
    if explanation.tier == "instances":
        found = dict(_of_fields(explanation, explanation.serializer))
    # Without a model there are no rows to be read: no change would bring that tier.
    if explanation.tier == "stock" or explanation.model is not None:
        ends = tuple(found)
        own = [each for each in explanation.reasons if not (ends and each.endswith(ends))]
        found |= dict.fromkeys(own, explanation.serializer)
    yield from ((reason, explanation.tier, path) for reason, path in found.items())


def _of_fields(explained: Explanation | FieldExplanation, path: str) -> Iterator[tuple[str, str]]:
    for part in explained:
        inner = f"{path}.{part.name}"
        if part.reason:
            yield part.reason, inner
        yield from _of_fields(part, inner)


def of_writing(explanation: Explanation) -> Iterator[Finding]:
    """What runs Python code for values, or asks the database one by one; each reason once."""
    found = explanation.input
    if found is None or (explanation.tier == "stock" and found.reasons == explanation.reasons):
        return  # Said of reading already: it is one reason for both.
    tier = f"input {found.title}"
    own = dict.fromkeys(_obstacles(found), explanation.serializer)
    if found.title == "stock":
        yield from ((reason, tier, path) for reason, path in own.items())
        return
    own |= dict(_of_inputs(found, explanation.serializer))
    yield from ((reason, "input partly native", path) for reason, path in own.items())
    yield from _of_lookups(found, explanation.serializer)


def _obstacles(found: InputExplanation) -> list[str]:
    """Without the notes about methods that run besides."""
    if found.native:
        return []
    return [reason for reason in found.reasons if "is overridden" in reason or not _is_note(reason)]


def _is_note(reason: str) -> bool:
    return reason.startswith("calls `") or "in every call" in reason


def _of_inputs(
    explained: InputExplanation | InputFieldExplanation, path: str
) -> Iterator[tuple[str, str]]:
    for part in explained:
        inner = f"{path}.{part.name}"
        if part.reason and not part.native:
            reasons = (each for each in part.reason.split("; ") if not _is_note(each))
            yield from ((reason, inner) for reason in reasons)
        yield from _of_inputs(part, inner)


def _of_lookups(
    explained: InputExplanation | InputFieldExplanation, path: str
) -> Iterator[Finding]:
    for lookup in explained.lookups:
        if not lookup.batched and lookup.reason:
            yield f"{lookup.name}: {lookup.reason}", "look-ups one by one", path
    for part in explained:
        yield from _of_lookups(part, f"{path}.{part.name}")
