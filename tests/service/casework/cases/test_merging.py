"""Two cases about the same matter become one: nothing of either is lost, and nobody sees more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from archive.errors import EvidenceNotFound
from archive.records.cases import CaseRecord, EndingRecord, NoticeRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.cases.alerts import DANGER, alerts_for
from service.casework.cases.carrying import may_be_taken_over
from service.casework.cases.circle import invite
from service.casework.cases.concerned import owed_in
from service.casework.cases.course import course_of
from service.casework.cases.finding import find_case
from service.casework.cases.listing import (
    accounts_in,
    circle_of,
    harassed_in,
    own_cases,
    timeline_of,
)
from service.casework.cases.merged import came_into, goes_on_in, merge_of
from service.casework.cases.merging import Decided, merge
from service.casework.cases.opening import AccountSeen, add_account
from service.casework.cases.restricting import restrict
from service.casework.cases.steps import end_case_step, state_circumstance
from service.casework.cases.telling import WISH, own_case, tell
from service.casework.cases.wishes import wishes_of
from service.casework.evidence.listing import evidence_of_case, see_evidence
from service.casework.evidence.searching import Filters, search
from service.casework.triage import join
from service.errors import (
    CaseClosed,
    CaseNotFound,
    CasesApart,
    FourEyes,
    HandlerMissing,
    NotPermitted,
    ReasonMissing,
)
from service.installation import Installation
from service.jobs.reading import READING
from service.procedure.model import Outcome
from tests.service.casework.cases.opened import assert_clean, employ, leaves_no_entry, open_one
from tests.service.casework.cases.pieces import hand_in
from tests.service.casework.mail.mails import hand_over, mail
from tests.service.casework.test_triage import arrival
from tests.service.conftest import Time, Town
from tests.service.jobs.following import work_off

Asks = Callable[[PersonRecord], Principal]
WHY = "Det er de samme opslag fra den samme profil."


@pytest.fixture
def two(installation: Installation, town: Town, time: Time) -> tuple[str, str]:
    """Anna's case in the library, and Bent's there, opened an hour later."""
    old = open_one(installation, town, time)
    time.pass_by(timedelta(hours=1))
    new = open_one(installation, town, time, harassed=[town.bent])
    time.pass_by(timedelta(hours=1))
    return old, new


def join_up(
    installation: Installation,
    who: Principal,
    cases: tuple[str, str],
    time: Time,
    *steps: str,
    with_circle: bool = False,
) -> None:
    decided = Decided(WHY, frozenset(steps), with_circle)
    with installation.database.writing() as session:
        merge(session, who, *cases, decided, settings=installation.settings, now=time.now)


def ended(installation: Installation, who: Principal, number: str, step: str, time: Time) -> None:
    with installation.database.writing() as session:
        end_case_step(
            session, who, number, step, outcome=Outcome.WAIVED, reason="Aftalt", now=time.now
        )


def test_everything_of_the_one_is_found_in_the_other_and_the_number_leads_there(
    installation: Installation, town: Town, time: Time, asks: Asks, two: tuple[str, str]
) -> None:
    old, new = two
    leader, anna = asks(town.leader), asks(town.anna)
    piece = hand_in(installation, anna, "trussel", time, case=old)
    wish = tell(installation, anna, old, "Ring først.", kind=WISH, now=time.now).id
    with installation.database.writing() as session:
        case = find_case(session, leader, old, time.now).case
        seen = AccountSeen("facebook", "Vred Borger", None)
        add_account(session, case, seen, time.now, "system")
    with installation.database.reading() as session:
        before = timeline_of(session, find_case(session, leader, old, time.now).case).count

    join_up(installation, leader, two, time)

    with installation.database.reading() as session:
        case = find_case(session, leader, new, time.now).case
        found = {row.id for row in evidence_of_case(session, leader, case, time.now).rows}
        assert found == {piece, wish}
        assert [one.name for one in accounts_in(session, case)] == ["Vred Borger"]
        assert [one.evidence_id for one in wishes_of(session, case)] == [wish]
        assert {one.name for one in harassed_in(session, case)} == {"Anna Holm", "Bent Lund"}
        assert timeline_of(session, case).count > before
        places = {one.kind: one.case_number for one in timeline_of(session, case).entries}
        assert (places["case.merged"], places["case.merged_in"]) == (old, None)
        assert goes_on_in(session, leader, old, time.now) == new
        assert search(session, leader, old, time.now).count == 2
        pointer = find_case(session, leader, old, time.now).case
        told = merge_of(session, pointer)
        assert told is not None
        assert (told.reason, told.carried["evidence"], told.carried["named"]) == (WHY, 2, 1)
        assert pointer.closed_at == time.now
        assert [one.number for one in came_into(session, case)] == [old]
        assert [one.number for one in own_cases(session, anna)] == [new]
        assert own_case(session, anna, old).number == new
    assert_clean(installation)


def test_the_earliest_opening_and_incident_count_and_what_held_in_either_holds(
    installation: Installation, town: Town, time: Time, asks: Asks, two: tuple[str, str]
) -> None:
    old, new = two
    leader = asks(town.leader)
    opened = time.now - timedelta(hours=2)
    with installation.database.writing() as session:
        for number, ago in ((old, 3), (new, 5)):
            moment = time.now - timedelta(hours=ago)
            state_circumstance(
                session, leader, number, "incident", holds=True, moment=moment, now=time.now
            )
        for name in ("serious", DANGER):
            state_circumstance(session, leader, old, name, holds=True, moment=None, now=time.now)
    join_up(installation, leader, two, time)
    with installation.database.reading() as session:
        case = find_case(session, leader, new, time.now).case
        facts = course_of(session, case).facts
        assert facts.opened == opened
        assert facts.moments["incident"] == time.now - timedelta(hours=5)
        assert facts.holds == {"serious", DANGER}
        assert case.serious
        assert [one.number for one in alerts_for(session, leader, time.now)] == [new]


def test_steps_are_taken_over_by_choice_and_never_what_is_owed_to_each(
    installation: Installation, town: Town, time: Time, asks: Asks, two: tuple[str, str]
) -> None:
    old, new = two
    leader = asks(town.leader)
    for number, steps in ((old, ("12.1", "12.2", "12.5", "12.6")), (new, ("12.1", "12.10"))):
        for step in steps:
            ended(installation, leader, number, step, time)
    with installation.database.reading() as session:
        here, there = (find_case(session, leader, one, time.now).case for one in two)
        assert [step.id for step in may_be_taken_over(session, here, there)] == ["12.2", "12.6"]
    when = time.now
    time.pass_by(timedelta(hours=1))

    join_up(installation, leader, two, time, "12.2", "12.5")

    with installation.database.reading() as session:
        case = find_case(session, leader, new, time.now).case
        course = course_of(session, case)
        assert {one.step_id for one in course.endings} == {"12.1", "12.10", "12.2"}
        row = session.scalars(
            select(EndingRecord).where(EndingRecord.case_id == case.id, EndingRecord.step == "12.2")
        ).one()
        assert (row.at, row.from_case) == (when, came_into(session, case)[0].id)
        owed = {one.step.id: one.names for one in owed_in(session, case, course)}
        assert owed == {"12.10": ("Anna Holm",)}
    ended(installation, leader, new, "12.6", time)


def test_the_circle_is_joined_only_by_choice_and_everybody_is_told(
    installation: Installation, town: Town, time: Time, asks: Asks, two: tuple[str, str]
) -> None:
    old, new = two
    leader = asks(town.leader)
    third = open_one(installation, town, time)
    amr = employ(installation, time, "Ada Amr", "amr", unit=town.school)
    for number in (old, third):
        with installation.database.writing() as session:
            invite(session, leader, number, amr.id, role="amr", reason=WHY, now=time.now)
    piece = hand_in(installation, asks(town.anna), "trussel", time, case=old)
    join_up(installation, leader, two, time)
    with installation.database.reading() as session:
        for number in (old, new):
            with pytest.raises(CaseNotFound):
                find_case(session, asks(amr), number, time.now)
        with pytest.raises(EvidenceNotFound):
            see_evidence(session, asks(amr), piece, time.now)
        told = set(session.scalars(select(NoticeRecord.recipient)))
    assert {amr.email, town.anna.email, town.bent.email, town.leader.email} <= told

    join_up(installation, leader, (third, new), time, with_circle=True)
    with installation.database.reading() as session:
        case = find_case(session, asks(amr), new, time.now).case
        assert amr.id in {one.person_id for one in circle_of(session, case, time.now)}
        assert see_evidence(session, asks(amr), piece, time.now).id == piece


def test_restricted_wins_on_both_and_opens_again_on_both(
    installation: Installation, town: Town, time: Time, asks: Asks, two: tuple[str, str]
) -> None:
    old, new = two
    leader, archivist = asks(town.leader), asks(town.archivist)
    piece = hand_in(installation, asks(town.anna), "trussel", time, case=old)
    with installation.database.writing() as session:
        restrict(session, leader, old, restricted=True, reason=WHY, now=time.now)
    join_up(installation, leader, two, time)
    with installation.database.reading() as session:
        for number in (old, new):
            with pytest.raises(CaseNotFound):
                find_case(session, archivist, number, time.now)
        with pytest.raises(EvidenceNotFound):
            see_evidence(session, archivist, piece, time.now)
        assert goes_on_in(session, archivist, old, time.now) is None
        assert goes_on_in(session, leader, old, time.now) == new
        assert find_case(session, leader, old, time.now).case.restricted
    with installation.database.writing() as session:
        restrict(session, leader, new, restricted=False, reason=WHY, now=time.now)
    with installation.database.reading() as session:
        assert find_case(session, archivist, old, time.now).case.merged_into is not None
        assert see_evidence(session, archivist, piece, time.now).id == piece
    assert_clean(installation)


def test_what_comes_later_by_the_old_number_joins_where_it_goes_on(
    installation: Installation, town: Town, time: Time, asks: Asks, two: tuple[str, str]
) -> None:
    old, new = two
    third = open_one(installation, town, time)
    join_up(installation, asks(town.leader), two, time)
    join_up(installation, asks(town.leader), (new, third), time)
    mailed = hand_over(installation, mail(subject=f"VS: Kvittering {old}")).id
    work_off(installation, READING)
    sorted_by_hand = arrival(installation, time)
    with installation.database.writing() as session:
        assert join(session, asks(town.archivist), sorted_by_hand, old, time.now).number == third
    with installation.database.reading() as session:
        case = find_case(session, asks(town.leader), third, time.now).case
        rows = evidence_of_case(session, asks(town.leader), case, time.now).rows
        assert {mailed, sorted_by_hand} <= {one.id for one in rows}
        assert {one.number for one in came_into(session, case)} == {old, new}
        assert session.scalar(select(func.count()).select_from(CaseRecord)) == 3
        hits = search(session, asks(town.leader), "", time.now, filters=Filters(case=old))
        assert hits.count >= 2


def test_it_takes_a_reason_the_right_to_both_and_two_open_cases(
    installation: Installation, town: Town, time: Time, asks: Asks, two: tuple[str, str]
) -> None:
    old, new = two
    leader = asks(town.leader)
    elsewhere = open_one(installation, town, time, harassed=[town.bent], unit=town.school)
    own = open_one(installation, town, time, harassed=[town.leader])
    with leaves_no_entry(installation):
        for cases, error in (
            ((old, old), CasesApart),
            ((old, elsewhere), CaseNotFound),
            ((own, new), FourEyes),
            ((new, own), FourEyes),
        ):
            with pytest.raises(error):
                join_up(installation, leader, cases, time)
        with pytest.raises(NotPermitted):
            join_up(installation, asks(town.archivist), (old, new), time)
        with pytest.raises(ReasonMissing), installation.database.writing() as session:
            merge(
                session,
                leader,
                old,
                new,
                Decided(" "),
                settings=installation.settings,
                now=time.now,
            )
    join_up(installation, leader, two, time)
    with leaves_no_entry(installation), pytest.raises(CaseClosed):
        join_up(installation, leader, two, time)


def test_a_restricted_case_is_not_merged_into_one_that_nobody_carries_on(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    old = open_one(installation, town, time)
    nobodys = open_one(installation, town, time, harassed=[town.leader])
    with installation.database.writing() as session:
        invite(
            session,
            asks(town.leader),
            old,
            town.lawyer.id,
            role="lawyer",
            reason=WHY,
            now=time.now,
        )
        restrict(session, asks(town.leader), old, restricted=True, reason=WHY, now=time.now)
    with leaves_no_entry(installation), pytest.raises(HandlerMissing):
        join_up(installation, asks(town.lawyer), (old, nobodys), time)
