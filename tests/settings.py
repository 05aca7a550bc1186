"""Django settings of the test suite: acceleration is on, tests turn it off to compare."""

from importlib.util import find_spec

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
# Packages whose models the tests of tests/integrations need, and the applications for each.
for package, applications in {
    "djoser": ["rest_framework.authtoken"],
    "guardian": ["guardian"],
    "polymorphic": ["polymorphic", "integrations.polymorphs"],
}.items():
    INSTALLED_APPS += applications if find_spec(package) else []
if DATABASE == "postgres":
    INSTALLED_APPS.insert(0, "django.contrib.postgres")

RUSTACCEL = {"ACCELERATE_DRF": True}

TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
ROOT_URLCONF = "bookshop.urls"
SECRET_KEY = "only the tests use this key"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# What django-guardian would add to every database and to the model of users.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = GUARDIAN_MONKEY_PATCH_GROUP = False
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
USE_TZ = True
TIME_ZONE = "UTC"
