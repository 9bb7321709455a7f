"""A phone's browser, really: connected by the link, shares kept without a line, all of it once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from archive.records.people import PersonRecord
from archive.records.phones import PhoneFileRecord
from service.access.phones import make_link
from service.installation import Installation
from service.settings import Settings
from tests.service.casework.cases.opened import assert_clean
from tests.service.conftest import Time, Town
from tests.service.jobs.following import every
from tests.service.web.doors import Doors, open_doors

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("phone"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

SHARE = """([sizes, text]) => {
  const form = Object.assign(document.createElement("form"), {
    method: "post", action: "/phone/share", enctype: "multipart/form-data" });
  const files = Object.assign(document.createElement("input"), {
    type: "file", name: "files", multiple: true });
  const words = Object.assign(document.createElement("input"), { name: "text", value: text });
  const chosen = new DataTransfer();
  sizes.forEach((size, number) => {
    const bytes = new Uint8Array(size).fill(number + 1);
    chosen.items.add(new File([bytes], `IMG_${number}.HEIC`, { type: "image/heic" }));
  });
  files.files = chosen.files;
  form.append(words, files);
  document.body.append(form);
  form.submit();
}"""
"""As the phone's system does: a form that leads to the share target, with whatever was chosen."""

CONTROLLED = """() => new Promise((done) => {
  const workers = navigator.serviceWorker;
  workers.addEventListener("controllerchange", () => done(true), { once: true });
  if (workers.controller) done(true);
})"""

KEPT = """() => new Promise((done) => {
  const asked = indexedDB.open("vaern-phone");
  asked.onsuccess = () => {
    const rows = asked.result.transaction("files").objectStore("files").getAll();
    rows.onsuccess = () => {
      asked.result.close();
      done(rows.result.map((row) => [row.state, Boolean(row.blob)]));
    };
  };
})"""

PIECE = 1024 * 1024


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"url": None})


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


@pytest.fixture
def handset(browser: Browser, doors: Doors) -> Iterator[BrowserContext]:
    base = str(doors.client.base_url).rstrip("/")
    context = browser.new_context(
        base_url=base, locale="da-DK", viewport={"width": 390, "height": 844}, has_touch=True
    )
    context.set_default_timeout(20_000)
    yield context
    context.close()


def connect(handset: BrowserContext, doors: Doors, person: PersonRecord) -> Page:
    """Open a link of this person's on the phone, press the button, wait for the service worker."""
    with doors.installation.database.writing() as session:
        secret = make_link(session, person.id, doors.time.now)
    page = handset.new_page()
    page.goto(f"/phone/link/{secret}")
    page.get_by_role("button", name="Forbind denne telefon").click()
    page.wait_for_url("**/phone/?said=connected")
    page.evaluate(CONTROLLED)
    return page


def kept_on(page: Page) -> list[tuple[str, bool]]:
    """Return what lies in the phone's own keeping: each file's state, and whether its bytes do."""
    rows: list[list[object]] = page.evaluate(KEPT)
    return [(str(state), bool(bytes_)) for state, bytes_ in rows]


def test_what_is_shared_without_a_line_is_kept_and_arrives_once_when_there_is_one(
    handset: BrowserContext, doors: Doors
) -> None:
    page = connect(handset, doors, doors.town.anna)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    headline, cookies = page.locator("[data-headline]"), handset.cookies()
    assert [(one["name"], one["path"], one["httpOnly"]) for one in cookies] == [
        ("vaern_phone", "/phone", True)
    ]
    assert page.evaluate("document.cookie") == ""

    pieces = []

    def break_midway(route: Route) -> None:
        """Let the line go while the third file's second piece is on its way."""
        pieces.append(route.request.url)
        if len(pieces) == 4:
            handset.set_offline(offline=True)
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.context.route("**/phone/files/*", break_midway)
    page.evaluate(SHARE, [[1000, 2000, 2 * PIECE + 5, 3000, 4000], "hold øje"])
    page.wait_for_url("**/phone/?said=shared")
    expect(headline).to_have_text("Venter på forbindelse: 2 af 5 er i sikkerhed")
    page.context.unroute("**/phone/files/*")
    page.reload()
    expect(headline).to_have_text("Venter på forbindelse: 2 af 5 er i sikkerhed")
    expect(page.get_by_text("Slet det ikke endnu")).to_be_visible()
    page.evaluate(SHARE, [[5000], ""])
    page.wait_for_url("**/phone/?said=shared")
    expect(headline).to_have_text("Venter på forbindelse: 2 af 6 er i sikkerhed")
    assert [one for one in kept_on(page) if one[0] == "waiting"] == [("waiting", True)] * 4
    assert [one for one in kept_on(page) if one[0] == "safe"] == [("safe", False)] * 2

    handset.set_offline(offline=False)

    expect(headline).to_have_text("Sikkert modtaget ✓ 6 af 6")
    expect(page.get_by_text("Du må gerne slette billederne fra telefonen nu")).to_be_visible()
    assert kept_on(page) == [("safe", False)] * 6
    sizes = [1000, 2000, 2 * PIECE + 5, 3000, 4000]
    sent = {hashlib.sha256(bytes([n + 1]) * size).hexdigest() for n, size in enumerate(sizes)}
    sent.add(hashlib.sha256(bytes([1]) * 5000).hexdigest())
    assert {row.sha256 for row in doors.rows()} == sent
    assert len(doors.rows()) == len(every(doors.installation, PhoneFileRecord)) == 6
    assert complaints == []
    assert_clean(doors.installation)


def test_what_is_chosen_is_sent_at_once_and_stays_on_a_phone_that_was_ended_until_it_is_connected(
    handset: BrowserContext, doors: Doors
) -> None:
    page = connect(handset, doors, doors.town.anna)
    picture = {"name": "Skærm.png", "mimeType": "image/png", "buffer": b"\x89PNG one"}
    page.set_input_files("#files", [picture])  # type: ignore[arg-type]  # playwright's own shape
    expect(page.locator("[data-headline]")).to_have_text("Sikkert modtaget ✓ 1 af 1")

    page.get_by_text("Om denne telefon").click()
    page.get_by_role("button", name="Afbryd denne telefon").click()
    expect(page.get_by_role("heading", name="Telefonen er ikke forbundet")).to_be_visible()
    page.evaluate(SHARE, [[700, 800], ""])
    page.wait_for_url("**/phone/?said=shared")
    expect(page.locator("[data-headline]")).to_have_text("2 ligger stadig på denne telefon")
    assert len(doors.rows()) == 1

    page.close()
    again = connect(handset, doors, doors.town.anna)
    expect(again.locator("[data-headline]")).to_have_text("Sikkert modtaget ✓ 2 af 2")
    assert len(doors.rows()) == 3


def test_without_javascript_a_plain_form_sends_and_the_page_says_that_it_is_safe(
    browser: Browser, doors: Doors
) -> None:
    base = str(doors.client.base_url).rstrip("/")
    context = browser.new_context(base_url=base, locale="da-DK", java_script_enabled=False)
    with doors.installation.database.writing() as session:
        secret = make_link(session, doors.town.anna.id, doors.time.now)
    page = context.new_page()
    page.goto(f"/phone/link/{secret}")
    page.get_by_role("button", name="Forbind denne telefon").click()
    files = [
        {"name": f"{name}.png", "mimeType": "image/png", "buffer": name.encode()} for name in "ab"
    ]
    page.set_input_files("#files", files)  # type: ignore[arg-type]  # playwright's own shape
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_text("2 filer er sikkert modtaget")).to_be_visible()
    assert len(doors.rows()) == 2
    context.close()


def test_the_browser_finds_nothing_wrong_with_the_app_that_it_may_install(
    handset: BrowserContext, doors: Doors
) -> None:
    page = connect(handset, doors, doors.town.anna)
    told = handset.new_cdp_session(page)

    manifest = told.send("Page.getAppManifest")
    faults = told.send("Page.getInstallabilityErrors")

    assert manifest["errors"] == []
    assert manifest["url"].endswith("/static/phone.webmanifest")
    # A browser without a profile of its own installs nothing; that is all that it minds.
    assert [one["errorId"] for one in faults["installabilityErrors"]] in ([], ["in-incognito"])
