"""Django settings of the test suite: acceleration is on, tests turn it off to compare."""

import databases

DATABASE = databases.selected()
DATABASES = {
    "default": databases.configuration(DATABASE),
    # Always SQLite: `.using()` and routers then cross vendors when the default is a server.
    "other": databases.configuration("sqlite"),
}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "django_rustaccel",
    "bookshop",
]
if DATABASE == "postgres":
    INSTALLED_APPS.insert(0, "django.contrib.postgres")

RUSTACCEL = {"ACCELERATE_DRF": True}

TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
ROOT_URLCONF = "bookshop.urls"
SECRET_KEY = "only the tests use this key"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
USE_TZ = True
TIME_ZONE = "UTC"
