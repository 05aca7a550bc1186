import pytest
from django.test import override_settings

MIDDLEWARE = [
    "batching.site.Seen",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]


@pytest.fixture(autouse=True)
def site(db):
    """The site of these tests."""
    with override_settings(
        ROOT_URLCONF="batching.site",
        MIDDLEWARE=MIDDLEWARE,
        SESSION_ENGINE="django.contrib.sessions.backends.cache",
        ALLOWED_HOSTS=["*"],
        USE_I18N=True,
    ):
        yield
