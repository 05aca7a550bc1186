"""The page and its answers, by Django's own client."""

import sys
from http import HTTPStatus
from unittest.mock import patch

from django.core.cache import cache
from django.test import Client, TestCase, override_settings
from django.urls.exceptions import Resolver404

from shop.models import Book
from showcase import guard
from showcase.comparison import Comparison, Side
from showcase.endpoints import ENDPOINTS
from showcase.storm import StormError
from showcase.tests.data import fill_shop

STOCK_CACHE = "django.core.cache.backends.dummy.DummyCache"
CACHES = {"default": {"BACKEND": "django_rustaccel.cache.RustCache"}}


class ViewTestCase(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        fill_shop()

    def setUp(self) -> None:
        guard.limiter.reset("127.0.0.1")


class PageTests(ViewTestCase):
    def test_every_endpoint_has_its_button(self) -> None:
        response = self.client.get("/")
        for endpoint in ENDPOINTS:
            self.assertContains(response, endpoint.title)
            self.assertContains(response, f'name="endpoint" value="{endpoint.key}"')

    def test_serializers_are_explained(self) -> None:
        response = self.client.get("/")
        self.assertContains(response, "BookSerializer")
        self.assertContains(response, "showcase.imports.BookImportSerializer")
        self.assertContains(response, "looked up for a whole list")

    def test_looking_measures_nothing(self) -> None:
        with (
            patch("showcase.comparison.compare") as compare,
            patch("showcase.storm.storm") as storm,
        ):
            self.client.get("/")
        compare.assert_not_called()
        storm.assert_not_called()


class CompareTests(ViewTestCase):
    def test_a_part_of_the_page(self) -> None:
        response = self.client.post("/compare/", {"endpoint": "page", "rounds": "10"})
        self.assertContains(response, "times as fast, the same bytes")
        self.assertContains(response, "Medians of 10 rounds")

    def test_json_for_programs(self) -> None:
        headers = {"accept": "application/json"}
        answer = self.client.post("/compare/", {"endpoint": "page"}, headers=headers).json()
        assert answer["identical"] is True
        assert answer["rounds"] == 10
        assert answer["accelerated"]["tier"] == "rows"
        assert answer["ratio"] == answer["stock"]["median"] / answer["accelerated"]["median"]

    def test_only_by_post(self) -> None:
        for url in ("/compare/", "/storm/"):
            assert self.client.get(url).status_code == HTTPStatus.METHOD_NOT_ALLOWED

    def test_only_with_the_token(self) -> None:
        client = Client(enforce_csrf_checks=True)
        for url, data in (
            ("/compare/", {"endpoint": "page"}),
            ("/storm/", {"algorithm": "argon2"}),
        ):
            assert client.post(url, data).status_code == HTTPStatus.FORBIDDEN

    def test_only_what_is_offered(self) -> None:
        for data in ({"endpoint": "other"}, {"endpoint": "page", "rounds": "1000000"}, {}):
            response = self.client.post("/compare/", data)
            assert response.status_code == HTTPStatus.BAD_REQUEST
            assert b"Choose an endpoint of page" in response.content

    def test_what_cannot_be_compared_is_told(self) -> None:
        Book.objects.all().delete()
        with self.assertLogs("django.request", "ERROR"):
            response = self.client.post("/compare/", {"endpoint": "one"})
        self.assertContains(response, "answered 404", status_code=HTTPStatus.SERVICE_UNAVAILABLE)

    def test_a_difference_is_no_success(self) -> None:
        side = Side(2.0, 3.0, 500.0, 1, 9, "rows", "")
        found = Comparison("page", "A page", 10, side, side, difference="first difference <here>")
        with patch("showcase.views.compare_endpoint", return_value=found):
            response = self.client.post("/compare/", {"endpoint": "page"})
        self.assertContains(response, "The answers differ.")
        self.assertContains(response, "first difference &lt;here&gt;")
        self.assertNotContains(response, "equal bytes")


class StormTests(ViewTestCase):
    def test_a_small_one(self) -> None:
        response = self.client.post("/storm/", {"algorithm": "pbkdf2", "logins": "2"})
        self.assertContains(response, "2 logins by PBKDF2")

    def test_only_what_is_offered(self) -> None:
        for data in ({"algorithm": "md5"}, {"algorithm": "argon2", "logins": "4000"}, {}):
            response = self.client.post("/storm/", data)
            assert response.status_code == HTTPStatus.BAD_REQUEST

    def test_a_failure_is_told(self) -> None:
        with (
            patch("showcase.views.log_in_at_once", side_effect=StormError("no argon2")),
            self.assertLogs("django.request", "ERROR"),
        ):
            response = self.client.post("/storm/", {"algorithm": "argon2"})
        self.assertContains(response, "no argon2", status_code=HTTPStatus.SERVICE_UNAVAILABLE)


class GuardTests(ViewTestCase):
    def test_above_the_rate_is_refused_and_counted(self) -> None:
        for _ in range(guard.limiter.rates[0].limit):
            self.client.post("/compare/")
        before = self.client.get("/gauges/").context["gauges"].refused
        response = self.client.post("/compare/", {"endpoint": "page"})
        assert response.status_code == HTTPStatus.TOO_MANY_REQUESTS
        assert int(response["Retry-After"]) >= 1
        assert self.client.get("/gauges/").context["gauges"].refused == before + 1

    def test_one_at_a_time(self) -> None:
        with guard._running:
            response = self.client.post("/compare/", {"endpoint": "page"})
        assert response.status_code == HTTPStatus.CONFLICT
        response = self.client.post("/compare/", {"endpoint": "page"})
        assert response.status_code == HTTPStatus.OK


class GaugeTests(ViewTestCase):
    @override_settings(CACHES=CACHES)
    def test_caches_are_shown(self) -> None:
        cache.clear()
        cache.set("shelf", 1)
        cache.get("shelf")
        [gauge] = self.client.get("/gauges/").context["gauges"].caches
        assert (gauge.name, gauge.entries) == ("default", 1)
        assert gauge.hits >= 1

    @override_settings(
        CACHES={"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    )
    def test_no_cache_is_told(self) -> None:
        self.assertContains(self.client.get("/gauges/"), "No <code>RustCache</code>")

    def test_requests_are_summed_by_kind(self) -> None:
        name = "http_request_duration_seconds"
        lines = [f"# TYPE {name} histogram"]
        for status, count in (("200", 5), ("201", 2), ("404", 1), ("429", 3)):
            labels = f'method="GET",route="/",status="{status}"'
            lines.append(f'{name}_bucket{{{labels},le="+Inf"}} {count}')
            lines.append(f"{name}_count{{{labels}}} {count}")
        with patch("showcase.gauges._metrics", return_value="\n".join(lines) + "\n"):
            gauges = self.client.get("/gauges/").context["gauges"]
        assert gauges.requests == {"2xx": 7, "429": 3, "4xx": 1}
        assert gauges.total_requests == 11

    def test_no_route_is_told(self) -> None:
        with patch("showcase.gauges.resolve", side_effect=Resolver404):
            response = self.client.get("/gauges/")
        self.assertContains(response, "No URL of this project leads to /metrics/")

    def test_no_library_is_told(self) -> None:
        with patch.dict(sys.modules, {"prometheus_client.parser": None}):
            self.assertContains(self.client.get("/gauges/"), "There are no gauges")
