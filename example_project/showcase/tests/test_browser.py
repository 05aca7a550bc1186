"""The page in a real browser: what people see, press and hear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import skipUnless

from showcase.endpoints import ENDPOINTS
from showcase.tests.browser import SCRIPTS, BrowserTestCase

COMPARE_PAGE = "button[value=page]"
PAGE_RESULT = "#endpoint-page .result"
#: Installed by `make browser`.
AXE = SCRIPTS.parents[2] / "build/axe/node_modules/axe-core/axe.min.js"
OVERFLOW = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"


def number(text: str) -> float:
    """The number that a text begins with."""
    return float(text.split(maxsplit=1)[0].replace(",", ""))


class ComparisonTests(BrowserTestCase):
    def test_one_comparison(self) -> None:
        self.measure(COMPARE_PAGE, PAGE_RESULT)
        assert "equal bytes" in self.find(f"{PAGE_RESULT} .same").text
        stock, ours = (
            number(each.text) for each in self.find_all(f"{PAGE_RESULT} .main-figure dd")
        )
        ratio = number(self.find(f"{PAGE_RESULT} .headline").text)
        assert abs(ratio - stock / ours) <= 0.06 + 0.02 * ratio  # both are rounded
        self.assert_heard("A page of 25 books:")
        self.assert_heard("the same bytes")

    def test_bars_are_as_long_as_the_times(self) -> None:
        self.measure(COMPARE_PAGE, PAGE_RESULT)
        medians, p95s = (
            [number(each.text) for each in self.find_all(f"{PAGE_RESULT} dl {nth} dd")]
            for nth in ("div:nth-child(1)", "div:nth-child(2)")
        )
        tracks = self.find_all(f"{PAGE_RESULT} .track")
        for kind, values in (("bar", medians), ("p95", p95s)):
            bars = self.find_all(f"{PAGE_RESULT} .{kind}")
            for bar, track, value in zip(bars, tracks, values, strict=True):
                share = bar.rect["width"] / track.rect["width"]
                assert abs(share - value / max(p95s)) < 0.02

    def test_all_of_them(self) -> None:
        self.find("[data-all]").click()
        self.wait(lambda: self.find("progress").is_displayed())
        self.wait(lambda: self.find(".status").text == f"All {len(ENDPOINTS)} are measured.")
        assert len(self.find_all("article .result .bars")) == len(ENDPOINTS)
        assert not self.find("progress").is_displayed()
        assert not self.find_all("[aria-disabled=true]")

    def test_what_goes_wrong_is_said(self) -> None:
        self.script("document.querySelector('[name=rounds] option').value = '1000000'")
        self.find(COMPARE_PAGE).click()
        self.wait(lambda: "Choose an endpoint" in self.find(".status.problem").text)
        with self.noise("400 (Bad Request)"):
            assert not self.find_all(f"{PAGE_RESULT} .bars")

    def assert_heard(self, text: str) -> None:
        """A live region of the page says this."""
        assert text in self.find("[role=status]").text

    @contextmanager
    def noise(self, expected: str) -> Iterator[None]:
        """Chromium's own line for an answer that is an error, and nothing else."""
        yield
        [line] = self.driver.get_log("browser")
        assert expected in line["message"]


class SerializerTests(BrowserTestCase):
    def test_the_tree_opens_by_keyboard(self) -> None:
        from selenium.webdriver.common.keys import Keys

        tree = self.serializer("BookSerializer")
        summary = tree.find_element("css selector", "summary")
        self.script("arguments[0].focus()", summary)
        self.driver.switch_to.active_element.send_keys(Keys.ENTER)
        self.wait(lambda: tree.get_attribute("open"))
        assert "title" in tree.text
        assert "native" in tree.text
        nested = [each.text.split()[0] for each in tree.find_elements("css selector", "li summary")]
        assert {"publisher", "author", "tags"} <= set(nested)

    def serializer(self, name: str) -> Any:
        """The one of the shop with this class name."""
        names = self.find_all(".serializer > summary .name")
        [found] = [each for each in names if re.fullmatch(rf"shop\..*\.{name}", each.text)]
        return found.find_element("xpath", "../..")


class LoginTests(BrowserTestCase):
    def test_a_small_storm(self) -> None:
        self.find("[name=logins] option:first-child").click()
        self.find("[name=algorithm][value=pbkdf2]").click()
        self.measure("[action='/storm/'] button", "#storm-result")
        assert "2 logins by PBKDF2" in self.find("#storm-result .headline").text
        widths = [bar.rect["width"] for bar in self.find_all("#storm-result .bar")]
        seconds = [number(each.text) for each in self.find_all("#storm-result dd")][0::2]
        rounded = 0.01 / seconds[0]  # the page shows hundredths of a second
        assert abs(widths[2] / widths[0] - seconds[1] / seconds[0]) < 0.02 + rounded


class GaugeTests(BrowserTestCase):
    def test_numbers_move_by_themselves(self) -> None:
        before = number(self.find("[data-gauge=allowed]").text)
        self.measure(COMPARE_PAGE, PAGE_RESULT)
        self.wait(lambda: number(self.find("[data-gauge=allowed]").text) == before + 1)
        assert self.find("[data-gauge=entries]").text.isdecimal()

    def test_they_can_be_paused(self) -> None:
        self.find("#pause").click()
        assert self.find("#pause").get_attribute("aria-pressed") == "true"
        self.find("#pause").click()
        assert self.find("#pause").get_attribute("aria-pressed") == "false"


class LookTests(BrowserTestCase):
    def measure_everything_once(self) -> None:
        self.measure(COMPARE_PAGE, PAGE_RESULT)
        self.find("[name=logins] option:first-child").click()
        self.find("[name=algorithm][value=pbkdf2]").click()
        self.measure("[action='/storm/'] button", "#storm-result")
        self.script("document.querySelectorAll('details').forEach((each) => { each.open = true; })")

    def test_nothing_sticks_out_of_a_phone(self) -> None:
        self.reload_with(width=360, height=740)
        self.measure_everything_once()
        assert self.script(OVERFLOW) == 0
        assert self.find("main").rect["width"] <= 360

    def test_dark(self) -> None:
        self.reload_with(width=1200, height=900, scheme="dark")
        colour = self.script("return getComputedStyle(document.body).backgroundColor")
        assert max(map(int, colour.strip("rgb()").split(","))) < 48

    def test_motion_is_left_out_on_request(self) -> None:
        self.measure(COMPARE_PAGE, PAGE_RESULT)
        name = "return getComputedStyle(document.querySelector('.bar')).animationName"
        assert self.script(name) == "none"
        self.look(width=1200, height=900, motion="no-preference")
        assert self.script(name) == "grow"

    def test_accessible_in_light_and_dark(self) -> None:
        check = (SCRIPTS / "accessibility.js").read_text()
        for scheme in ("light", "dark"):
            self.reload_with(width=1200, height=900, scheme=scheme)
            self.measure_everything_once()
            with self.subTest(scheme):
                assert self.script(check) == []

    @skipUnless(AXE.exists(), "axe-core is not there: `make browser` gets it where there is npm.")
    def test_axe_finds_nothing(self) -> None:
        for scheme in ("light", "dark"):
            self.reload_with(width=1200, height=900, scheme=scheme)
            self.measure_everything_once()
            self.script(AXE.read_text())
            found = self.script("return axe.run().then((results) => results.violations)")
            with self.subTest(scheme):
                assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
