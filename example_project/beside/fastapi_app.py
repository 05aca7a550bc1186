"""FastAPI with native JSON, compression, timing and signed webhooks.

uvicorn --app-dir example_project beside.fastapi_app:app
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request

from beside.content import WEBHOOKS, books
from django_rustaccel.asgi import (
    CompressionMiddleware,
    TimingMiddleware,
    WebhookSignatureMiddleware,
)
from django_rustaccel.core.json import loads
from django_rustaccel.starlette import JSONResponse

app = FastAPI()
app.add_middleware(WebhookSignatureMiddleware, routes=WEBHOOKS)
app.add_middleware(CompressionMiddleware)
app.add_middleware(TimingMiddleware)  # the last one added is the outermost


@app.get("/books/{count}", response_class=JSONResponse)
async def list_books(count: int) -> Any:
    return JSONResponse(books(count))


@app.post("/hooks/", response_class=JSONResponse)
async def hook(request: Request) -> Any:
    return JSONResponse({"seen": loads(await request.body())})
