"""`Validator` beside the classes that it is made of."""

import datetime
import io
import json
import subprocess
import sys
import textwrap
import weakref
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from rest_framework import exceptions, serializers

from bookshop.models import Book, Cleaned, Constrained, Everything, Limited, Publisher, Tag
from django_rustaccel.exceptions import BulkValidationError
from django_rustaccel.validation import Row, Validator

BAD_JSON = [b"", b"{", b"{'a': 1}", b'{"a": NaN}', b"\xff", b"[" * 100_000, "{", b"nul"]


class PriceSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=5)
    price = serializers.DecimalField(max_digits=5, decimal_places=2, min_value=0)
    owner = serializers.HiddenField(default=serializers.CreateOnlyDefault("nobody"))

    def validate_name(self, name):
        return name + self.context.get("suffix", "")


class PriceForm(forms.Form):
    name = forms.CharField(max_length=5)
    price = forms.DecimalField(max_digits=5, decimal_places=2, min_value=0)
    is_new = forms.BooleanField(required=False)
    tags = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], required=False)

    def clean(self):
        if self.cleaned_data.get("name") == "no":
            raise ValidationError("Not that one.", code="no")


class TagForm(forms.ModelForm):
    class Meta:
        model = Tag
        fields = ["name", "colour"]


GOOD = {"name": "abc", "price": "1.50"}
ROWS = [GOOD, {}, {"name": None, "price": -1}, {"name": "abcdef", "price": 1.255}, {"name": 5}, []]


class TestSerializers:
    @pytest.mark.parametrize("row", [*ROWS, None, 1, "x"])
    def test_one(self, row):
        serializer = PriceSerializer(data=row)
        validator = Validator(PriceSerializer)
        if serializer.is_valid():
            assert validator.validate_json(json.dumps(row).encode()) == serializer.validated_data
        else:
            with pytest.raises(exceptions.ValidationError) as caught:
                validator.validate_python(row)
            assert caught.value.detail == serializer.errors

    def test_options(self):
        validator = Validator(PriceSerializer, context={"suffix": "!"}, partial=True)
        assert validator.validate_json(b'{"name": "abc"}')["name"] == "abc!"

    def test_many(self):
        validator = Validator(PriceSerializer)
        data = validator.validate_many_json(json.dumps([GOOD, GOOD]))
        assert [row["price"] for row in data] == [Decimal("1.50")] * 2
        for rows in (ROWS, {}, None):
            expected = PriceSerializer(data=rows, many=True)
            assert not expected.is_valid()
            with pytest.raises(exceptions.ValidationError) as caught:
                validator.validate_many_json(json.dumps(rows))
            assert caught.value.detail == expected.errors

    @pytest.mark.parametrize("document", BAD_JSON)
    def test_no_json(self, document):
        with pytest.raises(exceptions.ValidationError) as caught:
            Validator(PriceSerializer).validate_json(document)
        assert caught.value.get_codes() == {"non_field_errors": ["parse_error"]}


class TestForms:
    @pytest.mark.parametrize(
        "row",
        [
            *ROWS[:-1],
            {"name": "no", "price": 1, "is_new": True, "tags": ["a"]},
            {"name": "a", "price": 1, "is_new": "false", "tags": ["c"], "other": 1},
        ],
    )
    def test_one(self, row):
        form = PriceForm(row)
        validator = Validator(PriceForm)
        if form.is_valid():
            assert validator.validate_json(json.dumps(row)) == form.cleaned_data
        else:
            with pytest.raises(ValidationError) as caught:
                validator.validate_json(json.dumps(row))
            assert caught.value.message_dict == form.errors
            assert caught.value.error_dict == form.errors.as_data()

    @pytest.mark.parametrize("row", ["[]", "null", "1", '"x"'])
    def test_what_is_no_object(self, row):
        with pytest.raises(ValidationError) as caught:
            Validator(PriceForm).validate_json(row)
        assert caught.value.message_dict == {"__all__": ["Enter a valid value."]}

    def test_many(self):
        with pytest.raises(BulkValidationError) as caught:
            Validator(PriceForm).validate_many_json(json.dumps(ROWS))
        assert sorted(caught.value.errors) == [1, 2, 3, 4, 5]
        assert caught.value.as_dict()[1] == PriceForm({}).errors
        assert Validator(PriceForm, prefix="x").validate_many_json("[]") == []
        with pytest.raises(ValidationError, match=r'got type "dict"'):
            Validator(PriceForm).validate_many_json("{}")

    @pytest.mark.django_db
    def test_model_forms_look_into_the_database(self):
        Tag.objects.create(name="taken", colour="x")
        validator = Validator(TagForm)
        assert validator.validate_json('{"name": "new", "colour": "y"}') == {
            "name": "new",
            "colour": "y",
        }
        with pytest.raises(ValidationError) as caught:
            validator.validate_json('{"name": "taken", "colour": "y"}')
        assert caught.value.message_dict == {"name": ["Tag with this Name already exists."]}

    @pytest.mark.parametrize("document", BAD_JSON)
    def test_no_json(self, document):
        with pytest.raises(ValidationError) as caught:
            Validator(PriceForm).validate_json(document)
        assert [error.code for error in caught.value.error_dict["__all__"]] == ["parse_error"]

    def test_without_drf(self):
        code = """
            import sys
            from django.conf import settings
            settings.configure(USE_I18N=False)
            import django; django.setup()
            from django import forms
            from django_rustaccel.validation import Validator
            class Form(forms.Form):
                name = forms.CharField()
            assert Validator(Form).validate_json(b'{"name": "x"}') == {"name": "x"}
            assert not any(name.startswith("rest_framework") for name in sys.modules)
        """
        subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)


@pytest.mark.django_db
class TestModels:
    BOOK = {
        "title": "T", "isbn": "978-x", "price": 1.5, "pages": "7", "rating": 2,
        "created": "2020-01-31T10:00:00Z", "updated": "2020-01-31T10:00:00+01:00",
        "published": "2020-01-31",
    }  # fmt: skip

    def messages(self, validator, row):
        with pytest.raises(ValidationError) as caught:
            validator.validate_python(row)
        return caught.value.message_dict

    def test_values_are_cleaned(self):
        publisher = Publisher.objects.create(name="P", country="de")
        validator = Validator(Book)
        data = validator.validate_python(self.BOOK | {"publisher": str(publisher.pk)})
        assert data["price"] == Decimal("1.5")
        assert (data["pages"], data["publisher_id"]) == (7, publisher.pk)
        assert data["created"] == datetime.datetime(2020, 1, 31, 10, tzinfo=datetime.UTC)
        assert "status" not in data
        book = Book(**data)
        book.full_clean()
        by_attname = self.BOOK | {"publisher_id": publisher.pk}
        assert validator.validate_python(by_attname) == data

    def test_what_must_be_there(self):
        required = ["This field is required."]
        assert self.messages(Validator(Book), {"pages": 1}) == dict.fromkeys(
            ["title", "isbn", "price", "rating", "published", "created", "updated", "publisher"],
            required,
        )

    def test_null_and_blank(self):
        row = self.BOOK | {"title": None, "summary": None, "isbn": "", "status": ""}
        assert self.messages(Validator(Book, list(row)), row) == {
            "title": ["This field cannot be null."],
            "summary": ["This field cannot be null."],
            "isbn": ["This field cannot be blank."],
            "status": ["This field cannot be blank."],
        }

    def test_every_error_of_a_row(self):
        row = {"name": " bad", "number": "x", "other": 1}
        assert self.messages(Validator(Cleaned), row) == {
            "number": ["“x” value must be an integer."],
            "other": ["Unknown field."],
            "name": ["It is bad."],
        }

    def test_unknown_keys(self):
        row = {"name": "x", "number": 1, "other": 1}
        assert Validator(Cleaned, unknown="ignore").validate_python(row) == {
            "name": "x",
            "number": 1,
        }
        with pytest.raises(ValueError, match="forbid"):
            Validator(Cleaned, unknown="maybe")

    def test_chosen_fields(self):
        validator = Validator(Book, ["title", "pages"])
        assert validator.validate_python({"title": "T", "pages": 1}) == {"title": "T", "pages": 1}
        assert "isbn" in self.messages(validator, {"title": "T", "pages": 1, "isbn": "x"})
        for name in ("nothing", "tags", "reviews"):
            with pytest.raises(ValueError, match=name):
                Validator(Book, [name])

    @pytest.mark.parametrize("value", [None, True, 1, 10**400, 1.5, "", "x", [], [1], {}, {"a": 1}])
    @pytest.mark.parametrize("model", [Everything, Limited, Constrained])
    def test_any_json_in_any_field(self, model, value):
        validator = Validator(model)
        row = dict.fromkeys(validator._source.by_key, value)
        row.pop("filepath", None)
        for _, error in validator._source.results([row, row]):
            assert error is None or error.message_dict

    def test_texts_that_cannot_be_stored(self):
        validator = Validator(Tag)
        for name in ("a\0b", "\ud800", ["x"], {}):
            assert list(self.messages(validator, {"name": name, "colour": "x"})) == ["name"]

    def test_uniqueness_and_constraints(self):
        Constrained.objects.create(name="taken")
        validator = Validator(Constrained)
        rows = [{"name": "taken"}, {"name": "a", "low": 2, "high": 1}, {"name": "b"}, 5]
        with pytest.raises(BulkValidationError) as caught:
            validator.validate_many_python(rows)
        assert sorted(caught.value.errors) == [0, 1, 3]
        lenient = Validator(Constrained, validate_unique=False, validate_constraints=False)
        assert len(lenient.validate_many_python(rows[:3])) == 3

    def test_nothing_but_classes(self):
        for wrong in (Book(), "bookshop.Book", int, None):
            with pytest.raises(TypeError):
                Validator(wrong)
        with pytest.raises(TypeError):
            Validator(PriceForm, ["name"])


class TestStreams:
    LINES = b'{"name": "a", "price": 1}\n\n  \r\n{"name": 1\n[]\n{"name": "b", "price": 2}'

    @pytest.mark.parametrize("form", [PriceForm, PriceSerializer])
    @pytest.mark.parametrize("chunk", [1, 2, 500])
    def test_lines(self, form, chunk):
        for stream in (io.BytesIO(self.LINES), self.LINES.splitlines(keepends=True)):
            rows = list(Validator(form).validate_ndjson(stream, chunk=chunk))
            assert [row.line for row in rows] == [1, 4, 5, 6]
            assert [row.error is None for row in rows] == [True, False, False, True]
            assert rows[3].data["name"] == "b"
            assert isinstance(rows[0], Row)

    @pytest.mark.django_db
    def test_models(self):
        lines = [json.dumps({"name": f"t{n % 7}", "colour": "x" * n}) for n in range(12)]
        rows = list(Validator(Tag).validate_ndjson(lines, chunk=5))
        assert [row.line for row in rows if row.error] == [1, 9, 10, 11, 12]

    def test_long_lines(self):
        document = b'{"name": "' + b"x" * 100 + b'"}\n' + json.dumps(GOOD).encode() + b"\r\n"
        for stream in (io.BytesIO(document), document.splitlines(keepends=True)):
            long, good = Validator(PriceForm).validate_ndjson(stream, max_line=40)
            assert "more than 40 bytes" in str(long.error)
            assert good.data["name"] == "abc"

    def test_a_chunk_is_read_and_forgotten(self):
        read, alive = [], weakref.WeakSet()

        class Line(str):
            __slots__ = ("__weakref__",)

        def lines():
            for number in range(100):
                line = Line(json.dumps(GOOD))
                read.append(number)
                alive.add(line)
                yield line

        for row in Validator(PriceForm).validate_ndjson(lines(), chunk=20):
            assert len(read) == -(-row.line // 20) * 20
            assert len(alive) <= 20 + 1
