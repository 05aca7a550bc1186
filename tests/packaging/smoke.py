"""That an installed wheel works: one hash, one query to bytes, one native signature.

    python tests/packaging/smoke.py

Needs Django and the package, nothing else. Raises ``AssertionError`` at the first wrong answer.
"""

import base64
import hashlib
import json

import django
from django.conf import settings

settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django_rustaccel"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    SECRET_KEY="only this script uses this key",
)
django.setup()

from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.core.management import call_command  # noqa: E402

import django_rustaccel  # noqa: E402
from django_rustaccel.hashers import PBKDF2PasswordHasher  # noqa: E402
from django_rustaccel.querysets import to_json  # noqa: E402
from django_rustaccel.signing import TimestampSigner  # noqa: E402

encoded = PBKDF2PasswordHasher().encode("password", "salt", iterations=1000)
digest = hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 1000)
assert encoded.split("$")[3] == base64.b64encode(digest).decode(), encoded

call_command("migrate", verbosity=0)
rows = json.loads(to_json(ContentType.objects.order_by("pk")))
assert [row["model"] for row in rows] == ["contenttype"], rows

assert TimestampSigner().unsign(TimestampSigner().sign("value")) == "value"
print(f"django-rustaccel {django_rustaccel.__version__} on Django {django.__version__} works")
