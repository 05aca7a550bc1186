"""djoser: registration, logins and passwords answer the same, and lists of users are rows."""

import json

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.urls import include, path
from rest_framework.authentication import TokenAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.routers import DefaultRouter

from engines import assert_same
from integrations.answers import answer, get

pytest.importorskip("djoser")
from djoser.utils import encode_uid
from djoser.views import TokenCreateView, TokenDestroyView, UserViewSet
from rest_framework.authtoken.models import Token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ada")]
PASSWORD = "correct horse"
VALIDATORS = "django.contrib.auth.password_validation"


@pytest.fixture
def ada(settings):
    settings.ROOT_URLCONF = __name__
    settings.DJOSER = {
        "HIDE_USERS": False,
        "PASSWORD_RESET_CONFIRM_URL": "reset/{uid}/{token}",
        "USER_CREATE_PASSWORD_RETYPE": True,
        "SET_PASSWORD_RETYPE": True,
        "USERNAME_RESET_CONFIRM_URL": "username/{uid}/{token}",
    }
    settings.AUTH_PASSWORD_VALIDATORS = [
        {"NAME": f"{VALIDATORS}.MinimumLengthValidator"},
        {"NAME": f"{VALIDATORS}.UserAttributeSimilarityValidator"},
    ]
    for name in ("eve", "bob"):
        User.objects.create_user(name, f"{name}@example.org", PASSWORD)
    return User.objects.create_user("ada", "ada@example.org", PASSWORD, is_staff=True)


class Users(UserViewSet):
    authentication_classes = [TokenAuthentication]


class Logout(TokenDestroyView):
    authentication_classes = [TokenAuthentication]
    permission_classes = [IsAuthenticated]


router = DefaultRouter()
router.register("users", Users)
urlpatterns = [
    path("", include(router.urls)),
    path("login/", TokenCreateView.as_view()),
    path("logout/", Logout.as_view()),
]


def test_lists_of_users(ada):
    status, _, content = assert_same(lambda: get("/users/", user=ada), tier="rows")
    assert status == 200
    assert content.count(b'"username"') == 3


@pytest.mark.parametrize("name", ["ada", "eve"])
def test_who_is_no_member_of_staff_sees_itself(name, ada):
    user = User.objects.get(username=name)
    assert assert_same(lambda: get("/users/me/", user=user))[0] == 200
    assert assert_same(lambda: get(f"/users/{ada.pk}/", user=user))[0] in (200, 403, 404)
    assert assert_same(lambda: get("/users/", user=user))[0] == 200


def test_strangers():
    assert assert_same(lambda: get("/users/"))[0] == 401
    assert assert_same(lambda: get("/users/me/", authorization="Token nonsense"))[0] == 401


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 201),
        ({"username": "ada"}, 400),
        ({"username": "with space", "email": "none"}, 400),
        ({"password": "short", "re_password": "short"}, 400),
        ({"password": "newcomer", "re_password": "newcomer"}, 400),
        ({"re_password": "another"}, 400),
        ({"username": None, "password": 5}, 400),
    ],
)
def test_registration(changes, status):
    data = {"username": "newcomer", "email": "new@example.org", "password": "battery staple"}
    data = {**data, "re_password": data["password"], **changes}
    assert assert_same(lambda: registered(data))[0] == status


def registered(data):
    """Without the key: the database may count on when an insertion is undone."""
    status, headers, content = answer("/users/", "post", data)
    return (status, headers, content) if status != 201 else (status, *without_key(content))


def without_key(content):
    fields = json.loads(content)
    return sorted(fields), [fields["username"], fields["email"]]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"username": "ada", "password": PASSWORD}, 200),
        ({"username": "ada", "password": "wrong"}, 400),
        ({"username": "ada"}, 400),
        ({}, 400),
    ],
)
def test_logins(ada, data, status):
    Token.objects.create(user=ada)
    assert assert_same(lambda: answer("/login/", "post", data))[0] == status


def test_logout(ada):
    token = Token.objects.create(user=ada)
    headers = {"authorization": f"Token {token.key}"}
    assert assert_same(lambda: answer("/logout/", "post", **headers))[0] == 204
    assert assert_same(lambda: get("/users/me/", **headers))[0] == 200


@pytest.mark.parametrize(
    ("current", "new", "again", "status"),
    [
        (PASSWORD, "battery staple", "battery staple", 204),
        ("wrong", "battery staple", "battery staple", 400),
        (PASSWORD, "short", "short", 400),
        (PASSWORD, "battery staple", "battery", 400),
    ],
)
def test_changes_of_passwords(ada, current, new, again, status):
    data = {"current_password": current, "new_password": new, "re_new_password": again}
    work = lambda: answer("/users/set_password/", "post", data, ada)  # noqa: E731
    assert assert_same(work)[0] == status


def test_forgotten_passwords(ada):
    good = {"uid": encode_uid(ada.pk), "token": default_token_generator.make_token(ada)}
    for changes, status in (({}, 204), ({"token": "bad"}, 400), ({"uid": "bad"}, 400)):
        data = {**good, "new_password": "battery staple", **changes}
        got = assert_same(lambda data=data: answer("/users/reset_password_confirm/", "post", data))
        assert got[0] == status


def test_changes_of_a_user(ada):
    for data, status in (({"email": "ada@example.com"}, 200), ({"email": "none"}, 400)):
        assert assert_same(lambda d=data: answer("/users/me/", "patch", d, ada))[0] == status
