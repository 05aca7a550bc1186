"""django-polymorphic: objects of several classes in one queryset come as what they are."""

from decimal import Decimal

import pytest
from django.test import override_settings
from django.urls import path
from rest_framework import generics, serializers

import django_rustaccel
from engines import assert_same
from integrations.answers import answer, get

pytest.importorskip("polymorphic")
from integrations.polymorphs.models import (
    Artwork,
    Exhibition,
    Painting,
    Sculpture,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gallery")]


class ArtworkSerializer(serializers.ModelSerializer):
    kind = serializers.CharField(source="polymorphic_ctype.model", read_only=True)
    label = serializers.CharField(source="__class__.__name__", read_only=True)

    class Meta:
        model = Artwork
        fields = ["title", "kind", "label", "shown"]


class PaintingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Painting
        fields = ["title", "painter", "shown"]


class SculptureSerializer(serializers.ModelSerializer):
    class Meta:
        model = Sculpture
        fields = ["title", "weight", "shown"]


class EitherSerializer(serializers.ModelSerializer):
    """By the class of each object, as projects write it."""

    BY_CLASS = {Painting: PaintingSerializer, Sculpture: SculptureSerializer}

    class Meta:
        model = Artwork
        fields = ["title"]

    def to_representation(self, instance):
        cls = self.BY_CLASS.get(type(instance))
        return super().to_representation(instance) if cls is None else cls(instance).data


class ExhibitionSerializer(serializers.ModelSerializer):
    works = ArtworkSerializer(many=True)

    class Meta:
        model = Exhibition
        fields = ["title", "works"]


class Works(generics.ListCreateAPIView):
    queryset = Artwork.objects.order_by("pk")
    serializer_class = EitherSerializer


class Paintings(generics.ListCreateAPIView):
    queryset = Painting.objects.order_by("pk")
    serializer_class = PaintingSerializer


class OneWork(generics.RetrieveUpdateAPIView):
    queryset = Artwork.objects.all()
    serializer_class = ArtworkSerializer


urlpatterns = [
    path("works/", Works.as_view()),
    path("paintings/", Paintings.as_view()),
    path("works/<int:pk>/", OneWork.as_view()),
]


@pytest.fixture
def gallery():
    spring = Exhibition.objects.create(title="Spring")
    for number in range(4):
        Painting.objects.create(title=f"Lake {number}", painter="Ada", shown=spring)
        Sculpture.objects.create(title=f"Bird {number}", weight=Decimal(number), shown=spring)
    Artwork.objects.create(title="Sound")
    with override_settings(ROOT_URLCONF=__name__):
        yield


QUERYSETS = {
    "all": lambda: Artwork.objects.order_by("pk"),
    "one class": lambda: Artwork.objects.instance_of(Painting).order_by("pk"),
    "or": lambda: Artwork.objects.filter(Painting___painter="Ada").order_by("pk"),
    "plain": lambda: Artwork.objects.non_polymorphic().order_by("pk"),
    "related": lambda: Exhibition.objects.get().works.order_by("pk"),
    "sliced": lambda: Artwork.objects.order_by("-pk")[1:4],
    "upcast": lambda: Artwork.objects.order_by("pk").select_related("shown"),
}


@pytest.mark.parametrize("serializer", [ArtworkSerializer, EitherSerializer])
@pytest.mark.parametrize("name", QUERYSETS)
def test_querysets(name, serializer):
    tier = "instances" if serializer is ArtworkSerializer else "stock"
    data = assert_same(lambda: serializer(QUERYSETS[name](), many=True).data, tier=tier)
    assert data


def test_objects_are_of_their_own_classes():
    data = ArtworkSerializer(Artwork.objects.order_by("pk"), many=True).data
    assert [row["label"] for row in data] == ["Painting", "Sculpture"] * 4 + ["Artwork"]


def test_the_reason_is_told():
    explanation = django_rustaccel.explain(PaintingSerializer)
    assert explanation.tier == "instances"
    assert explanation.reason


def test_within_others():
    data = assert_same(
        lambda: ExhibitionSerializer(Exhibition.objects.all(), many=True).data, tier="instances"
    )
    assert {work["label"] for work in data[0]["works"]} == {"Painting", "Sculpture"}


@pytest.mark.parametrize("url", ["/works/", "/paintings/"])
def test_views(url):
    assert assert_same(lambda: get(url))[0] == 200


def test_single_objects():
    for work in Artwork.objects.all():
        content = assert_same(lambda pk=work.pk: get(f"/works/{pk}/"))[2]
        assert type(work).__name__.encode() in content


def test_writing():
    shown = Exhibition.objects.get().pk
    good, bad = {"title": "Sea", "painter": "Eve", "shown": shown}, {"title": "x" * 50, "shown": 99}
    assert assert_same(lambda: answer("/paintings/", "post", good))[0] == 201
    assert assert_same(lambda: answer("/paintings/", "post", bad))[0] == 400
    pk = Sculpture.objects.first().pk
    assert assert_same(lambda: answer(f"/works/{pk}/", "patch", {"title": "Cat"}))[0] == 200
