"""The app's icons out of its one drawing: `python -m tests.pictures.icons` after it has changed.

Telephones ask for pictures made of points; they are drawn by the browser from `app-icon.svg`.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from capture.browser.find import find_browser
from service.web.rendering import STATIC

SIZES = (192, 512)


def draw() -> list[Path]:
    """Draw each size beside the drawing, and return where they lie."""
    made = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        for size in SIZES:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.goto((STATIC / "app-icon.svg").as_uri())
            page.evaluate(
                "size => { document.documentElement.setAttribute('width', size);"
                " document.documentElement.setAttribute('height', size); }",
                size,
            )
            path = STATIC / f"app-{size}.png"
            page.screenshot(path=path)
            made.append(path)
        browser.close()
    return made


if __name__ == "__main__":
    draw()
