"""`full_clean_many` and the loop of `full_clean` that it stands for, and what both leave behind."""

import copy
import datetime
import random

from django.core.exceptions import ValidationError

from bookshop.data import make_book
from django_rustaccel.exceptions import BulkValidationError
from django_rustaccel.validation import full_clean_many
from engines import captured_queries, describe


def loop(instances, **stages):
    errors = {}
    for index, instance in enumerate(instances):
        try:
            instance.full_clean(**stages)
        except ValidationError as error:
            errors[index] = error
    return errors


def many(instances, **stages):
    try:
        assert full_clean_many(instances, **stages) is None
    except BulkValidationError as error:
        return error.errors
    return {}


def told(error):
    """Everything of an error: messages, codes, parameters, in their order."""
    return [
        (field, [(str(one.message), one.code, describe(_plain(one.params))) for one in errors])
        for field, errors in error.error_dict.items()
    ]


def _plain(params):
    """Parameters without the instance, of which there are two."""
    return {key: value for key, value in (params or {}).items() if key != "model"}


def attributes(instance):
    return describe({k: v for k, v in vars(instance).items() if k != "_state"})


def compare(instances, *, queries=None, **stages):
    """Both ways over copies; returns the errors, which are the same."""
    theirs, ours = copy.deepcopy(instances), copy.deepcopy(instances)
    with captured_queries() as asked_by_loop:
        expected = loop(theirs, **stages)
    with captured_queries() as asked:
        found = many(ours, **stages)
    assert {index: told(error) for index, error in found.items()} == {
        index: told(error) for index, error in expected.items()
    }
    assert list(map(attributes, ours)) == list(map(attributes, theirs))
    if queries is not None:
        assert len(asked) <= queries < len(asked_by_loop), "\n".join(asked)
    return found


def books(count, publisher, seed=1):
    rng = random.Random(seed)
    made = [make_book(rng, number, publisher) for number in range(count)]
    for book in made:
        book.rating, book.published = book.rating or 1.0, book.published or datetime.date.min
        book.publisher_id = publisher.pk
    return made
