"""Every kind of mail in every language: neutral, in the recipient's own, plain and simple HTML.

The kinds are read out of the program: one that is sent tomorrow is asked for tomorrow.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_string, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import service
from archive.records.cases import CaseRecord, NoticeRecord
from archive.records.people import PersonRecord
from service.casework.cases.alerts import KIND as CASEWORKS_ALERT
from service.installation import Installation
from service.notices import alerts, kinds, sealing, wording
from service.notices.case_changes import tell_answered, tell_merged, tell_named, tell_taken_off
from service.notices.kinds import AT_ONCE, ORDINARY, OWN, SEVERAL
from service.notices.markup import as_html
from service.notices.ordinary import Known, Why, because, hint, section_of
from service.notices.queueing import queue_notice
from service.notices.rights import tell_changed, tell_waiting
from service.notices.sections import Section, one_mail
from service.notices.security import Change, body_of, subject_of
from service.notices.watching import tell_glass, tell_unusual
from service.notices.ways_in import tell_seal_broken, tell_token_made, tell_way_in
from service.settings import Settings
from service.web.words import FORMATS
from tests.service.casework.cases.opened import open_one
from tests.service.conftest import Time, Town

URL = "https://vaern.example"
TELLS = re.compile(
    r"chikane|trakasser|harass|trus[le]|threat|\bvold|violence|krænk|\bhad\b|anmeld|politi|police",
    re.IGNORECASE,
)
"""Words that no subject carries: a subject is read on a locked screen, by whoever sits beside."""
FETCHES = {"img", "link", "script", "iframe", "object", "embed", "video", "audio", "form", "input"}
SENDS = {"queue_notice": 3, "tell": 2, "tell_plainly": 2}
"""The functions that send, and which of their arguments is the kind."""


def sent_kinds() -> Iterator[tuple[str, str]]:
    """Yield every kind that stands in a call that sends, with the module."""
    root = Path(service.__file__).parent
    for path in sorted(root.rglob("*.py")):
        name = ".".join(["service", *path.relative_to(root).with_suffix("").parts])
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            place = SENDS.get(call.func.id)
            if place is None:
                continue
            named = [one.value for one in call.keywords if one.arg == "kind"]
            for given in named or call.args[place : place + 1]:
                if isinstance(given, ast.Constant) and isinstance(given.value, str):
                    yield given.value, name
                elif isinstance(given, ast.Name) and given.id.isupper():
                    yield str(getattr(import_module(name), given.id)), name


def test_every_kind_that_is_sent_is_known_to_wait_or_not_and_no_other_is_listed() -> None:
    found = dict(sent_kinds())
    own_tell = {kind for kind, name in found.items() if name == "service.casework.cases.telling"}
    listed = {*AT_ONCE, *OWN, *ORDINARY}

    assert set(found) - own_tell - listed - {SEVERAL} == set(), "say in kinds.py when it leaves"
    # Sent under a name that a function was given: the calls are found where it is called.
    given = {"person.invited", "sealed_account.opened", "token.made", "safety.case"}
    assert listed - set(found) <= given | {"safety.violence"}
    assert kinds.ALERT == CASEWORKS_ALERT
    assert len(listed) == len(AT_ONCE) + len(OWN) + len(ORDINARY)


class Read(HTMLParser):
    """The words of a page, and what it would fetch or run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.lang: str | None = None
        self._silent = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._silent = tag == "title"
        known = dict(attrs)
        self.lang = known.get("lang", self.lang)
        self.links += [known["href"] or ""] if "href" in known else []
        assert not {one for one in known if one.startswith("on")}

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words += data.split()


@pytest.fixture
def letters(
    installation: Installation, town: Town, time: Time
) -> Callable[[str], dict[str, list[EmailMessage]]]:
    """Return every mail that there is, in one language, by its kind."""

    def make(language: str) -> dict[str, list[EmailMessage]]:
        number = open_one(installation, town, time)
        with installation.database.writing() as session:
            person = session.get_one(PersonRecord, town.lawyer.id)
            case = session.scalars(select(CaseRecord).where(CaseRecord.number == number)).one()
            note = session.info["signer"].sign(1, bytes(32))

            def queue(kind: str, subject: str, body: str) -> None:
                queue_notice(
                    session,
                    settings=installation.settings,
                    kind=kind,
                    recipient="julie@kommune.example",
                    subject=subject,
                    body=body,
                    language=language,
                    now=time.now,
                )

            for kind, subject, body in _written(number, note, installation, language, time):
                queue(kind, subject, body)
            before, person.language = person.language, language
            _tell_all(session, person, case, installation.settings, time)
            person.language = before
            rows = session.scalars(select(NoticeRecord)).all()
            found: dict[str, list[EmailMessage]] = {}
            for row in rows:
                mail = message_from_string(row.message, policy=policy.default)
                assert isinstance(mail, EmailMessage)
                found.setdefault(row.kind, []).append(mail)
            session.rollback()
        return found

    return make


def _tell_all(
    session: Session, person: PersonRecord, case: CaseRecord, settings: Settings, time: Time
) -> None:
    """Send the mails that find their own words from a person's row."""
    now, later = time.now, time.now + timedelta(days=3)
    for tell in (tell_unusual, tell_waiting, tell_changed, tell_seal_broken, tell_token_made):
        tell(session, person, settings=settings, now=now)
    for tell_of in (tell_named, tell_taken_off, tell_answered):
        tell_of(session, case, person, settings=settings, now=now)
    for yes in (True, False):
        tell_glass(session, case, person, own=yes, settings=settings, now=now)
        tell_merged(session, case, case, person, own=yes, sees=yes, settings=settings, now=now)
    for link in (f"{URL}/way-in/x", None):
        tell_way_in(session, person, link, place=URL, expires_at=later, settings=settings, now=now)


def _written(
    number: str, note: str, one: Installation, language: str, time: Time
) -> Iterator[tuple[str, str, str]]:
    """Yield kind, subject and text of the mails that are made of values alone."""
    settings = one.settings
    soon = time.now + timedelta(hours=2)
    for said in (
        wording.Said(time.now),
        wording.Said(time.now, number, handler="Mette Leder", reads_before=soon, inline_only=True),
        wording.Said(time.now, number, joined=True, my_case_url=URL, phone_url=URL),
    ):
        body = wording.body(said, settings, language, time.now)
        yield kinds.RECEIPT, wording.subject(said, language), body
    how = {"place": f"{URL}/alerts/1", "guard": "12 34 56 78", "again": 5}
    body = alerts.alert_body(number, municipality="Havn", language=language, **how)  # type: ignore[arg-type]  # keyword bag
    yield kinds.ALERT, alerts.alert_subject(number, language), body
    for change in Change:
        yield "sign_in.changed", subject_of(language), body_of(change, "Havn", language)
    for contradicted in (True, False):
        subject = sealing.alarm_subject(language, contradicted=contradicted)
        holders = {"holders": ("tsa.example",), "url": URL, "contradicted": contradicted}
        yield "head.alarm", subject, sealing.alarm_body(language, **holders)  # type: ignore[arg-type]  # keyword bag
    public = one.signer.public_key
    subject = sealing.witness_subject(1, language)
    yield "head.witness", subject, sealing.witness_body(note, public, "Havn", language)
    yield from _ordinary(number, language, time)


def _ordinary(number: str, language: str, time: Time) -> Iterator[tuple[str, str, str]]:
    handed = ((f"Sag {number}", "Carl Chef"), (None, "Carl Chef"))
    sections: list[Section] = []
    for kind in ORDINARY:
        known = Known(number, URL, time.now + timedelta(hours=2), handed)
        for one in (known, Known(handed=handed)):
            section = section_of(kind, one, language, time.now)
            sections.append(section)
            yield kind, *one_mail([section], "Havn", language)
    deputy = [hint("Mette Leder", URL, language)]
    for why in Why:
        words = because(why, "Mette Leder", language)
        deputy.append(Section("Sag", ("Den venter.",), URL, words))
    yield SEVERAL, *one_mail([*sections, *deputy], "Havn", language)
    yield SEVERAL, *one_mail(deputy[:1], "Havn", language)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_kind_in_every_language_is_neutral_and_says_the_same_twice(
    letters: Callable[[str], dict[str, list[EmailMessage]]], installation: Installation, town: Town
) -> None:
    texts: dict[str, dict[str, list[str]]] = {}
    names = {part for one in (town.anna, town.bent) for part in one.name.split()}
    hidden = names | {town.library.name, town.school.name}
    for language in FORMATS:
        every = letters(language)
        assert {*AT_ONCE, *ORDINARY, *OWN, SEVERAL} - set(every) == set()
        for kind, mails in every.items():
            for mail in mails:
                subject, text = str(mail["Subject"]), _plain(mail)
                assert TELLS.search(subject) is None, (kind, subject)
                assert mail["Content-Language"] == language, kind
                assert not [one for one in hidden if one in subject + text], (kind, subject)
                assert installation.settings.municipality in str(mail["From"])
                _is_said_twice(kind, mail, subject, text, language)
                texts.setdefault(kind, {}).setdefault(language, []).append(text)
    for kind, by_language in texts.items():
        said = [tuple(by_language[language]) for language in FORMATS]
        assert len(set(said)) == len(said), f"{kind} is the same in two languages"


def _is_said_twice(kind: str, mail: EmailMessage, subject: str, text: str, language: str) -> None:
    html = mail.get_body(("html",))
    if kind == "head.witness":
        assert html is None, "a program reads it again"
        return
    assert html is not None, kind
    read = Read(str(html.get_content()))
    assert mail.get_content_type() == "multipart/alternative"
    assert read.lang == language
    assert not read.tags & FETCHES, kind
    assert all(link.startswith("https://") for link in read.links)
    assert set(read.links) == set(re.findall(r"https://\S+", text))
    bare = [one for one in text.split() if one != "–"]
    assert [one for one in read.words if one != "–"] == bare, (kind, subject)


def _plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_what_comes_from_people_is_no_markup(installation: Installation) -> None:
    section = hint("<script>alert(1)</script> & co", URL, "da")
    subject, body = one_mail([section], installation.settings.municipality, "da")

    html = as_html(subject, body, "da")

    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in html
