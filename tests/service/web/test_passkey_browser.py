"""Passkeys in a real browser, with its own virtual authenticator: made, used, refused, removed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from service.access.passkeys import own_passkey, passkeys_of
from service.installation import Installation
from service.settings import Settings
from tests.service.casework.cases.opened import assert_clean, kinds
from tests.service.conftest import Time, Town
from tests.service.web.at_the_door import EMAIL, PASSWORD, Door, at_the_door

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("passkeys"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"url": None, "second_factor_roles": ("archivist",)})


@pytest.fixture
def door(installation: Installation, town: Town, time: Time) -> Iterator[Door]:
    with at_the_door(installation, town, time, role="archivist") as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, door: Door, complaints: list[str]) -> Iterator[Page]:
    # By name: an address in figures has no passkeys.
    base = str(door.client.base_url).replace("127.0.0.1", "localhost").rstrip("/")
    context = browser.new_context(base_url=base, locale="da-DK")
    context.set_default_timeout(15_000)
    opened = context.new_page()
    opened.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()


@pytest.fixture
def device(page: Page) -> tuple[CDPSession, str]:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return devtools, added["authenticatorId"]


def type_password(page: Page) -> None:
    page.goto("/sign-in?next=/my-security")
    page.get_by_label("Arbejdsmail").fill(EMAIL)
    page.get_by_label("Adgangskode", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log ind", exact=True).click()


@pytest.mark.usefixtures("device")
def test_a_passkey_is_made_at_the_door_signs_in_alone_and_is_removed(
    page: Page, door: Door, complaints: list[str]
) -> None:
    type_password(page)
    page.wait_for_url("/sign-in/set-up")
    page.get_by_role("button", name="Lav en adgangsnøgle").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Dine gendannelseskoder")).to_be_visible()
    assert page.locator(".v-codes li").count() == 10
    page.get_by_role("link", name="Jeg har gemt dem").click()
    page.wait_for_url("/my-security")
    expect(page.get_by_text("Ikke brugt endnu.")).to_be_visible()

    page.context.clear_cookies()
    page.goto("/sign-in?next=/my-security")
    page.get_by_role("button", name="Log ind med adgangsnøgle").click()
    page.wait_for_url("/my-security")
    assert door.ways() == ["passkey", "passkey"]
    expect(page.get_by_text("Ikke brugt endnu.")).to_have_count(0)

    page.context.clear_cookies()
    type_password(page)
    page.wait_for_url("/sign-in/second")
    page.get_by_role("button", name="Log ind med adgangsnøgle").click()
    page.wait_for_url("/my-security")

    with door.installation.database.reading() as session:
        (passkey,) = passkeys_of(session, door.lis.id)
        assert own_passkey(session, door.lis.id, passkey.id).name == "Linux, Chrome"
    page.get_by_role("button", name="Fjern").click()
    page.wait_for_url("/my-security?said=security_changed")
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_role("button", name="Log ind med adgangsnøgle").click()
    page.wait_for_url("/sign-in?refusal=passkey")
    expect(page.get_by_role("alert").first).to_contain_text("Adgangsnøglen passede ikke")
    assert complaints == []
    assert {"factor.passkey_added", "factor.passkey_removed", "factor.codes_ended"} <= set(
        kinds(door.installation)
    )
    assert_clean(door.installation)


def test_whoever_is_not_verified_by_their_device_does_not_come_in(
    page: Page, door: Door, device: tuple[CDPSession, str]
) -> None:
    type_password(page)
    page.get_by_role("button", name="Lav en adgangsnøgle").click()
    expect(page.get_by_role("heading", name="Dine gendannelseskoder")).to_be_visible()
    devtools, authenticator = device
    told = {"authenticatorId": authenticator, "isUserVerified": False}
    devtools.send("WebAuthn.setUserVerified", told)
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_role("button", name="Log ind med adgangsnøgle").click()
    expect(page.get_by_text("Det lykkedes ikke.")).to_be_visible()
    assert door.ways() == ["passkey"]


def test_without_script_the_other_ways_stand_alone(browser: Browser, door: Door) -> None:
    base = str(door.client.base_url).replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=base, locale="da-DK", java_script_enabled=False)
    page = context.new_page()
    type_password(page)
    assert page.get_by_role("button", name="Lav en adgangsnøgle").count() == 0
    expect(page.get_by_text("Denne browser kan ikke lave adgangsnøgler.")).to_be_visible()
    expect(page.get_by_role("button", name="Brug denne app")).to_be_visible()
    context.close()
