"""The whole thread, once, as people go it: mail, evidence, capture, rule, decision, step, check."""

from __future__ import annotations

import json
import re
import smtplib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from capture.browser.find import find_browser
from service.demonstration.handed_in import phone_picture
from service.demonstration.handing_over import check, unpacked
from service.demonstration.town_page import HARBOUR_FEAST, OPENING_HOURS, Post
from service.demonstration.website import Website, open_website
from tests.thread.house import PASSWORD, House, command, environment_for, serving, waited_for
from tests.thread.looking import DESKTOP, PHONE, Looking

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("thread"),
    pytest.mark.timeout(420),
]

HARSH = "Jeg ved, hvor du bor, og jeg ved, hvornår du går hjem."
PEOPLE = (
    ("mette@havn.example", "Mette Lindholt", None),
    ("sofie@havn.example", "Sofie Dahl", None),
    ("karen@havn.example", "Karen Fuglsang", "leader"),
    ("jonas@havn.example", "Jonas Bro", "page_team"),
    ("ib@havn.example", "Ib Krogh", "operator"),
)
EVERYWHERE = {"page_team", "operator"}
As = Callable[[str], Looking]


@dataclass(frozen=True)
class Way:
    """One going of the whole thread: by whom, at which screen, and over which page."""

    size: ViewportSize
    employee: str
    name: str
    post: Post
    comments: int
    flagged: int
    worst: str

    @property
    def is_phone(self) -> bool:
        return self.size == PHONE


AT_A_DESK = Way(DESKTOP, "mette", "Mette Lindholt", OPENING_HOURS, 10, 3, "Ravn 88")
ON_A_PHONE = Way(PHONE, "sofie", "Sofie Dahl", HARBOUR_FEAST, 4, 2, "Jytte Vang")


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


@pytest.fixture(params=[AT_A_DESK, ON_A_PHONE], ids=["1280", "390"])
def way(request: pytest.FixtureRequest) -> Way:
    chosen: Way = request.param
    return chosen


@pytest.fixture
def signed_in(browser: Browser, house: House, way: Way) -> Iterator[As]:
    opened: list[Looking] = []

    def one(name: str) -> Looking:
        opened.append(Looking(browser, house.http, f"{name}@havn.example", way.size))
        return opened[-1]

    yield one
    for looking in opened:
        looking.close()


def test_a_forwarded_mail_goes_the_whole_way(
    house: House, site: Website, signed_in: As, way: Way, tmp_path: Path
) -> None:
    number = forwarded(house, way)
    leader = signed_in("karen")
    read_by_choice(leader, number)
    steps_in_their_order(leader, number)
    employee = signed_in(way.employee)
    handed_in(employee, number)
    moderator = signed_in("jonas")
    captured(moderator, site.url(way.post.path), way)
    deleted(moderator, way)
    handed_over(leader, number, tmp_path)
    checked(signed_in("ib"))
    followed_by_the_employee(employee, number)


def test_what_the_threads_left_is_listed_and_whole(house: House, site: Website) -> None:
    """Runs last: the service stops in it."""
    del site
    token = house.command("token", "add", "--role", "archivist").strip()
    listed_for_a_program(house, token)
    stopped_whole(house)


def forwarded(house: House, way: Way) -> str:
    """An employee forwards a mail; the receipt has number and duty phone, and nothing more."""
    mail = EmailMessage()
    address = f"{way.employee}@havn.example"
    mail["From"] = f"{way.name} <{address}>"
    mail["To"] = "arkiv@havn.example"
    mail["Subject"] = "VS: Du kan godt pakke sammen"
    mail["Message-ID"] = f"<en-fra-{address}>"
    mail.set_content(
        f"Den her fik jeg i morges.\n\n"
        f"Fra: Ravn 88 <ravn88@postkasse.example>\n"
        f"Sendt: 20. november 2026 07:12\n"
        f"Til: {way.name} <{address}>\n"
        f"Emne: Du kan godt pakke sammen\n\n{HARSH}\n"
    )
    with smtplib.SMTP(*house.smtp, timeout=60) as door:
        door.send_message(mail)
    receipt = message_from_bytes(
        waited_for(house.data / "outbox", "*.eml", address.encode()).read_bytes(),
        policy=policy.default,
    )
    told = receipt.get_body(("plain",))
    assert told is not None
    words = told.get_content()
    assert receipt["To"] == address
    assert receipt["In-Reply-To"] == mail["Message-ID"]
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


def handed_in(employee: Looking, number: str) -> None:
    """The employee hands in a screenshot by the page, and is told that it is safe."""
    page = employee.open("/hand-in")
    picture = phone_picture(datetime.now(UTC))
    page.locator("input[name=files]").set_input_files(
        {"name": "Skærmbillede.png", "mimeType": "image/png", "buffer": picture}
    )
    page.locator("textarea[name=note]").fill("Den kom på min telefon.")
    page.locator("select[name=case]").select_option(number)
    page.locator("form[action='/hand-in'] button.button-primary").click()
    page.wait_for_url("**/hand-in/receipt?*")
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    expect(page.locator("main")).to_contain_text(sha256(picture).hexdigest()[:8])
    employee.judge("receipt")


def handed_over(leader: Looking, number: str, folder: Path) -> None:
    """Karen makes the bundle from the case; whoever gets it checks it by its own program."""
    page = leader.open(f"/cases/{number}")
    page.locator(f"a[href='/cases/{number}/bundle']").click()
    page.wait_for_url("**/bundle")
    leader.judge("bundle, asked for")
    pieces = page.locator("input[name=chosen]:checked").count()
    assert pieces == 2
    page.locator("input[name=recipient]").fill("Havn Politi")
    page.locator("textarea[name=purpose]").fill("Anmeldelse af trusler")
    page.locator(f"form[action='/cases/{number}/bundle'] button.button-primary").click()
    page.wait_for_url("**/bundles/*")
    link = page.locator("#bundle-run a[download]")
    link.wait_for(timeout=90_000)
    leader.judge("bundle, ready")
    with page.expect_download() as fetching:
        link.click()
    with zipfile.ZipFile(fetching.value.path()) as packed:
        packed.extractall(folder)
    bundle = unpacked(folder)
    assert len(list((bundle / "originals").iterdir())) == pieces
    code, said = check(bundle)
    assert code == 0, said
    shown = page.locator("#bundle-run details .v-digest").last.text_content() or ""
    assert "".join(shown.split()) in "".join(said.split())


def captured(moderator: Looking, address: str, way: Way) -> None:
    """Jonas pastes an address and may leave it alone: the page comes back as posts."""
    page = moderator.open("/capture")
    page.locator("input[name=address]").fill(address)
    page.locator("form[action='/capture'] button").click()
    page.wait_for_url("**/capture/*-*")
    expect(page.locator("#capture-run")).to_contain_text(
        f"{way.comments} opslag sikret", timeout=90_000
    )
    moderator.judge("capture, ended")


def deleted(moderator: Looking, way: Way) -> None:
    """By keys: the worst stands first. By thumb: one is chosen. Then the next post is there."""
    page = moderator.open("/queue")
    authors = page.locator(".v-queue-list a")
    count = authors.count()
    assert count >= way.flagged
    if way.is_phone:
        authors.filter(has_text=way.worst).first.click()
        expect(page.locator("#post-title")).to_have_text(way.worst)
        press = _pressed_by_thumb
    else:
        assert "Ulovligt" in authors.first.inner_text()
        assert page.locator("#post-title").inner_text() == way.worst
        press = _pressed_by_key
    assert "jeg ved hvor du bor" not in page.content()
    press(page, "v")
    expect(page.locator("[data-revealed] mark").first).to_be_visible()
    moderator.judge("queue, revealed")
    press(page, "b")
    picture = page.locator("[data-revealed] img")
    picture.wait_for()
    picture.evaluate("image => image.decode()")
    assert picture.evaluate("image => image.naturalWidth") > 100
    page.locator("#reason").fill("Imod sidens regler.")
    press(page, "s")
    expect(authors).to_have_count(count - 1)
    moderator.judge("queue, after a decision")


def _pressed_by_key(page: Page, key: str) -> None:
    page.keyboard.press("Escape")  # out of the reason, where a key is a letter
    page.keyboard.press(key)


def _pressed_by_thumb(page: Page, key: str) -> None:
    page.locator(f"[data-key='{key}']").click()


def checked(operator: Looking) -> None:
    """Ib lets everything be checked from the screen, and it is whole."""
    page = operator.open("/operations")
    page.get_by_role("button", name="Kontrollér nu").click()
    expect(page.locator("#verify-progress")).to_contain_text("Alt er uændret", timeout=60_000)
    operator.judge("operations, checked")


def followed_by_the_employee(employee: Looking, number: str) -> None:
    """The employee sees where the case stands and who has read the mail, and no one's work."""
    page = employee.open("/my-case")
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    assert HARSH not in page.content()
    page.locator("summary", has_text="Læst af").first.click()
    expect(page.locator("main")).to_contain_text("Karen Fuglsang")
    for closed in ("/queue", "/operations"):
        assert page.request.get(closed).status == 403
    employee.open("/rights")


def listed_for_a_program(house: House, token: str) -> None:
    """A program with a token of the archive sees the same evidence, and none without."""
    status, listed = asked(house, "/api/v1/evidence", token)
    assert status == 200
    assert {one["kind"] for one in listed["items"]} == {"mail", "upload", "capture"}
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
