"""A Django REST framework site, accelerated by one line; each other feature is one more setting.

Nothing is needed to start: SQLite, and what processes share in memory. From the environment:
``DATABASE_URL`` and ``REDIS_URL`` (servers in their place), ``SECRET_KEY``, ``ALLOWED_HOSTS``,
``PAYMENT_SECRET``, ``DATA_DIR`` and ``TIMING_FILE``.
"""

import os
from pathlib import Path
from typing import Any

import dj_database_url

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("DATA_DIR", BASE_DIR))
REDIS_URL = os.environ.get("REDIS_URL")

INSTALLED_APPS = [
    "daphne",  # `runserver` then serves WebSockets too
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "channels",
    "django_filters",
    "rest_framework",
    "rest_framework.authtoken",
    "django_rustaccel",
    "shop",
    "showcase",
]

RUSTACCEL: dict[str, Any] = {"ACCELERATE_DRF": True}  # the one line

# ---- Everything below is what else the package can do, one setting each.

# Who may call how often; views add their own by `@ratelimit`, the API by DRF's throttles.
RUSTACCEL["RATE_LIMIT"] = {
    "STORAGE": REDIS_URL or "shared://bookshop",  # all hosts, or all workers of this one
    "RULES": [
        {
            "RATE": "10/m",
            "KEY": "ip",
            "PATHS": ["/admin/login/", "/api/session/login/"],
            "METHODS": ["POST"],
        },
        {"RATE": "100/s; 3000/m", "KEY": "user_or_ip", "PATHS": ["/api/"]},
    ],
}
# Who must sign what they send.
PAYMENT_SECRET = os.environ.get("PAYMENT_SECRET", "only this example knows it")
RUSTACCEL["WEBHOOKS"] = {
    "ROUTES": {
        "/api/payments/": {
            "scheme": "stripe",
            "secrets": [PAYMENT_SECRET],
            "replay_cache": "default",
        }
    },
    "MAX_BODY": 64 * 1024,
}
# How long requests take: `Server-Timing`, a log of slow ones, histograms at /metrics/.
RUSTACCEL["TIMING"] = {"SLOW_SECONDS": 2.0, "FILE": os.environ.get("TIMING_FILE")}
# zstd, brotli, gzip or deflate, as the client likes it; under load at a lower level.
RUSTACCEL["COMPRESSION"] = {"FAST_ABOVE": 8}
# `manage.py rustaccel load --compare` may ask for stock: not where others send requests.
RUSTACCEL["ALLOW_STOCK_HEADER"] = os.environ.get("ALLOW_STOCK_HEADER") == "1"
# Passwords are checked off the event loop, so many at a time as there are processors.
RUSTACCEL["HASHING"] = {"OFF_LOOP": True}
# Django's hashes, in less time and memory.
PASSWORD_HASHERS = [
    "django_rustaccel.hashers.Argon2PasswordHasher",
    "django_rustaccel.hashers.PBKDF2PasswordHasher",
    "django_rustaccel.hashers.ScryptPasswordHasher",
]
# Django's signatures: the shop's basket is a signed cookie.
SIGNING_BACKEND = "django_rustaccel.signing.TimestampSigner"
# Django's dumpdata and loaddata.
SERIALIZATION_MODULES = {
    "json": "django_rustaccel.serializers.json",
    "jsonl": "django_rustaccel.serializers.jsonl",
}
# A cache in the memory of each process; with Redis, one that all processes share stands behind it.
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "django_rustaccel.cache.RustCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000, "MAX_BYTES": 64 * 1024 * 1024, "COMPRESS": 4096},
    }
}
if REDIS_URL:
    CACHES["default"]["OPTIONS"]["L2"] = "redis"
    CACHES["redis"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "bookshop",
    }
else:  # others get the old value while one computes the new one
    CACHES["default"]["OPTIONS"]["STALE"] = 30
MIDDLEWARE = [
    "django_rustaccel.middleware.StockHeaderMiddleware",  # all others run inside it
    "django_rustaccel.middleware.TimingMiddleware",  # sees what all others do
    "django.middleware.security.SecurityMiddleware",
    "django_rustaccel.middleware.CompressionMiddleware",  # in place of GZipMiddleware
    "django_rustaccel.middleware.WebhookSignatureMiddleware",  # before anything reads the body
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_rustaccel.middleware.RateLimitMiddleware",  # asks for the user
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

# ---- From here on, Django and its friends as ever.

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.SearchFilter",
        "rest_framework.filters.OrderingFilter",
    ],
    "DEFAULT_THROTTLE_RATES": {"reviews": "20/h"},
    "EXCEPTION_HANDLER": "shop.api.errors.answer",
}
CHANNEL_LAYERS: dict[str, Any] = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
if REDIS_URL:
    CHANNEL_LAYERS["default"] = {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        # channels_redis waits 5 s for messages, which redis-py would take for an outage.
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": 15}], "prefix": "bookshop"},
    }

DATABASES = {"default": dj_database_url.config(default=f"sqlite:///{DATA_DIR / 'shop.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Readers do not wait for writers, and writers wait for each other instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL",
    }
if DATABASES["default"]["ENGINE"] == "django.db.backends.mysql":
    DATABASES["default"]["TEST"] = {"CHARSET": "utf8mb4"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Off, because the query log that DEBUG keeps would be part of every measured time.
DEBUG = False
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
# The same in every worker. `check --deploy` complains of it until there is a real one.
SECRET_KEY = os.environ.get("SECRET_KEY", "django-insecure-on-this-machine-only")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
# Without DEBUG Django would only mail the traceback of a failing view.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django.request": {"handlers": ["console"], "level": "ERROR"},
        "django_rustaccel": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
LOGIN_REDIRECT_URL = "/api/"
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
