"""The subcommands of ``manage.py rustaccel``, one module each.

A new one is a module with a :class:`~.base.Subcommand`, named in :data:`SUBCOMMANDS`. Its module
imports what it needs when it runs: the command lists its subcommands without any of it.
"""

from django_rustaccel.management.subcommands.base import Subcommand
from django_rustaccel.management.subcommands.bench import Bench
from django_rustaccel.management.subcommands.cache import Cache
from django_rustaccel.management.subcommands.doctor import Doctor
from django_rustaccel.management.subcommands.explain import Explain
from django_rustaccel.management.subcommands.hashers import Hashers
from django_rustaccel.management.subcommands.importing import Import
from django_rustaccel.management.subcommands.load import LoadTest
from django_rustaccel.management.subcommands.startpolicy import StartPolicy
from django_rustaccel.management.subcommands.verify import Verify
from django_rustaccel.management.subcommands.websocket import WebSocket

SUBCOMMANDS: list[type[Subcommand]] = [
    Explain, Bench, Verify, Hashers, Import, Cache, WebSocket, Doctor, LoadTest, StartPolicy
]  # fmt: skip
