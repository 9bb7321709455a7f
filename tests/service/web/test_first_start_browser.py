"""From an empty folder to the first upload, as people do it: the real service, a real browser."""

from __future__ import annotations

import json
import re
import smtplib
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from time import monotonic, sleep

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.service.beginnings import kept_in, verified
from tests.service.served import PATIENCE, Service, called, serving

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("first-start")]
PASSWORD = "fire ord sat sammen"
OWN = "nannas helt egne ord"
MAIL = b"From: nanna@havn.example\r\nSubject: VS: trussel\r\n\r\nDu skal passe p\xc3\xa5.\r\n"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with serving(tmp_path / "data") as running:
        yield running


@pytest.fixture
def page(browser: Browser, service: Service) -> Iterator[Page]:
    with browser.new_context(base_url=service.http, locale="da-DK") as context:
        context.set_default_timeout(20_000)
        yield context.new_page()


def printed(service: Service, starts: int = 1) -> str:
    """Return the link that the server has printed at the last of so many starts."""
    until = monotonic() + PATIENCE
    link = r"http\S+/first-start/\S+"
    while len(found := re.findall(link, service.log.read_text())) < starts:
        assert monotonic() < until, service.log.read_text()
        sleep(0.02)
    return str(found[-1])


def way_in(service: Service) -> str:
    """Return the link of the first mail that lies in the outbox."""
    until = monotonic() + PATIENCE
    while not (found := list((service.data / "outbox").glob("*.eml"))):
        assert monotonic() < until, "no mail is made"
        sleep(0.02)
    text = message_from_bytes(found[0].read_bytes(), policy=default).get_body(("plain",))
    assert text is not None
    link = re.search(r"http\S+/welcome/\S+", text.get_content())
    assert link is not None, text.get_content()
    return link[0]


def test_from_the_printed_link_to_the_first_upload_and_the_first_invited_colleague(
    service: Service, page: Page, browser: Browser
) -> None:
    link = printed(service)
    assert link.startswith(service.http)
    lines = [one for one in service.log.read_text().splitlines() if one.startswith("{")]
    assert not any("first-start" in json.loads(one)["event"] or link in one for one in lines)
    page.goto(link)
    page.get_by_label("Hvad den hedder").fill("Havn Kommune")
    page.get_by_label("De første arbejdssteder").fill("Biblioteket\nSkolen")
    page.get_by_label("Arkivets mailadresse").fill("arkiv@havn.example")
    page.get_by_label("Dit navn").fill("Karen Fuglsang")
    page.get_by_label("Arbejdsmail").fill("karen@havn.example")
    page.get_by_label("Vælg en adgangskode").fill(PASSWORD)
    page.get_by_role("button", name="Begynd").press("Enter")
    expect(page.get_by_role("heading", name="Værn er i gang")).to_be_visible()
    secret = page.locator(".v-codes").inner_text()

    page.get_by_role("link", name="Det ligger i pengeskabet: log ind").click()
    page.get_by_label("Arbejdsmail").fill("karen@havn.example")
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.get_by_role("button", name="Log ind", exact=True).click()
    page.get_by_role("link", name="Indsend", exact=True).first.click()
    page.locator("#files").set_input_files(
        {"name": "trussel.txt", "mimeType": "text/plain", "buffer": b"det skal du fortryde"}
    )
    page.get_by_role("main").get_by_role("button", name="Indsend").click()
    expect(page.get_by_text("trussel.txt")).to_be_visible()
    page.wait_for_url("**/hand-in/receipt**")

    page.goto("/organisation/people")
    page.get_by_text("Tilføj en person i hånden").click()
    page.get_by_label("Navn", exact=True).fill("Nye Nanna")
    page.get_by_label("Arbejdsmail").fill("nanna@havn.example")
    page.get_by_role("button", name="Tilføj personen").click()
    expect(page.get_by_role("status")).to_contain_text("får en mail om adgangen")
    with browser.new_context(locale="da-DK") as other:
        nanna = other.new_page()
        nanna.goto(way_in(service))
        nanna.get_by_label("Vælg en adgangskode").fill(OWN)
        nanna.get_by_role("button", name="Gem den, og log ind").click()
        expect(nanna.get_by_role("heading", name="Min sag")).to_be_visible()
        nanna.goto(link)
        expect(nanna.get_by_role("heading", name="Linket er brugt")).to_be_visible()

    with smtplib.SMTP(*service.smtp, timeout=PATIENCE) as door:
        door.sendmail("nanna@havn.example", ["arkiv@havn.example"], MAIL)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            door.sendmail("nanna@havn.example", ["arkiv@vaern.local"], MAIL)
    service.process.terminate()
    assert service.ended() == 0
    assert secret not in service.log.read_text()
    assert len(kept_in(service.data)) == 2
    assert verified(service.data).ok


def test_each_start_prints_a_new_link_until_one_is_used_or_somebody_is_entered(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    links = []
    for start in (1, 2):
        with serving(data) as service:
            links.append(printed(service, start).rpartition("/")[2])
    assert links[0] != links[1]
    added = called(data, "user", "add", "ole@havn.example", "--name", "Ole", "--invite")
    assert added.returncode == 0, added.stderr
    printed_before = (tmp_path / "serve.log").read_text().count("/first-start/")
    with serving(data) as service:
        assert "/welcome/" in way_in(service)
    said = (tmp_path / "serve.log").read_text()
    assert said.count("/first-start/") == printed_before
    assert "Nobody can sign in yet" in said


def test_the_sealed_account_is_sealed_by_command_and_only_its_secret_is_printed(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    assert called(data, "operator", "sealed").stdout == "There is no sealed account.\n"
    first, second = (called(data, "operator", "seal").stdout for _ in range(2))
    for one in (first, second):
        assert re.fullmatch(r"[a-z2-7]{4}(-[a-z2-7]{4}){7}\n", one)
    assert first != second
    standing = json.loads(called(data, "operator", "sealed", "--json").stdout)
    assert standing["made_at"] is not None
    assert standing["opened_at"] is None
    assert called(data, "user", "invite", "nobody@havn.example").returncode == 3
