"""Handing in by browser: a plain form, a script, a form that is not ours, and too much."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from service.installation import Installation
from service.settings import Settings
from tests.service.conftest import Time, Town
from tests.service.web.doors import KIND, Doors, digests, form, open_doors, part

TEXT = "Du skal passe på.".encode()
FILE = part("files", TEXT, "skærm billede.txt")
MOST = 200_000
JSON = {"Accept": "application/json"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"most_upload_bytes": MOST, "url": None})


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


class Browser:
    """A signed-in browser at the page *Indsend*."""

    def __init__(self, doors: Doors) -> None:
        self._client = doors.client
        self._cookie, token = doors.sign_in(doors.town.leader)
        self.token = part("csrf_token", token.encode())

    def send(
        self, body: bytes | Iterator[bytes], more: dict[str, str] | None = None
    ) -> httpx.Response:
        headers = self._cookie | {"Content-Type": KIND} | (more or {})
        return self._client.post("/hand-in", content=body, headers=headers)

    def get(self, path: str) -> httpx.Response:
        return self._client.get(path, headers=self._cookie)


@pytest.fixture
def browser(doors: Doors) -> Browser:
    return Browser(doors)


def test_a_plain_form_leads_to_its_receipt(doors: Doors, browser: Browser) -> None:
    fields = (
        part("note", b"s\xc3\xa5 grimt"),
        part("source_url", b""),
        part("seen_at", b"2027-01-31T22:15"),
        part("case", b""),
    )
    answer = browser.send(form(browser.token, FILE, *fields))

    assert answer.status_code == 303
    (row,) = doors.rows()
    assert answer.headers["location"] == f"/hand-in/receipt?id={row.id}"
    assert (row.note, row.source_url, row.filename) == ("så grimt", None, "skærm billede.txt")
    assert row.seen_at == datetime(2027, 1, 31, 21, 15, tzinfo=UTC)  # Copenhagen's winter
    receipt = browser.get(answer.headers["location"])
    assert receipt.status_code == 200
    assert str(row.sha256)[:8] in receipt.text.replace(" ", "")
    assert "skærm billede.txt" in receipt.text


def test_a_script_gets_what_is_kept_and_where_its_receipt_is(
    doors: Doors, browser: Browser
) -> None:
    answer = browser.send(form(browser.token, FILE, part("files", b"2", "2.txt")), JSON)

    told = answer.json()
    assert answer.status_code == 201
    assert set(told) == {"evidence", "receipt"}
    assert [one["sha256"] for one in told["evidence"]] == digests([TEXT, b"2"])
    assert browser.get(told["receipt"]).status_code == 200
    wrong = browser.send(form(browser.token, part("seen_at", b"never"), FILE), JSON)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "upload-invalid")
    assert len(doors.rows()) == 2


def test_a_form_that_is_not_this_sessions_brings_nothing_in(doors: Doors, browser: Browser) -> None:
    other = Browser(doors)
    for body in (
        form(FILE),
        form(part("csrf_token", b""), FILE),
        form(part("csrf_token", b"guessed"), FILE),
        form(part("csrf_token", b"\xc3\xa9"), FILE),
        form(other.token, FILE),
        form(FILE, browser.token),
        form(part("note", b"first"), FILE, browser.token),
    ):
        plain, script = browser.send(body), browser.send(body, JSON)
        assert plain.status_code == script.status_code == 403, body
        assert "<h1" in plain.text
        assert script.json() == {"evidence": [], "code": "form-expired"}
    for site in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert browser.send(form(browser.token, FILE), site).status_code == 403
    assert doors.nothing_kept()
    nobody = doors.client.post("/hand-in", content=form(FILE), headers={"Content-Type": KIND})
    assert nobody.headers["location"].startswith("/sign-in")
    assert browser.send(form(browser.token, FILE)).status_code == 303


def test_what_is_too_much_or_wrong_is_told_on_the_page_itself(
    doors: Doors, browser: Browser
) -> None:
    note = part("note", b"Fra min telefon")
    large = part("files", b"x" * (MOST * 20), "film.mp4")
    for body in (
        form(browser.token),
        form(browser.token, part("files", b"", "")),
        form(browser.token, large),
        form(browser.token, note, part("source_url", b"no address"), FILE),
        form(browser.token, part("seen_at", b"0001-01-01T00:00"), FILE, note),
        form(browser.token, part("case", b"2027-999"), FILE),
        form(browser.token, part("note", b"x" * 30_000), FILE),
    ):
        answer = browser.send(body)
        assert answer.status_code == 422, body[:200]
        assert "data-upload" in answer.text
        assert 'class="alert alert-warning v-summary"' in answer.text
        assert ("Fra min telefon" in answer.text) == (note in body)  # nobody types it twice
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    chunks = (b"x" * 50_000 for _ in range(100))
    assert browser.send(chunks).status_code == 422  # no form, and no length
    assert doors.nothing_kept()
