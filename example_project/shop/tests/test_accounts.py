"""Logging in, and guessing passwords."""

from typing import Any
from unittest import mock

from django.conf import settings
from django.contrib.auth.hashers import identify_hasher
from django.contrib.auth.models import User
from django.test import override_settings

from django_rustaccel.exceptions import HashingBusyError
from django_rustaccel.hashers import Argon2PasswordHasher
from shop.seeding.customers import STAFF
from shop.tests.base import ShopTestCase

NAME, SECRET = "ada", "difference engine"


@override_settings(PASSWORD_HASHERS=settings.PASSWORD_HASHERS)
class AccountTests(ShopTestCase):
    def post(self, path: str, token: str = "", **body: str) -> Any:
        headers = {"authorization": f"Token {token}"} if token else {}
        return self.client.post(f"/api/{path}/", body, "application/json", headers=headers)

    def register(self, password: str = SECRET) -> Any:
        return self.post("register", username=NAME, password=password, email="ada@example.org")

    def test_register_log_in_and_out(self) -> None:
        registered = self.register()
        assert registered.status_code == 201
        assert "password" not in registered.json()
        user = User.objects.get(username=NAME)
        assert user.password.startswith("argon2$argon2id$")
        assert type(identify_hasher(user.password)) is Argon2PasswordHasher
        assert not user.is_staff
        token = self.post("login", username=NAME, password=SECRET).json()["token"]
        own = {"authorization": f"Token {token}"}
        assert self.client.get("/api/orders/", headers=own).status_code == 200
        assert self.post("logout", token).status_code == 204
        assert self.client.get("/api/orders/", headers=own).status_code == 401

    def test_bad_passwords_and_taken_names(self) -> None:
        assert self.register(password="12345678").json().keys() == {"password"}
        assert self.register().status_code == 201
        assert self.register().json().keys() == {"username"}

    def test_a_busy_moment(self) -> None:
        busy = mock.patch.object(Argon2PasswordHasher, "verify", side_effect=HashingBusyError)
        self.register()
        with busy, self.assertLogs("django.request", "ERROR"):
            answer = self.post("login", username=NAME, password=SECRET)
        assert answer.status_code == 503
        assert answer["Retry-After"] == "5"

    def test_the_session_of_the_browsable_api(self) -> None:
        self.register()
        form = {"username": NAME, "password": SECRET}
        assert self.client.post("/api/session/login/", form).status_code == 302
        assert self.client.get("/api/orders/").status_code == 200


class GuessTests(ShopTestCase):
    """Refused at the latest when so many were made at once; a slow machine gives some back."""

    def guess(self, path: str) -> list[Any]:
        form = {"username": STAFF, "password": "?"}
        answers = [self.client.post(path, form)]
        while answers[-1].status_code != 429 and len(answers) < 30:
            answers.append(self.client.post(path, form))
        return answers

    def test_guesses_are_counted(self) -> None:
        *taken, refused = self.guess("/api/login/")
        assert [answer.status_code for answer in taken[:5]] == [400] * 5
        assert refused.status_code == 429
        assert 0 < int(refused["Retry-After"]) <= 60
        assert refused["Content-Type"] == "application/problem+json"

    def test_guesses_at_the_forms_are_counted(self) -> None:
        for path in ("/admin/login/", "/api/session/login/"):
            with self.subTest(path=path):
                assert self.guess(path)[-1].status_code == 429
                assert self.client.get(path).status_code == 200
