"""django-guardian: permissions for single objects decide the same, and lists of them are rows."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import override_settings
from django.urls import include, path
from rest_framework import viewsets
from rest_framework.permissions import DjangoObjectPermissions
from rest_framework.routers import SimpleRouter

from bookshop.data import fill_shop
from bookshop.models import Tag
from bookshop.serializers import TagSerializer
from engines import assert_same
from integrations.answers import answer, get

pytest.importorskip("guardian")
from guardian.shortcuts import assign_perm, get_objects_for_user

pytestmark = pytest.mark.django_db
BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]


class AllowedTags(viewsets.ModelViewSet):
    """Only what the user may see: others are not found."""

    serializer_class = TagSerializer

    def get_queryset(self):
        return get_objects_for_user(self.request.user, "bookshop.view_tag").order_by("pk")


class ObjectPermissions(DjangoObjectPermissions):
    perms_map = {**DjangoObjectPermissions.perms_map, "GET": ["%(app_label)s.view_%(model_name)s"]}


class AllTags(viewsets.ModelViewSet):
    """Everybody may see the list, and change what they have the permission for."""

    queryset = Tag.objects.order_by("pk")
    serializer_class = TagSerializer
    permission_classes = [ObjectPermissions]


router = SimpleRouter()
router.register("allowed", AllowedTags, basename="allowed")
router.register("tags", AllTags)
urlpatterns = [path("", include(router.urls))]


@pytest.fixture(autouse=True)
def _urls():
    with override_settings(ROOT_URLCONF=__name__, AUTHENTICATION_BACKENDS=BACKENDS):
        yield


@pytest.fixture
def user():
    """May see every other tag, by a group too, change the first and see tags as such not at all."""
    fill_shop(1)
    user, group = User.objects.create(username="ada"), Group.objects.create(name="readers")
    user.groups.add(group)
    for number, tag in enumerate(Tag.objects.order_by("pk")):
        if number % 2 == 0:
            assign_perm("view_tag", group if number % 4 else user, tag)
    assign_perm("change_tag", user, Tag.objects.order_by("pk").first())
    return user


def test_lists(user):
    status, _, content = assert_same(lambda: get("/allowed/", user=user), tier="rows")
    assert status == 200
    assert content.count(b'"id"') == 6


def test_nobody_sees_nothing():
    fill_shop(1)
    stranger = User.objects.create(username="eve")
    assert assert_same(lambda: get("/allowed/", user=stranger))[2] == b"[]"


def test_single_objects(user):
    first, second = Tag.objects.order_by("pk")[:2]
    assert assert_same(lambda: get(f"/allowed/{first.pk}/", user=user), tier="rows")[0] == 200
    assert assert_same(lambda: get(f"/allowed/{second.pk}/", user=user))[0] == 404


@pytest.mark.parametrize("is_global", [False, True])
def test_object_permissions(user, is_global):
    if is_global:
        assign_perm("bookshop.view_tag", user)
        assign_perm("bookshop.change_tag", user)
    first, second = Tag.objects.order_by("pk")[:2]
    data = {"colour": "#ffffff"}
    statuses = [
        assert_same(lambda: get("/tags/", user=user))[0],
        assert_same(lambda: get(f"/tags/{first.pk}/", user=user))[0],
        assert_same(lambda: get(f"/tags/{second.pk}/", user=user))[0],
        assert_same(lambda: answer(f"/tags/{first.pk}/", "patch", data, user))[0],
        assert_same(lambda: answer(f"/tags/{second.pk}/", "patch", data, user))[0],
        assert_same(lambda: answer(f"/tags/{first.pk}/", "delete", None, user))[0],
    ]
    assert statuses == ([200, 200, 404, 200, 404, 403] if is_global else [403] * 6)
