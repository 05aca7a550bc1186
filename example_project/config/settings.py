"""A plain Django REST framework site on SQLite, accelerated by one line."""

from pathlib import Path

from django.core.management.utils import get_random_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_rustaccel",
    "shop",
]

RUSTACCEL = {
    "ACCELERATE_DRF": True,  # the one line
    "ALLOW_STOCK_HEADER": True,  # for `manage.py rustaccel load --compare`
}

DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "shop.sqlite3"},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Off, because the query log that DEBUG keeps would be part of every measured time.
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
SECRET_KEY = get_random_secret_key()  # nothing in this project outlives the process
# Without DEBUG Django would only mail the traceback of a failing view.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"handlers": ["console"], "level": "ERROR"}},
}

ROOT_URLCONF = "config.urls"
MIDDLEWARE = [
    "django_rustaccel.middleware.StockHeaderMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
STATIC_URL = "/static/"

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
