"""Many logins at once, in processes of their own."""

from unittest.mock import patch

from django.test import SimpleTestCase

from showcase.storm import Storm, StormError, Weather, storm
from showcase.storm_child import memory


class StormTests(SimpleTestCase):
    def test_both_hashers_let_everybody_in(self) -> None:
        for algorithm in ("argon2", "pbkdf2"):
            with self.subTest(algorithm):
                result = storm(algorithm, logins=2)
                for side in (result.stock, result.accelerated):
                    assert 0 < side.median <= side.seconds
                    assert (side.memory is None) == (memory("VmHWM") is None)

    def test_the_memory_of_argon2_is_seen(self) -> None:
        if memory("VmHWM") is None:
            self.skipTest("This system does not tell a process's memory by /proc.")
        stock = storm("argon2", logins=2).stock.memory
        assert stock is not None
        assert stock > 100 * 1024 * 1024  # Django's parameters: 100 MiB for each

    def test_a_failing_process_is_told(self) -> None:
        with (
            patch.dict("showcase.storm.MODULES", accelerated="not.there"),
            self.assertRaisesMessage(StormError, "No module named 'not'"),
        ):
            storm("pbkdf2", logins=2)

    def test_a_process_that_takes_too_long_is_told(self) -> None:
        with (
            patch("showcase.storm.SECONDS", 0.01),
            self.assertRaisesMessage(StormError, "took more than"),
        ):
            storm("pbkdf2", logins=2)

    def test_unknown_memory_draws_no_bar(self) -> None:
        weather = Weather(2.0, 1.0, None)
        bars = Storm("argon2", 2, weather, Weather(1.0, 0.5, None)).bars
        assert [(bar.seconds, bar.memory) for bar in bars] == [(100.0, 0.0), (50.0, 0.0)]
