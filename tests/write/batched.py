"""Validate a list on both engines and hold together what instances are made of, too."""

from django.db.models import Model

from engines import assert_same, captured_queries


def parts(value):
    """`value` with instances taken apart: class, attributes, and the state Django keeps."""
    if isinstance(value, Model):
        related = dict(value._state.fields_cache)
        state = sorted((vars(value._state) | {"fields_cache": parts(related)}).items())
        return type(value), parts({**vars(value), "_state": state})
    if isinstance(value, dict):
        return {key: parts(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [parts(part) for part in value]
    return value


def validate(serializer, rows, **kwargs):
    made = serializer(data=rows, many=True, **kwargs)
    made.is_valid()
    return made.errors, parts(made.validated_data)


def assert_same_validation(serializer, rows, **kwargs):
    """Compare with stock; returns stock's errors and how many queries ours took.

    Nothing is returned where stock, and ours too, raises something else than it should.
    """
    outcome = assert_same(lambda: validate(serializer, rows, **kwargs))
    if outcome is None:
        return None
    with captured_queries() as queries:
        validate(serializer, rows, **kwargs)
    return outcome[0], len(queries)
