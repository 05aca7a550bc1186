"""The page, what its buttons ask for, and the numbers that it polls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET, require_POST

from showcase.comparison import ROUNDS, ComparisonError
from showcase.comparison import compare as compare_endpoint
from showcase.endpoints import BY_KEY, ENDPOINTS
from showcase.explanations import explanations
from showcase.gauges import NoMetricsError, read_gauges
from showcase.guard import guarded
from showcase.storm import LOGINS, TITLES, StormError
from showcase.storm import storm as log_in_at_once


class Result(Protocol):
    """What was measured."""

    def as_dict(self) -> dict[str, Any]: ...


@require_GET
@never_cache
@csrf_protect
def page(request: HttpRequest) -> HttpResponse:
    """Everything that needs no measuring; the buttons bring the rest."""
    context = {
        "endpoints": ENDPOINTS,
        "rounds": ROUNDS,
        "explanations": explanations(),
        "algorithms": TITLES,
        "logins": LOGINS,
        **_gauges_context(),
    }
    return render(request, "showcase/page.html", context)


@require_POST
@csrf_protect
@guarded
def compare(request: HttpRequest) -> HttpResponse:
    """Measure one ``endpoint`` in so many ``rounds``."""
    endpoint = BY_KEY.get(request.POST.get("endpoint", ""))
    rounds = _choice(request, "rounds", ROUNDS)
    if endpoint is None or rounds is None:
        return _bad_choice(f"an endpoint of {', '.join(BY_KEY)} and rounds of {_listed(ROUNDS)}")
    return _answer(request, "comparison", lambda: compare_endpoint(endpoint, rounds))


@require_POST
@csrf_protect
@guarded
def storm(request: HttpRequest) -> HttpResponse:
    """Measure so many ``logins`` at once by one ``algorithm``."""
    algorithm = request.POST.get("algorithm", "")
    logins = _choice(request, "logins", LOGINS)
    if algorithm not in TITLES or logins is None:
        return _bad_choice(f"an algorithm of {', '.join(TITLES)} and logins of {_listed(LOGINS)}")
    return _answer(request, "storm", lambda: log_in_at_once(algorithm, logins))


@require_GET
@never_cache
def gauges(request: HttpRequest) -> HttpResponse:
    """The numbers of now, for the page to put in place of the last ones."""
    return render(request, "showcase/_gauges.html", _gauges_context())


def _gauges_context() -> dict[str, Any]:
    try:
        return {"gauges": read_gauges()}
    except NoMetricsError as error:
        return {"gauges": None, "gauges_error": str(error)}


def _answer(request: HttpRequest, name: str, measure: Callable[[], Result]) -> HttpResponse:
    """JSON for programs that prefer it, a part of the page for the page."""
    try:
        result = measure()
    except (ComparisonError, StormError) as error:
        return HttpResponse(str(error), status=503, content_type="text/plain")
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse(result.as_dict())
    return render(request, f"showcase/_{name}.html", {name: result})


def _choice(request: HttpRequest, name: str, choices: tuple[int, ...]) -> int | None:
    """The number chosen, the first one without a choice, ``None`` for another one."""
    chosen = request.POST.get(name, str(choices[0]))
    return next((choice for choice in choices if str(choice) == chosen), None)


def _bad_choice(wanted: str) -> HttpResponse:
    return HttpResponseBadRequest(f"Choose {wanted}.", content_type="text/plain")


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))
