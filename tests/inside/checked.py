"""Settings that a check has something to say of, and settings that are good."""

from django_rustaccel.middleware import RateLimitMiddleware

SECRET = "a secret of many letters"

OURS = "django_rustaccel.middleware"
LIMIT, SIGNED = f"{OURS}.RateLimitMiddleware", f"{OURS}.WebhookSignatureMiddleware"
OWN_LIMIT = f"{__name__}.OwnLimit"
COMPRESS, TIME = f"{OURS}.CompressionMiddleware", f"{OURS}.TimingMiddleware"
LOGIN = "django.contrib.auth.middleware.AuthenticationMiddleware"
ASKED = f"{OURS}.StockHeaderMiddleware"
GZIP, CSRF = "django.middleware.gzip.GZipMiddleware", "django.middleware.csrf.CsrfViewMiddleware"
HASHERS = "django_rustaccel.hashers"
RUST = "django_rustaccel.cache.RustCache"
REDIS = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://x"}
IN_MEMORY = "channels.layers.InMemoryChannelLayer"
ON = {"ACCELERATE_DRF": True}


def limits(**options):
    return {"RUSTACCEL": {"RATE_LIMIT": {"STORAGE": "shared://checks", **options}}}


def hooks(**route):
    routes = {"/hook/": {"scheme": "github", "secrets": SECRET, **route}}
    return {"RUSTACCEL": {"WEBHOOKS": {"ROUTES": routes}}, "MIDDLEWARE": [SIGNED]}


def caches(**options):
    return {"CACHES": {"default": {"BACKEND": RUST, "OPTIONS": options}, "far": REDIS}}


def renderer(name, **settings):
    rest = {"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer", name]}
    return {"REST_FRAMEWORK": rest, "RUSTACCEL": {**ON, **settings}}


def compression(*middleware, **options):
    return {"MIDDLEWARE": middleware, "RUSTACCEL": {"COMPRESSION": options}}


STOCK = {"RUSTACCEL": {"ALLOW_STOCK_HEADER": True}}
PROXY = {"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")}
SESSIONS = {"SESSION_ENGINE": "django.contrib.sessions.backends.cached_db"}
THROTTLED = {"DEFAULT_THROTTLE_CLASSES": ["django_rustaccel.drf.throttling.AnonRateThrottle"]}

#: By id: bad settings with what is said of them, and good settings.
CASES = {
    "E008": (
        [
            ({"MIDDLEWARE": [f"{OURS}.TimeMiddleware"]}, "Did you mean 'TimingMiddleware'?"),
            ({"PASSWORD_HASHERS": [f"{HASHERS}.Argon3PasswordHasher"]}, "Argon2PasswordHasher"),
            ({"SIGNING_BACKEND": "django_rustaccel.signing.Stamp"}, "has no Stamp"),
            ({"SERIALIZATION_MODULES": {"json": "django_rustaccel.serializers.jsn"}}, "jsn"),
            ({"CACHES": {"default": {"BACKEND": "django_rustaccel.caches.RustCache"}}}, "caches"),
            (renderer("django_rustaccel.drf.renderers.JsonRenderer"), "JSONRenderer"),
        ],
        [
            {"MIDDLEWARE": [TIME, COMPRESS, "nowhere.Other"]},
            {"SERIALIZATION_MODULES": {"json": "django_rustaccel.serializers.json"}},
            {"SIGNING_BACKEND": "django_rustaccel.signing.TimestampSigner"},
            renderer("django_rustaccel.drf.renderers.JSONRenderer"),
            caches(),
        ],
    ),
    "W004": (
        [
            ({**limits(RATE="1/m"), "MIDDLEWARE": [LIMIT, LOGIN]}, "Move it below"),
            ({**limits(RULES=[{"RATE": "1/m"}]), "MIDDLEWARE": [LIMIT, LOGIN]}, "stands above"),
            ({**limits(RATE="1/m", KEY="user"), "MIDDLEWARE": [LIMIT]}, "nobody tells who"),
        ],
        [
            {**limits(RATE="1/m", KEY="user"), "MIDDLEWARE": [LOGIN, LIMIT]},
            {**limits(RATE="1/m", KEY="ip"), "MIDDLEWARE": [LIMIT, LOGIN]},
            {**limits(RATE="1/m"), "MIDDLEWARE": [LIMIT]},
        ],
    ),
    "W005": (
        [
            ({**limits(RATE="1/m"), "MIDDLEWARE": [LOGIN]}, f"Add {LIMIT}"),
            ({**hooks(), "MIDDLEWARE": []}, f"Add {SIGNED}"),
            ({**STOCK, "MIDDLEWARE": []}, f"Add {ASKED}"),
        ],
        [
            {**limits(RATE="1/m"), "MIDDLEWARE": [OWN_LIMIT]},
            {**limits(), "MIDDLEWARE": []},
            hooks(),
            {**STOCK, "MIDDLEWARE": [ASKED]},
        ],
    ),
    "W006": (
        [({"RUSTACCEL": {}, "MIDDLEWARE": [SIGNED]}, "lets every request through")],
        [hooks(), {"RUSTACCEL": {}, "MIDDLEWARE": []}],
    ),
    "W007": (
        [
            (compression(COMPRESS, GZIP), "The inner one, GZipMiddleware"),
            (compression(GZIP, COMPRESS), "The inner one, CompressionMiddleware"),
        ],
        [compression(COMPRESS), compression(GZIP)],
    ),
    "W008": (
        [
            (renderer("inside.foreign.FastRenderer"), "FastRenderer gives `.data` to orjson"),
            (renderer("inside.foreign_derived.DerivedRenderer"), "DerivedRenderer gives"),
        ],
        [
            renderer("inside.foreign.FastRenderer", LAZY_DATA=False),
            renderer("inside.foreign.FastRenderer", ACCELERATE_DRF=False),
            renderer("rest_framework.renderers.BrowsableAPIRenderer"),
        ],
    ),
    "W009": (
        [({"PASSWORD_HASHERS": [f"{HASHERS}.ScryptPasswordHasher"]}, "verifies pbkdf2_sha256")],
        [
            {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.ScryptPasswordHasher"]},
            {"PASSWORD_HASHERS": [f"{HASHERS}.PBKDF2PasswordHasher"]},
            {
                "PASSWORD_HASHERS": [
                    f"{HASHERS}.ScryptPasswordHasher",
                    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
                ]
            },
        ],
    ),
    "W010": (
        [
            ({**limits(RATE="1/m"), **PROXY, "MIDDLEWARE": [LIMIT]}, "SECURE_PROXY_SSL_HEADER"),
            (
                {**limits(RATE="1/m"), "USE_X_FORWARDED_HOST": True, "MIDDLEWARE": [LIMIT]},
                "USE_X_FORWARDED_HOST says that there is a proxy",
            ),
        ],
        [
            {**limits(RATE="1/m", TRUSTED_PROXIES=["10.0.0.0/8"]), **PROXY, "MIDDLEWARE": [LIMIT]},
            {**limits(RATE="1/m", KEY="header:X-Token"), **PROXY, "MIDDLEWARE": [LIMIT]},
            {**limits(RATE="1/m"), "MIDDLEWARE": [LIMIT]},
        ],
    ),
    "W011": (
        [
            (hooks(secrets=None), "has no secret"),
            (hooks(secrets=["", None]), "has no secret"),
            (hooks(secrets=b""), "has no secret"),
        ],
        [hooks(), hooks(secrets=[None, SECRET])],
    ),
    "W013": (
        [(compression(COMPRESS, CSRF, MAX_RANDOM_BYTES=0), "breachattack.com")],
        [
            compression(COMPRESS, CSRF),
            compression(COMPRESS, MAX_RANDOM_BYTES=0),
            compression(CSRF, MAX_RANDOM_BYTES=0),
        ],
    ),
    "W014": (
        [
            (caches(MAX_BYTES=2**50, MAX_ENTRIES=10), "['MAX_BYTES'] may take 1,073,741,824 MiB"),
            (limits(STORAGE="local://?capacity=4000000000000"), "capacity in RUSTACCEL"),
            (
                {
                    "PASSWORD_HASHERS": [f"{HASHERS}.Argon2PasswordHasher"],
                    "RUSTACCEL": {"HASHING": {"MAX_CONCURRENCY": 10**9}},
                },
                "memory of one hash",
            ),
        ],
        [
            caches(MAX_BYTES=2**20, MAX_ENTRIES=10),
            caches(),
            limits(STORAGE="local://?capacity=1000"),
            {"RUSTACCEL": {"HASHING": {"MAX_CONCURRENCY": 10**9}}},
        ],
    ),
    "W017": (
        [
            (
                {"CHANNEL_LAYERS": {"default": {"BACKEND": IN_MEMORY}}},
                "CHANNEL_LAYERS['default'] reaches the sockets of one worker process.",
            )
        ],
        [{"CHANNEL_LAYERS": {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer"}}}],
    ),
    "W018": (
        [({**STOCK, "MIDDLEWARE": [ASKED]}, "every client can ask for the slow way")],
        [{"RUSTACCEL": {"ALLOW_STOCK_HEADER": False}, "MIDDLEWARE": [ASKED]}],
    ),
    "W015": (
        [
            ({**SESSIONS, **caches()}, "Sessions are kept in CACHES['default']"),
            (hooks(replay_cache="default"), "Webhooks to /hook/ that were accepted"),
        ],
        [
            {**SESSIONS, **caches(L2="far")},
            {**SESSIONS, "CACHES": {"default": REDIS}},
            {"SESSION_ENGINE": "django.contrib.sessions.backends.db", **caches()},
            {**hooks(replay_cache="default"), "CACHES": {"default": REDIS}},
        ],
    ),
}


class OwnLimit(RateLimitMiddleware):
    """Counts as what it is derived from."""
