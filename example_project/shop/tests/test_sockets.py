"""What WebSockets are told, and what they take."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User
from django.test import Client, TransactionTestCase, override_settings

from config.asgi import application
from shop.consumers import VisitCounter
from shop.models import Book, Review, Visit
from shop.ordering import mark_paid, place_order
from shop.seeding import seed
from shop.seeding.customers import STAFF
from shop.tests.base import FAST_HASHERS, PASSWORD, own_settings


@asynccontextmanager
async def connected(path: str, user: User | None = None) -> AsyncIterator[WebsocketCommunicator]:
    """A WebSocket of a page of this site, which its user may have logged in to."""
    headers = [(b"origin", b"http://localhost")]
    if user is not None:
        headers.append((b"cookie", await sync_to_async(_session_of)(user)))
    socket = WebsocketCommunicator(application, f"/ws/{path}/", headers)
    accepted, _ = await socket.connect()
    assert accepted
    yield socket
    await socket.disconnect()


def _session_of(user: User) -> bytes:
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}".encode()


@override_settings(PASSWORD_HASHERS=FAST_HASHERS)
class SocketTests(TransactionTestCase):
    def setUp(self) -> None:
        self.enterContext(override_settings(**own_settings(self)))
        for _ in seed(12, PASSWORD):
            pass
        self.keeper = User.objects.get(username=STAFF)
        self.reader, self.other = User.objects.filter(is_staff=False).order_by("pk")[:2]
        self.books = list(Book.objects.order_by("pk")[:2])
        Review.objects.all().delete()

    def review(self, book: Book) -> Any:
        client = Client(headers={"accept": "application/json"})
        client.force_login(self.reader)
        return client.post("/api/reviews/", {"book": book.pk, "stars": 4}, "application/json")

    def set_prices(self, prices: Any) -> Any:
        client = Client()
        client.force_login(self.keeper)
        return client.post("/api/books/prices/", prices, "application/json")

    async def test_reviews_are_told_to_everybody(self) -> None:
        async with connected("reviews") as socket:
            written = await sync_to_async(self.review)(self.books[0])
            told = await socket.receive_json_from()
        assert told["action"] == "created"
        assert told["data"] == written.json()

    async def test_a_client_chooses_a_book(self) -> None:
        first, second = self.books
        async with connected("reviews") as socket:
            await socket.send_json_to({"book": second.pk})
            assert await socket.receive_json_from() == {"listening": second.pk}
            await sync_to_async(self.review)(first)
            await sync_to_async(self.review)(second)
            told = await socket.receive_json_from()
            assert told["data"]["book"] == second.pk
            assert await socket.receive_nothing()

    async def test_wrong_messages_are_named(self) -> None:
        wrong = {"{": "parse_error", '{"book": 0}': "invalid", "[" * 9: "too_deep"}
        async with connected("reviews") as socket:
            for text, code in wrong.items():
                await socket.send_to(text)
                assert (await socket.receive_json_from())["code"] == code

    async def test_orders_are_told_to_their_customer_and_the_staff(self) -> None:
        line = {"book": self.books[0], "quantity": 2}
        async with (
            connected("orders", self.reader) as reader,
            connected("orders", self.other) as other,
            connected("orders", self.keeper) as staff,
        ):
            order = await sync_to_async(place_order)(customer=self.reader, lines=[line])
            told = await reader.receive_json_from()
            assert told["data"]["lines"][0]["title"] == self.books[0].title
            assert await staff.receive_json_from() == told
            await sync_to_async(mark_paid)(order.reference, int(order.total * 100))
            assert (await reader.receive_json_from())["data"]["status"] == "paid"
            assert await other.receive_nothing()

    async def test_new_prices_are_told_once_they_are_set(self) -> None:
        new = [{"id": book.pk, "price": f"7.0{number}"} for number, book in enumerate(self.books)]
        async with connected("prices") as socket:
            refused = await sync_to_async(self.set_prices)([{**new[0], "price": "0.00"}])
            assert refused.status_code == 400
            await sync_to_async(self.set_prices)(new)
            told = [{"book": each["id"], "price": each["price"]} for each in new]
            assert await socket.receive_json_from() == told

    async def test_strangers_are_refused(self) -> None:
        for path, origin in (("orders", b"http://localhost"), ("reviews", b"http://evil.example")):
            socket = WebsocketCommunicator(application, f"/ws/{path}/", [(b"origin", origin)])
            assert (await socket.connect())[0] is False

    async def test_visits_are_written_in_batches(self) -> None:
        visit = {"book": self.books[0].pk, "seconds": 12}
        async with connected("visits") as socket:
            for _ in range(20):
                await socket.send_json_to(visit)
            await socket.send_json_to({"book": 0, "seconds": 1})
            refused = json.loads(await socket.receive_from())
            assert refused["code"] == "invalid"
            await VisitCounter.pipeline.drain()
        assert await Visit.objects.filter(book=self.books[0], seconds=12).acount() == 20
