"""What to do about a reason for slower code."""

from __future__ import annotations

import re

#: The first pattern that a reason matches says what to do.
_ADVICE = (
    (
        r"^calls `",
        "Take the value from a column, a relation or an annotation by `source`, without the method",
    ),
    (
        r"is a property|is a method",
        "Annotate the value in the queryset, or store it in a column; what stays is read from"
        " instances",
    ),
    (
        r"to_internal_value` is overridden",
        "Validate in fields or in `validate()`, and leave `to_internal_value` to the framework",
    ),
    (
        r"to_representation` is overridden",
        "Say it with fields (`source`, nested serializers), and drop `to_representation`",
    ),
    (r"validator `", "Use a validator of Django or of the framework in its place"),
    (r"finds objects in its own way|queryset is sliced", "Give the field a plain queryset"),
    (r"receivers: ", "Connect the receiver to the models that need it, or do its work on save"),
    (r"from_db_value` is overridden", "Keep the column of a plain type, and convert where needed"),
    (r"the queryset ", "Give the serializer a plain queryset, or accept reading instances"),
    (
        r"spelled by strftime|read by strptime|localize ",
        "Use the field's standard format",
    ),
    (r"ACCELERATE_DRF", 'RUSTACCEL["ACCELERATE_DRF"] = True'),
    (
        r"fails: explain an instance|cannot be built",
        "Let the serializer be made without arguments, or pass an instance to `explain()`",
    ),
    (r"is overridden|is replaced", "Drop the override, or say the same with fields"),
)
#: A class of the framework that has no native mirror, or a storage that is no directory.
_INHERENT = re.compile(r"`\w+` is (?:spelled|read) by Python|`[\w.]+` makes each URL.*")
_OTHERWISE = "Change what stands there, if it can be said with fields"


def advice(reason: str) -> str:
    """What to do about it, in one sentence."""
    return next((text for pattern, text in _ADVICE if re.search(pattern, reason)), _OTHERWISE)


def is_avoidable(reason: str) -> bool:
    """Whether an edit of the project can end it."""
    return not _INHERENT.fullmatch(reason)
