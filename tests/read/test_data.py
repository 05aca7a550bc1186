"""`.data` behaves as the list or dict it is in DRF, however late its content is made."""

import copy
import json
import pickle
import pprint

import orjson
import pytest
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.serializer_helpers import ReturnDict, ReturnList

from bookshop.data import fill_shop
from bookshop.models import Book
from bookshop.serializers import BookSerializer, NestedBookSerializer
from engines import assert_same

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop(db):
    fill_shop(4)


def books():
    return NestedBookSerializer(Book.objects.prefetch_related("tags").order_by("pk"), many=True)


def book():
    return NestedBookSerializer(Book.objects.order_by("pk").first())


def arguments(*entries):
    return entries


def first_and_rest(first, *rest):
    return first, rest


LOOKS = {
    "append": lambda data: data.append(1),
    "assign": lambda data: data.__setitem__(0, "first"),
    "assign slice": lambda data: data.__setitem__(slice(1, 3), []),
    "bool": bool,
    "clear": lambda data: data.clear(),
    "compare": lambda data: data < [],
    "compare to itself": lambda data: data == data,
    "compare to list": lambda data: data == [],
    "contains": lambda data: 5 in data,
    "copy": lambda data: data.copy(),
    "copy module": copy.copy,
    "count": lambda data: data.count(1),
    "deepcopy": copy.deepcopy,
    "delete": lambda data: data.__delitem__(0),
    "dict access": lambda data: data[0]["title"],
    "dict mutation": lambda data: data[0].update(title="new"),
    "enumerate": lambda data: list(enumerate(data)),
    "extend": lambda data: data.extend([{}]),
    "extend another": lambda data: [found := [1], found.extend(data)],
    "filter": lambda data: [entry for entry in data if entry["pages"] > 500],
    "format": lambda data: f"{data}",
    "in place add": lambda data: data.__iadd__([1]),
    "index": lambda data: data.index(data[1]),
    "insert": lambda data: data.insert(0, {"new": 1}),
    "isinstance": lambda data: [isinstance(data, kind) for kind in (list, ReturnList, dict)],
    "iterate": lambda data: [entry["id"] for entry in data],
    "iterate reversed": lambda data: list(reversed(data)),
    "join": ",".join,
    "json": json.dumps,
    "json indent": lambda data: json.dumps(data, indent=2, sort_keys=True),
    "json inside": lambda data: json.dumps({"results": data, "pair": [data, (data,)]}),
    "json encoder": lambda data: "".join(json.JSONEncoder().iterencode(data)),
    "length": len,
    "list": list,
    "max": lambda data: max(data, key=lambda entry: entry["price"]),
    "multiply": lambda data: data * 2,
    "orjson": orjson.dumps,
    "orjson inside": lambda data: orjson.dumps({"results": data}),
    "pickle": lambda data: pickle.loads(pickle.dumps(data)),
    "pickle oldest": lambda data: pickle.loads(pickle.dumps(data, protocol=0)),
    "plus": lambda data: data + [1],  # noqa: RUF005
    "plus another": lambda data: [1] + data,  # noqa: RUF005
    "plus itself": lambda data: data + data,
    "pop": lambda data: data.pop(),
    "pprint": pprint.pformat,
    "random": lambda data: sorted(data, key=lambda entry: -entry["id"]),
    "remove": lambda data: data.remove(data[0]),
    "repr": repr,
    "reverse": lambda data: data.reverse(),
    "set": set,
    "slice": lambda data: data[1:3],
    "slice assign": lambda data: [0, 1].__setitem__(slice(0, 1), data),
    "sort": lambda data: data.sort(key=lambda entry: entry["title"]),
    "star": lambda data: [*data],
    "star arguments": lambda data: arguments(*data),
    "str": str,
    "sum": lambda data: sum(entry["pages"] for entry in data),
    "tuple": tuple,
    "type": type,
    "unpack": lambda data: first_and_rest(*data),
    "wrong attribute": lambda data: data.nothing,
    "wrong index": lambda data: data[99],
    "zip": lambda data: list(zip(data, [1, 2], strict=False)),
}


@pytest.mark.parametrize("how", LOOKS)
def test_list_looked_at(how):
    """The first look tells what it would, and the data afterwards is as it would be."""

    def work():
        data = books().data
        try:
            seen = LOOKS[how](data)
        except Exception as error:
            seen = error
        return seen, data

    assert_same(work)


@pytest.mark.parametrize("how", LOOKS)
def test_dict_looked_at(how):
    def work():
        data = book().data
        try:
            seen = LOOKS[how](data)
        except Exception as error:
            seen = error
        return seen, data

    assert_same(work)


def test_two_lists_of_one_queryset():
    assert_same(lambda: [books().data == books().data, books().data != books().data])
    assert_same(lambda: [books().data < books().data, books().data + books().data])


def test_types(engine):
    assert type(books().data) is ReturnList
    assert type(book().data) is ReturnDict
    assert {type(entry) for entry in books().data} == {dict}
    nested = books().data[0]
    assert (type(nested["publisher"]), type(nested["tags"])) == (dict, list)


def test_data_knows_its_serializer(engine):
    many, one = books(), book()
    assert many.data.serializer is many
    assert one.data.serializer is one
    assert not hasattr(many.data[0], "serializer")


def test_data_is_made_once(engine, django_assert_num_queries):
    many = books()
    with django_assert_num_queries(2 if engine == "rustaccel" else 6):
        first, second = many.data, many.data
        list(first), list(second)
    first[0]["title"] = "changed"
    assert many.data[0]["title"] == "changed"


def test_change_reaches_the_renderer():
    def work():
        serializer = books()
        serializer.data[1]["title"] = "changed"
        serializer.data[0]["added"] = {"nested": [1]}
        return JSONRenderer().render(serializer.data), serializer.data

    assert_same(work)


def test_length_and_truth_do_not_read_again():
    assert_same(lambda: (len(data := books().data), bool(data), len(data), data))


def test_bound_fields_and_iteration():
    def work():
        serializer = book()
        return [(bound.name, bound.value, bound.errors) for bound in serializer], serializer[
            "title"
        ].value

    assert_same(work)


def test_repr_of_serializers():
    assert_same(lambda: [repr(books()), repr(book()), repr(books().data)])


def test_serializer_pickles_after_data(engine):
    data = books().data
    assert pickle.loads(pickle.dumps(data)) == data
    assert type(pickle.loads(pickle.dumps(data))) is list


def test_deepcopied_serializer_reads_for_itself():
    def work():
        original = books()
        duplicate = copy.deepcopy(original)
        return original.data, duplicate.data

    assert_same(work)


@pytest.mark.parametrize("envelope", ["dict", "list", "tuple", "deep", "twice", "key order"])
def test_inside_an_envelope(envelope):
    def work():
        data = books().data
        return {
            "dict": {"count": 4, "next": None, "results": data},
            "list": [data, 1],
            "tuple": (data, data),
            "deep": {"a": [{"b": (data,)}]},
            "twice": {"a": data, "b": data},
            "key order": {"z": data, "a": book().data},
        }[envelope]

    assert_same(work)


@pytest.mark.parametrize("indent", [None, 0, 2, 4])
@pytest.mark.parametrize("ensure_ascii", [True, False])
@pytest.mark.parametrize("compact", [True, False])
def test_renderer_options(indent, ensure_ascii, compact):
    class Renderer(JSONRenderer):
        pass

    Renderer.ensure_ascii, Renderer.compact = ensure_ascii, compact

    def work():
        context = {} if indent is None else {"indent": indent}
        return Renderer().render({"results": books().data}, renderer_context=context)

    assert_same(work)


def test_empty_queryset():
    assert_same(lambda: BookSerializer(Book.objects.none(), many=True).data)
    assert_same(lambda: BookSerializer(Book.objects.filter(pk=0), many=True).data)
    assert_same(lambda: {"results": BookSerializer(Book.objects.filter(pk=0), many=True).data})


def test_to_representation_called_by_hand():
    def work():
        many, one = books(), book()
        return [
            many.to_representation(many.instance.all()),
            many.child.to_representation(one.instance),
            one.to_representation(one.instance),
        ]

    assert_same(work)


def test_data_without_instance():
    assert_same(lambda: NestedBookSerializer().data)
    assert_same(lambda: BookSerializer(data={"title": "x"}).data)

    def invalid():
        serializer = BookSerializer(data={"title": "x", "pages": "no"})
        return serializer.is_valid(), serializer.data, serializer.errors

    assert_same(invalid)

    def many():
        serializer = BookSerializer(data=[{"title": "x"}], many=True)
        return serializer.is_valid(), serializer.errors, serializer.data

    assert_same(many)


def test_data_before_validation_is_refused():
    def work():
        serializer = BookSerializer(Book.objects.first(), data={"title": "x"})
        return serializer.data

    assert_same(work)


def test_data_after_validation_comes_from_validated_data():
    class Small(serializers.Serializer):
        title = serializers.CharField()
        pages = serializers.IntegerField(default=3)

    def work():
        serializer = Small(data={"title": 5})
        serializer.is_valid()
        return serializer.data, serializer.validated_data

    assert_same(work)

    def many():
        serializer = Small(data=[{"title": 5}, {"title": "b", "pages": "9"}], many=True)
        serializer.is_valid()
        return serializer.data

    assert_same(many)
