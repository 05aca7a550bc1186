"""What the database refuses becomes an answer."""

from typing import Any

from django.db import IntegrityError
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import exception_handler


class Conflict(APIException):
    status_code = 409
    default_detail = "Something of the same name is there already."
    default_code = "conflict"


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's answer, and 409 for what two requests, or two rows of one, wanted at the same time."""
    return exception_handler(Conflict() if isinstance(error, IntegrityError) else error, context)
