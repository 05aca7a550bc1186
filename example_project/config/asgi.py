"""The shop for uvicorn and daphne: HTTP and WebSockets."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
http = get_asgi_application()  # loads the apps, which the consumers need

from shop.routing import websockets  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": http,
        # Browsers let every page open a WebSocket: only those of this site may.
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websockets))),
    }
)
