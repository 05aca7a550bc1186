"""Books, and what they have to do with."""

from io import BytesIO
from pathlib import Path
from typing import Any
from unittest import mock

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

import django_rustaccel
from shop.models import Author, Book, Publisher, Tag
from shop.serializers import CoverSerializer
from shop.tests.base import ShopTestCase, ask_both

BOOKS = "/api/books/"


def picture(size: int = 8) -> SimpleUploadedFile:
    """A small PNG."""
    out = BytesIO()
    Image.new("RGB", (size, size), "navy").save(out, "PNG")
    return SimpleUploadedFile("cover.png", out.getvalue(), "image/png")


class ReadingTests(ShopTestCase):
    def test_the_same_bytes_from_rows(self) -> None:
        first = Book.objects.order_by("pk")[0]
        queries = (
            "",
            "?page=2",
            "?search=quiet",
            "?ordering=-price,title",
            f"?publisher={first.publisher_id}&price_min=10",
            f"?tags={Tag.objects.values_list('pk', flat=True)[0]}",
            "?published_after=2000-01-01&status=sale",
        )
        for url in [*(BOOKS + query for query in queries), f"{BOOKS}{first.pk}/"]:
            with self.subTest(url=url):
                stock, ours = ask_both(self.api(), url)
                assert ours.seen == stock.seen
                assert ours.status == 200
                assert ours.tiers == {"rows": 1}
                assert stock.tiers == {}
                assert ours.queries <= stock.queries

    def test_the_same_errors(self) -> None:
        for query, status in (("0/", 404), ("?page=99", 404), ("?price_min=cheap", 400)):
            with self.subTest(query=query):
                stock, ours = ask_both(self.api(), BOOKS + query)
                assert ours.seen == stock.seen
                assert ours.status == status

    def test_publishers_authors_and_tags(self) -> None:
        for name in ("publishers", "authors", "tags"):
            with self.subTest(name=name):
                stock, ours = ask_both(self.api(), f"/api/{name}/")
                assert ours.seen == stock.seen
                assert ours.tiers == {"rows": 1}


class WritingTests(ShopTestCase):
    def body(self, **changes: Any) -> dict[str, Any]:
        return {
            "title": "Amerika",
            "price": "12.50",
            "pages": 320,
            "publisher_id": Publisher.objects.values_list("pk", flat=True)[0],
            "author_id": Author.objects.values_list("pk", flat=True)[0],
            "tag_ids": list(Tag.objects.values_list("pk", flat=True)[:2]),
            **changes,
        }

    def test_only_the_staff_writes(self) -> None:
        assert self.api().post(BOOKS, self.body(), format="json").status_code == 401
        assert self.api(self.reader).post(BOOKS, self.body(), format="json").status_code == 403
        assert Book.objects.filter(title="Amerika").count() == 0

    def test_create_and_update(self) -> None:
        staff = self.api(self.keeper)
        before = django_rustaccel.stats()["write"]["native"]
        created = staff.post(BOOKS, self.body(), format="json")
        assert created.status_code == 201
        assert django_rustaccel.stats()["write"]["native"] == before + 1
        assert [tag["name"] for tag in created.json()["tags"]] == ["classic", "crime"]
        url = f"{BOOKS}{created.json()['id']}/"
        changed = staff.patch(url, {"price": "9.00"}, format="json").json()
        assert changed["price"] == "9.00"
        assert changed["updated"] > created.json()["updated"]

    def test_wrong_input_is_named_as_by_stock(self) -> None:
        wrong = self.body(price="0", author_id=0, tag_ids=[0], pages=-1, status="lost")
        staff = self.api(self.keeper)
        ours = staff.post(BOOKS, wrong, format="json")
        with django_rustaccel.disabled():
            stock = staff.post(BOOKS, wrong, format="json")
        assert ours.content == stock.content
        assert ours.status_code == 400
        assert set(ours.json()) == {"price", "author_id", "tag_ids", "pages", "status"}

    def test_import_looks_relations_up_together(self) -> None:
        rows = [self.body(title=f"Volume {number}") for number in range(20)]
        before = django_rustaccel.stats()["lookups"]
        response = self.api(self.keeper).post(f"{BOOKS}import/", rows, format="json")
        after = django_rustaccel.stats()["lookups"]
        assert response.status_code == 201
        assert len(response.json()["created"]) == 20
        # 20 authors, 20 publishers and 40 tags.
        assert after["answered"] - before["answered"] == 80
        assert after["queries"] - before["queries"] == 3

    def test_import_is_all_or_nothing(self) -> None:
        twice = self.body(uuid="00000000-0000-4000-8000-000000000000")
        response = self.api(self.keeper).post(f"{BOOKS}import/", [twice, twice], format="json")
        assert response.status_code == 409
        assert Book.objects.filter(title="Amerika").count() == 0

    def test_prices_are_validated_together(self) -> None:
        books = list(Book.objects.order_by("pk")[:3])
        staff = self.api(self.keeper)
        new = [{"id": book.pk, "price": "7.00"} for book in books]
        assert staff.post(f"{BOOKS}prices/", new, format="json").json() == {"changed": 3}
        assert all(book.price == 7 for book in Book.objects.filter(pk__in=[b.pk for b in books]))
        new[1]["price"] = "0.00"
        refused = staff.post(f"{BOOKS}prices/", new, format="json")
        assert refused.status_code == 400
        assert list(refused.json()) == ["1"]
        assert staff.post(f"{BOOKS}prices/", new[:1] * 2, format="json").status_code == 400


class CoverTests(ShopTestCase):
    def upload(self, cover: Any) -> Any:
        book = Book.objects.order_by("pk")[0]
        return self.api(self.keeper).put(f"{BOOKS}{book.pk}/cover/", {"cover": cover})

    def stored(self) -> list[Path]:
        return list(Path(settings.MEDIA_ROOT).rglob("*.png"))

    def test_upload_and_replace(self) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            first = self.upload(picture())
            second = self.upload(picture(9))
        assert (first.status_code, second.status_code) == (200, 200)
        assert len(self.stored()) == 1
        assert second.json()["cover"].startswith("http://testserver/media/covers/cover")
        stock, ours = ask_both(self.api(), f"{BOOKS}{Book.objects.order_by('pk')[0].pk}/")
        assert ours.seen == stock.seen
        assert b"/media/covers/" in ours.body

    def test_what_is_no_picture_is_refused(self) -> None:
        for content in (b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a"):
            with self.subTest(content=content):
                answer = self.upload(SimpleUploadedFile("cover.png", content))
                assert answer.status_code == 400
                assert list(answer.json()) == ["cover"]
        assert self.upload("").status_code == 400
        with mock.patch.object(CoverSerializer, "MAX_BYTES", 10):
            assert self.upload(picture()).json() == {"cover": ["A cover has 2 MB at most."]}
        assert self.stored() == []
