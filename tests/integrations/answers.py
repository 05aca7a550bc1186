"""What an API answers: all that a client sees of it, to be held against stock's."""

from typing import Any

from django.db import transaction
from rest_framework.response import Response
from rest_framework.test import APIClient

#: Status, headers and body.
Answer = tuple[int, list[tuple[str, str]], bytes]


def get(url: str, user: Any = None, **headers: str) -> Answer:
    """The answer to a query, for a user if there is one."""
    return _seen(_client(user).get(url, headers=headers))


def answer(
    url: str, method: str = "post", data: Any = None, user: Any = None, **headers: str
) -> Answer:
    """The answer to data sent as JSON; what it changed in the database is undone."""
    client = _client(user)
    with transaction.atomic():
        response = getattr(client, method)(url, data, format="json", headers=headers)
        transaction.set_rollback(True)
    return _seen(response)


def _client(user: Any) -> APIClient:
    client = APIClient()
    if user is not None:
        # As a request would find it: without the permissions that an earlier one looked up.
        client.force_authenticate(type(user).objects.get(pk=user.pk))
    return client


def _seen(response: Response) -> Answer:
    return response.status_code, sorted(response.headers.items()), response.content
