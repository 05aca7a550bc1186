"""A handler that can be held, and a pipeline in front of it."""

import threading
from typing import Any

from rest_framework import serializers

from django_rustaccel.channels import Message, MessagePipeline

SECONDS = 10


class Order(serializers.Serializer):
    count = serializers.IntegerField(max_value=9)


class Collecting:
    """A handler that keeps its batches, and waits for a gate."""

    def __init__(self, is_open: bool = True) -> None:
        self.batches: list[list[Message]] = []
        self.threads: set[threading.Thread] = set()
        self.gate = threading.Event()
        self.entered = threading.Event()
        if is_open:
            self.gate.set()

    def __call__(self, batch: list[Message]) -> None:
        self.entered.set()
        assert self.gate.wait(SECONDS)
        self.threads.add(threading.current_thread())
        self.batches.append(batch)

    @property
    def data(self) -> list[Any]:
        return [message.data for batch in self.batches for message in batch]


def held(capacity: int = 1000, **options: Any) -> tuple[Collecting, MessagePipeline]:
    """A pipeline whose handler is busy with the first message, 0."""
    handler = Collecting(is_open=False)
    pipeline = MessagePipeline(handler, capacity=capacity, **options)
    pipeline.put_sync("0")
    assert handler.entered.wait(SECONDS)
    return handler, pipeline
