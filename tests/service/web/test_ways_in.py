"""Invitations, programs and the sealed account over real HTTP, as an operator and as a stranger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_string
from email.policy import default

import httpx
import pytest
from sqlalchemy import select

from archive.records.cases import NoticeRecord
from archive.records.people import PersonRecord, TokenRecord
from service.access.people import add_person, give_role
from service.access.programs import NOTED_EVERY
from service.access.sealed_account import seal_account, sealed_standing
from service.installation import Installation
from service.web.dependencies import COOKIE
from service.web.frames import LANGUAGE_COOKIE
from tests.service.casework.cases.opened import assert_clean, employ, kinds
from tests.service.conftest import Time, Town
from tests.service.web.doors import API, Doors, open_doors

PASSWORD = "mit eget lange ord"
FILE = "Medarbejdernr;Navn;E-mail\n1;Nye Nanna;nanna@kommune.example\n2;Uden Mail;\n"


@dataclass(frozen=True)
class Browser:
    """One who is signed in, and sends forms as the pages do."""

    doors: Doors
    cookie: dict[str, str]
    token: str
    person: PersonRecord

    @property
    def email(self) -> str:
        return str(self.person.email)

    def again(self) -> Browser:
        """Sign in anew: a session does not last for days."""
        return signed_in(self.doors, self.person)

    def get(self, path: str) -> httpx.Response:
        return self.doors.client.get(path, headers=self.cookie)

    def post(self, path: str, **fields: str) -> httpx.Response:
        data = {"csrf_token": self.token, **fields}
        return self.doors.client.post(path, headers=self.cookie, data=data)


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        opened.client.headers["Accept-Language"] = "en"
        yield opened


@pytest.fixture
def drift(doors: Doors) -> Browser:
    dorte = employ(
        doors.installation, doors.time, "Dorte Drift", "operator", unit=doors.town.centre
    )
    return signed_in(doors, dorte)


def signed_in(doors: Doors, person: PersonRecord) -> Browser:
    cookie, token = doors.sign_in(person)
    cookie["Cookie"] += f"; {LANGUAGE_COOKIE}=en"
    return Browser(doors, cookie, token, person)


def told(doors: Doors, kind: str) -> list[tuple[str, str]]:
    """Let what waits be done; return recipient and text of each mail of a kind."""
    doors.engine.sweep()
    assert doors.engine.rest(60)
    with doors.installation.database.reading() as session:
        query = select(NoticeRecord).where(NoticeRecord.kind == kind)
        rows = session.scalars(query.order_by(NoticeRecord.made_at, NoticeRecord.recipient)).all()
    mails = [message_from_string(one.message, policy=default) for one in rows]
    texts = [one.get_body(("plain",)) for one in mails]
    return [
        (one["To"], text.get_content() if text else "")
        for one, text in zip(mails, texts, strict=True)
    ]


def way_of(text: str) -> str:
    found = re.search(r"https://vaern\.example(/welcome/\S+)", text)
    assert found is not None, text
    return found[1]


def test_a_person_who_is_added_gets_a_mail_and_comes_in_by_it_once(
    doors: Doors, drift: Browser
) -> None:
    added = drift.post("/organisation/people", name="Nye Nanna", email="nanna@kommune.example")
    assert added.headers["location"].endswith("?said=person_invited")
    place = added.headers["location"].partition("?")[0]
    ((to, text),) = told(doors, "person.invited")
    assert to == "nanna@kommune.example"
    assert "Nye Nanna" in drift.get("/organisation/people?waiting=yes").text

    way, stranger = way_of(text), doors.client
    assert "Nye Nanna" in stranger.get(way).text
    short = stranger.post(way, data={"password": "for kort"})
    assert (short.status_code, COOKIE in short.cookies) == (422, False)
    other = {"Sec-Fetch-Site": "cross-site"}
    assert stranger.post(way, data={"password": PASSWORD}, headers=other).status_code == 403
    entered = stranger.post(way, data={"password": PASSWORD})
    assert (entered.status_code, COOKIE in entered.cookies) == (303, True)
    stranger.cookies.clear()
    for answer in (stranger.get(way), stranger.post(way, data={"password": PASSWORD})):
        assert answer.status_code == 410
        assert COOKIE not in answer.cookies
    again = {"email": "nanna@kommune.example", "password": PASSWORD}
    assert stranger.post("/sign-in", data=again).status_code == 303
    stranger.cookies.clear()

    assert "Nye Nanna" not in drift.get("/organisation/people?waiting=yes").text
    assert "Signs in here." in drift.get(place).text
    assert drift.post(f"{place}/invitation").headers["location"].endswith("said=not_invited")
    assert_clean(doors.installation)


def test_one_whose_role_needs_a_second_factor_goes_on_to_choose_it(
    doors: Doors, drift: Browser
) -> None:
    with doors.installation.database.writing() as session:
        anna = session.merge(doors.town.anna)
        give_role(session, anna, "archivist", unit_id=None, now=doors.time.now, actor="system")
    drift.post(f"/organisation/people/{doors.town.anna.id}/invitation")
    ((_, text),) = told(doors, "person.invited")

    answer = doors.client.post(way_of(text), data={"password": PASSWORD})

    assert answer.headers["location"] == "/sign-in/set-up"
    assert COOKIE not in answer.cookies


def test_a_mail_sent_again_or_to_a_new_address_ends_the_one_before(
    doors: Doors, drift: Browser
) -> None:
    place = f"/organisation/people/{doors.town.anna.id}"
    drift.post(f"{place}/invitation")
    ((_, first),) = told(doors, "person.invited")
    doors.time.pass_by(timedelta(minutes=1))
    drift.post(f"{place}/invitation")
    second = told(doors, "person.invited")[-1][1]
    doors.time.pass_by(timedelta(minutes=1))
    drift.post(place, name="Anna Holm", email="ah@kommune.example")
    to, third = told(doors, "person.invited")[-1]

    assert to == "ah@kommune.example"
    stood = [doors.client.get(way_of(text)).status_code for text in (first, second, third)]
    assert stood == [410, 410, 200]
    drift.post(f"{place}/end")
    assert doors.client.get(way_of(third)).status_code == 410
    assert_clean(doors.installation)


@pytest.mark.parametrize(("fields", "mails"), [({"invite": "yes"}, 1), ({}, 0)])
def test_those_who_are_new_in_a_file_are_told_where_that_was_asked_for(
    doors: Doors, drift: Browser, fields: dict[str, str], mails: int
) -> None:
    shown = doors.client.post(
        "/organisation/import",
        headers=drift.cookie,
        files=[
            ("csrf_token", (None, drift.token)),
            ("files", ("folk.csv", FILE.encode(), "text/csv")),
        ],
    ).headers["location"]
    page = drift.get(shown).text
    assert 'name="invite"' in page
    plan = re.search(r'name="plan" value="([0-9a-f]+)"', page)
    assert plan is not None

    made = drift.post(shown, plan=plan[1], **fields)

    assert made.headers["location"] == "/organisation?said=imported"
    assert [to for to, _ in told(doors, "person.invited")] == ["nanna@kommune.example"] * mails
    waiting = drift.get("/organisation/people?waiting=yes").text
    assert "Nye Nanna" in waiting
    assert "no e-mail here" in waiting
    assert_clean(doors.installation)


def test_a_program_is_given_access_seen_at_work_and_ended_and_others_are_told(
    doors: Doors, drift: Browser
) -> None:
    page = drift.post(
        "/organisation/programs",
        name=" Journalen ",
        role="archivist",
        where=str(doors.town.library.id),
        days="30",
    )
    (secret,) = re.findall(r"vaern_[\w-]{43}", page.text)
    assert page.headers["cache-control"] == "no-store"
    program = {"Authorization": f"Bearer {secret}"}
    shown = drift.get("/organisation/programs").text
    assert "Journalen" in shown
    assert "Not used yet." in shown
    assert secret not in shown
    assert sorted(to for to, _ in told(doors, "token.made")) == [
        drift.email,
        "julie@kommune.example",
    ]

    assert doors.client.get(API, headers=program).status_code == 200
    assert "Last used" in drift.get("/organisation/programs").text
    first = used_at(doors)
    doors.time.pass_by(NOTED_EVERY / 2)
    doors.client.get(API, headers=program)
    assert used_at(doors) == first, "it is not written down each time"
    doors.time.pass_by(NOTED_EVERY)
    doors.client.get(API, headers=program)
    assert used_at(doors) == doors.time.now

    (end,) = re.findall(r"/organisation/programs/[0-9a-f-]+/end", shown)
    assert drift.post(end).status_code == 303
    assert doors.client.get(API, headers=program).status_code == 401
    assert drift.post(end).status_code == 303, "once more changes nothing"
    assert [one for one in kinds(doors.installation) if one.startswith("token.")] == [
        "token.made",
        "token.revoked",
    ]
    assert_clean(doors.installation)


def test_everybody_who_has_no_way_in_is_sent_one_and_whoever_has_is_let_be(
    doors: Doors, drift: Browser
) -> None:
    drift.post(f"/organisation/people/{doors.town.anna.id}/invitation")
    assert len(told(doors, "person.invited")) == 1
    doors.time.pass_by(timedelta(minutes=1))

    sent = drift.post("/organisation/invitations")
    assert sent.headers["location"].endswith("said=all_invited")
    mails = [to for to, _ in told(doors, "person.invited")]
    assert len(mails) == len(set(mails)) == 7
    again = drift.post("/organisation/invitations")
    assert again.headers["location"].endswith("said=all_told")
    assert "way in already" in drift.get(again.headers["location"]).text

    doors.time.pass_by(timedelta(days=7))
    drift = drift.again()
    drift.post("/organisation/invitations")
    assert len(told(doors, "person.invited")) == 14
    assert_clean(doors.installation)


def test_the_dpo_sees_the_programs_and_changes_none(doors: Doors, drift: Browser) -> None:
    drift.post("/organisation/programs", name="Journalen", role="archivist", where="everywhere")
    lawyer, token = doors.sign_in(doors.town.lawyer)
    page = doors.client.get("/organisation/programs", headers=lawyer)
    assert page.status_code == 200
    assert "Journalen" in page.text
    assert "/end" not in page.text
    form = {"csrf_token": token, "name": "J", "role": "leader", "where": "everywhere"}
    made = doors.client.post("/organisation/programs", headers=lawyer, data=form)
    assert made.status_code == 403


def test_a_programs_time_ends_with_its_last_day(doors: Doors, drift: Browser) -> None:
    page = drift.post("/organisation/programs", name="J", role="leader", where="everywhere")
    (secret,) = re.findall(r"vaern_[\w-]{43}", page.text)
    program = {"Authorization": f"Bearer {secret}"}

    doors.time.pass_by(timedelta(days=365))
    assert doors.client.get(API, headers=program).status_code == 200
    doors.time.pass_by(timedelta(days=1))
    assert doors.client.get(API, headers=program).status_code == 401


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "", "role": "leader", "where": "everywhere"},
        {"name": "J", "role": "king", "where": "everywhere"},
        {"name": "J", "role": "leader", "where": "everywhere", "days": "9999"},
        {"name": "J", "role": "leader", "where": "00000000-0000-0000-0000-000000000009"},
    ],
)
def test_a_program_without_a_name_a_role_a_place_or_an_end_is_not_made(
    doors: Doors, drift: Browser, fields: dict[str, str]
) -> None:
    assert drift.post("/organisation/programs", **fields).status_code in {404, 422}
    with doors.installation.database.reading() as session:
        assert session.scalars(select(TokenRecord)).all() == []


def used_at(doors: Doors) -> object:
    with doors.installation.database.reading() as session:
        return session.scalars(select(TokenRecord)).one().last_used_at


def test_the_sealed_account_opens_once_is_told_of_at_once_and_is_sealed_anew(
    doors: Doors, drift: Browser
) -> None:
    made = drift.post("/operations/sealed-account")
    (secret,) = re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){7}", made.text)
    assert secret not in drift.get("/operations").text
    stranger = doors.client
    assert "/sign-in/sealed" in stranger.get("/sign-in").text
    wrong = stranger.post("/sign-in/sealed", data={"secret": "aaaa-" + secret[5:]})
    assert (wrong.status_code, COOKIE in wrong.cookies) == (401, False)

    opened = stranger.post("/sign-in/sealed", data={"secret": secret.upper()})

    assert (opened.status_code, COOKIE in opened.cookies) == (303, True)
    inside = {"Cookie": f"{COOKIE}={opened.cookies[COOKIE]}"}
    stranger.cookies.clear()
    assert sorted(to for to, _ in told(doors, "sealed_account.opened")) == [
        drift.email,
        "julie@kommune.example",
    ]
    assert stranger.post("/sign-in/sealed", data={"secret": secret}).status_code == 401
    assert "/sign-in/sealed" not in stranger.get("/sign-in").text
    assert stranger.get("/organisation", headers=inside).status_code == 200
    assert "/my-security" not in stranger.get("/operations", headers=inside).text
    for closed in ("/hand-in", "/evidence", "/cases", "/queue", "/my-security", "/search"):
        assert stranger.get(closed, headers=inside).status_code == 403, closed
    assert "must be sealed anew" in drift.get("/operations").text
    lawyer, _ = doors.sign_in(doors.town.lawyer)
    lawyer["Cookie"] += f"; {LANGUAGE_COOKIE}=en"
    assert "must be sealed anew" in stranger.get("/operations", headers=lawyer).text

    drift.post("/operations/sealed-account")
    assert stranger.get("/organisation", headers=inside).status_code == 303, "signed out"
    assert "must be sealed anew" not in drift.get("/operations").text
    with doors.installation.database.reading() as session:
        standing = sealed_standing(session)
    assert standing is not None
    assert standing.opened_at is None
    assert_clean(doors.installation)


def test_nobody_but_who_runs_it_seals_and_the_one_inside_stays_in(
    doors: Doors, drift: Browser
) -> None:
    with doors.installation.database.writing() as session:
        secret = seal_account(session, "Forseglet", doors.time.now, actor="system")
    lawyer, token = doors.sign_in(doors.town.lawyer)
    form = {"csrf_token": token}
    path = "/operations/sealed-account"
    assert doors.client.post(path, headers=lawyer, data=form).status_code == 403
    assert drift.doors.client.post(path, headers=drift.cookie).status_code == 403, "no form token"

    opened = doors.client.post("/sign-in/sealed", data={"secret": secret})
    inside = {"Cookie": f"{COOKIE}={opened.cookies[COOKIE]}"}
    doors.client.cookies.clear()
    inside["Cookie"] += f"; {LANGUAGE_COOKIE}=en"
    page = doors.client.get("/operations", headers=inside).text
    own = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert own is not None
    anew = doors.client.post(path, headers=inside, data={"csrf_token": own[1]})

    assert "opens nothing more" in anew.text
    assert doors.client.get("/operations", headers=inside).status_code == 200


def test_the_first_link_is_dead_where_somebody_is(doors: Doors, drift: Browser) -> None:
    del drift
    with doors.installation.database.writing() as session:
        add_person(
            session,
            name="Ny",
            email="ny@kommune.example",
            unit_id=None,
            now=doors.time.now,
            actor="system",
        )
    answer = doors.client.post("/first-start/x", data={"name": "x"})
    assert answer.status_code == 410
    with doors.installation.database.reading() as session:
        assert session.scalars(select(PersonRecord).where(PersonRecord.sealed)).all() == []
