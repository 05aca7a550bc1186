"""Flask with native JSON, compression, timing, rate limits, signed webhooks, password hashes, and
numbers summed up while other requests run.

flask --app example_project/beside/flask_app.py run
"""

from __future__ import annotations

from typing import Any

from flask import Flask, abort, request
from werkzeug.exceptions import UnprocessableEntity

from beside.content import ACCOUNTS, LIMITS, NOBODY, WEBHOOKS, books
from django_rustaccel.core.numbers import summarize
from django_rustaccel.flask import JSONProvider, JSONResponse
from django_rustaccel.passwords import hash_password, verify_password
from django_rustaccel.wsgi import (
    CompressionMiddleware,
    RateLimitMiddleware,
    TimingMiddleware,
    WebhookSignatureMiddleware,
)

app = Flask(__name__)
app.json = JSONProvider(app)
wrapped: Any = WebhookSignatureMiddleware(app.wsgi_app, routes=WEBHOOKS)
wrapped = RateLimitMiddleware(CompressionMiddleware(wrapped), **LIMITS)
app.wsgi_app = TimingMiddleware(wrapped)  # type: ignore[method-assign]


@app.get("/books/<int:count>")
def list_books(count: int) -> Any:
    return JSONResponse(books(count))


@app.post("/hooks/")
def hook() -> Any:
    return {"seen": request.json}


@app.post("/accounts/")
def sign_up() -> Any:
    name, password = _credentials()
    if name in ACCOUNTS:
        abort(409, "There is such an account.")
    ACCOUNTS[name] = hash_password(password, "argon2")
    return "", 201


@app.post("/login/")
def log_in() -> Any:
    name, password = _credentials()
    if not verify_password(password, ACCOUNTS.get(name, NOBODY)):
        abort(401, "Name or password is wrong.")
    return {"name": name}


@app.post("/summary/")
def summary() -> Any:
    try:
        return JSONResponse(summarize(request.json)._asdict())
    except (TypeError, ValueError, OverflowError) as error:
        return {"detail": str(error)}, 422


def _credentials() -> tuple[str, str]:
    match request.json:
        case {"name": str(name), "password": str(password)}:
            return name, password
        case _:
            raise UnprocessableEntity("An object with name and password is needed.")
