"""`manage.py rustaccel startpolicy`: what it writes passes its own tests and those of linters."""

import importlib.util
import json
import os
import subprocess
import sys

import pytest

from inside.commands import run, run_json

FILES = {
    "__init__.py", "asgi.py", "middleware.py", "policy.py", "wsgi.py",
    "tests/__init__.py", "tests/test_policy.py",
}  # fmt: skip
SETTINGS = """
SECRET_KEY = "only for tests"
INSTALLED_APPS = ["django_rustaccel"]
USE_TZ = True
"""


def execute(folder, *command):
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "site_settings", "PYTHONPATH": "."}
    environment.pop("PYTHONSAFEPATH", None)
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with two policies: one at its top, one within a package."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "site_settings.py").write_text(SETTINGS)
    (folder / "shop").mkdir()
    (folder / "shop" / "__init__.py").touch()
    for name, place in (("block_agents", folder), ("quota", folder / "shop")):
        assert run("startpolicy", name, "--directory", str(place))[2] == 0
    return folder


@pytest.fixture(autouse=True)
def here(project, monkeypatch):
    monkeypatch.chdir(project)


@pytest.mark.parametrize("place", ["block_agents", "shop/quota"])
def test_the_files(project, place):
    folder = project / place
    found = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    assert {file for file in found if "__pycache__" not in file} == FILES
    for name in FILES:
        assert "{{" not in (folder / name).read_text()


def test_its_tests_pass_with_django(project):
    code, said = execute(project, "django", "test", "block_agents", "shop.quota")
    assert code == 0, said
    assert "Ran 8 tests" in said


def test_its_tests_pass_with_pytest(project):
    code, said = execute(project, "pytest", "-q", "-p", "no:cacheprovider", "block_agents", "shop")
    assert code == 0, said
    assert "8 passed" in said


def test_its_tests_can_fail(project, tmp_path):
    """They notice a policy that lets everything through."""
    run("startpolicy", "open_door", "--directory", str(tmp_path))
    (tmp_path / "site_settings.py").write_text(SETTINGS)
    policy = tmp_path / "open_door" / "policy.py"
    policy.write_text(policy.read_text().replace("startswith(self.paths)", "startswith(())"))
    code, said = execute(tmp_path, "django", "test", "open_door")
    assert code == 1
    assert "FAILED (failures=4)" in said


@pytest.mark.skipif(not importlib.util.find_spec("ruff"), reason="ruff is not installed")
@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=["check", "format"])
def test_ruff(project, command):
    code, said = execute(project, "ruff", *command, "--isolated", "block_agents", "shop/quota")
    assert code == 0, said


@pytest.mark.skipif(not importlib.util.find_spec("mypy"), reason="mypy is not installed")
def test_mypy(project):
    options = ["--strict", "--ignore-missing-imports", "--allow-subclassing-any"]
    code, said = execute(project, "mypy", *options, "block_agents", "shop/quota")
    assert code == 0, said


def test_what_is_said(tmp_path):
    out, err, code = run("startpolicy", "seen_by", "--directory", str(tmp_path))
    assert (err, code) == ("", 0)
    assert 'MIDDLEWARE += ["seen_by.middleware.SeenByMiddleware"]' in out
    assert 'SEEN_BY = {"PATHS": ["/private/"]}' in out


def test_data(tmp_path):
    data, code = run_json("startpolicy", "seen_by", "--directory", str(tmp_path))
    assert code == 0
    assert data == {
        "package": "seen_by", "setting": "SEEN_BY", "directory": str(tmp_path / "seen_by")
    }  # fmt: skip
    assert json.dumps(data)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("1x", "'1x' is not a valid policy name"),
        ("a-b", "'a-b' is not a valid policy name"),
        ("../x", "'../x' is not a valid policy name"),
        ("", "'' is not a valid policy name"),
        ("class", "'class' is not a valid policy name: it is a keyword of Python."),
        ("json", "conflicts with the name of an existing Python module"),
        ("caches", "The options of 'caches' would be the setting CACHES."),
        ("rustaccel", "The options of 'rustaccel' would be the setting RUSTACCEL."),
    ],
)
def test_names_that_will_not_do(tmp_path, name, said):
    _, err, code = run("startpolicy", name, "--directory", str(tmp_path))
    assert code == 2
    assert said in err
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "seen_by").mkdir()
    (tmp_path / "seen_by" / "policy.py").write_text("mine")
    _, err, code = run("startpolicy", "seen_by", "--directory", str(tmp_path))
    assert (err, code) == (f"'{tmp_path / 'seen_by'}' already exists", 2)
    assert (tmp_path / "seen_by" / "policy.py").read_text() == "mine"
    assert len(list((tmp_path / "seen_by").iterdir())) == 1


def test_a_directory_that_is_not_there(tmp_path):
    _, err, code = run("startpolicy", "seen_by", "--directory", str(tmp_path / "no"))
    assert code == 2
    assert f"'{tmp_path / 'no'}' does not exist, please create it first." in err
