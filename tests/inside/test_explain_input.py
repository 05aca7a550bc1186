"""`explain().input` says who validates, and which look-ups one query answers for a list."""

import json

import pytest
from django.test import override_settings
from rest_framework import serializers, validators

import django_rustaccel
from bookshop import models
from bookshop.serializers import BookSerializer
from django_rustaccel import explain


class Author(serializers.Serializer):
    name = serializers.CharField(max_length=5)
    size = serializers.IntegerField(min_value=0)

    def validate_name(self, value):
        return value.upper()

    def validate(self, attrs):
        return attrs


class OwnFields(Author):
    def to_internal_value(self, data):
        return super().to_internal_value(data)


class OwnRun(Author):
    def run_validation(self, data=serializers.empty):
        return super().run_validation(data)


class OwnWalk(Author):
    def set_value(self, dictionary, keys, value):
        super().set_value(dictionary, keys, value)


class Chosen(Author):
    def get_fields(self):
        return super().get_fields()


class OwnList(serializers.ListSerializer):
    def run_child_validation(self, data):
        return super().run_child_validation(data)


class Listed(Author):
    class Meta:
        list_serializer_class = OwnList


class Upper(serializers.CharField):
    def to_internal_value(self, data):
        return super().to_internal_value(data).upper()


def even(value):
    if value % 2:
        raise serializers.ValidationError("odd")


class Kitchen(serializers.Serializer):
    upper = Upper()
    even = serializers.IntegerField(validators=[even])
    words = serializers.ListField(child=Upper())
    hidden = serializers.HiddenField(default=3)
    author = Author()
    authors = Author(many=True)
    shown = serializers.CharField(read_only=True)
    secret = serializers.CharField(write_only=True)


def line_of(function):
    return f"inside/test_explain_input.py:{function.__code__.co_firstlineno}"


class TestTheSerializer:
    def test_native(self):
        found = explain(Author).input
        assert found.native
        assert found.reason.startswith("calls `Author.validate` in ")
        assert all(field.native for field in found)
        assert found.fields["name"].reason.endswith(line_of(Author.validate_name))
        assert found.fields["size"].reason == ""

    @pytest.mark.parametrize(
        ("cls", "method", "title", "fields_are_native"),
        [
            (OwnFields, "to_internal_value", "partly native", True),
            (OwnRun, "run_validation", "partly native", True),
            (OwnWalk, "set_value", "stock", False),
        ],
    )
    def test_overridden(self, cls, method, title, fields_are_native):
        found = explain(cls).input
        assert (found.native, found.title) == (False, title)
        assert found.reasons[0].startswith(f"`{cls.__name__}.{method}` is overridden in ")
        assert found.reasons[0].endswith(line_of(getattr(cls, method)))
        assert all(field.native is fields_are_native for field in found)

    def test_lists(self):
        assert explain(Listed).input.native
        found = explain(Listed(many=True)).input
        assert not found.native
        assert found.reason.startswith("`OwnList.run_child_validation` is overridden in ")

    def test_fields_that_are_chosen_in_every_call(self):
        reason = "`Chosen` chooses its fields in every call: native from 16 rows on"
        assert reason in explain(Chosen).input.reasons
        assert explain(BookSerializer).input.reasons == ()

    def test_off(self):
        with django_rustaccel.disabled():
            assert explain(Author).input.reason == "inside `django_rustaccel.disabled()`"
        with override_settings(RUSTACCEL={}):
            found = explain(Author).input
        assert (found.native, found.title) == (False, "stock")
        assert 'RUSTACCEL["ACCELERATE_DRF"] is off' in found.reason

    def test_a_base_serializer(self):
        class Odd(serializers.BaseSerializer):
            pass

        found = explain(Odd).input
        assert (found.native, found.reason, found.fields) == (False, "`Odd` is no Serializer", {})

    def test_overrides_of_reading_do_not_matter(self):
        class Shown(Author):
            def to_representation(self, instance):
                return {}

        explanation = explain(Shown)
        assert explanation.tier == "stock"
        assert explanation.input.native


class TestFields:
    def test_every_field_says_what_is_in_its_way(self):
        fields = explain(Kitchen).input.fields
        assert list(fields) == [
            "upper", "even", "words", "hidden", "author", "authors", "secret",
        ]  # fmt: skip
        assert {name for name, field in fields.items() if not field.native} == {
            "upper", "even", "words", "hidden",
        }  # fmt: skip
        assert fields["upper"].reason.startswith("`Upper.to_internal_value` is overridden in ")
        assert fields["even"].reason.startswith("validator `even` in ")
        assert fields["words"].reason.startswith("child: `Upper.to_internal_value` is overr")
        assert fields["hidden"].reason == "`HiddenField` is asked for its value in every call"
        assert fields["author"].reason.startswith("`Author`: calls `Author.validate` in ")
        assert fields["authors"].fields["name"].reason.startswith("calls `Author.validate_name`")

    def test_own_get_value(self):
        class Elsewhere(serializers.CharField):
            def get_value(self, dictionary):
                return "x"

        class Odd(serializers.Serializer):
            name = Elsewhere()

        field = explain(Odd).input.fields["name"]
        assert not field.native
        assert field.reason.startswith("`Elsewhere.get_value` is overridden in ")


class CopySerializer(serializers.ModelSerializer):
    class Meta:
        model = models.Copy
        fields = "__all__"


def lookup_of(field):
    cls = type("Asking", (serializers.Serializer,), {"f": field})
    (lookup,) = explain(cls).input.fields["f"].lookups
    return lookup


class TestLookups:
    def test_batched(self):
        found = explain(CopySerializer).input
        lookups = {name: field.lookups for name, field in found.fields.items() if field.lookups}
        assert {name: [each.name for each in asked] for name, asked in lookups.items()} == {
            "barcode": ["UniqueValidator"],
            "shelf": ["PrimaryKeyRelatedField"],
            "ticket": ["PrimaryKeyRelatedField"],
            "seen_at": ["PrimaryKeyRelatedField"],
        }
        assert all(each.batched for asked in lookups.values() for each in asked)
        assert [each.name for each in found.lookups] == ["UniqueTogetherValidator"]
        assert found.lookups[0].batched

    @pytest.mark.parametrize(
        ("queryset", "reason"),
        [
            (models.Tag.objects.all()[:3], "the queryset is sliced"),
            (models.Tag.objects.prefetch_related("books"), "the queryset prefetches"),
            (models.Tag.objects.select_for_update(), "the queryset locks its rows"),
        ],
    )
    def test_querysets(self, queryset, reason):
        field = serializers.PrimaryKeyRelatedField(queryset=queryset)
        assert lookup_of(field).reason == reason
        assert not lookup_of(field).batched
        many = serializers.PrimaryKeyRelatedField(queryset=queryset, many=True)
        assert lookup_of(many).reason == reason
        unique = serializers.IntegerField(validators=[validators.UniqueValidator(queryset)])
        assert lookup_of(unique).reason == reason

    def test_models_that_are_more_than_columns(self):
        field = serializers.PrimaryKeyRelatedField(queryset=models.Initialised.objects.all())
        assert lookup_of(field).reason.startswith("`Initialised.__init__` is overridden in ")

    def test_overridden_methods(self):
        class Own(serializers.PrimaryKeyRelatedField):
            def get_queryset(self):
                return models.Tag.objects.all()

        class Unique(validators.UniqueValidator):
            def filter_queryset(self, value, queryset, field_name):
                return queryset

        assert "`Own.get_queryset` is overridden in " in lookup_of(Own()).reason
        field = serializers.IntegerField(validators=[Unique(models.Tag.objects.all())])
        assert "`Unique.filter_queryset` is overridden in " in lookup_of(field).reason

    def test_other_relations(self):
        field = serializers.HyperlinkedRelatedField("tag-detail", queryset=models.Tag.objects.all())
        assert lookup_of(field).reason == "finds objects in its own way"

    def test_what_only_the_database_compares(self):
        field = serializers.SlugRelatedField("name__startswith", queryset=models.Tag.objects.all())
        assert lookup_of(field).reason == (
            "only the database can compare `Tag` by `name__startswith`"
        )

    @pytest.mark.django_db
    def test_no_query_is_sent(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            str(explain(CopySerializer))
            explain(BookSerializer).as_dict()


class TestForms:
    def test_data_is_json(self):
        data = json.loads(json.dumps(explain(CopySerializer).as_dict()))["input"]
        assert data["native"] is True
        assert (data["reason"], data["reasons"]) == ("", [])
        assert data["lookups"] == [
            {"name": "UniqueTogetherValidator", "batched": True, "reason": ""}
        ]
        assert data["fields"]["shelf"] == {
            "native": True,
            "reason": "",
            "lookups": [{"name": "PrimaryKeyRelatedField", "batched": True, "reason": ""}],
            "fields": {},
        }

    def test_text_has_a_table_of_its_own(self):
        lines = str(explain(Kitchen)).splitlines()
        head = lines.index("input    native  look-ups  reason")
        assert lines[head - 3 : head] == ["", "input: native", ""]
        assert lines[head + 1].startswith("upper    no                `Upper.to_internal_value`")
        assert lines[-1] == "secret   yes"
        assert "  size   yes" in lines
        lines = str(explain(CopySerializer)).splitlines()
        assert lines[-1].split() == ["UniqueTogetherValidator", "batched"]

    def test_what_cannot_be_made_has_none(self):
        assert explain(serializers.ListSerializer).input is None
