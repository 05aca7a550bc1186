"""The pictures of the documentation: ``make screenshots`` writes them to ``docs/images/``."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.test import tag

from showcase.tests.browser import BrowserTestCase

IMAGES = Path(__file__).resolve().parents[3] / "docs" / "images"
MOST_BYTES = 250_000
OPEN = """
for (const name of document.querySelectorAll(".serializer > summary .name"))
  if (name.textContent.endsWith(".BookSerializer")) name.closest("details").open = true;
"""


@tag("screenshots")
class Screenshots(BrowserTestCase):
    books = 3000

    def test_pictures(self) -> None:
        """Measure everything, then take it in each look."""
        for number in range(1000):
            cache.get_or_set(f"book:{number % 40}", number)
        self.find("[name=rounds] option:nth-child(2)").click()
        self.measure("[data-all]", "#endpoint-import .result")
        self.measure("[action='/storm/'] button", "#storm-result")
        self.script(OPEN)
        shown = self.find("[data-gauge=allowed]").text
        self.wait(lambda: self.find("[data-gauge=allowed]").text != shown)
        for name, look in {
            "light": {"width": 1100, "height": 900},
            "dark": {"width": 1100, "height": 900, "scheme": "dark"},
            "phone": {"width": 360, "height": 740},
        }.items():
            self.look(**look)  # type: ignore[arg-type]
            self.save(f"showcase-{name}.png", self.picture(look["width"]))

    def picture(self, width: Any) -> bytes:
        """The whole page, also what is outside of the window."""
        height = self.script("return document.documentElement.scrollHeight")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        options = {"captureBeyondViewport": True, "clip": clip}
        taken = self.driver.execute_cdp_cmd("Page.captureScreenshot", options)
        return base64.b64decode(taken["data"])

    def save(self, name: str, picture: bytes) -> None:
        """In 128 colours, which are enough for a page of few."""
        from PIL import Image

        IMAGES.mkdir(exist_ok=True)
        image = Image.open(io.BytesIO(picture)).convert("RGB").quantize(128)
        image.save(IMAGES / name, optimize=True)
        assert (IMAGES / name).stat().st_size < MOST_BYTES
