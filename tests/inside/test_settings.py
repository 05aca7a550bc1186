"""The `RUSTACCEL` dict: read live, checked, and in force at once when a test changes it."""

from unittest import mock

import pytest
from django.conf import settings as django_settings
from django.core.checks import run_checks
from django.test import override_settings
from rest_framework import fields, serializers
from rest_framework.renderers import JSONRenderer

from bookshop.models import Tag
from bookshop.serializers import TagSerializer
from django_rustaccel import stats
from django_rustaccel.conf import SETTINGS, Setting, settings
from django_rustaccel.drf import serializers as accelerated
from django_rustaccel.drf.install import is_active, is_installed


class OwnTagSerializer(accelerated.ModelSerializer):
    class Meta:
        model = Tag
        fields = ["name"]


def problems(value):
    with override_settings(RUSTACCEL=value):
        return [(found.id, found.msg, found.hint) for found in run_checks(tags=["rustaccel"])]


def reads(work):
    """The tiers that were counted while `work` ran."""
    before = stats()["read"]
    work()
    return {tier: n - before[tier] for tier, n in stats()["read"].items() if n != before[tier]}


def test_every_setting_has_a_good_default_and_says_what_it_does():
    assert SETTINGS
    for key, setting in SETTINGS.items():
        assert isinstance(setting, Setting)
        assert key == key.upper()
        assert not setting.problem(setting.default)
        assert setting.__doc__


def test_the_tests_own_settings_are_fine():
    assert problems(django_settings.RUSTACCEL) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"ACCELERATE_DFR": True}, ("E001", "has no setting 'ACCELERATE_DFR'", "'ACCELERATE_DRF'")),
        ({"accelerate_drf": True}, ("E001", "'accelerate_drf'", "Did you mean 'ACCELERATE_DRF'?")),
        ({"zzz": 1}, ("E001", "'zzz'", "Known: ACCELERATE_")),
        ({7: 1}, ("E001", "has no setting 7", "Known:")),
        (["ACCELERATE_DRF"], ("E002", "must be a dict, not list", "ACCELERATE_DRF")),
        (None, ("E002", "must be a dict, not NoneType", "ACCELERATE_DRF")),
        ({"ACCELERATE_DRF": "false"}, ("E003", "must be True or False, not 'false'", "False")),
        ({"ACCELERATE_DRF": 1}, ("E003", "must be True or False, not 1", "default")),
    ],
)
def test_wrong_settings_are_errors(value, expected):
    ((number, message, hint),) = problems(value)
    assert number == f"rustaccel.{expected[0]}"
    assert expected[1] in message
    assert expected[2] in hint


@pytest.mark.parametrize("value", [None, [], "on", {"ACCELERATE_DRF": "false"}, {}])
def test_wrong_values_are_read_as_the_default(value):
    with override_settings(RUSTACCEL=value):
        assert settings.accelerate_drf is False


def test_the_setting_may_be_missing():
    with override_settings():
        del django_settings.RUSTACCEL
        assert settings.accelerate_drf is False
        assert run_checks(tags=["rustaccel"]) == []


def test_changes_of_the_dict_itself_are_seen():
    with mock.patch.dict(django_settings.RUSTACCEL, ACCELERATE_DRF=False):
        assert not is_active()
    assert is_active()


@pytest.mark.django_db
class TestTurningOffAndOn:
    @pytest.fixture(autouse=True)
    def tags(self, db):
        for n in range(3):
            Tag.objects.create(name=f"tag-{n}", colour="red")

    def test_off_is_stock_at_once(self):
        listed = TagSerializer(Tag.objects.order_by("pk"), many=True)
        with override_settings(RUSTACCEL={}):
            assert reads(lambda: listed.data) == {}
            assert reads(lambda: TagSerializer(Tag.objects.first()).data) == {}
            assert type(listed._data) is list
        again = TagSerializer(Tag.objects.order_by("pk"), many=True)
        assert reads(lambda: again.data) == {"rows": 1}
        assert again.data == listed.data

    def test_off_is_stock_for_renderers_and_paginators(self, client):
        before = stats()
        with override_settings(RUSTACCEL={}):
            assert JSONRenderer().render([1]) == b"[1]"
            assert client.get("/nested/").json()["count"] == 0
        assert stats() == before

    def test_off_leaves_those_that_opted_in(self):
        with override_settings(RUSTACCEL={}):
            listed = OwnTagSerializer(Tag.objects.order_by("pk"), many=True)
            assert reads(lambda: listed.data) == {"rows": 1}
            assert reads(lambda: OwnTagSerializer(Tag.objects.first()).data) == {"instances": 1}

    def test_a_list_read_while_on_renders_while_off(self):
        data = TagSerializer(Tag.objects.order_by("pk"), many=True).data
        with override_settings(RUSTACCEL={}):
            assert JSONRenderer().render({"tags": data}).count(b"tag-") == 3

    def test_stock_methods_keep_their_names(self):
        method = serializers.Serializer.to_representation
        assert method.__qualname__ == "Serializer.to_representation"
        assert method.__doc__ == method.__wrapped__.__doc__


class TestForeignPatches:
    def test_a_method_replaced_later_is_a_warning(self):
        def render(self, data, accepted_media_type=None, renderer_context=None):
            return b""

        with mock.patch.object(JSONRenderer, "render", render):
            ((number, message, _),) = problems({"ACCELERATE_DRF": True})
        assert number == "rustaccel.W001"
        line = render.__code__.co_firstlineno
        assert message.startswith("`JSONRenderer.render` of DRF is replaced in ")
        assert message.endswith(f"inside/test_settings.py:{line}.")

    def test_a_replaced_field_method_is_a_warning_and_is_called(self):
        def to_representation(self, value):
            return f"mine {value}"

        class NameSerializer(serializers.Serializer):
            name = serializers.CharField()

        with mock.patch.object(fields.CharField, "to_representation", to_representation):
            ((number, message, _),) = problems({"ACCELERATE_DRF": True})
            assert NameSerializer({"name": "x"}).data == {"name": "mine x"}
        assert number == "rustaccel.W001"
        assert "`CharField.to_representation` of DRF is replaced" in message

    def test_nothing_is_said_while_acceleration_is_off(self):
        with mock.patch.object(JSONRenderer, "render", print):
            assert problems({"ACCELERATE_DRF": False}) == []


class TestWithoutDRF:
    @pytest.fixture(autouse=True)
    def drf_is_missing(self):
        with mock.patch.dict("sys.modules", {"rest_framework": None}):
            import sys

            for name in [name for name in sys.modules if name.startswith("django_rustaccel.drf")]:
                del sys.modules[name]
            yield

    def test_acceleration_is_an_error(self):
        ((number, message, hint),) = problems({"ACCELERATE_DRF": True})
        assert number == "rustaccel.E004"
        assert "Django REST framework is not installed" in message
        assert "pip install 'django-rustaccel[drf]'" in message
        assert "leave ACCELERATE_DRF out" in hint

    def test_explain_says_so(self):
        import django_rustaccel
        from django_rustaccel.exceptions import MissingDependencyError, RustaccelError

        with pytest.raises(MissingDependencyError, match="not installed") as raised:
            django_rustaccel.explain(object)
        assert isinstance(raised.value, (RustaccelError, ImportError))

    def test_nothing_is_asked_without_the_setting(self):
        assert problems({}) == []


def test_an_old_drf_is_an_error():
    with mock.patch("rest_framework.VERSION", "3.15.2"):
        ((number, message, _),) = problems({"ACCELERATE_DRF": True})
    assert number == "rustaccel.E004"
    assert "needs Django REST framework 3.16, 3.15.2 is installed" in message


def test_turning_on_later_installs(tmp_path):
    """In a process of its own: here acceleration was on from the start."""
    import subprocess
    import sys

    program = """
from django.conf import settings
settings.configure(INSTALLED_APPS=["rest_framework", "django_rustaccel"])
import django; django.setup()
from django.test import override_settings
from rest_framework import serializers
from django_rustaccel import stats
from django_rustaccel.drf.install import is_active, is_installed

class Name(serializers.Serializer):
    name = serializers.CharField()

assert not is_installed() and Name({"name": "a"}).data == {"name": "a"}
with override_settings(RUSTACCEL={"ACCELERATE_DRF": True}):
    assert is_active() and Name({"name": "b"}).data == {"name": "b"}
    assert stats()["read"]["instances"] == 1
assert not is_active() and Name({"name": "c"}).data == {"name": "c"}
assert stats()["read"]["instances"] == 1
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_installed_once():
    from django_rustaccel.drf.install import install

    assert is_installed()
    before = serializers.Serializer.to_representation
    install()
    assert serializers.Serializer.to_representation is before
