"""The pictures of the documentation: ``make screenshots`` writes them to ``docs/images/``."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.test import tag

from showcase.endpoints import ENDPOINTS
from showcase.tests.browser import BrowserTestCase

IMAGES = Path(__file__).resolve().parents[3] / "docs" / "images"
MOST_BYTES = 250_000
MARGIN = 24
OPEN = """
for (const name of document.querySelectorAll(".serializer > summary .name"))
  if (name.textContent.endsWith(".BookSerializer")) name.closest("details").open = true;
"""


@tag("screenshots")
class Screenshots(BrowserTestCase):
    books = 3000

    def test_pictures(self) -> None:
        """Measure everything, then take it in each look."""
        before = int(self.find("[data-gauge=allowed]").text)
        for number in range(1000):
            cache.get_or_set(f"book:{number % 40}", number)
        self.find("[name=rounds] option:nth-child(2)").click()
        self.measure("[data-all]", "#endpoint-import .result")
        self.measure("[action='/storm/'] button", "#storm-result")
        self.script(OPEN)
        after = str(before + len(ENDPOINTS) + 1)
        self.wait(lambda: self.find("[data-gauge=allowed]").text == after)
        self.driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
        self.look(width=1000, height=900)
        self.save("showcase-light.png", self.picture("header", "main section"))
        self.look(width=1000, height=900, scheme="dark")
        self.save("showcase-dark.png", self.picture("main section + section", "footer"))
        self.look(width=360, height=740)
        self.save("showcase-phone.png", self.picture("header", "article"))

    def picture(self, first: str, last: str) -> bytes:
        """The page from one element to the end of another, also what is outside of the window."""
        top = max(0, self.box(first)["top"] - MARGIN)
        height = self.box(last)["bottom"] + MARGIN - top
        width = self.script("return document.documentElement.clientWidth")
        clip = {"x": 0, "y": top, "width": width, "height": height, "scale": 1}
        options = {"captureBeyondViewport": True, "clip": clip}
        taken = self.driver.execute_cdp_cmd("Page.captureScreenshot", options)
        return base64.b64decode(taken["data"])

    def box(self, selector: str) -> Any:
        """Where an element is, in pixels of the page."""
        self.script("window.scrollTo(0, 0)")
        return self.script("return arguments[0].getBoundingClientRect()", self.find(selector))

    def save(self, name: str, picture: bytes) -> None:
        """In 128 colours, which are enough for a page of few."""
        from PIL import Image

        IMAGES.mkdir(exist_ok=True)
        image = Image.open(io.BytesIO(picture)).convert("RGB").quantize(128)
        image.save(IMAGES / name, optimize=True)
        assert (IMAGES / name).stat().st_size < MOST_BYTES
