"""The pictures: which screens, seen by whom, how wide; kept small by a palette."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from capture.browser.find import find_browser
from tests.pictures.demonstration import Shown

DESKTOP, PHONE = 1280, 390
MOST_BYTES = 150_000
_TALLEST = 1500


@dataclass(frozen=True)
class Picture:
    """One screen: its file's name, who sees it, where, and what is done before it is taken."""

    name: str
    who: str | None
    path: str
    widths: tuple[int, ...] = (DESKTOP, PHONE)
    before: Callable[[Page], None] | None = None


def _revealed(page: Page) -> None:
    page.get_by_role("button", name="Vis teksten").first.click()
    page.locator("[data-revealed]").first.wait_for()


def _first_mail(page: Page) -> None:
    page.locator("tr", has_text="Mail til arkivet").get_by_role("link").first.click()
    page.wait_for_url("**/evidence/*")
    _revealed(page)
    page.reload()  # now the viewing stands among those who have read it


PICTURES = (
    Picture("sign-in", None, "/sign-in"),
    Picture("my-case", "mette@havn.example", "/my-case"),
    Picture("hand-in", "mette@havn.example", "/hand-in"),
    Picture("queue", "jonas@havn.example", "/queue", before=_revealed),
    Picture("today", "karen@havn.example", "/"),
    Picture("case", "karen@havn.example", "/cases/{case}"),
    Picture("mail", "karen@havn.example", "/cases/{case}", before=_first_mail),
    Picture("close-case", "karen@havn.example", "/cases/{case}/close"),
    Picture("evidence", "else@havn.example", "/evidence"),
    Picture("capture", "jonas@havn.example", "/capture"),
    Picture("operations", "ib@havn.example", "/operations"),
    Picture("rights", "karen@havn.example", "/rights", (DESKTOP,)),
)


def take(shown: Shown, out: Path, only: frozenset[str] = frozenset()) -> Iterator[Path]:
    """Take the pictures and yield where each lies."""
    out.mkdir(parents=True, exist_ok=True)
    wanted = [one for one in PICTURES if not only or one.name in only]
    with sync_playwright() as driver:
        # Our own screens on loopback; the sandbox is for foreign pages.
        browser = driver.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", "--lang=da"]
        )
        for width in (DESKTOP, PHONE):
            for who in dict.fromkeys(one.who for one in wanted):
                mine = [one for one in wanted if one.who == who and width in one.widths]
                yield from _taken(browser, shown, who, width=width, wanted=mine, out=out)
        browser.close()


def sign_in(page: Page, http: str, email: str, password: str) -> None:
    """Sign in by the form."""
    page.goto(f"{http}/sign-in")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("form[action='/sign-in'] button").click()
    page.wait_for_url(lambda url: not url.startswith(f"{http}/sign-in"))


def _taken(
    browser: Browser, shown: Shown, who: str | None, *, width: int, wanted: list[Picture], out: Path
) -> Iterator[Path]:
    phone = width == PHONE
    context = browser.new_context(
        viewport={"width": width, "height": 844 if phone else 800},
        device_scale_factor=1,
        locale="da-DK",
        timezone_id="Europe/Copenhagen",
        has_touch=phone,
        is_mobile=phone,
    )
    page = context.new_page()
    if who is not None:
        sign_in(page, shown.http, who, shown.password)
    for one in wanted:
        page.goto(shown.http + one.path.format(case=shown.case))
        page.evaluate("document.fonts.ready.then(() => true)")
        if one.before is not None:
            one.before(page)
        path = out / f"{one.name}{'-phone' if phone else ''}.png"
        height = min(_TALLEST, int(page.evaluate("document.documentElement.scrollHeight")))
        raw = page.screenshot(
            clip={"x": 0, "y": 0, "width": width, "height": height}, full_page=True
        )
        path.write_bytes(small(raw))
        yield path
    context.close()


def small(raw: bytes) -> bytes:
    """Return a PNG with a palette, of as many colours as fit into the limit."""
    picture = Image.open(io.BytesIO(raw)).convert("RGB")
    for colours in (128, 64, 32):
        kept = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
        if kept.tell() <= MOST_BYTES:
            return kept.getvalue()
    raise AssertionError(f"a picture of {picture.size} does not fit into {MOST_BYTES} bytes")
