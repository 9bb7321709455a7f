"""The library's case with everything in it, and the application that serves it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from datetime import time as hour

import httpx
from fastapi import FastAPI

from archive.intake.receive import About, Envelope
from archive.records.cases import CaseRecord
from archive.records.evidence import EvidenceRecord
from archive.records.organisation import AbsenceRecord, DeputyRecord
from archive.records.pages import PostRecord, SampleRecord
from archive.records.people import PersonRecord, RoleRecord, TokenRecord
from service.access.factors import Changing, add_passkey
from service.access.passkeys import NewPasskey, passkeys_of
from service.access.people import add_token, open_session, principal_of
from service.access.phones import enrol, make_link, phones_of
from service.access.principal import HeldRole, Principal
from service.access.rights import Condition, Level, Right, Scope
from service.casework.cases.alerts import raise_alert
from service.casework.cases.finding import find_case
from service.casework.cases.opening import join_evidence
from service.casework.moderation.sampling import draw_samples
from service.casework.operations.verifications import start_verification
from service.casework.organisation.away import Span, enter_absence, enter_deputy
from service.casework.organisation.drafts import ROSTER, keep_draft
from service.casework.organisation.duties import Hours, add_duty
from service.casework.organisation.roster import Named, keep_name
from service.casework.rights.changing import Ground, Wanted, change_right
from service.installation import Installation
from service.jobs.claims import given_up
from service.jobs.every_kind import make_engine
from service.notices.queueing import queue_notice
from service.web.phone_right import DEVICE
from tests.service.casework.cases.opened import employ, open_one
from tests.service.casework.exporting.asked import asked_for
from tests.service.casework.moderation.kept import ADVERT, THREAT, decided, keep_page
from tests.service.conftest import Time, Town
from tests.service.web.doors import application_of
from tests.service.web.matrix import Call, browsing, every_call, send

SECRET_NAME = "hemmeligt-bilag.txt"


@dataclass(frozen=True)
class World:
    """The library's case with everything in it, and the application that serves it."""

    installation: Installation
    town: Town
    time: Time
    app: FastAPI
    client: httpx.Client
    calls: list[Call]
    number: str
    evidence: object
    """The id of what it holds."""
    phone_calls: list[Call]
    """What a connected phone may; no person's right and no program's opens it."""

    def session_of(self, person: PersonRecord) -> tuple[str, str]:
        with self.installation.database.writing() as session:
            return open_session(session, session.merge(person), self.time.now)

    def token_of(self, role: str, *, everywhere: bool = False) -> str:
        """Return a token of the school's, or of the whole municipality."""
        with self.installation.database.writing() as session:
            return add_token(
                session,
                name="program",
                role=role,
                unit_id=None if everywhere else self.town.school.id,
                expires_at=self.time.now + timedelta(days=1),
                now=self.time.now,
                actor="system",
            )

    def employ(self, name: str, *roles: str, everywhere: bool = False) -> PersonRecord:
        return employ(
            self.installation,
            self.time,
            name,
            *roles,
            unit=self.town.school,
            everywhere=everywhere,
        )

    def tells(self, text: str) -> bool:
        """Tell whether an answer lets anything of the library's case out."""
        return any(one in text for one in (self.number, SECRET_NAME, "Anna Holm", THREAT))


@contextmanager
def the_librarys_world(installation: Installation, town: Town, time: Time) -> Iterator[World]:
    rights = installation.rights
    with installation.database.reading() as session:
        leader = principal_of(session, town.leader, rights, time.now)
        lawyer = principal_of(session, town.lawyer, rights, time.now)
    number = open_one(installation, town, time)
    evidence = _hand_in(installation, town, time, number)
    post = keep_page(installation, time, leader, [THREAT], case=number)[THREAT]
    with installation.database.writing() as session:
        run = start_verification(session, lawyer, time.now).id
    with installation.database.reading() as session:
        visit = session.get_one(PostRecord, post).visit_id
    ids = {
        "number": number,
        "step_id": "12.1",
        "evidence_id": str(evidence),
        "id": str(evidence),
        "visit_id": str(visit),
        "post_id": str(post),
        "run_id": str(run),
        "export_id": str(asked_for(installation, leader, number, time)),
        "part": "1",
        "sample_id": str(_drawn_sample(installation, time, town, leader, number)),
        "passkey_id": _passkey(installation, town, time),
        "alert_id": _alert(installation, leader, number, time),
        "notice_id": _refused_mail(installation, time),
        "token_id": _program(installation, time),
        **_right(installation, town, time),
        **_organisation(installation, town, time),
        **_phone(installation, town, time),
    }
    engine = make_engine(installation)
    app = application_of(installation, engine)
    with browsing(app) as client:
        every = every_call(app, ids)
        calls = [one for one in every if one.right != DEVICE]
        phones = [one for one in every if one.right == DEVICE]
        yield World(installation, town, time, app, client, calls, number, evidence, phones)
    engine.stop(5)


def _alert(installation: Installation, leader: Principal, number: str, time: Time) -> str:
    with installation.database.writing() as session:
        case = find_case(session, leader, number, time.now).case
        raised = raise_alert(session, case, time.now, actor=leader.actor)
        assert raised is not None
        return str(raised.id)


def _program(installation: Installation, time: Time) -> str:
    """Give a program a token, and return its id."""
    with installation.database.writing() as session:
        add_token(
            session,
            name="Journalen",
            role="archivist",
            unit_id=None,
            expires_at=time.now + timedelta(days=1),
            now=time.now,
            actor="system",
        )
        return str(session.query(TokenRecord).one().id)


def _refused_mail(installation: Installation, time: Time) -> str:
    """Let a mail stand there that the mail system has refused."""
    with installation.database.writing() as session:
        notice = queue_notice(
            session,
            settings=installation.settings,
            kind="receipt",
            recipient="anna@kommune.example",
            subject="Kvittering",
            body="Det er i sikkerhed.\n",
            language="da",
            now=time.now,
        )
        given_up(notice, "smtp_550")
        return str(notice.id)


def faults(world: World, calls: list[Call], allowed: set[int], **how: object) -> list[str]:
    """Return which of these calls were answered otherwise, or told something."""
    found = []
    for call in calls:
        answer = send(world.client, call, **how)  # type: ignore[arg-type]  # passed on as given
        # The address that was asked for may stand in the answer: who asks knows it already.
        told = answer.text.replace(call.path, "")
        if answer.status_code not in allowed or world.tells(told):
            found.append(f"{call}: {answer.status_code} {re.findall('<title>.*|<h1.*', told)}")
    return found


def _phone(installation: Installation, town: Town, time: Time) -> dict[str, str]:
    """Connect a phone of Anna's, and make a link that would connect another."""
    with installation.database.writing() as session:
        enrol(session, make_link(session, town.anna.id, time.now), "Android", time.now)
        (phone,) = phones_of(session, town.anna.id, time.now)
        secret = make_link(session, town.anna.id, time.now)
        return {
            "phone_id": str(phone.id),
            "secret": secret,
            **dict.fromkeys(("file_id", "share"), str(phone.id)),
        }


def _right(installation: Installation, town: Town, time: Time) -> dict[str, str]:
    """Let the lawyer ask that HR may see more, and nobody answer yet."""
    with installation.database.writing() as session:
        who = principal_of(session, town.lawyer, installation.rights, time.now)
        ways = (Right(Level.STATUS, Scope.ALL, Condition.STEP),)
        wanted = Wanted("case.see", "hr", ways, "HR følger op.")
        ground = Ground(installation.rights, installation.settings, time.now)
        change = change_right(session, who, wanted, ground)
        return {"action": "case.step", "role": "hr", "change_id": str(change.id)}


def _organisation(installation: Installation, town: Town, time: Time) -> dict[str, str]:
    """Let Anna be away and on the duty list, her leader stand in, and a file of hers wait."""
    with installation.database.writing() as session:
        anna = principal_of(session, town.anna, installation.rights, time.now)
        held = session.query(RoleRecord).filter_by(person_id=town.leader.id).one()
        span = Span(time.now, time.now + timedelta(days=1))
        enter_absence(session, anna, town.anna.id, span, time.now)
        enter_deputy(session, anna, town.anna.id, "mette@kommune.example", span, now=time.now)
        who = Principal("system", "Drift", (HeldRole("operator", None),), installation.rights)
        hours = Hours(date(2027, 2, 1), None, frozenset({1}), hour(16), hour(8))
        duty = add_duty(session, who, "anna@kommune.example", hours, time.now)
        draft = keep_draft(session, anna, b"navn;e-mail\n", time.now, end_missing=False)
        names = keep_draft(session, anna, b"navn\nUlla\n", time.now, end_missing=False, of=ROSTER)
        entry = keep_name(session, Named("Vikar Vilma", ("Vikkeren",)), time.now, actor="system")
        return {
            "unit_id": str(town.library.id),
            "person_id": str(town.anna.id),
            "role_id": str(held.id),
            "absence_id": str(session.query(AbsenceRecord).one().id),
            "deputy_id": str(session.query(DeputyRecord).one().id),
            "duty_id": str(duty.id),
            "draft_id": str(draft),
            "roster_draft_id": str(names),
            "entry_id": str(entry.id),
        }


def _passkey(installation: Installation, town: Town, time: Time) -> str:
    """Give Anna a passkey, and return its id."""
    credential_id = b"annas-passkey"
    credential = bytes(16) + len(credential_id).to_bytes(2, "big") + credential_id
    with installation.database.writing() as session:
        anna = session.merge(town.anna)
        by = Changing(anna, installation.settings, time.now)
        add_passkey(session, by, NewPasskey(credential, credential_id, 0), "Annas telefon")
        (passkey,) = passkeys_of(session, anna.id)
        return str(passkey.id)


def _drawn_sample(
    installation: Installation, time: Time, town: Town, leader: Principal, number: str
) -> object:
    """Let one person delete an advertisement in the library's case, and the week end."""
    sanne = employ(installation, time, "Sanne Side", "page_team", unit=town.centre, everywhere=True)
    with installation.database.reading() as session:
        who = principal_of(session, sanne, installation.rights, time.now)
    advert = keep_page(
        installation, time, leader, [ADVERT], url="https://advert.example/", case=number
    )[ADVERT]
    decided(installation, who, advert, time, "delete", clause="irrelevant")
    time.pass_by(timedelta(days=7))
    with installation.database.writing() as session:
        draw_samples(session, time.now)
        return session.query(SampleRecord).one().id


def _hand_in(installation: Installation, town: Town, time: Time, number: str) -> object:
    receiving = installation.intake.begin()
    receiving.write(memoryview(b"what was written to Anna"))
    kept = installation.intake.register(
        receiving.finish(),
        About(kind="upload", filename=SECRET_NAME, unit_id=town.library.id),
        Envelope("web", actor=f"person:{town.anna.id}"),
        time.now,
    )
    with installation.database.writing() as session:
        case = session.query(CaseRecord).filter_by(number=number).one()
        row = session.get_one(EvidenceRecord, kept.id)
        join_evidence(session, case, row, time.now, "system")
    return kept.id
