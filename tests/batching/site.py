"""A site with every kind of view that a part of a batch may meet."""

import asyncio
import json
from contextlib import suppress

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.contrib.auth import login, logout
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.http import (
    FileResponse,
    HttpResponse,
    HttpResponseNotModified,
    JsonResponse,
    StreamingHttpResponse,
)
from django.urls import get_urlconf, path
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from rest_framework import authentication, exceptions, permissions
from rest_framework.generics import ListCreateAPIView, RetrieveUpdateDestroyAPIView
from rest_framework.parsers import FileUploadParser, MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from bookshop.models import Publisher, Tag
from bookshop.serializers import TagSerializer
from django_rustaccel.drf import throttling
from django_rustaccel.drf.batch import AsyncBatchView, BatchView


class Token(authentication.TokenAuthentication):
    """Tokens are names of users: no table is needed."""

    def authenticate_credentials(self, key):
        user = User.objects.filter(username=key).first()
        if user is None:
            raise exceptions.AuthenticationFailed("Invalid token.")
        return user, key


class Basic(authentication.BasicAuthentication):
    pass


class Tags(ListCreateAPIView):
    queryset = Tag.objects.order_by("pk")
    serializer_class = TagSerializer


class TagDetail(RetrieveUpdateDestroyAPIView):
    queryset = Tag.objects.order_by("pk")
    serializer_class = TagSerializer


class WhoAmI(APIView):
    authentication_classes = [authentication.SessionAuthentication, Token, Basic]

    def get(self, request):
        return Response({"user": request.user.username, "auth": str(request.auth)})

    post = get


class Private(WhoAmI):
    permission_classes = [permissions.IsAuthenticated]


class Upload(APIView):
    parser_classes = [MultiPartParser, FileUploadParser]

    def post(self, request):
        files = {name: file.read().hex() for name, file in request.FILES.items()}
        return Response({"files": files, "form": request.POST})


class Slow(throttling.UserRateThrottle):
    rate = "3/min"


class Throttled(APIView):
    throttle_classes = [Slow]

    def get(self, request):
        return Response({"passed": True})


@csrf_exempt
def echo(request):
    """Everything of a request that a client can see the effect of."""
    headers = {name: value for name, value in sorted(request.headers.items()) if name != "Cookie"}
    return JsonResponse(
        {
            "method": request.method,
            "path": request.path,
            "full": request.get_full_path(),
            "query": dict(request.GET.lists()),
            "headers": headers,
            "cookies": request.COOKIES,
            "body": request.body.decode("latin-1"),
            "form": dict(request.POST.lists()),
            "peer": request.META.get("REMOTE_ADDR"),
            "secure": request.is_secure(),
            "host": request.get_host(),
        }
    )


@csrf_exempt
async def aecho(request):
    await asyncio.sleep(0)
    return JsonResponse({"method": request.method, "body": request.body.decode("latin-1")})


def protected(request):
    return HttpResponse("fine")


def boom(request):
    raise ValueError("a bug in a view")


def raw(request):
    """Whatever body and type the query asks for."""
    body = bytes.fromhex(request.GET.get("hex", "")) * int(request.GET.get("times", "1"))
    kind = request.GET.get("type", "application/json")
    status = int(request.GET.get("status", "200"))
    response = HttpResponse(body, content_type=kind, status=status)
    if "small" in request.GET:
        response["content-type"] = kind
    response["X-Odd"] = 'a "quoted" é'
    return response


def stream(request):
    chunks = [b"[1,", b" 2,\n", b" 3]"]
    return StreamingHttpResponse(chunks, content_type="application/json")


def astream(request):
    async def chunks():
        for chunk in (b'{"a":', b" 1", b"}"):
            await asyncio.sleep(0)
            yield chunk

    return StreamingHttpResponse(chunks(), content_type="application/json")


def broken_stream(request):
    def chunks():
        yield b"[1,"
        raise ValueError("no more")

    return StreamingHttpResponse(chunks(), content_type="application/json")


def endless(request):
    def chunks():
        while True:
            yield b"x" * 10_000

    return StreamingHttpResponse(chunks(), content_type="text/plain")


def file(request):
    return FileResponse(open(__file__, "rb"), as_attachment=True)


def empty(request):
    return HttpResponse(status=204)


def unchanged(request):
    return HttpResponseNotModified()


@csrf_exempt
def enter(request):
    """Log in as the user that the body names."""
    login(request, User.objects.get(username=json.loads(request.body)))
    return JsonResponse({"in": request.user.username})


@csrf_exempt
def leave(request):
    logout(request)
    return JsonResponse({})


@csrf_exempt
def count(request):
    request.session["count"] = request.session.get("count", 0) + 1
    response = JsonResponse({"count": request.session["count"]})
    response.set_cookie("seen", str(request.session["count"]), httponly=True)
    return response


def abroad(request):
    """A view that leaves its surroundings changed."""
    translation.activate("de")
    timezone.activate("Asia/Tokyo")
    return JsonResponse({"ok": True})


def surroundings(request):
    zone = timezone.get_current_timezone_name()
    return JsonResponse([translation.get_language(), zone, get_urlconf()], safe=False)


@csrf_exempt
def clash(request):
    """Two rows of one key, and the error caught: fine without a transaction around."""
    with suppress(IntegrityError), transaction.atomic():
        Publisher.objects.create(pk=Publisher.objects.create(name="a", country="DE").pk, name="b")
    return JsonResponse({"count": Publisher.objects.count()})


@csrf_exempt
def give_up(request):
    Tag.objects.create(name="given up", colour="red")
    transaction.set_rollback(True)
    return JsonResponse({})


class SlowFirst:
    """Async views that answer in another order than they were asked."""

    @staticmethod
    async def view(request, milliseconds):
        await asyncio.sleep(milliseconds / 1000)
        return JsonResponse({"slept": milliseconds})


class Seen:
    """Middleware that notes what passes, and says which instance it is."""

    sync_capable = async_capable = True
    made = 0
    paths: list[str] = []

    def __init__(self, get_response):
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)
        type(self).made += 1
        self.number = self.made

    def __call__(self, request):
        self.paths.append(request.path)
        response = self.get_response(request)
        return self.amarked(response) if self.is_async else self.marked(response)

    def marked(self, response):
        response["X-Instance"] = str(self.number)
        return response

    async def amarked(self, response):
        return self.marked(await response)


class Nested(BatchView):
    max_nesting = 1


class Open(BatchView):
    authentication_classes = []


class AsyncOpen(AsyncBatchView):
    authentication_classes = []


class Small(BatchView):
    max_parts = 3
    max_bytes = 2000
    max_part_bytes = 100
    max_depth = 3
    max_answer_bytes = 5000


class Guarded(BatchView):
    authentication_classes = [authentication.SessionAuthentication, Token, Basic]
    permission_classes = [permissions.IsAuthenticated]


class AsyncGuarded(AsyncBatchView):
    authentication_classes = [authentication.SessionAuthentication, Token, Basic]
    permission_classes = [permissions.IsAuthenticated]


urlpatterns = [
    path("batch/", BatchView.as_view()),
    path("abatch/", AsyncBatchView.as_view()),
    path("nested/", Nested.as_view()),
    path("open/", Open.as_view()),
    path("aopen/", AsyncOpen.as_view()),
    path("inside/", BatchView.as_view(allowed_paths=("/echo/", "/tags/"))),
    path("small/", Small.as_view()),
    path("guarded/", Guarded.as_view()),
    path("aguarded/", AsyncGuarded.as_view()),
    path("tags/", Tags.as_view()),
    path("tags/<int:pk>/", TagDetail.as_view()),
    path("whoami/", WhoAmI.as_view()),
    path("private/", Private.as_view()),
    path("upload/", Upload.as_view()),
    path("throttled/", Throttled.as_view()),
    path("echo/", echo),
    path("echo/<str:text>/", lambda request, text: JsonResponse({"text": text})),
    path("aecho/", aecho),
    path("protected/", protected),
    path("boom/", boom),
    path("raw/", raw),
    path("stream/", stream),
    path("astream/", astream),
    path("broken/", broken_stream),
    path("endless/", endless),
    path("file/", file),
    path("empty/", empty),
    path("unchanged/", unchanged),
    path("enter/", enter),
    path("leave/", leave),
    path("count/", count),
    path("abroad/", abroad),
    path("surroundings/", surroundings),
    path("clash/", clash),
    path("give-up/", give_up),
    path("slow/<int:milliseconds>/", SlowFirst.view),
]
