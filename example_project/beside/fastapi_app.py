"""FastAPI with native JSON, compression, timing, rate limits, signed webhooks, password hashes, and
numbers summed up while other requests run.

uvicorn --app-dir example_project beside.fastapi_app:app
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel

from beside.content import ACCOUNTS, LIMITS, NOBODY, WEBHOOKS, books
from django_rustaccel.asgi import (
    CompressionMiddleware,
    RateLimitMiddleware,
    TimingMiddleware,
    WebhookSignatureMiddleware,
)
from django_rustaccel.core.json import loads
from django_rustaccel.core.numbers import summarize
from django_rustaccel.passwords import ahash_password, averify_password
from django_rustaccel.starlette import JSONResponse

app = FastAPI()
app.add_middleware(WebhookSignatureMiddleware, routes=WEBHOOKS)
app.add_middleware(CompressionMiddleware)
app.add_middleware(RateLimitMiddleware, **LIMITS)
app.add_middleware(TimingMiddleware)  # the last one added is the outermost


class Credentials(BaseModel):
    """What somebody signs up and logs in with."""

    name: str
    password: str


@app.get("/books/{count}", response_class=JSONResponse)
async def list_books(count: int) -> Any:
    return JSONResponse(books(count))


@app.post("/hooks/", response_class=JSONResponse)
async def hook(request: Request) -> Any:
    return JSONResponse({"seen": loads(await request.body())})


@app.post("/accounts/", status_code=201)
async def sign_up(credentials: Credentials) -> None:
    if credentials.name in ACCOUNTS:
        raise HTTPException(409, "There is such an account.")
    ACCOUNTS[credentials.name] = await ahash_password(credentials.password, "argon2")


@app.post("/login/")
async def log_in(credentials: Credentials) -> dict[str, str]:
    encoded = ACCOUNTS.get(credentials.name, NOBODY)
    if not await averify_password(credentials.password, encoded):
        raise HTTPException(401, "Name or password is wrong.")
    return {"name": credentials.name}


@app.post("/summary/", response_class=JSONResponse)
def summary(numbers: list[float]) -> Any:
    # No `async`: FastAPI runs it in a thread, and that thread keeps nobody waiting.
    try:
        return JSONResponse(summarize(numbers)._asdict())
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
