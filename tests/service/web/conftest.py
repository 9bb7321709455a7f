"""A browser on the samples, for tests that look as people do; a world, for those that knock."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from capture.browser.find import find_browser
from service.installation import Installation
from tests.service.conftest import Time, Town
from tests.service.provider import Town as Provider
from tests.service.provider import open_provider
from tests.service.web.preview import serving
from tests.service.web.provider_way import GROUPS, Way, opened
from tests.service.web.world import World, the_librarys_world


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as where:
        yield where


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        # Only our own pages are opened, so the wall around foreign pages is not needed here.
        opened = driver.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def complaints() -> list[str]:
    """Return what the console and the policy complained about on the `page`."""
    return []


@pytest.fixture
def page(browser: Browser, address: str, complaints: list[str]) -> Iterator[Page]:
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    opened.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()


@pytest.fixture
def world(installation: Installation, town: Town, time: Time) -> Iterator[World]:
    with the_librarys_world(installation, town, time) as made:
        yield made


@pytest.fixture
def provider(time: Time) -> Iterator[Provider]:
    with open_provider(time) as standing:
        yield standing


@pytest.fixture
def way(installation: Installation, provider: Provider, town: Town) -> Iterator[Way]:
    del town
    with opened(installation, provider, oidc_groups=GROUPS) as standing:
        yield standing
