"""Breaking the glass: who may, with what reason, and who hears of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from archive.records.cases import GlassRecord, NoticeRecord
from archive.records.ledger import LedgerDetailRecord
from archive.records.people import PersonRecord
from service.access.endings import end_role
from service.access.principal import Principal
from service.casework.cases.circle import invite
from service.casework.cases.finding import find_case
from service.casework.cases.glass import break_glass, glass_of, may_break
from service.errors import CaseNotFound, NotPermitted, ReasonMissing
from service.installation import Installation
from tests.service.casework.cases.opened import (
    assert_clean,
    employ,
    kinds,
    leaves_no_entry,
    open_one,
    roles_of,
)
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]
REASON = "Klage over behandlingen af sagen"


def broken(
    installation: Installation, who: Principal, number: str, time: Time, reason: str = REASON
) -> None:
    with installation.database.writing() as session:
        break_glass(
            session, who, number, reason=reason, settings=installation.settings, now=time.now
        )


def mails(installation: Installation) -> dict[str, str]:
    with installation.database.reading() as session:
        rows = session.scalars(select(NoticeRecord).where(NoticeRecord.kind == "glass.broken"))
        return {row.recipient: row.message for row in rows}


def stands_before(installation: Installation, who: Principal, number: str, time: Time) -> bool:
    with installation.database.reading() as session:
        return may_break(session, who, find_case(session, who, number, time.now).case, time.now)


def test_the_employee_the_circle_and_the_ledger_hear_of_it_and_no_mail_says_who_or_why(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, leader = open_one(installation, town, time), asks(town.leader)
    amr = employ(installation, time, "Ada Amr", "amr", unit=town.school)
    gone = employ(installation, time, "Gerda Gået", "amr", unit=town.school)
    with installation.database.writing() as session:
        for one, until in ((amr, None), (gone, time.now + timedelta(hours=1))):
            invite(
                session, leader, number, one.id, role="amr", reason="Ja", now=time.now, until=until
            )
    time.pass_by(timedelta(hours=2))
    before = len(kinds(installation))

    broken(installation, asks(town.lawyer), number, time)

    assert kinds(installation)[before:] == ["glass.broken"] + ["notice.made"] * 3
    sent = mails(installation)
    assert set(sent) == {"anna@kommune.example", "mette@kommune.example", amr.email}
    assert f"/my-case/{number}/circle" in sent["anna@kommune.example"]
    assert f"/cases/{number}/circle" in sent["mette@kommune.example"]
    assert not any(word in text for text in sent.values() for word in ("Julie", "Klage"))
    with installation.database.reading() as session:
        (row,) = glass_of(session, find_case(session, leader, number, time.now).case)
        assert (row.person_id, row.reason) == (town.lawyer.id, REASON)
        entry = session.scalars(
            select(LedgerDetailRecord).where(LedgerDetailRecord.kind == "glass.broken")
        ).one()
        assert (entry.actor, REASON in entry.details) == (f"person:{town.lawyer.id}", True)
        assert all(str(one.id) in entry.details for one in (town.anna, town.leader, amr))
        assert str(gone.id) not in entry.details
    assert_clean(installation)


def test_nobody_but_those_whom_the_table_names_breaks_it(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number = open_one(installation, town, time)
    others = [town.anna, town.bent, town.leader, town.other_leader, town.archivist]
    others += [
        employ(installation, time, f"Rolle{place} Prøve", role, unit=town.library, everywhere=True)
        for place, role in enumerate(installation.rights.roles)
        if role not in ("lawyer", "employee")
    ]
    with leaves_no_entry(installation):
        for person in others:
            with pytest.raises((CaseNotFound, NotPermitted)):
                broken(installation, asks(person), number, time)

    asked = asks(town.lawyer)
    assert stands_before(installation, asked, number, time)
    with installation.database.writing() as session:
        for role in roles_of(installation, town.lawyer):
            end_role(session, session.merge(role), time.now, actor="system")
    with leaves_no_entry(installation), pytest.raises(CaseNotFound):
        broken(installation, asks(town.lawyer), number, time)


@pytest.mark.parametrize("reason", ["", "  \n\t "])
def test_without_a_written_reason_it_stays_shut(
    installation: Installation, town: Town, time: Time, asks: Asks, reason: str
) -> None:
    number = open_one(installation, town, time)
    with leaves_no_entry(installation), pytest.raises(ReasonMissing):
        broken(installation, asks(town.lawyer), number, time, reason)


def test_it_is_told_once_as_long_as_it_stands_broken_and_anew_when_its_time_is_over(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, lawyer = open_one(installation, town, time), asks(town.lawyer)
    broken(installation, lawyer, number, time)
    assert not stands_before(installation, lawyer, number, time)

    time.pass_by(timedelta(hours=23))
    with leaves_no_entry(installation):
        broken(installation, lawyer, number, time, "En anden grund")

    time.pass_by(timedelta(hours=1))
    assert stands_before(installation, lawyer, number, time)
    broken(installation, lawyer, number, time, "En anden grund")
    with installation.database.reading() as session:
        rows = session.scalars(select(GlassRecord).order_by(GlassRecord.since)).all()
    assert [row.reason for row in rows] == [REASON, "En anden grund"]


def test_who_is_in_the_circle_already_breaks_nothing(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, lawyer = open_one(installation, town, time), asks(town.lawyer)
    with installation.database.writing() as session:
        invite(
            session, asks(town.leader), number, town.lawyer.id, role="lawyer", reason="Ja",
            now=time.now,
        )  # fmt: skip

    assert not stands_before(installation, lawyer, number, time)
    with leaves_no_entry(installation):
        broken(installation, lawyer, number, time)
    assert mails(installation) == {}
