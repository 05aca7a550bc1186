"""Chromium without a window, for tests of the page in a real browser."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from unittest import SkipTest

from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.test import override_settings, tag

from showcase import guard
from showcase.tests.data import fill_shop

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
#: A machine that is busy with other tests needs its time.
SECONDS = 120
SCRIPTS = Path(__file__).parent
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # Chromium refuses to have one as root
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CACHES = {"default": {"BACKEND": "django_rustaccel.cache.RustCache"}}

T = TypeVar("T")


def open_chromium(profile: str) -> Any:
    """A driver of a new Chromium. Raises ``SkipTest`` where something is missing, but not in CI."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    try:
        from selenium import webdriver
    except ImportError:
        raise _missing("selenium") from None
    if browser is None or driver is None:
        raise _missing("Chromium with chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options, webdriver.ChromeService(driver))


def _missing(what: str) -> Exception:
    text = f"{what} is not there: the page is not tested in a browser."
    return RuntimeError(text) if os.environ.get("CI") == "true" else SkipTest(text)


@tag("browser")
@override_settings(CACHES=CACHES)
class BrowserTestCase(StaticLiveServerTestCase):
    """A small shop, and a browser that stands on the page."""

    books = 30
    driver: Any

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        profile = cls.enterClassContext(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        cls.driver = open_chromium(profile)
        cls.addClassCleanup(cls.driver.quit)
        cls.driver.set_page_load_timeout(SECONDS)
        cls.driver.set_script_timeout(SECONDS)

    def setUp(self) -> None:
        fill_shop(self.books)
        guard.limiter.reset("127.0.0.1")
        self.look(width=1200, height=900)
        self.driver.get(f"{self.live_server_url}/")

    def tearDown(self) -> None:
        """Nothing that a test does may make the console complain."""
        assert self.driver.get_log("browser") == []

    def look(self, width: int, height: int, scheme: str = "light", motion: str = "reduce") -> None:
        """Change the window, and what the user prefers."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": motion},
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def find(self, selector: str) -> Any:
        """The first element that a CSS selector names."""
        return self.driver.find_element("css selector", selector)

    def find_all(self, selector: str) -> list[Any]:
        return list(self.driver.find_elements("css selector", selector))

    def script(self, source: str, *arguments: Any) -> Any:
        """What JavaScript returns."""
        return self.driver.execute_script(source, *arguments)

    def wait(self, condition: Callable[[], T]) -> T:
        """The first true value of a condition, asked again and again."""
        from selenium.common.exceptions import (
            NoSuchElementException,
            StaleElementReferenceException,
        )
        from selenium.webdriver.support.wait import WebDriverWait

        known = (NoSuchElementException, StaleElementReferenceException)
        wait = WebDriverWait(self.driver, SECONDS, ignored_exceptions=known)
        result: T = wait.until(lambda _: condition())
        return result

    def measure(self, button: str, result: str) -> Any:
        """Press a button and wait for what it measures."""
        self.find(button).click()
        found = self.wait(lambda: self.find(f"{result} .bars"))
        self.wait(lambda: not self.find_all("[aria-busy=true]"))
        return found

    def reload_with(self, **preferences: Any) -> None:
        self.look(**preferences)
        self.driver.refresh()
