"""Changes of a model to a group: what the database has after the commit, by the read path."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from channels import DEFAULT_CHANNEL_LAYER
from django.db import models, router, transaction
from django.db.models.signals import post_delete, post_save

from django_rustaccel.channels.broadcasting import TYPE, broadcast_sync

#: A group or several, or what says it of an instance; nothing for one that concerns nobody.
Groups = str | Iterable[str] | None
GroupOf = Groups | Callable[[Any], Groups]
#: The bytes of a row by alias of its database and primary key; ``None``: say nothing.
Row = Callable[[str, Any], "bytes | None"]


def publish_changes(
    queryset: models.QuerySet[Any] | type[models.Model],
    serializer_class: Any,
    group: GroupOf,
    *,
    layer: str = DEFAULT_CHANNEL_LAYER,
    message_type: str = TYPE,
) -> Publisher:
    """Broadcast each row that is saved or deleted, once its transaction is committed.

    Parameters: a model, or a `queryset` that rows are read from for their representation (its
    filters say which rows concern anybody, ``select_related`` and ``prefetch_related`` save
    queries); the class of a DRF serializer; a `group`, several, or a callable that takes the
    instance; `layer` and `message_type` as for ``broadcast``. Call it in ``AppConfig.ready``.

    Members get ``{"action": "created" | "updated" | "deleted", "model": "app.model", "pk": …,
    "data": …}``; ``data`` are the bytes of the serializer, and ``null`` after a deletion. A failing
    channel layer is logged by Django and breaks nothing. As with all signals, ``bulk_create`` and
    ``update`` send nothing, and neither does ``loaddata``.
    """
    rows = queryset if isinstance(queryset, models.QuerySet) else queryset._default_manager.all()
    return Publisher(rows, serializer_class, group, layer, message_type)


class Publisher:
    """Listens to a model until :meth:`stop`."""

    def __init__(
        self, rows: models.QuerySet[Any], serializer_class: Any, group: GroupOf, *where: str
    ) -> None:
        self.rows = rows
        self.serializer_class = serializer_class
        self.group = group
        self.layer, self.message_type = where
        post_save.connect(self._saved, sender=rows.model, weak=False)
        post_delete.connect(self._deleted, sender=rows.model, weak=False)

    def stop(self) -> None:
        """Listen no more."""
        post_save.disconnect(self._saved, sender=self.rows.model)
        post_delete.disconnect(self._deleted, sender=self.rows.model)

    def _saved(
        self, instance: Any, created: bool, raw: bool, using: str | None = None, **kwargs: Any
    ) -> None:
        if not raw:
            action = "created" if created else "updated"
            self._after_commit(action, instance, using, self._data)

    def _deleted(self, instance: Any, using: str | None = None, **kwargs: Any) -> None:
        self._after_commit("deleted", instance, using, lambda using, pk: b"null")

    def _after_commit(
        self,
        action: str,
        instance: Any,
        using: str | None,
        data: Row,
    ) -> None:
        using = using or router.db_for_write(self.rows.model, instance=instance)
        # Asked now: the key of a deleted instance goes, and other fields may change.
        groups = self.group(instance) if callable(self.group) else self.group
        names = [groups] if isinstance(groups, str) else list(groups or ())
        if names:
            pk = instance.pk

            def publish() -> None:
                self._publish(names, action, pk, using, data)

            transaction.on_commit(publish, using=using, robust=True)

    def _publish(
        self,
        groups: list[str],
        action: str,
        pk: Any,
        using: str,
        data: Row,
    ) -> None:
        row = data(using, pk)
        if row is None:
            return  # Not among the rows, or gone again: its deletion is told by itself.
        head = _render({"action": action, "model": self.rows.model._meta.label_lower, "pk": pk})
        frame = b"%s,%s:%s}" % (head[:-1], b'"data"', row)
        for group in groups:
            broadcast_sync(group, frame, layer=self.layer, message_type=self.message_type)

    def _data(self, using: str, pk: Any) -> bytes | None:
        """The bytes of one row as a list of the serializer has them; ``None`` for no such row."""
        rows = self.rows.using(using).filter(pk=pk)
        listed = _render(self.serializer_class(rows, many=True).data)
        return listed[1:-1] or None


def _render(data: Any) -> bytes:
    from django_rustaccel.drf.renderers import JSONRenderer

    return JSONRenderer().render(data)
