"""The circle: whoever is invited sees the case from that moment until the end, and why is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from archive.records.cases import CircleRecord
from archive.records.people import PersonRecord
from service.access.endings import end_person
from service.access.principal import Principal
from service.casework.cases.circle import RENEWED, circle_and_before, invitable, invite, remove
from service.casework.cases.closing import close_case
from service.casework.cases.finding import find_case
from service.casework.cases.listing import timeline_of
from service.errors import (
    CaseClosed,
    CaseNotFound,
    EndNotAhead,
    FourEyes,
    HandlerStays,
    NotPermitted,
    PersonNotFound,
    ReasonMissing,
)
from service.installation import Installation
from tests.service.casework.cases.opened import (
    employ,
    end_every_step,
    leaves_no_entry,
    leaves_one_entry,
    open_one,
)
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]


@pytest.fixture
def amr(installation: Installation, town: Town, time: Time) -> PersonRecord:
    return employ(installation, time, "Ada Amr", "amr", unit=town.school)


def let_in(
    installation: Installation,
    who: Principal,
    number: str,
    person: PersonRecord,
    time: Time,
    *,
    until: timedelta | None = None,
) -> None:
    with installation.database.writing() as session:
        invite(
            session,
            who,
            number,
            person.id,
            role="amr",
            reason="Anna har bedt om det.",
            now=time.now,
            until=time.now + until if until else None,
        )


def put_out(
    installation: Installation, who: Principal, number: str, person: PersonRecord, time: Time
) -> None:
    with installation.database.writing() as session:
        remove(session, who, number, person.id, time.now, reason="Opgaven er løst.")


def sees(installation: Installation, who: Principal, number: str, time: Time) -> bool:
    with installation.database.reading() as session:
        try:
            find_case(session, who, number, time.now)
        except CaseNotFound:
            return False
        return True


def test_a_representative_sees_the_case_only_while_they_are_invited(
    installation: Installation, town: Town, time: Time, asks: Asks, amr: PersonRecord
) -> None:
    number, leader = open_one(installation, town, time), asks(town.leader)
    assert not sees(installation, asks(amr), number, time)

    with leaves_one_entry(installation, "circle.joined"):
        let_in(installation, leader, number, amr, time)
    assert sees(installation, asks(amr), number, time)

    time.pass_by(timedelta(hours=1))
    with leaves_one_entry(installation, "circle.left"):
        put_out(installation, leader, number, amr, time)
    assert not sees(installation, asks(amr), number, time)


def test_an_invitation_with_an_end_ends_by_itself(
    installation: Installation, town: Town, time: Time, asks: Asks, amr: PersonRecord
) -> None:
    number = open_one(installation, town, time)
    let_in(installation, asks(town.leader), number, amr, time, until=timedelta(days=14))

    time.pass_by(timedelta(days=14) - timedelta(seconds=1))
    assert sees(installation, asks(amr), number, time)
    time.pass_by(timedelta(seconds=1))
    assert not sees(installation, asks(amr), number, time)


def test_a_later_invitation_takes_the_place_of_the_one_that_stands(
    installation: Installation, town: Town, time: Time, asks: Asks, amr: PersonRecord
) -> None:
    """Else a week's access would be worth nothing beside an older one without end."""
    number, leader = open_one(installation, town, time), asks(town.leader)
    let_in(installation, leader, number, amr, time)
    time.pass_by(timedelta(hours=1))
    with leaves_one_entry(installation, "circle.joined"):
        let_in(installation, leader, number, amr, time, until=timedelta(days=7))

    time.pass_by(timedelta(days=8))
    assert not sees(installation, asks(amr), number, time)


def test_the_timeline_says_who_was_let_in_and_why(
    installation: Installation, town: Town, time: Time, asks: Asks, amr: PersonRecord
) -> None:
    number, leader = open_one(installation, town, time), asks(town.leader)
    let_in(installation, leader, number, amr, time)
    put_out(installation, leader, number, amr, time)

    with installation.database.reading() as session:
        case = find_case(session, leader, number, time.now).case
        left, joined = timeline_of(session, case).entries[:2]
    assert (joined.facts["person"], joined.facts["reason"]) == (
        str(amr.id),
        "Anna har bedt om det.",
    )
    assert (left.kind, left.actor, left.facts["person"]) == (
        "circle.left",
        leader.actor,
        str(amr.id),
    )


def test_an_invitation_needs_a_reason_and_somebody_who_works_here(
    installation: Installation, town: Town, time: Time, asks: Asks, amr: PersonRecord
) -> None:
    number, leader = open_one(installation, town, time), asks(town.leader)
    with installation.database.writing() as session:
        end_person(session, session.merge(amr), time.now, actor="system")

    with leaves_no_entry(installation), installation.database.writing() as session:
        for person in (amr.id, uuid4()):
            with pytest.raises(PersonNotFound):
                invite(session, leader, number, person, role="amr", reason="Ja", now=time.now)
        with pytest.raises(ReasonMissing):
            invite(session, leader, number, town.bent.id, role="amr", reason=" ", now=time.now)
    with leaves_no_entry(installation), pytest.raises(PersonNotFound):
        put_out(installation, leader, number, town.bent, time)


def test_nobody_lets_themselves_or_others_in_without_the_right(
    installation: Installation, town: Town, time: Time, asks: Asks, amr: PersonRecord
) -> None:
    number = open_one(installation, town, time)

    with leaves_no_entry(installation), pytest.raises(CaseNotFound):
        let_in(installation, asks(amr), number, amr, time)
    with leaves_no_entry(installation), pytest.raises(CaseNotFound):
        let_in(installation, asks(town.other_leader), number, amr, time)
    for person in (town.anna, town.archivist):
        with leaves_no_entry(installation), pytest.raises(NotPermitted):
            let_in(installation, asks(person), number, amr, time)


def test_places_in_the_circle_are_ended_and_never_deleted(
    installation: Installation, town: Town, time: Time, asks: Asks, amr: PersonRecord
) -> None:
    number, leader = open_one(installation, town, time), asks(town.leader)
    let_in(installation, leader, number, amr, time)
    time.pass_by(timedelta(days=1))
    put_out(installation, leader, number, amr, time)

    with installation.database.reading() as session:
        rows = session.scalars(select(CircleRecord).where(CircleRecord.person_id == amr.id)).all()
    assert [row.until for row in rows] == [time.now]


def test_a_place_in_the_circle_of_a_closed_case_can_still_be_ended_and_none_be_given(
    installation: Installation, town: Town, time: Time, asks: Asks, amr: PersonRecord
) -> None:
    number, leader = open_one(installation, town, time), asks(town.leader)
    let_in(installation, leader, number, amr, time)
    end_every_step(installation, leader, number, time)
    with installation.database.writing() as session:
        close_case(session, leader, number, time.now, summary="")
    assert sees(installation, asks(amr), number, time)

    with leaves_no_entry(installation), pytest.raises(CaseClosed):
        let_in(installation, leader, number, amr, time)
    with leaves_one_entry(installation, "circle.left"):
        put_out(installation, leader, number, amr, time)
    assert not sees(installation, asks(amr), number, time)


def test_who_ended_it_and_why_is_kept_and_a_reason_is_asked_for(
    installation: Installation, town: Town, time: Time, asks: Asks, amr: PersonRecord
) -> None:
    number, leader = open_one(installation, town, time), asks(town.leader)
    let_in(installation, leader, number, amr, time)
    time.pass_by(timedelta(hours=1))
    let_in(installation, leader, number, amr, time)
    with leaves_no_entry(installation), installation.database.writing() as session:
        with pytest.raises(ReasonMissing):
            remove(session, leader, number, amr.id, time.now, reason=" ")
        with pytest.raises(EndNotAhead):
            invite(
                session,
                leader,
                number,
                amr.id,
                role="amr",
                reason="Ja",
                now=time.now,
                until=time.now,
            )
    time.pass_by(timedelta(hours=1))
    put_out(installation, leader, number, amr, time)

    with installation.database.reading() as session:
        case = find_case(session, leader, number, time.now).case
        rows = [one for one in circle_and_before(session, case) if one.person_id == amr.id]
    assert [(one.added_by, one.ended_by, one.end_reason) for one in rows] == [
        (leader.actor, leader.actor, RENEWED),
        (leader.actor, leader.actor, "Opgaven er løst."),
    ]


def test_nobody_takes_themselves_in_and_the_handler_is_not_put_out(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number = open_one(installation, town, time)
    lawyer = asks(town.lawyer)
    with leaves_no_entry(installation), installation.database.writing() as session:
        case = find_case(session, lawyer, number, time.now).case
        assert town.lawyer.id not in {
            one.person_id for one in invitable(session, lawyer, case, time.now)
        }
        with pytest.raises(FourEyes):
            invite(
                session, lawyer, number, town.lawyer.id, role="lawyer", reason="Ja", now=time.now
            )
        with pytest.raises(HandlerStays):
            remove(session, lawyer, number, town.leader.id, time.now, reason="Ferie")
