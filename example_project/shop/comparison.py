"""One endpoint answered by stock Django REST framework and by django-rustaccel, in turn."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial, wraps
from itertools import zip_longest
from statistics import median
from time import perf_counter
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

import django_rustaccel

View = Callable[..., HttpResponse]
ROUNDS = 7
EXCERPT = 1200


@dataclass(frozen=True)
class Case:
    """What to compare: the URL is called on both engines, so that links in it are equal too."""

    key: str
    title: str
    url: str

    @property
    def path(self) -> str:
        return self.url.partition("?")[0]


CASES = (
    Case("page", "25 books", "/api/books/"),
    Case("large", "1,000 books", "/api/books/?page_size=1000"),
    Case("one", "One book", "/api/books/1/"),
)


@dataclass(frozen=True)
class Side:
    """What one engine did: median milliseconds of a whole view call, SQL queries, bytes, tier."""

    milliseconds: float
    queries: int
    size: int
    tier: str


@dataclass(frozen=True)
class Comparison:
    title: str
    url: str
    rounds: int
    stock: Side
    rustaccel: Side
    first_difference: int | None
    excerpt: str

    @property
    def identical(self) -> bool:
        return self.first_difference is None

    @property
    def ratio(self) -> float:
        return self.stock.milliseconds / self.rustaccel.milliseconds

    @property
    def share(self) -> float:
        """The accelerated time as a percentage of the stock time, for the bar on the page."""
        return 100 / self.ratio

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "identical": self.identical, "ratio": self.ratio}


def stock(view: View) -> View:
    """`view` as Django REST framework runs it, rendering included."""

    @wraps(view)
    def stock_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with django_rustaccel.disabled():
            return _rendered(view(request, *args, **kwargs))

    return stock_view


def compare_case(case: Case) -> Comparison:
    """Call both views once for their bytes and queries, then in turn for their times."""
    accelerated = resolve(case.path)
    functions = (stock(accelerated.func), accelerated.func)
    views: list[View] = [partial(function, **accelerated.kwargs) for function in functions]
    bodies, observed = zip(*(_observe(view, case.url) for view in views), strict=True)
    times = _race(views, case.url)
    sides = [Side(milliseconds=time, **facts) for time, facts in zip(times, observed, strict=True)]
    return Comparison(
        title=case.title,
        url=case.url,
        rounds=ROUNDS,
        stock=sides[0],
        rustaccel=sides[1],
        first_difference=_first_difference(*bodies),
        excerpt=bodies[1][:EXCERPT].decode(errors="replace"),
    )


def _observe(view: View, url: str) -> tuple[bytes, dict[str, Any]]:
    before = django_rustaccel.stats()["read"]
    with CaptureQueriesContext(connection) as queries:
        body = _call(view, url)
    after = django_rustaccel.stats()["read"]
    tiers = [tier for tier, count in after.items() if count > before[tier]]
    return body, {
        "queries": len(queries),
        "size": len(body),
        "tier": ", ".join(tiers) or "stock",
    }


def _race(views: list[View], url: str) -> list[float]:
    times: list[list[float]] = [[] for _ in views]
    for _ in range(ROUNDS):
        for view, measured in zip(views, times, strict=True):
            start = perf_counter()
            _call(view, url)
            measured.append((perf_counter() - start) * 1000)
    return [median(measured) for measured in times]


def _call(view: View, url: str) -> bytes:
    request = RequestFactory(SERVER_NAME="localhost").get(
        url, headers={"accept": "application/json"}
    )
    response = _rendered(view(request))
    if response.status_code != 200:
        raise RuntimeError(f"{url} answered {response.status_code}")
    return response.content


def _rendered(response: HttpResponse) -> HttpResponse:
    render = getattr(response, "render", None)
    return render() if render else response


def _first_difference(one: bytes, other: bytes) -> int | None:
    pairs = enumerate(zip_longest(one, other))
    return next((index for index, (a, b) in pairs if a != b), None)
