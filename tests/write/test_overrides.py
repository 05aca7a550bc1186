"""Code of users at every level of a serializer, and what may be patched later."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers

from engines import running
from write.verdicts import assert_same


class Item(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=5)
    size = serializers.IntegerField(min_value=0, required=False)

    def validate_name(self, value: str) -> str:
        if value == "bad":
            raise serializers.ValidationError("no", code="worse")
        if value == "worse":
            raise DjangoValidationError("%(what)s", params={"what": "no"}, code="worst")
        if value == "skip":
            raise serializers.SkipField
        if value == "key":
            raise KeyError(value)
        return value.upper()


class Checked(Item):
    def validate(self, attrs: Any) -> Any:
        if attrs.get("size") == 1:
            raise serializers.ValidationError({"size": "one"})
        if attrs.get("size") == 2:
            raise DjangoValidationError({"size": ["two"]})
        if attrs.get("size") == 3:
            return None
        return attrs | {"checked": True}


class Whole(Item):
    def to_internal_value(self, data: Any) -> Any:
        found = super().to_internal_value({"size": 9} | data if isinstance(data, dict) else data)
        return found | {"whole": type(data).__name__}


class Run(Item):
    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data == {"name": "run"}:
            raise serializers.ValidationError({"name": "ran"})
        return super().run_validation(data)


class Emptied(Item):
    def validate_empty_values(self, data: Any) -> Any:
        return (True, "nothing") if data == {} else super().validate_empty_values(data)


class Set(Item):
    def set_value(self, dictionary: Any, keys: Any, value: Any) -> None:
        super().set_value(dictionary, ["set", *keys], value)


class Validators(Item):
    def get_validators(self) -> Any:
        def even(attrs: Any) -> None:
            if attrs["size"] % 2:
                raise serializers.ValidationError("odd")

        return [even]


class Dynamic(Item):
    def get_fields(self) -> Any:
        fields = super().get_fields()
        if self.context.get("short"):
            del fields["size"]
        return fields


class Initialised(Item):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["size"].required = True


class OwnMethod(Item):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.validate_size = lambda value: value + 100


class Dynamically(Item):
    def __getattr__(self, name: str) -> Any:
        if name == "validate_size":
            return lambda value: value + 1000
        raise AttributeError(name)


class Upper(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).upper()


class Fields(serializers.Serializer[Any]):
    class Got(serializers.IntegerField):
        def get_value(self, dictionary: Any) -> Any:
            return dictionary.get("elsewhere", serializers.empty)

    class Ran(serializers.BooleanField):
        def run_validation(self, data: Any = serializers.empty) -> Any:
            return ["ran", super().run_validation(data)]

    class Validated(serializers.CharField):
        def run_validators(self, value: Any) -> None:
            super().run_validators(value)
            if len(value) > 2:
                self.fail("invalid")

    class Defaulted(serializers.IntegerField):
        def get_default(self) -> Any:
            return 77

    name = Upper(required=False)
    size = Got()
    ran = Ran(required=False)
    short = Validated(default="s")
    given = Defaulted(required=False)
    ordered = serializers.CharField(
        default="x", validators=[lambda value: None if value < "k" else _refuse("late")]
    )


def _refuse(text: str) -> None:
    raise DjangoValidationError([text, "again"])


ROWS: list[Any] = [
    {}, {"name": "a"}, {"name": "a", "size": 1}, {"name": "a", "size": 2}, {"name": "a", "size": 4},
    {"name": "bad", "size": -1}, {"name": "worse"}, {"name": "skip"}, {"name": "run"},
    {"name": "long enough"}, {"name": None}, {"name": 3, "size": "8"}, {"name": "a", "size": 5},
    {"size": "x"}, None, "text", [], 3, [{"name": "a"}],
    {"name": "n", "elsewhere": 3, "ran": "yes", "short": "ab", "ordered": "a"},
    {"name": "n", "elsewhere": "x", "ran": "maybe", "short": "abc", "ordered": "z"},
]  # fmt: skip

CLASSES = (
    Item, Checked, Whole, Run, Emptied, Set, Validators, Dynamic, Initialised, OwnMethod,
    Dynamically, Fields,
)  # fmt: skip


@pytest.mark.parametrize("cls", CLASSES)
class TestLevels:
    def test_one(self, cls: Any) -> None:
        for row in [*ROWS, {"name": "a", "size": 3}, {"name": "key"}]:
            assert_same(lambda data: cls(data=data), row)
            assert_same(lambda data: cls({}, data=data, partial=True), row)
            assert_same(lambda data: cls(data=data, context={"short": True}), row)
            assert_same(lambda data: cls(data=data, allow_null=True), row)

    def test_many(self, cls: Any) -> None:
        if cls is Validators:
            pytest.skip("stock raises at the first row without a size")
        assert_same(lambda data: cls(data=data, many=True), ROWS)
        assert_same(lambda data: cls(data=data, many=True), [{"name": "a", "size": 4}] * 20)
        assert_same(lambda data: cls(data=data, many=True, partial=True), ROWS)

    def test_nested(self, cls: Any) -> None:
        class Outer(serializers.Serializer[Any]):
            one = cls(required=False, allow_null=True)
            many: Any = cls(many=True, required=False, max_length=3, allow_empty=False)
            items = serializers.ListField(child=cls(), required=False)
            mapped = serializers.DictField(child=cls(), default={})
            last = serializers.CharField(default="z")

        rows = [{"name": "a", "size": 4}, {"name": "b", "size": 6}]
        for row in ROWS:
            if cls is Validators and isinstance(row, dict) and "size" not in row:
                continue
            data = {"one": row, "many": [rows[0], row], "items": [row], "mapped": {"k": row}}
            assert_same(lambda data: Outer(data=data), data, native=True)
            assert_same(lambda data: Outer(data=data, many=True), [data, {"many": row}, {}])
        for many in ([], rows, rows * 2, None, "x", {}):
            assert_same(lambda data: Outer(data=data), {"many": many}, native=True)
            assert_same(lambda data: Outer(data=data, partial=True), {"many": many}, native=True)


class TestLists:
    @pytest.mark.parametrize("data", [[], ROWS, "x", None, {}, {"a": 1}, (1, 2), [{"name": "a"}]])
    @pytest.mark.parametrize(
        "options", [{}, {"allow_empty": False}, {"min_length": 2}, {"max_length": 1}]
    )
    def test_lengths(self, options: Any, data: Any) -> None:
        assert_same(lambda data: Item(data=data, many=True, **options), data)

    @pytest.mark.parametrize(
        "name", ["to_internal_value", "run_validation", "run_child_validation", "validate"]
    )
    def test_overrides(self, name: str) -> None:
        def method(self: Any, data: Any) -> Any:
            return getattr(serializers.ListSerializer, name)(self, data)

        rows_class = type("Rows", (serializers.ListSerializer,), {name: method})

        class Listed(Item):
            class Meta:
                list_serializer_class = rows_class

        for data in (ROWS, [{"name": "a"}], [], "x"):
            assert_same(lambda data: Listed(data=data, many=True), data)


class TestPatches:
    """Whatever classes are given after a plan was made counts at once."""

    def same(self, row: Any) -> Any:
        return assert_same(lambda data: Item(data=data), row)

    def test_methods(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.same({"name": "a", "size": 1})
        monkeypatch.setattr(Item, "validate_size", lambda self, value: -value, raising=False)
        assert "-1" in str(self.same({"name": "a", "size": 1}))
        monkeypatch.setattr(Item, "validate", lambda self, attrs: {"all": attrs})
        assert "all" in str(self.same({"name": "a", "size": 1}))
        monkeypatch.setattr(Item, "to_internal_value", lambda self, data: {"given": data})
        assert "given" in str(self.same({"name": "a"}))

    def test_fields(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.same({"name": "a"})
        monkeypatch.setattr(
            serializers.CharField, "to_internal_value", lambda self, data: f"p{data}"
        )
        assert "PA" in str(self.same({"name": "a"}))

    def test_declared(self) -> None:
        self.same({"name": "a"})
        fields: Any = Item._declared_fields
        fields["more"] = serializers.IntegerField()
        try:
            assert "required" in str(self.same({"name": "a"}))
        finally:
            del fields["more"]


def test_a_tree_of_serializers() -> None:
    class Branch(serializers.Serializer[Any]):
        name = serializers.CharField(max_length=2)

        def get_fields(self) -> Any:
            return super().get_fields() | {"branches": Branch(many=True, required=False)}

    class Tree(serializers.Serializer[Any]):
        root = Branch()

    for name in ("a", "long"):
        row = {"name": "b", "branches": [{"name": name, "branches": []}, {"name": name}]}
        assert_same(lambda data: Branch(data=data), row)
        assert_same(lambda data: Branch(data=data, many=True), [row] * 20, native=True)
        assert_same(lambda data: Tree(data=data), {"root": row})
        for engine in ("stock", "rustaccel"):
            with running(engine):
                assert Tree({"root": row}).data["root"]["branches"][1:] == [{"name": name}]


class Form(serializers.Serializer[Any]):
    """Fields of which missing and empty mean other things in a form than in JSON."""

    name = serializers.CharField(allow_null=True, required=False)
    agreed = serializers.BooleanField(required=False)
    size = serializers.IntegerField(allow_null=True, default=7)
    tags = serializers.ListField(child=serializers.CharField(), required=False)
    picked = serializers.MultipleChoiceField(choices=["a", "b"], required=False)
    data = serializers.JSONField(required=False)
    item = Item(required=False)
    items = Item(many=True, required=False)


@pytest.mark.parametrize(
    "form",
    [
        "",
        "name=&agreed=&size=",
        "name=a&name=b&agreed=on&size=3",
        "tags=x&tags=y&picked=a&picked=b",
        "tags[1]=y&tags[0]=x",
        "data={}&item.name=n&item.size=",
        "items[0]name=a&items[1]name=bad",
        "[0]name=a&[1]size=x",
    ],
)
@pytest.mark.parametrize("partial", [False, True])
def test_forms_are_stock(form: str, partial: bool) -> None:
    from django.http import QueryDict

    data = QueryDict(form)
    assert_same(lambda data: Form(data=data, partial=partial), data)
    assert_same(lambda data: Form(data=data, partial=partial, many=True), data)
    assert_same(lambda data: Item(data=data), data, native=False)
