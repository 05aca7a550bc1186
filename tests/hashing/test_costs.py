"""What hashes cost, and which parameters are suggested for which time."""

import pytest
from django.contrib.auth import hashers as stock

from django_rustaccel import costs, hashers

CHEAP = {
    "Argon2PasswordHasher": {"time_cost": 2, "memory_cost": 1024, "parallelism": 2},
    "BCryptPasswordHasher": {"rounds": 4},
    "BCryptSHA256PasswordHasher": {"rounds": 4},
    "PBKDF2PasswordHasher": {"iterations": 20_000},
    "PBKDF2SHA1PasswordHasher": {"iterations": 20_000},
    "ScryptPasswordHasher": {"work_factor": 1024, "parallelism": 1},
}
MEMORY = {"Argon2PasswordHasher": 1024 * 1024, "ScryptPasswordHasher": 128 * 1024 * 8}


@pytest.mark.parametrize("module", [stock, hashers], ids=["Django's", "ours"])
@pytest.mark.parametrize("name", CHEAP)
def test_every_hasher_is_measured(name, module):
    hasher = getattr(module, name)()
    vars(hasher).update(CHEAP[name])
    cost = costs.measure(hasher, rounds=1)
    assert cost.algorithm == hasher.algorithm
    assert cost.configured == f"{module.__name__}.{name}"
    assert cost.memory == MEMORY.get(name, 0)
    assert min(cost.stock, cost.ours, cost.logins, cost.ratio) > 0
    assert cost.as_dict()["ratio"] == cost.ratio


def test_what_has_no_native_class_is_not_measured():
    with pytest.raises(costs.NotMeasurableError, match="no native class"):
        costs.measure(stock.MD5PasswordHasher())


SUGGESTED = [
    ("PBKDF2PasswordHasher", {"iterations": 1_000_000}, 0.1, 0.2, "iterations", 2_000_000),
    ("PBKDF2PasswordHasher", {"iterations": 1_000_000}, 0.1, 0.0123, "iterations", 120_000),
    ("PBKDF2SHA1PasswordHasher", {"iterations": 20_000}, 1, 0.001, "iterations", 10_000),
    ("Argon2PasswordHasher", {"time_cost": 2}, 0.05, 0.13, "time_cost", 5),
    ("Argon2PasswordHasher", {"time_cost": 2}, 0.05, 0.001, "time_cost", 1),
    ("ScryptPasswordHasher", {"work_factor": 2**14}, 0.05, 0.1, "work_factor", 2**15),
    ("ScryptPasswordHasher", {"work_factor": 2**14}, 0.05, 0.05, "work_factor", 2**14),
    ("BCryptSHA256PasswordHasher", {"rounds": 12}, 0.25, 1, "rounds", 14),
    ("BCryptSHA256PasswordHasher", {"rounds": 12}, 0.25, 0.1, "rounds", 11),
    ("BCryptPasswordHasher", {"rounds": 5}, 0.25, 0.001, "rounds", 4),
]


@pytest.mark.parametrize(("name", "now", "seconds", "target", "parameter", "value"), SUGGESTED)
def test_parameters_are_scaled(name, now, seconds, target, parameter, value):
    for module in (stock, hashers):
        hasher = getattr(module, name)()
        vars(hasher).update(now)
        found = costs.suggest(hasher, seconds, target)
        assert (found.base, found.parameter, found.value) == (name, parameter, value)


def test_a_suggestion_says_whether_it_is_weaker_than_djangos():
    hasher = stock.PBKDF2PasswordHasher()
    assert costs.suggest(hasher, 0.1, 0.01).is_weaker
    assert not costs.suggest(hasher, 0.1, 0.3).is_weaker
