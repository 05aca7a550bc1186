"""`manage.py rustaccel hashers`: what a password costs, and the advice of it."""

import textwrap

import pytest
from django.test import override_settings

from inside.commands import run, run_json


class TestHashers:
    LISTED = {
        "PASSWORD_HASHERS": [
            "hashing.cheap.PBKDF2",
            "django.contrib.auth.hashers.MD5PasswordHasher",
        ]
    }

    def test_a_table_and_what_was_not_timed(self):
        with override_settings(**self.LISTED):
            out, err, code = run("hashers", "--rounds", "1")
        assert code == 0
        head, line = out.strip().splitlines()
        assert head.split()[:2] == ["algorithm", "Django's"]
        assert line.startswith("pbkdf2_sha256 ")
        assert line.endswith(" hashing.cheap.PBKDF2")
        assert "Not timed: md5: no native class computes it" in err

    def test_data_and_a_suggestion(self):
        with override_settings(**self.LISTED):
            data, code = run_json("hashers", "--rounds", "1", "--target", "0.5s")
        assert code == 0
        (cost,) = data["hashers"]
        assert cost["ratio"] == cost["stock"] / cost["ours"]
        assert data["suggestion"]["base"] == "PBKDF2PasswordHasher"
        assert data["suggestion"]["value"] > 100

    def test_advice_is_code_that_runs(self):
        with override_settings(**self.LISTED):
            out, _, _ = run("hashers", "--rounds", "1", "--target", "20")
        lines = out.split("# hashers.py of your project")[1].split("# settings.py")[0]
        made = {}
        exec(textwrap.dedent(lines), made)
        cls = made["TunedPBKDF2PasswordHasher"]
        assert cls().verify("x", cls().encode("x", "s" * 22))
        assert f"iterations = {cls.iterations:_} takes" in out

    def test_nothing_to_time_is_a_problem(self):
        listed = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        with override_settings(PASSWORD_HASHERS=listed):
            assert run("hashers")[2] == 1

    @pytest.mark.parametrize("target", ["0", "-1", "1h", "", "0ms"])
    def test_a_target_is_a_time(self, target):
        assert run("hashers", f"--target={target}")[2] in (1, 2)

    def test_rounds_are_checked(self):
        assert run("hashers", "--rounds", "0")[2] == 2
