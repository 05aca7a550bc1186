"""The settings: each is in use."""

import gzip
import json
import os
import subprocess
import sys
import zlib
from io import StringIO
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

import django_rustaccel
from config import settings as project
from shop.api.catalogue import BookViewSet
from shop.models import Author, Book
from shop.tests.base import BOOKS, ShopTestCase

ADMIN = ["author", "book", "order", "publisher", "review", "tag", "visit"]


class MiddlewareTests(ShopTestCase):
    def test_compression_as_the_client_likes_it(self) -> None:
        plain = self.client.get("/api/bestsellers/")
        for coding, undo in (("gzip", gzip.decompress), ("deflate", zlib.decompress)):
            with self.subTest(coding=coding):
                headers = {"accept-encoding": coding}
                packed = self.client.get("/api/bestsellers/", headers=headers)
                assert packed["Content-Encoding"] == coding
                assert len(packed.content) < len(plain.content)
                assert undo(packed.content) == plain.content
        preferred = self.client.get("/api/bestsellers/", headers={"accept-encoding": "gzip, zstd"})
        assert preferred["Content-Encoding"] == "zstd"

    def test_timing_is_told_and_counted(self) -> None:
        answer = self.client.get("/api/books/")
        assert 'desc="rows 1"' in answer["Server-Timing"]
        metrics = self.client.get(reverse("metrics")).content.decode()
        assert 'seconds_count{method="GET",route="/api/books/$",status="200"}' in metrics
        assert "rustaccel_cache_hits_total" in metrics

    def test_calls_of_one_user_are_limited(self) -> None:
        policy = self.client.get("/api/books/?page_size=1")["RateLimit-Policy"]
        assert ";q=100;" in policy
        limits = {"RULES": [{"RATE": "3/h", "PATHS": ["/api/"]}], "STORAGE": f"local://{self.id()}"}
        with self.settings(RUSTACCEL={**settings.RUSTACCEL, "RATE_LIMIT": limits}):
            client = self.api()
            found = [client.get("/api/basket/").status_code for _ in range(4)]
            assert found == [200, 200, 200, 429]
            assert client.get("/admin/login/").status_code == 200


class SettingsTests(ShopTestCase):
    def test_no_warnings(self) -> None:
        out = StringIO()
        with self.settings(RUSTACCEL=project.RUSTACCEL):
            call_command("check", stdout=out, stderr=out)
        assert "rustaccel" not in out.getvalue()

    def test_no_warnings_on_a_server(self) -> None:
        with TemporaryDirectory() as directory:
            told = {
                "PAYMENT_SECRET": "known to the shop and the provider",
                "REDIS_URL": "redis://127.0.0.1:6379/9",  # nothing is sent to it
                "TIMING_FILE": f"{directory}/timing",
            }
            ran = subprocess.run(
                [sys.executable, "manage.py", "check", "--deploy"],
                cwd=settings.BASE_DIR,
                env=os.environ | told,
                capture_output=True,
                text=True,
                check=False,
            )
        assert "security.W004" in ran.stderr  # the example has no HTTPS
        assert "rustaccel" not in ran.stdout + ran.stderr

    def test_migrations_are_complete(self) -> None:
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)

    def test_explain_says_rows(self) -> None:
        said = django_rustaccel.explain(BookViewSet.serializer_class, BookViewSet.queryset)
        assert said.tier == "rows"
        assert all(field.native for field in said.fields.values())
        out = StringIO()
        call_command("rustaccel", "explain", "shop.serializers.BookSerializer", stdout=out)
        assert out.getvalue().splitlines()[0].endswith("over shop.Book: rows")

    def test_the_projects_own_rows_are_the_same_both_ways(self) -> None:
        out = StringIO()
        call_command("rustaccel", "verify", stdout=out)
        assert ", 0 different," in out.getvalue()

    def test_dumpdata_and_loaddata(self) -> None:
        before = django_rustaccel.stats()
        out = StringIO()
        call_command("dumpdata", "shop.book", stdout=out)
        assert django_rustaccel.stats()["read"]["rows"] > before["read"]["rows"]
        with django_rustaccel.disabled():
            stock = StringIO()
            call_command("dumpdata", "shop.book", stdout=stock)
        assert out.getvalue() == stock.getvalue()
        assert len(json.loads(out.getvalue())) == BOOKS


class BackOfficeTests(ShopTestCase):
    def test_every_model_has_its_pages(self) -> None:
        self.client.force_login(self.keeper)
        for name in ADMIN:
            with self.subTest(name=name):
                for page in ("changelist", "add"):
                    url = reverse(f"admin:shop_{name}_{page}")
                    assert self.client.get(url).status_code == 200

    def test_the_page_of_a_book(self) -> None:
        book = Book.objects.order_by("pk")[0]
        self.client.force_login(self.keeper)
        self.assertContains(
            self.client.get(reverse("admin:shop_book_change", args=[book.pk])), book.title
        )
        found = self.client.get(reverse("admin:shop_book_changelist"), {"q": "quiet"})
        assert found.status_code == 200

    def test_customers_have_no_keys(self) -> None:
        self.client.force_login(self.reader)
        assert self.client.get(reverse("admin:index")).status_code == 302

    def test_the_browsable_api(self) -> None:
        Author.objects.update(name="<script>")
        page = self.client.get("/api/authors/", headers={"accept": "text/html"})
        self.assertContains(page, "&lt;script&gt;")
        self.assertNotContains(page, '"name": "<script>')
