"""Saving what ``loaddata`` loads in few queries instead of two for each object.

``loaddata`` saves every object that it is given, one after the other, in one transaction. So
objects of one model that follow each other may be written together when the first of them is saved,
as long as nobody can see the difference: no signals, no methods of the project's own, keys that are
given. If the database refuses any of them, nothing of it stays, and Django saves them one by one:
the error is that of the object in question.
"""

from __future__ import annotations

import sys
from typing import Any

from django.core.serializers import base
from django.db import DatabaseError, connections, models, router, transaction
from django.db.models import QuerySet
from django.db.models.constants import OnConflict
from django.db.models.fields.related_descriptors import ManyToManyDescriptor
from django.db.models.signals import m2m_changed, post_init, post_save, pre_init, pre_save

from django_rustaccel.core import statistics
from django_rustaccel.core.origin import belongs_to

#: For fewer objects the statements around one query cost more than it saves.
MIN_RUN = 4
#: More of them would only take memory.
MAX_RUN = 1000

_LOADDATA = "django.core.management.commands.loaddata"

#: Callers between ``loaddata`` and where it is looked for.
_MAX_DEPTH = 8

#: What saves an instance, and must be Django's own.
_METHODS = (
    "__init__", "__getattribute__", "_do_insert", "_do_update", "_get_pk_val", "_is_pk_set",
    "_save_table", "save_base",
)  # fmt: skip

#: Where a conflict can be named: elsewhere one with another unique column would be taken for it.
_VENDORS = ("postgresql", "sqlite")


def runs_in_loaddata() -> bool:
    """Whether Django's ``loaddata`` asks for the next object, to save it by its own method."""
    command = sys.modules.get(_LOADDATA)
    if command is None:
        return False
    stock: Any = command.Command
    frame: Any = sys._getframe(1)
    for _ in range(_MAX_DEPTH):
        if frame is None:
            return False
        if frame.f_code is stock.load_label.__code__:
            return type(frame.f_locals.get("self")).save_obj is stock.save_obj
        frame = frame.f_back
    return False


class DeserializedObject(base.DeserializedObject):
    """One of a run of objects that may be saved together."""

    m2m_data: Any
    _run: Run | None = None

    def save(self, save_m2m: bool = True, using: str | None = None, **kwargs: Any) -> None:
        """As in Django, unless the run has saved it or does so now."""
        run, self._run = self._run, None
        if run is not None and save_m2m and not kwargs and run.saves(using):
            self.m2m_data = None
        else:
            super().save(save_m2m=save_m2m, using=using, **kwargs)


class Run:
    """Objects of one model that follow each other in a fixture."""

    def __init__(self) -> None:
        self.model: Any = None
        self.made: list[DeserializedObject] = []
        self.using: str | None = None
        self.is_saved: bool | None = None

    def goes_on_with(self, model: Any) -> bool:
        """Whether one more object of a model can be added."""
        return self.model in (None, model) and len(self.made) < MAX_RUN

    def add(self, model: Any, parts: tuple[Any, Any, Any]) -> None:
        """Add what an object is made of."""
        self.model = model
        made = DeserializedObject(*parts)
        made._run = self
        self.made.append(made)

    def saves(self, using: str | None) -> bool:
        """Whether the object that is saved now is saved with the run; the first one tries it."""
        if self.is_saved is None:
            self.using = using
            self.is_saved = self._save() if self._can_save(using) else False
        return self.is_saved and using == self.using

    def _can_save(self, using: str | None) -> bool:
        if using is None or len(self.made) < MIN_RUN or router.routers:
            return False
        connection = connections[using]
        keys = {made.object.pk for made in self.made}
        return (
            connection.vendor in _VENDORS
            and connection.in_atomic_block
            and len(keys) == len(self.made)
            and not any(signal.has_listeners(self.model) for signal in (pre_save, post_save))
            and all(_is_plain_relation(self.model, name) for name in self._relations())
        )

    def _relations(self) -> dict[str, None]:
        return dict.fromkeys(name for made in self.made for name in made.m2m_data or ())

    def _save(self) -> bool:
        try:
            with transaction.atomic(using=self.using):
                self._write_objects()
                for name in self._relations():
                    self._write_relation(name)
        except (DatabaseError, ValueError, TypeError) as error:
            statistics.fell_back(
                f"{self.model.__name__} is saved one by one: {type(error).__name__}"
            )
            return False
        for made in self.made:
            made.object._state.db = self.using
            made.object._state.adding = False
        return True

    def _write_objects(self) -> None:
        meta = self.model._meta
        fields = meta.local_concrete_fields
        others = [field for field in fields if field is not meta.pk]
        objects = [made.object for made in self.made]
        queryset: Any = QuerySet(self.model, using=self.using)
        connection: Any = connections[self.using or ""]
        size = max(1, connection.ops.bulk_batch_size(fields, objects))
        for start in range(0, len(objects), size):
            queryset._insert(
                objects[start : start + size],
                fields=fields,
                using=self.using,
                raw=True,
                on_conflict=OnConflict.UPDATE if others else OnConflict.IGNORE,
                update_fields=others,
                unique_fields=[meta.pk],
            )

    def _write_relation(self, name: str) -> None:
        """``set()`` for every object: by itself for those that are related to something already.

        The rows get the keys that they have in stock: all are written in the order of the objects,
        and those of one object in that of the set that ``_get_target_ids`` makes.
        """
        field = self.model._meta.get_field(name)
        through = field.remote_field.through
        source = through._meta.get_field(field.m2m_field_name())
        target = through._meta.get_field(field.m2m_reverse_field_name())
        given = [made for made in self.made if name in (made.m2m_data or ())]
        known = self._related(through, source, [made.object.pk for made in given])
        rows: list[Any] = []
        for made in given:
            pk, values = made.object.pk, made.m2m_data[name]
            if pk in known:
                self._write_rows(through, rows)
                rows = []
                made.object._state.db, made.object._state.adding = self.using, False
                getattr(made.object, name).set(values)
            else:
                keys = {target.get_prep_value(value) for value in values}
                rows += [through(**{source.attname: pk, target.attname: key}) for key in keys]
        self._write_rows(through, rows)

    def _write_rows(self, through: Any, rows: list[Any]) -> None:
        if rows:
            through._default_manager.using(self.using).bulk_create(rows, ignore_conflicts=True)

    def _related(self, through: Any, source: Any, keys: list[Any]) -> set[Any]:
        """Which of the keys stand in the table of a relation."""
        rows = through._base_manager.using(self.using)
        connection: Any = connections[self.using or ""]
        size = max(1, connection.ops.bulk_batch_size([source], keys))
        found: set[Any] = set()
        for start in range(0, len(keys), size):
            chosen = {f"{source.attname}__in": keys[start : start + size]}
            found.update(rows.filter(**chosen).values_list(source.attname, flat=True).distinct())
        return found


def is_plain(model: Any) -> bool:
    """Whether nothing but Django's own methods builds and saves instances of a model."""
    meta = model._meta
    fields = (*meta.concrete_fields, *meta.many_to_many)
    return (
        all(_is_stock(model, name) for name in _METHODS)
        and type(model._base_manager) is models.Manager
        and not (meta.parents or meta.proxy or meta.swapped or meta.order_with_respect_to)
        and not any(signal.has_listeners(model) for signal in (pre_init, post_init))
        and not any(field.generated or field.has_db_default() for field in meta.concrete_fields)
        and all(_is_read_by_django(field) for field in fields)
    )


def _is_stock(model: Any, name: str) -> bool:
    return getattr(model, name) is getattr(models.Model, name)


def _is_read_by_django(field: Any) -> bool:
    related: Any = field.remote_field
    if isinstance(related, models.ManyToManyRel):
        return _is_read_by_django(related.model._meta.pk)
    if isinstance(related, models.ManyToOneRel):
        name: Any = related.field_name
        return _is_read_by_django(related.model._meta.get_field(name))
    return belongs_to(type(field).to_python, "django")


def _is_plain_relation(model: Any, name: str) -> bool:
    """Whether ``set()`` of a relation comes down to rows of a table that Django made."""
    field = model._meta.get_field(name)
    through = field.remote_field.through
    source = through._meta.get_field(field.m2m_field_name())
    return (
        bool(through._meta.auto_created)
        and type(getattr(model, name)) is ManyToManyDescriptor
        and not field.remote_field.symmetrical
        and source.target_field is model._meta.pk
        and type(through._default_manager) is models.Manager
        and not m2m_changed.has_listeners(through)
    )
