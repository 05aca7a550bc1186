"""What the database and the hashes of passwords refuse becomes an answer."""

from typing import Any

from django.db import IntegrityError
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import exception_handler

from django_rustaccel.exceptions import HashingBusyError


class Conflict(APIException):
    """Two requests, or two rows of one, wanted the same at the same time."""

    status_code = 409
    default_detail = "Something of the same name is there already."
    default_code = "conflict"


class Busy(APIException):
    """More passwords are to be checked than there is memory for."""

    status_code = 503
    default_detail = "Too many log in at the moment."
    default_code = "busy"
    wait = 5  # seconds; DRF sends it as Retry-After


ANSWERS: dict[type[Exception], type[APIException]] = {
    HashingBusyError: Busy,
    IntegrityError: Conflict,
}


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's answer, also to the errors named here."""
    ours = (made() for kind, made in ANSWERS.items() if isinstance(error, kind))
    return exception_handler(next(ours, error), context)
