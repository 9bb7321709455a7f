"""Every screen with its samples, looked at by axe-core and measured at both widths."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page

from tests.service.web.preview import ROOT
from tests.service.web.samples import SAMPLES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("screens")]

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RUN = "() => axe.run(document, {resultTypes: ['violations', 'incomplete']})"

# The design system draws the arrow of a choice as a background picture, behind which axe cannot
# measure a contrast; the words beside it stand on the same white as every other field.
UNDECIDED = {"select"}


# These fold or stack differently on a phone, so they are judged there once more.
OWN_SHAPE_ON_A_PHONE = {"my_case", "case", "queue", "evidence_list", "today", "rights"}


@pytest.fixture(scope="module")
def tab(browser: Browser, address: str) -> Iterator[Page]:
    """One tab for all screens: a tab of its own for each was a third of what looking at it took."""
    context = browser.new_context(base_url=address)
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    yield opened
    context.close()


@pytest.fixture
def page(tab: Page, complaints: list[str]) -> Iterator[Page]:
    def said(message: ConsoleMessage) -> None:
        complaints.append(f"{message.type}: {message.text}")

    def broke(error: Error) -> None:
        complaints.append(str(error))

    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.on("console", said)
    tab.on("pageerror", broke)
    yield tab
    tab.remove_listener("console", said)
    tab.remove_listener("pageerror", broke)
    tab.goto("about:blank")  # what this screen still has under way ends here, and not in the next


def judged(page: Page) -> list[str]:
    """Return what axe found wrong, and what it could not decide."""
    page.evaluate(AXE)
    answer: dict[str, Any] = page.evaluate(RUN)
    found = [
        f"{rule['id']}: {node['html'][:120]}"
        for rule in answer["violations"]
        for node in rule["nodes"]
    ]
    found += [
        f"undecided {rule['id']}: {node['html'][:120]}"
        for rule in answer["incomplete"]
        for node in rule["nodes"]
        if node["html"].lstrip("<").split()[0] not in UNDECIDED
    ]
    return found


@pytest.mark.parametrize("name", SAMPLES)
def test_a_screen_is_accessible_quiet_and_fits_a_phone(
    page: Page, complaints: list[str], name: str
) -> None:
    page.goto(f"/preview/{name}")
    wide = judged(page)
    page.set_viewport_size({"width": 390, "height": 844})
    width = page.evaluate("document.documentElement.scrollWidth")
    small = page.evaluate(
        """() => [...document.querySelectorAll("main a, main button, main summary, nav a")]
            .filter((one) => one.checkVisibility() && one.getClientRects().length === 1)
            .filter((one) => !one.closest("p, dd, td, li:not(nav li), h2, .v-lines"))
            .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect().height])
            .filter(([, height]) => height < 24)"""
    )

    assert wide == []
    assert name not in OWN_SHAPE_ON_A_PHONE or judged(page) == []
    assert width == 390
    assert small == []
    assert complaints == []
