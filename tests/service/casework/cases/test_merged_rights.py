"""What a merge must not undo: who is in danger, who was taken off, whose glass stands shut."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from archive.errors import EvidenceNotFound
from archive.records.cases import GlassRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.cases.alerts import alerts_for
from service.casework.cases.circle import circle_and_before, invite
from service.casework.cases.concerned import name_employee, take_off
from service.casework.cases.course import shipped_procedure
from service.casework.cases.danger import own_alert, say_danger, write_to_duty
from service.casework.cases.finding import find_case
from service.casework.cases.glass import break_glass
from service.casework.cases.listing import harassed_in
from service.casework.cases.merging import MERGED, Decided, merge
from service.casework.cases.restricting import restrict
from service.casework.cases.telling import own_case
from service.casework.evidence.listing import see_evidence
from service.casework.evidence.searching import search
from service.casework.exporting.asking import ask_for_export, exports_of
from service.errors import CaseNotFound
from service.installation import Installation
from tests.service.casework.cases.opened import ISHOEJ, assert_clean, open_one
from tests.service.casework.cases.pieces import hand_in
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]
WHY = "Det er de samme opslag fra den samme profil."


@pytest.fixture
def two(installation: Installation, town: Town, time: Time) -> tuple[str, str]:
    """Anna's case in the library, and Bent's there."""
    old = open_one(installation, town, time)
    return old, open_one(installation, town, time, harassed=[town.bent])


def join_up(installation: Installation, who: Principal, cases: tuple[str, str], time: Time) -> None:
    time.pass_by(timedelta(minutes=1))
    with installation.database.writing() as session:
        merge(session, who, *cases, Decided(WHY), settings=installation.settings, now=time.now)


def test_who_is_in_danger_is_still_named_to_those_on_duty_and_hears_that_it_stands(
    installation: Installation, town: Town, time: Time, asks: Asks, two: tuple[str, str]
) -> None:
    anna, leader = asks(town.anna), asks(town.leader)
    with installation.database.writing() as session:
        procedure = shipped_procedure(ISHOEJ)
        first = say_danger(session, anna, time.now, procedure=procedure).id
        write_to_duty(session, anna, first, "Jeg er i kælderen.", time.now)

    join_up(installation, leader, two, time)

    with installation.database.reading() as session:
        (alert,) = alerts_for(session, leader, time.now)
        assert alert.number == two[1]
        assert alert.in_danger is not None
        assert (alert.in_danger.name, alert.in_danger.words) == ("Anna Holm", "Jeg er i kælderen.")
        own = own_alert(session, anna, time.now)
        assert own is not None
        assert (own.id, own.over_at) == (alert.id, None)
    with installation.database.writing() as session:
        # The page of hers was made before the two became one.
        write_to_duty(session, anna, first, "Nu på taget.", time.now)
    with installation.database.reading() as session:
        (alert,) = alerts_for(session, leader, time.now)
        assert alert.in_danger is not None
        assert alert.in_danger.words == "Nu på taget."
    assert_clean(installation)


def test_whoever_is_taken_off_sees_nothing_by_the_case_that_came_in_either(
    installation: Installation, town: Town, time: Time, asks: Asks, two: tuple[str, str]
) -> None:
    old, new = two
    leader, named = asks(town.leader), asks(town.other_leader)
    settings = installation.settings
    piece = hand_in(installation, asks(town.anna), "trussel", time, case=old)
    with installation.database.writing() as session:
        person = town.other_leader.id
        name_employee(session, leader, old, person, reason=WHY, settings=settings, now=time.now)
    join_up(installation, leader, two, time)
    with installation.database.reading() as session:
        assert see_evidence(session, named, piece, time.now).id == piece
        case = find_case(session, leader, new, time.now).case
        row = next(one.id for one in harassed_in(session, case) if one.person_id == person)

    with installation.database.writing() as session:
        take_off(session, leader, new, row, reason=WHY, settings=settings, now=time.now)

    with installation.database.reading() as session:
        for number in two:
            with pytest.raises(CaseNotFound):
                find_case(session, named, number, time.now)
        with pytest.raises(EvidenceNotFound):
            see_evidence(session, named, piece, time.now)
        assert search(session, named, "trussel", time.now).count == 0
        assert see_evidence(session, asks(town.anna), piece, time.now).id == piece


def test_the_glass_of_a_case_that_came_in_is_that_of_the_case_in_which_it_goes_on(
    installation: Installation, town: Town, time: Time, asks: Asks, two: tuple[str, str]
) -> None:
    old, new = two
    leader, lawyer = asks(town.leader), asks(town.lawyer)
    piece = hand_in(installation, asks(town.anna), "trussel", time, case=old)
    with installation.database.writing() as session:
        restrict(session, leader, old, restricted=True, reason=WHY, now=time.now)
    join_up(installation, leader, two, time)
    with installation.database.writing() as session:
        settings = installation.settings
        break_glass(session, lawyer, old, reason=WHY, settings=settings, now=time.now)
    with installation.database.reading() as session:
        case = find_case(session, lawyer, new, time.now).case
        assert see_evidence(session, lawyer, piece, time.now).id == piece
        assert list(session.scalars(select(GlassRecord.case_id))) == [case.id]
    assert_clean(installation)


def test_what_was_handed_over_of_the_one_stands_among_the_bundles_of_the_other(
    installation: Installation, town: Town, time: Time, asks: Asks, two: tuple[str, str]
) -> None:
    old, new = two
    leader = asks(town.leader)
    piece = hand_in(installation, asks(town.anna), "trussel", time, case=old)
    with installation.database.writing() as session:
        export = ask_for_export(
            session, leader, old, [piece], recipient="Politiet", purpose="Anmeldelse", now=time.now
        ).id
    join_up(installation, leader, two, time)
    with installation.database.reading() as session:
        case = find_case(session, leader, new, time.now).case
        assert [one.id for one in exports_of(session, leader, case, time.now)] == [export]
        assert exports_of(session, asks(town.other_leader), case, time.now) == []


def test_who_saw_the_case_that_came_in_is_still_told_to_whom_it_concerns(
    installation: Installation, town: Town, time: Time, asks: Asks, two: tuple[str, str]
) -> None:
    old, new = two
    leader, lawyer = asks(town.leader), town.lawyer
    with installation.database.writing() as session:
        invite(session, leader, old, lawyer.id, role="lawyer", reason=WHY, now=time.now)
    join_up(installation, leader, two, time)
    with installation.database.reading() as session:
        case = own_case(session, asks(town.anna), old)
        assert case.number == new
        was = [one for one in circle_and_before(session, case) if one.person_id == lawyer.id]
    assert [(one.until, one.end_reason) for one in was] == [(time.now, MERGED)]
