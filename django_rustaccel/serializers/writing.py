"""``Serializer`` over rows: querysets become JSON without model instances."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.serializers import base, python
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from django_rustaccel.core import statistics
from django_rustaccel.core.engine import Reader
from django_rustaccel.core.jsontext import dump_objects
from django_rustaccel.core.origin import describe_class_override
from django_rustaccel.core.switch import is_disabled
from django_rustaccel.querysets import rows
from django_rustaccel.querysets.export import CHUNK_SIZE, Held
from django_rustaccel.querysets.obstacles import UnreadableError
from django_rustaccel.querysets.replay import Replayed
from django_rustaccel.querysets.spelling import FRAMEWORK
from django_rustaccel.serializers import layout, natural
from django_rustaccel.serializers.sources import Unread, parts_of

#: Compiled layouts that are kept.
MAX_PLANS = 256

#: Deeper indents are left to :mod:`json`.
MAX_INDENT = 32

#: What an encoder class has to leave as Django's is: dates and decimals are spelled by it.
_MACHINERY = ("default", "encode", "iterencode", "__init__", "__new__", "__getattribute__")

#: What decides about the text of an object, and must be Django's own.
_HOOKS = (
    "end_object", "end_serialization", "get_dump_object", "handle_field", "handle_fk_field",
    "handle_m2m_field", "start_object", "start_serialization", "_init_options",
    "_model_supports_natural_key", "_resolve_fk_natural_key", "_resolve_natural_key",
    "_value_from_field",
)  # fmt: skip

#: Options of ``json.dumps`` that are understood here.
_OPTIONS = {"allow_nan", "cls", "ensure_ascii", "indent", "separators"}


class RowsSerializer(python.Serializer):
    """The part that the serializers of JSON and JSON Lines have in common."""

    #: Django's class, whose hooks must not be overridden below this one.
    stock_class: type[Any]
    #: Whether every object stands on a line of its own.
    in_lines = False

    def serialize(self, queryset: Any, **options: Any) -> Any:
        """As in Django: ``queryset`` is whatever gives model instances."""
        reason = "" if is_disabled() else self._override()
        if is_disabled() or reason:
            statistics.read["stock"] += 1
            if reason:
                statistics.fell_back(reason)
            return super().serialize(queryset, **options)
        return self._serialize(queryset, **options)

    def _override(self) -> str:
        for name in _HOOKS:
            own, stock = getattr(type(self), name, None), getattr(self.stock_class, name, None)
            if own is not stock or name in vars(self):
                return describe_class_override(type(self), name)
        return ""

    def _serialize(self, queryset: Any, **options: Any) -> Any:
        made: Any = self.progress_class
        progress: list[_Progress] = []

        def start(*args: Any) -> _Progress:
            progress.append(_Progress(made(*args)))
            return progress[0]

        self.progress_class = start  # type: ignore[assignment]
        try:
            return super().serialize(self._left_to_stock(queryset, progress), **options)
        finally:
            del self.progress_class

    def _left_to_stock(self, source: Any, progress: list[_Progress]) -> Iterator[Any]:
        """The instances for Django's loop, between which rows are written here."""
        json_reason = self._json_obstacle()
        plans = _Plans(self)
        for part in parts_of(source):
            if not isinstance(part, Unread):
                yield part
                continue
            chunks = json_reason or _chunks(plans, part)
            if isinstance(chunks, str):
                yield from _instances(part, chunks)
                continue
            statistics.read["rows"] += 1
            for held, count in chunks:
                self._write(held)
                progress[0].add(count)

    def _json_obstacle(self) -> str:
        """Why only :mod:`json` can write with these options; empty if it need not."""
        options = self.json_kwargs  # type: ignore[attr-defined]
        stock = (",", ": ") if self.in_lines or options.get("indent") else None
        indent, encoder = options.get("indent"), options["cls"]
        for name in options.keys() - _OPTIONS:
            return f"serialize({name}=…)"
        if options.get("separators") not in (None, stock):
            return "serialize(separators=…)"
        if not (indent is None or (type(indent) is int and 0 < indent <= MAX_INDENT)):
            return f"serialize(indent={indent!r})"
        if type(encoder) is not type:
            return f"serialize(cls={encoder!r}) is no plain class"
        for name in _MACHINERY:
            if getattr(encoder, name, None) is not getattr(DjangoJSONEncoder, name):
                return describe_class_override(encoder, name)
        return ""

    def _write(self, held: Held) -> None:
        options = self.json_kwargs  # type: ignore[attr-defined]
        indent = options.get("indent")
        text = dump_objects(
            held,
            self.in_lines,
            bool(options["ensure_ascii"]),
            indent,
            bool(options.get("allow_nan", True)),
            options["cls"],
        )
        end = "\n" if self.in_lines else ",\n" if indent else ", "
        if text is None:
            text = self._by_json(held, end)
        if not self.in_lines:
            opening = "" if self.first else "," if indent else ", "
            self.stream.write(f"{opening}\n" if indent else opening)
            text = text[: -len(end)]
        self.stream.write(text.decode("utf-8", "surrogatepass"))
        self.first = False

    def _by_json(self, held: Held, end: str) -> bytes:
        """What :mod:`json` says of rows that native code does not decide about."""
        options = self.json_kwargs  # type: ignore[attr-defined]
        text = "".join(json.dumps(each, **options) + end for each in held)
        return text.encode("utf-8", "surrogatepass")


class _Progress:
    """Counts what is written here and what Django's loop writes, for one bar."""

    def __init__(self, bar: Any) -> None:
        self.bar = bar
        self.count = 0
        self.is_silent = type(bar) is base.ProgressBar and not bar.output

    def update(self, count: int) -> None:
        """One more object; Django's loop knows only of its own."""
        self.add(1)

    def add(self, count: int) -> None:
        """Some more objects."""
        if not self.is_silent:
            for done in range(self.count + 1, self.count + count + 1):
                self.bar.update(done)
        self.count += count


class _Plan:
    """The compiled form of one model's objects."""

    def __init__(self, model: type[Model], chosen: Any, natural: Any, *, with_pk: bool) -> None:
        self.model = model
        self.chosen = chosen
        self.natural = natural
        self.entries = layout.entries_of(model, chosen, natural, with_pk=with_pk)
        #: What reading needs from the model, kept by ``readable``.
        self.derived: dict[Any, Any] = {}
        self.reader = Reader((None, [entry.as_tuple() for entry in self.entries]), FRAMEWORK)


class _Plans:
    """The plans of one call."""

    def __init__(self, serializer: Any) -> None:
        self.serializer = serializer
        self.selected = serializer.selected_fields
        self.natural = bool(serializer.use_natural_primary_keys)

    def plan(self, queryset: Any) -> _Plan:
        """The plan of a queryset; raises ``UnreadableError`` if it has none."""
        model = queryset.model
        chosen = tuple(layout.chosen_fields(model, self.selected, natural=self.natural))
        keys: Any = ()
        if self.serializer.use_natural_foreign_keys:
            keys = natural.natural_fields(queryset, chosen)
        with_pk = not (self.natural and hasattr(model, "natural_key"))
        if not with_pk:
            natural.check_primary(model)
        # How the cells of moments are read is kept with a plan.
        key = (model, chosen, keys, with_pk, settings.USE_TZ, settings.TIME_ZONE)
        plan = _plans.get(key)
        if plan is None:
            while len(_plans) >= MAX_PLANS:
                _plans.pop(next(iter(_plans)), None)
            plan = _plans[key] = _Plan(model, chosen, keys, with_pk=with_pk)
        return plan


#: By model, fields and form of the key: the oldest goes first.
_plans: dict[Any, _Plan] = {}


class _Holding:
    """What reading one queryset gives, in the shape that the native JSON writer asks for."""

    def __init__(self, serializer: Any, plan: _Plan, using: str) -> None:
        self.reader = plan.reader
        self.keys = {
            field: natural.NaturalKey(serializer, plan.model, field, using)
            for field in plan.natural
        }
        self.fields = layout.stock_fields(plan.model, plan.chosen, self.keys)

    def held(self, read: rows.Read) -> tuple[Held, int]:
        """Rows, and how many."""
        for field, key in self.keys.items():
            key.learn(read.values(field.attname) or ())
        return Held(self.reader.rows(read.table), self.fields), len(read.table[0])


def _chunks(plans: _Plans, part: Unread) -> Iterator[tuple[Held, int]] | str:
    """The rows of a queryset, held until they are written; or why they cannot serve."""
    queryset: Any = part.queryset
    try:
        plan = plans.plan(queryset)
    except UnreadableError as error:
        return str(error)
    reads = (
        _whole(plan, queryset) if part.keeps else rows.read_in_chunks(plan, queryset, CHUNK_SIZE)
    )
    if isinstance(reads, str):
        return reads
    holding = _Holding(plans.serializer, plan, queryset.db)
    return (holding.held(read) for read in reads if read.table[0])


def _whole(plan: _Plan, queryset: Any) -> Iterator[rows.Read] | str:
    """All rows, which the queryset keeps as it would keep instances."""
    read = rows.read(plan, queryset)
    if isinstance(read, str):
        return read
    queryset._result_cache, queryset._prefetch_done = Replayed(queryset, read), True
    return iter([read])


def _instances(part: Unread, reason: str) -> Any:
    statistics.read["stock"] += 1
    statistics.fell_back(f"{part.queryset.model.__name__} is serialized from instances: {reason}")
    return part.instances
