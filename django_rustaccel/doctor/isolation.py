"""What requests of a sample must not do: stay in databases, send mail, fill limits, write logs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connections, transaction
from django.test import utils
from rest_framework.views import APIView


@contextmanager
def isolated() -> Iterator[None]:
    """All of it, for as long as requests are sent."""
    with _test_environment(), _unthrottled(), _quiet(), rolled_back():
        yield


@contextmanager
def rolled_back() -> Iterator[None]:
    """Undo what is done to any database."""
    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(_undone(alias))
        yield


@contextmanager
def _undone(alias: str) -> Iterator[None]:
    atomic: Any = transaction.atomic(using=alias)
    # As in Django's own tests: `durable=True` within is no mistake of the project.
    atomic._from_testcase = True
    with atomic:
        try:
            yield
        finally:
            transaction.set_rollback(True, using=alias)


@contextmanager
def _test_environment() -> Iterator[None]:
    """Mail that goes nowhere, the client's host allowed, ``DEBUG`` off: as in Django's tests."""
    if hasattr(utils._TestState, "saved_data"):
        yield  # within tests
        return
    utils.setup_test_environment(debug=False)
    try:
        yield
    finally:
        utils.teardown_test_environment()


@contextmanager
def _quiet() -> Iterator[None]:
    """What fails is told by the sample."""
    logger = logging.getLogger("django.request")
    kept, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = kept


@contextmanager
def _unthrottled() -> Iterator[None]:
    """Repeated requests are not what throttles are for, and are not to be counted."""
    kept: Any = APIView.check_throttles
    APIView.check_throttles = lambda self, request: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        APIView.check_throttles = kept  # type: ignore[method-assign]
