"""`explain()` says which tier serves, and names everything that keeps from a better one."""

import json

import pytest
from django.apps import apps
from django.db.models import CharField, F, Prefetch, Value, signals
from django.test import override_settings
from rest_framework import serializers

import django_rustaccel
from bookshop import models
from bookshop.data import fill_shop
from bookshop.serializers import (
    BookSerializer,
    NestedBookSerializer,
    PublisherSerializer,
    TagSerializer,
)
from django_rustaccel import explain, stats
from django_rustaccel.drf import serializers as accelerated


def line_of(function):
    return f"tests/inside/test_explain.py:{function.__code__.co_firstlineno}".removeprefix("tests/")


#: PostgreSQL may give books without an ordering in another one when they are joined.
BOOKS = models.Book.objects.order_by("pk")


class Plain(serializers.Serializer):
    name = serializers.CharField()
    size = serializers.IntegerField()


class Kitchen(serializers.ModelSerializer):
    """A field for each way out of the fast path."""

    shout = serializers.SerializerMethodField()
    is_long = serializers.BooleanField()
    taxed = serializers.CharField(source="price_with_tax")
    year = serializers.DateTimeField(source="created", format="%b %Y")
    publisher = PublisherSerializer()
    tags = serializers.StringRelatedField(many=True)
    whole = serializers.CharField(source="*")

    class Meta:
        model = models.Book
        fields = ["title", "shout", "is_long", "taxed", "year", "publisher", "tags", "whole"]

    def get_shout(self, book):
        return book.title.upper()


class Overriding(TagSerializer):
    def to_representation(self, instance):
        return {"tag": instance.name}


class OverridingField(serializers.CharField):
    def to_representation(self, value):
        return f"<{value}>"


class FilteredList(serializers.ListSerializer):
    def to_representation(self, data):
        return super().to_representation(data.filter(name="a"))


class FilteredTag(serializers.ModelSerializer):
    class Meta:
        model = models.Tag
        fields = ["name"]
        list_serializer_class = FilteredList


class NeedsUser(TagSerializer):
    def __init__(self, user):
        super().__init__()


class NeedsRequest(TagSerializer):
    def get_fields(self):
        self.context["request"]
        return super().get_fields()


class TestTiers:
    @pytest.mark.parametrize("cls", [BookSerializer, NestedBookSerializer])
    def test_rows(self, cls):
        explanation = explain(cls, BOOKS)
        assert (explanation.tier, explanation.reason, explanation.reasons) == ("rows", "", ())
        assert explanation.many
        assert explanation.model == "bookshop.Book"
        assert explanation.serializer == f"bookshop.serializers.{cls.__name__}"
        assert list(explanation.fields) == cls.Meta.fields
        assert all(field.native and not field.reason for field in explanation)

    def test_nested_fields_have_their_own(self):
        fields = explain(NestedBookSerializer).fields
        assert list(fields["tags"].fields) == ["id", "name", "colour"]
        assert [field.name for field in fields["publisher"]] == ["id", "name", "country"]
        assert fields["title"].fields == {}

    def test_instances_for_a_plain_serializer(self):
        explanation = explain(Plain)
        assert explanation.tier == "instances"
        assert explanation.reason == "no queryset: the serializer has no Meta.model"
        assert not explanation.many
        assert explanation.fields["name"].native

    def test_rows_for_a_plain_serializer_over_a_queryset(self):
        tags = models.Tag.objects.annotate(size=F("id"))
        assert explain(Plain, tags).tier == "rows"
        explanation = explain(Plain, models.Tag.objects)
        assert explanation.tier == "instances"
        assert explanation.reason == "neither `Tag` nor the queryset has `size`"

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            ([], "`list` gives objects, not rows"),
            (models.Tag.objects.raw("SELECT 1"), "`RawQuerySet` gives objects, not rows"),
            (models.Tag(), "one object, loaded already"),
            (models.Tag.objects.values(), "the queryset gives no model instances"),
            (models.Tag.objects.extra(select={"a": "1"}), "extra(select=…) is used"),
        ],
    )
    def test_instances_for_objects(self, data, reason):
        explanation = explain(TagSerializer, data)
        assert (explanation.tier, explanation.reason) == ("instances", reason)

    @pytest.mark.django_db
    def test_instances_for_a_queryset_that_was_read(self):
        tags = models.Tag.objects.all()
        list(tags)
        assert explain(TagSerializer, tags).reason == "the queryset has been read already"
        assert explain(TagSerializer, tags.all()).tier == "rows"

    def test_an_instance_is_explained_over_what_it_was_given(self):
        some = models.Tag.objects.filter(name="a")
        assert explain(TagSerializer(some, many=True)).tier == "rows"
        assert explain(TagSerializer(some)).many
        assert explain(TagSerializer(many=True)).tier == "rows"
        assert explain(TagSerializer([models.Tag()], many=True)).tier == "instances"
        assert not explain(TagSerializer(models.Tag())).many
        assert explain(TagSerializer(models.Tag()), some).tier == "rows"

    def test_overridden_methods_are_stock(self):
        explanation = explain(Overriding)
        assert explanation.tier == "stock"
        assert "`Overriding.to_representation` is overridden in " in explanation.reason
        assert explanation.reason.endswith(line_of(Overriding.to_representation))
        assert not any(field.native for field in explanation)

    def test_overridden_lists_are_stock(self):
        for explained in (FilteredTag, FilteredTag(many=True)):
            explanation = explain(explained)
            assert explanation.tier == "stock"
            assert "`FilteredList.to_representation` is overridden in" in explanation.reason
        assert explain(FilteredTag(models.Tag())).tier == "instances"

    def test_a_base_serializer_is_stock(self):
        class Odd(serializers.BaseSerializer):
            def to_representation(self, instance):
                return 1

        assert explain(Odd).reason == "`Odd` is no Serializer"


class TestReasons:
    def test_every_field_says_what_is_in_its_way(self):
        fields = explain(Kitchen).fields
        assert fields["title"].tier == "rows"
        assert fields["shout"].tier == "stock"
        assert fields["shout"].reason.startswith("calls `Kitchen.get_shout` in ")
        assert fields["shout"].reason.endswith(line_of(Kitchen.get_shout))
        assert fields["is_long"].native
        assert fields["is_long"].tier == "instances"
        assert fields["is_long"].reason.startswith("`Book.is_long` is a property in ")
        assert fields["taxed"].reason.startswith("`Book.price_with_tax` is a method in ")
        assert fields["year"].reason == (
            "a format with names or padding of its own is spelled by strftime"
        )
        assert not fields["year"].native
        assert fields["publisher"].tier == fields["publisher"].fields["name"].tier == "rows"
        assert fields["tags"].reason == "`StringRelatedField` needs each related object itself"
        assert fields["whole"].reason == 'source="*" passes the whole object'

    def test_the_explanation_has_all_of_them(self):
        explanation = explain(Kitchen, BOOKS)
        assert explanation.tier == "instances"
        ahead = ["shout", "is_long", "taxed", "tags", "whole"]
        assert [reason.partition(":")[0] for reason in explanation.reasons] == ahead
        assert explanation.reason == "; ".join(explanation.reasons)

    def test_nested_reasons_are_found_by_their_path(self):
        class Shop(serializers.ModelSerializer):
            books = Kitchen(many=True)

            class Meta:
                model = models.Publisher
                fields = ["books"]

        explanation = explain(Shop)
        assert explanation.reasons[1].startswith("books.is_long: `Book.is_long` is a property")
        assert explanation.fields["books"].fields["is_long"].tier == "instances"
        assert explanation.fields["books"].fields["title"].tier == "rows"

    def test_an_overridden_field_in_rows(self):
        class Tag(serializers.ModelSerializer):
            name = OverridingField()

            class Meta:
                model = models.Tag
                fields = ["id", "name"]

        explanation = explain(Tag)
        assert explanation.tier == "rows"
        assert not explanation.fields["name"].native
        reason = explanation.fields["name"].reason
        assert reason.startswith("`OverridingField.to_representation` is overridden in ")

    def test_children_of_lists_count(self):
        class Words(serializers.Serializer):
            words = serializers.ListField(child=OverridingField())

        assert not explain(Words).fields["words"].native

    @pytest.mark.parametrize(
        ("model", "reason"),
        [
            (models.Initialised, "`Initialised.__init__` is overridden in "),
            (models.FromDB, "`FromDB.from_db` is overridden in "),
            (models.Refreshed, "`Refreshed.refresh_from_db` is overridden in "),
            (models.Guarded, "`Guarded.__getattribute__` is overridden in "),
            (models.FromDBValue, "shout: `ShoutField.from_db_value` is overridden in "),
            (models.Shouted, "name: `bookshop.models.odd.ShoutDescriptor` makes the value"),
        ],
    )
    def test_models_that_are_more_than_columns(self, model, reason):
        explanation = explain(model_serializer(model))
        assert explanation.tier == "instances"
        assert explanation.reason.startswith(reason)

    def test_receivers_are_named(self):
        def fill(sender, **kwargs):
            pass

        signals.post_init.connect(fill, sender=models.Tag)
        try:
            reason = explain(TagSerializer).reason
        finally:
            signals.post_init.disconnect(fill, sender=models.Tag)
        assert reason.startswith("`Tag` has post_init receivers: `")
        assert reason.endswith(line_of(fill))
        assert explain(TagSerializer).tier == "rows"

    def test_several_kinds_of_obstacles_at_once(self):
        tags = models.Tag.objects.extra(select={"a": "1"}).annotate(b=Value("", CharField()))
        books = BOOKS.extra(select={"a": "1"}).prefetch_related(
            Prefetch("tags__books", queryset=models.Book.objects.all())
        )
        reasons = explain(Kitchen, books).reasons
        assert "extra(select=…) is used" in reasons
        assert "prefetch of `tags__books` has its own queryset" in reasons
        assert len(reasons) == 7
        nested = BOOKS.prefetch_related(Prefetch("tags", queryset=tags))
        assert explain(NestedBookSerializer, nested).reasons == ("extra(select=…) is used",)


class TestWhatCannotBeExplained:
    def test_a_constructor_that_needs_arguments(self):
        explanation = explain(NeedsUser)
        assert (explanation.tier, explanation.fields) == ("stock", {})
        assert explanation.reason.startswith("`NeedsUser()` in ")
        assert "fails: explain an instance (TypeError: " in explanation.reason
        assert "'user'" in explanation.reason
        assert explain(NeedsUser("somebody")).tier == "rows"

    def test_fields_that_need_a_context(self):
        explanation = explain(NeedsRequest)
        assert explanation.tier == "stock"
        assert "the fields of `NeedsRequest` cannot be built" in explanation.reason
        assert "KeyError: 'request' in " in explanation.reason
        assert explain(NeedsRequest(context={"request": None})).tier == "rows"

    def test_a_list_class_without_a_child(self):
        assert "`child` is a required argument" in explain(serializers.ListSerializer).reason

    @pytest.mark.parametrize("other", [None, 7, models.Book, models.Book(), serializers.CharField])
    def test_something_else(self, other):
        with pytest.raises(TypeError, match="takes a serializer class or instance, not"):
            explain(other)


class TestOff:
    def test_inside_disabled(self):
        with django_rustaccel.disabled():
            explanation = explain(BookSerializer)
        assert explanation.tier == "stock"
        assert explanation.reason == "inside `django_rustaccel.disabled()`"

    @override_settings(RUSTACCEL={})
    def test_the_setting(self):
        explanation = explain(BookSerializer)
        assert explanation.tier == "stock"
        assert 'RUSTACCEL["ACCELERATE_DRF"] is off' in explanation.reason
        assert "`BookSerializer` is none of" in explanation.reason

    @override_settings(RUSTACCEL={})
    def test_opted_in(self):
        class Tag(accelerated.ModelSerializer):
            class Meta:
                model = models.Tag
                fields = ["name"]

        class OwnList(serializers.ListSerializer):
            pass

        class Listed(Tag):
            class Meta(Tag.Meta):
                list_serializer_class = OwnList

        assert explain(Tag).tier == explain(Tag(many=True)).tier == "rows"
        assert explain(Listed).tier == "instances"
        assert "`OwnList` is none of" in explain(Listed).reason


class TestForms:
    def test_data_is_json(self):
        data = json.loads(json.dumps(explain(Kitchen, BOOKS).as_dict()))
        assert data["serializer"].endswith("Kitchen")
        assert data["tier"] == "instances"
        assert data["many"] is True
        assert len(data["reasons"]) == 5
        assert data["fields"]["shout"]["native"] is False
        assert data["fields"]["publisher"]["fields"]["name"] == {
            "native": True,
            "tier": "rows",
            "reason": "",
            "fields": {},
        }

    def test_text_is_a_table(self):
        lines = str(explain(Kitchen)).splitlines()
        assert lines[0].endswith(".Kitchen(many=True) over bookshop.Book: instances")
        assert lines[1].startswith("  shout: calls `Kitchen.get_shout` in ")
        head = lines.index("field      native  tier       reason")
        assert lines[head + 1] == "title      yes     rows"
        assert lines[head + 2].startswith("shout      no      stock      calls `Kitchen")
        assert "  country  yes     rows" in lines

    def test_text_without_fields(self):
        assert str(explain(NeedsUser)).splitlines()[0].endswith("NeedsUser: stock")


def model_serializer(model):
    meta = type("Meta", (), {"model": model, "fields": "__all__"})
    return type(f"{model.__name__}Serializer", (serializers.ModelSerializer,), {"Meta": meta})


@pytest.mark.django_db
class TestTheTruth:
    """What is explained is what happens."""

    def test_no_query_is_sent(self, django_assert_num_queries):
        fill_shop(2)
        with django_assert_num_queries(0):
            str(explain(Kitchen))
            str(explain(Kitchen(models.Book.objects.all(), many=True)))
            explain(TagSerializer, models.Tag.objects.all()).as_dict()

    @pytest.mark.parametrize(
        "model",
        list(apps.get_app_config("bookshop").get_models()),
        ids=lambda model: model.__name__,
    )
    def test_every_model_is_read_as_explained(self, model):
        serializer = model_serializer(model)
        before = stats()["read"]
        tier = explain(serializer).tier
        assert stats()["read"] == before
        serializer(model._default_manager.all(), many=True).data  # noqa: B018
        assert {
            name: n - before[name] for name, n in stats()["read"].items() if n > before[name]
        } == {tier: 1}

    @pytest.mark.databases_of("postgres")
    def test_postgresql_wants_an_ordering_to_join(self):
        assert explain(NestedBookSerializer).reason == (
            "PostgreSQL may reorder rows without an ordering to join `publisher`"
        )
        assert explain(NestedBookSerializer, BOOKS).tier == "rows"
