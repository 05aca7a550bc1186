"""What a serializer says of some data, on either engine, in a form that can be compared.

What counts as the same: whether it is valid, the validated data with the exact type and order of
every part, the errors with their texts and codes, exceptions, what is left of the data that was
given, and no more queries.
"""

import copy
from collections.abc import Callable
from typing import Any

from rest_framework.exceptions import ErrorDetail

import django_rustaccel
from engines import captured_queries, describe, running

Make = Callable[[Any], Any]


def verdict(make: Make, data: Any, engine: str) -> dict[str, Any]:
    """Validate a copy of `data` with the serializer that `make` makes for it."""
    data = copy.deepcopy(data)
    with running(engine), captured_queries() as queries:
        serializer = make(data)
        try:
            found = {"valid": serializer.is_valid()}
        except Exception as error:
            found = {"raised": (type(error), str(error))}
        else:
            found["values"] = describe(serializer.validated_data)
            found["errors"] = with_codes(serializer.errors)
    return found | {"left": describe(data), "queries": len(queries)}


def with_codes(errors: Any) -> Any:
    """Errors with the exact type of every part, and the code of every text."""
    if isinstance(errors, ErrorDetail):
        return type(errors), str(errors), errors.code
    if isinstance(errors, dict):
        return type(errors), [(describe(key), with_codes(part)) for key, part in errors.items()]
    if isinstance(errors, list):
        return type(errors), [with_codes(part) for part in errors]
    return describe(errors)


def assert_same(make: Make, data: Any, *, native: bool | None = None) -> dict[str, Any]:
    """Compare both engines and return stock's verdict.

    `native` asks which counter the accelerated call must have moved, so that a test cannot pass by
    never engaging.
    """
    __tracebackhide__ = True
    stock = verdict(make, data, "stock")
    before = django_rustaccel.stats()["write"]
    ours = verdict(make, data, "rustaccel")
    after = django_rustaccel.stats()["write"]
    assert ours["queries"] <= stock["queries"]
    ours["queries"] = stock["queries"]
    assert ours == stock
    if native is not None:
        counter = "native" if native else "stock"
        assert after[counter] > before[counter], django_rustaccel.stats()["fallbacks"]
    return stock
