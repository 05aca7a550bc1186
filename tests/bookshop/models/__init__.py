"""Models by what they exercise: the shop itself, every field type, relations, oddities."""

from django.db import connection

from .checked import *  # noqa: F403
from .fields import *  # noqa: F403
from .files import *  # noqa: F403
from .natural import *  # noqa: F403
from .odd import *  # noqa: F403
from .relations import *  # noqa: F403
from .shop import *  # noqa: F403
from .validated import *  # noqa: F403

if connection.vendor == "postgresql":
    from .postgres import *  # noqa: F403
