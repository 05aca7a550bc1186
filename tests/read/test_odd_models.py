"""Models whose instances are more than their columns: bytes stay stock's, the tier moves down."""

import pickle

import pytest
from django.db.models import Prefetch
from django.db.models.signals import post_init, pre_init
from rest_framework import serializers

from bookshop import models
from engines import assert_same

pytestmark = pytest.mark.django_db


def sample_of(owner, *names, **fields):
    meta = type("Meta", (), {"model": owner, "fields": [*names, *fields]})
    return type(f"{owner.__name__}Sample", (serializers.ModelSerializer,), {"Meta": meta, **fields})


def read(*names, **fields):
    return lambda owner: sample_of(owner, *names, **fields)


READ = serializers.ReadOnlyField
INSTANCE_ONLY = {
    "init": (models.Initialised, read("id", "name")),
    "from_db": (models.FromDB, read("id", "name")),
    "descriptor": (models.Shouted, read("id", "name")),
    "getattribute": (models.Guarded, read("id", "name")),
    "property": (models.Properties, read("name", double=READ())),
    "cached property": (models.Properties, read("name", triple=READ())),
    "method": (models.Properties, read("name", times=READ())),
    "callable": (models.Properties, read("name", callable_value=READ())),
    "property as source": (models.Properties, read(x=serializers.IntegerField(source="double"))),
    "str": (models.Book, read("id", x=serializers.CharField(source="__str__"))),
    "absolute url": (models.Book, read("id", get_absolute_url=READ())),
    "meta": (models.Book, read("id", x=READ(source="_meta.model_name"))),
    "state": (models.Book, read("id", x=READ(source="_state.adding"))),
    "from_db_value": (models.FromDBValue, read("id", "name", "shout")),
    "whole instance": (models.Properties, read(x=serializers.CharField(source="*"))),
}  # fmt: skip
COLUMNS_ONLY = {
    "plain columns": (models.Properties, read("id", "name", "width")),
    "annotating manager": (models.Counted, read("id", "name", doubled=READ())),
    "base manager": (models.CustomBaseManager, read("id", "name")),
}


@pytest.fixture(autouse=True)
def _rows(db):
    for owner in (models.Initialised, models.FromDB, models.Refreshed, models.Guarded,
                  models.Properties, models.Counted, models.Shouted):  # fmt: skip
        owner.objects.bulk_create([owner(name="a"), owner(name="ß")])
    models.FromDBValue.objects.create(name="n", shout="shout")
    models.FromDBValue.objects.create(name="n", shout=None)
    absent = models.CustomBaseManager.objects.create(name="absent")
    models.CustomBaseManager.objects.create(name="present", peer=absent)
    models.Book.objects.create(
        title="T", price=1, pages=1, created="2024-01-01T00:00Z", updated="2024-01-01T00:00Z"
    )


@pytest.mark.parametrize("name", [*INSTANCE_ONLY, *COLUMNS_ONLY])
def test_same_data(name):
    owner, make = (INSTANCE_ONLY | COLUMNS_ONLY)[name]
    sample = make(owner)
    assert_same(lambda: sample(owner.objects.order_by("pk"), many=True).data)
    assert_same(lambda: sample(list(owner.objects.order_by("pk")), many=True).data)
    assert_same(lambda: sample(owner.objects.order_by("pk").first()).data)
    assert_same(lambda: sample(owner.objects.order_by("pk").defer("id"), many=True).data)


@pytest.mark.parametrize("name", COLUMNS_ONLY)
def test_columns_are_rows(name):
    owner, make = COLUMNS_ONLY[name]
    sample = make(owner)
    assert_same(lambda: sample(owner.objects.order_by("pk"), many=True).data, tier="rows")


@pytest.mark.parametrize("name", INSTANCE_ONLY)
def test_instances_are_not_rows(name):
    owner, make = INSTANCE_ONLY[name]
    sample = make(owner)
    assert_same(lambda: sample(owner.objects.order_by("pk"), many=True).data, tier="instances")


def test_refresh_from_db_of_deferred_columns():
    sample = sample_of(models.Refreshed, "id", "name", "other")
    assert_same(lambda: sample(models.Refreshed.objects.only("name"), many=True).data)
    assert_same(lambda: sample(models.Refreshed.objects.all(), many=True).data)


def test_broken_property():
    for options in ({}, {"required": False}, {"default": "x"}, {"allow_null": True}):
        sample = sample_of(models.Properties, broken=serializers.CharField(**options))
        assert_same(lambda sample=sample: sample(models.Properties.objects.all(), many=True).data)


@pytest.mark.parametrize("signal", [pre_init, post_init])
def test_receivers_of_init_signals(signal):
    sample = sample_of(models.Properties, "name", "width")

    def receive(sender, **kwargs):
        if "instance" in kwargs:
            kwargs["instance"].width = 99

    def work():
        return sample(models.Properties.objects.order_by("pk"), many=True).data

    assert_same(work, tier="rows")
    signal.connect(receive, sender=models.Properties)
    try:
        assert_same(work, tier="instances")
    finally:
        signal.disconnect(receive, sender=models.Properties)
    assert_same(work, tier="rows")


def test_receiver_of_another_model():
    sample = sample_of(models.Properties, "name")

    def receive(sender, **kwargs):
        raise AssertionError

    post_init.connect(receive, sender=models.Calculated)
    try:
        assert_same(lambda: sample(models.Properties.objects.all(), many=True).data, tier="rows")
    finally:
        post_init.disconnect(receive, sender=models.Calculated)


def test_base_manager_of_a_forward_relation():
    """Django follows a foreign key through the base manager, which hides a row here."""
    nested = sample_of(models.CustomBaseManager, "name")
    sample = sample_of(models.CustomBaseManager, "name", peer=nested())

    def rows(**kwargs):
        return models.CustomBaseManager.objects.order_by("pk")

    for queryset in (rows(), rows().select_related("peer"), rows().prefetch_related("peer")):
        assert_same(lambda queryset=queryset: sample(queryset.all(), many=True).data)
        assert_same(lambda queryset=queryset: sample(list(queryset.all()), many=True).data)
    keys = sample_of(models.CustomBaseManager, "name", "peer", "peers")
    assert_same(lambda: keys(rows(), many=True).data)


def test_odd_models_below_relations():
    """The model at the end of a relation can be the odd one."""

    class Owner(serializers.ModelSerializer):
        tags = serializers.SerializerMethodField()

        def get_tags(self, book):
            return [tag.name for tag in book.tags.all()]

        class Meta:
            model = models.Book
            fields = ["id", "tags"]

    assert_same(lambda: Owner(models.Book.objects.prefetch_related("tags"), many=True).data)
    chosen = Prefetch("tags", models.Tag.objects.none())
    assert_same(lambda: Owner(models.Book.objects.prefetch_related(chosen), many=True).data)


def test_attributes_set_on_instances():
    sample = sample_of(models.Properties, "name", "width", extra=READ(), double=READ())

    def work():
        instances = list(models.Properties.objects.order_by("pk"))
        instances[0].width, instances[0].name, instances[0].extra = "5", None, [1]
        instances[1].__dict__["extra"] = instances[1].__dict__.pop("name")
        return sample(instances, many=True).data

    assert_same(work)


def test_deleted_and_pickled_instances():
    sample = sample_of(models.Properties, "id", "name")

    def work():
        instance = models.Properties(name="gone", width=1)
        instance.save()
        instance.delete()
        return sample(instance).data, sample(pickle.loads(pickle.dumps(instance))).data

    assert_same(work)


def test_slots_and_getattr_objects():
    class Slotted:
        __slots__ = ("name", "width")

    class Answers:
        def __getattr__(self, name):
            if name.startswith("_"):
                raise AttributeError(name)
            return {"name": "answered", "width": 3}[name]

    class Inherited(Slotted):
        name = property(lambda self: "from a property")

    class Sample(serializers.Serializer):
        name = serializers.CharField()
        width = serializers.IntegerField(required=False)

    slotted, inherited = Slotted(), Inherited()
    slotted.name, slotted.width, inherited.width = "s", 1, 2
    shadowed = type("Shadowed", (), {"name": "of the class", "width": 1})()
    shadowed.__dict__["name"] = "of the instance"
    data_descriptor = type("D", (), {"name": property(lambda self: "wins"), "width": 1})()
    data_descriptor.__dict__["name"] = "loses"
    for one in (slotted, Slotted(), inherited, Answers(), shadowed, data_descriptor):
        assert_same(lambda one=one: Sample(one).data)
        assert_same(lambda one=one: Sample([one, one], many=True).data)
    assert_same(lambda: Sample([slotted, {"name": "dict"}, Answers(), shadowed], many=True).data)
