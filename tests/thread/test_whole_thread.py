"""The whole thread, once, as people go it: mail, evidence, capture, rule, decision, step, check."""

from __future__ import annotations

import json
import re
import smtplib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from capture.browser.find import find_browser
from service.demonstration.town_page import OPENING_HOURS
from service.demonstration.website import Website, open_website
from tests.thread.house import PASSWORD, House, command, environment_for, serving, waited_for
from tests.thread.looking import Looking

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("thread"),
    pytest.mark.timeout(420),
]

HARSH = "Jeg ved, hvor du bor, og jeg ved, hvornår du går hjem."
PEOPLE = (
    ("mette@havn.example", "Mette Lindholt", None),
    ("karen@havn.example", "Karen Fuglsang", "leader"),
    ("jonas@havn.example", "Jonas Bro", "page_team"),
    ("ib@havn.example", "Ib Krogh", "operator"),
)
EVERYWHERE = {"page_team", "operator"}
As = Callable[[str], Looking]


@pytest.fixture(scope="module")
def site() -> Iterator[Website]:
    with open_website(0, datetime.now(UTC)) as opened:
        yield opened


@pytest.fixture(scope="module")
def house(site: Website, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    environment = environment_for(tmp_path_factory.mktemp("house") / "data", site.place)
    for email, name, role in PEOPLE:
        roles = ["--role", role] if role else []
        where = ["--everywhere"] if role in EVERYWHERE else ["--unit", "Borgerservice"]
        command(
            environment,
            *("user", "add", email, "--name", name, *roles, *where, "--password-stdin"),
            typed=f"{PASSWORD}\n",
        )
    with serving(environment) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        # Only our own screens are opened, so the wall around foreign pages is not needed here.
        opened = driver.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def signed_in(browser: Browser, house: House) -> Iterator[As]:
    opened: list[Looking] = []

    def one(name: str) -> Looking:
        opened.append(Looking(browser, house.http, f"{name}@havn.example"))
        return opened[-1]

    yield one
    for looking in opened:
        looking.close()


def test_a_forwarded_mail_goes_the_whole_way(house: House, site: Website, signed_in: As) -> None:
    number = forwarded(house)
    leader = signed_in("karen")
    read_by_choice(leader, number)
    steps_in_their_order(leader, number)
    moderator = signed_in("jonas")
    captured(moderator, site.url(OPENING_HOURS.path))
    deleted_by_key(moderator)
    checked(signed_in("ib"))
    followed_by_the_employee(signed_in("mette"), number)
    listed_for_a_program(house)
    stopped_whole(house)


def forwarded(house: House) -> str:
    """Mette forwards a mail; she gets a receipt with a number and the duty phone, nothing more."""
    mail = EmailMessage()
    mail["From"] = "Mette Lindholt <mette@havn.example>"
    mail["To"] = "arkiv@havn.example"
    mail["Subject"] = "VS: Du kan godt pakke sammen"
    mail["Message-ID"] = "<en@havn.example>"
    mail.set_content(
        f"Den her fik jeg i morges.\n\n"
        f"Fra: Ravn 88 <ravn88@postkasse.example>\n"
        f"Sendt: 20. november 2026 07:12\n"
        f"Til: Mette Lindholt <mette@havn.example>\n"
        f"Emne: Du kan godt pakke sammen\n\n{HARSH}\n"
    )
    with smtplib.SMTP(*house.smtp, timeout=60) as door:
        door.send_message(mail)
    receipt = message_from_bytes(
        waited_for(house.data / "outbox", "*.eml").read_bytes(), policy=policy.default
    )
    told = receipt.get_body(("plain",))
    assert told is not None
    words = told.get_content()
    assert receipt["To"] == "mette@havn.example"
    assert receipt["In-Reply-To"] == "<en@havn.example>"
    assert "112" in words
    assert "55 55 01 12" in words
    assert "Karen Fuglsang" in words
    assert HARSH not in words
    found = re.search(r"20\d\d-\d{3}", receipt["Subject"])
    assert found is not None
    assert found[0] in words
    return found[0]


def read_by_choice(leader: Looking, number: str) -> None:
    """Karen finds the case; its text is not in the page until she asks, and then it is noted."""
    page = leader.open(f"/cases/{number}")
    page.get_by_role("link", name=re.compile(r"^D-\d{4}$")).first.click()
    page.wait_for_url("**/evidence/*")
    leader.judge("evidence")
    assert HARSH not in page.content()
    readers = page.locator("section[aria-labelledby=readers]")
    expect(readers).not_to_contain_text("Karen Fuglsang")
    page.get_by_role("button", name="Vis teksten").click()
    expect(page.locator("[data-revealed]")).to_contain_text(HARSH)
    leader.judge("evidence, revealed")
    page.reload()
    assert HARSH not in page.content()
    expect(readers).to_contain_text("Karen Fuglsang")


def steps_in_their_order(leader: Looking, number: str) -> None:
    """12.3 waits for 12.2, and the case does not close before every step has ended."""
    path = f"/cases/{number}"
    page = leader.open(f"{path}?step=12.3")
    assert page.locator(f"form[action='{path}/steps/12.3']").count() == 0
    told = {"outcome": "done", "field-decision": "keep", "field-grounds": "Saglig kritik."}
    assert leader.send(f"{path}/steps/12.3", **told)[0] == 422
    leader.open(f"{path}?step=12.1")
    page.locator("select[name=field-acknowledged_by]").select_option(label="Karen Fuglsang")
    _done(page)
    leader.open(f"{path}?step=12.2")
    _done(page, refused=True)
    assert page.locator(".form-error").count() == 1
    leader.complaints.clear()  # the browser itself tells of the answer 422
    page.locator("[name=field-evidence]").fill("Mailen")
    _done(page)
    leader.open(f"{path}?step=12.3")
    assert page.locator(f"form[action='{path}/steps/12.3']").count() == 1
    leader.open(f"{path}/close")
    status, answer = leader.send(f"{path}/close", summary="")
    assert status == 409
    for step in ("12.3", "12.9", "12.12"):
        assert f">{step}<" in answer
    assert ">12.1<" not in answer


def _done(page: Page, *, refused: bool = False) -> None:
    page.locator("button[name=outcome][value=done]").click()
    page.wait_for_url("**/steps/*" if refused else "**said=step_ended*")


def captured(moderator: Looking, address: str) -> None:
    """Jonas pastes an address and may leave it alone: the page comes back as posts."""
    page = moderator.open("/capture")
    page.locator("input[name=address]").fill(address)
    page.locator("form[action='/capture'] button").click()
    page.wait_for_url("**/capture/*-*")
    expect(page.locator("#capture-run")).to_contain_text("10 opslag sikret", timeout=90_000)
    moderator.judge("capture, ended")


def deleted_by_key(moderator: Looking) -> None:
    """The worst stands first; one key decides, and the next post is there."""
    page = moderator.open("/queue")
    authors = page.locator(".v-queue-list a")
    expect(authors).to_have_count(3)
    titles = [one.inner_text() for one in authors.all()]
    assert "Ulovligt" in titles[0]
    worst = page.locator("#post-title").inner_text()
    assert worst == "Ravn 88"
    assert "jeg ved hvor du bor" not in page.content()
    page.keyboard.press("v")
    expect(page.locator("[data-revealed] mark").first).to_be_visible()
    moderator.judge("queue, revealed")
    page.keyboard.press("b")
    picture = page.locator("[data-revealed] img")
    picture.wait_for()
    picture.evaluate("image => image.decode()")
    assert picture.evaluate("image => image.naturalWidth") > 100
    page.locator("#reason").fill("Trussel mod en navngiven medarbejder.")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(authors).to_have_count(2)
    moderator.judge("queue, after a decision")


def checked(operator: Looking) -> None:
    """Ib lets everything be checked from the screen, and it is whole."""
    page = operator.open("/operations")
    page.get_by_role("button", name="Kontrollér nu").click()
    expect(page.locator("#verify-progress")).to_contain_text("Alt er uændret", timeout=60_000)
    operator.judge("operations, checked")


def followed_by_the_employee(employee: Looking, number: str) -> None:
    """Mette sees where her case stands and who has read her mail, and no one else's work."""
    page = employee.open("/my-case")
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    assert HARSH not in page.content()
    page.locator("summary", has_text="Læst af").first.click()
    expect(page.locator("main")).to_contain_text("Karen Fuglsang")
    for closed in ("/queue", "/operations"):
        assert page.request.get(closed).status == 403
    employee.open("/rights")
    employee.open("/hand-in")


def listed_for_a_program(house: House) -> None:
    """A program with a token of the archive sees the same evidence, and none without."""
    token = house.command("token", "add", "--role", "archivist").strip()
    status, listed = asked(house, "/api/v1/evidence", token)
    assert status == 200
    assert {one["kind"] for one in listed["items"]} == {"mail", "capture"}
    assert {one["state"] for one in listed["items"]} == {"read"}
    assert asked(house, "/api/v1/evidence", "vaern_another")[0] == 401


def asked(house: House, path: str, token: str) -> tuple[int, Any]:
    connection = HTTPConnection(urlsplit(house.http).netloc, timeout=60)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    return answer.status, told


def stopped_whole(house: House) -> None:
    """The service stops in order, and its records are whole."""
    listening = json.loads((house.data / "listening.json").read_bytes())
    assert set(listening) == {"http", "evidence", "smtp", "pid"}
    assert listening["pid"] == house.process.pid
    assert house.stop() == 0
    assert not (house.data / "listening.json").exists()
    report = json.loads(house.command("verify", "--json"))
    assert report["ok"]
    assert report["findings"] == []
    assert report["objects"] >= 3
    assert not list(Path(house.data).glob("**/*.part"))
