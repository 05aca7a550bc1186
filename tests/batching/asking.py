"""Batches sent through Django's test clients, plain and async."""

import json
from base64 import b64decode

from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

#: The four ways: a plain and an async view, by WSGI and by ASGI.
WAYS = [("wsgi", "/batch/"), ("wsgi", "/abatch/"), ("asgi", "/batch/"), ("asgi", "/abatch/")]


class Site:
    """One client and the batch view that it uses."""

    def __init__(self, way=WAYS[0], **options):
        protocol, self.view = way
        options.setdefault("raise_request_exception", False)
        kind = Client if protocol == "wsgi" else AsyncClient
        self.is_async = protocol == "asgi"
        self.client = kind(**options)

    def send(self, method, path, body=b"", content_type="application/json", **headers):
        arguments = (method, path, body, content_type)
        if not self.is_async:
            return self.client.generic(*arguments, headers=headers)

        async def ask():
            return await self.client.generic(*arguments, headers=headers)

        return async_to_sync(ask)()

    def post(self, batch, view=None, **headers):
        """The response to a batch, given as an object or as its text."""
        text = batch if isinstance(batch, bytes) else json.dumps(batch).encode()
        return self.send("POST", view or self.view, text, **headers)

    def ask(self, *parts, view=None, **options):
        """The answers to parts."""
        response = self.post({"requests": list(parts), **options}, view)
        assert response.status_code == 200, response.content
        return response.json()["responses"]

    def lines(self, *parts, view=None, **options):
        """The answers as they came."""
        response = self.post({"requests": list(parts), **options}, view, accept=NDJSON)
        assert response.status_code == 200, response.content
        assert response["Content-Type"] == NDJSON
        return [json.loads(line) for line in chunks(response)]


NDJSON = "application/x-ndjson"


def chunks(response):
    """Each chunk of a streaming response."""
    if not response.is_async:
        return list(response.streaming_content)

    async def collect():
        return [chunk async for chunk in response.streaming_content]

    return async_to_sync(collect)()


def body_of(answer):
    """The bytes that the body of an answer stands for, where it is no JSON."""
    body = answer["body"]
    if answer.get("encoding") == "base64":
        return b64decode(body)
    return b"" if body is None else body.encode()
