"""djangorestframework-simplejwt: the same tokens, the same refusals, and rows for who has one."""

import itertools
from datetime import UTC, datetime, timedelta
from unittest import mock
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import override_settings
from django.urls import path
from rest_framework import generics
from rest_framework.permissions import IsAuthenticated

from bookshop.data import fill_shop
from bookshop.models import Tag
from bookshop.serializers import TagSerializer
from engines import assert_same
from integrations.answers import answer, get

pytest.importorskip("rest_framework_simplejwt")
from rest_framework_simplejwt import views
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.serializers import TokenObtainPairSerializer
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("user")]
KEY = "only the tests use this key, which is long enough"
PASSWORD = "correct horse"


class NamedTokenSerializer(TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["name"] = user.username
        return token


class Tags(generics.ListCreateAPIView):
    queryset = Tag.objects.order_by("pk")
    serializer_class = TagSerializer
    authentication_classes = [JWTAuthentication]
    permission_classes = [IsAuthenticated]


urlpatterns = [
    path("token/", views.TokenObtainPairView.as_view()),
    path("named/", views.TokenObtainPairView.as_view(serializer_class=NamedTokenSerializer)),
    path("sliding/", views.TokenObtainSlidingView.as_view()),
    path("refresh/", views.TokenRefreshView.as_view()),
    path("verify/", views.TokenVerifyView.as_view()),
    path("tags/", Tags.as_view()),
]


@pytest.fixture
def user(settings):
    settings.ROOT_URLCONF = __name__
    settings.SECRET_KEY = KEY
    settings.SIMPLE_JWT = {"SIGNING_KEY": KEY}
    fill_shop(1)
    return User.objects.create_user("ada", password=PASSWORD)


def same(work, **options):
    """Both engines at one moment, and with the same identifiers of tokens."""
    now = datetime.now(tz=UTC)

    def at_one_moment():
        identifiers = (UUID(int=number) for number in itertools.count(1))
        with (
            mock.patch("rest_framework_simplejwt.tokens.aware_utcnow", return_value=now),
            mock.patch("rest_framework_simplejwt.tokens.uuid4", side_effect=identifiers),
        ):
            return work()

    return assert_same(at_one_moment, **options)


@pytest.mark.parametrize("url", ["/token/", "/named/", "/sliding/"])
@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"username": "ada", "password": PASSWORD}, 200),
        ({"username": "ada", "password": "wrong"}, 401),
        ({"username": "eve", "password": PASSWORD}, 401),
        ({"username": "ada"}, 400),
        ({"username": ["ada"], "password": None}, 400),
        ([], 400),
    ],
)
def test_logins(url, data, status):
    assert same(lambda: answer(url, "post", data))[0] == status


@pytest.mark.parametrize("url", ["/refresh/", "/verify/"])
def test_tokens(url, user):
    refresh = RefreshToken.for_user(user)
    old = RefreshToken.for_user(user)
    old.set_exp(from_time=datetime.now(tz=UTC), lifetime=-timedelta(days=1))
    name = "refresh" if url == "/refresh/" else "token"
    statuses = [
        same(lambda value=value: answer(url, "post", {name: value}))[0]
        for value in (str(refresh), str(old), "nonsense", "", None)
    ]
    assert statuses == [200, 401, 401, 400, 400]


def test_lists_for_who_has_a_token(user):
    headers = {"authorization": f"Bearer {AccessToken.for_user(user)}"}
    status, _, content = same(lambda: get("/tags/", **headers), tier="rows")
    assert status == 200
    assert content.count(b'"id"') == 12


@pytest.mark.parametrize("value", ["Bearer nonsense", "Bearer", "Basic abc", "Bearer a b"])
def test_who_has_none(value):
    assert same(lambda: get("/tags/", authorization=value))[0] == 401
    assert same(lambda: get("/tags/"))[0] == 401


def test_writing_with_a_token(user):
    headers = {"authorization": f"Bearer {AccessToken.for_user(user)}"}
    data = {"name": "tag-1", "colour": "#1234567"}
    assert same(lambda: answer("/tags/", "post", data, **headers))[0] == 400


def test_users_who_are_gone(user):
    headers = {"authorization": f"Bearer {AccessToken.for_user(user)}"}
    user.is_active = False
    user.save()
    assert same(lambda: get("/tags/", **headers))[0] == 401
    user.delete()
    assert same(lambda: get("/tags/", **headers))[0] == 401


def test_other_keys(user):
    headers = {"authorization": f"Bearer {AccessToken.for_user(user)}"}
    with override_settings(SIMPLE_JWT={"SIGNING_KEY": KEY * 2}):
        same(lambda: get("/tags/", **headers))
