"""A restricted case: its circle alone sees it, whatever anybody's role or unit would open."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest

from archive.errors import EvidenceNotFound
from archive.export.gather import note_hand_over
from archive.export.package import HandOver
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.cases.circle import invite
from service.casework.cases.finding import find_case
from service.casework.cases.glass import break_glass
from service.casework.cases.listing import list_cases, own_cases
from service.casework.cases.restricting import restrict, restrictions_of, shut_to
from service.casework.evidence.belongings import case_numbers_of
from service.casework.evidence.custody import Act, custody_of
from service.casework.evidence.listing import (
    evidence_of_case,
    list_evidence,
    see_evidence,
    see_same,
)
from service.casework.evidence.searching import Filters, search
from service.casework.evidence.viewing import permit_viewing
from service.errors import (
    CaseNotFound,
    FourEyes,
    HandlerMissing,
    NotPermitted,
    ReasonMissing,
)
from service.installation import Installation
from tests.service.casework.cases.opened import (
    assert_clean,
    employ,
    leaves_no_entry,
    leaves_one_entry,
    open_one,
)
from tests.service.casework.cases.pieces import hand_in, join_also
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]
WHY = "En kollega er part i sagen."


class Held(NamedTuple):
    """A case of the library's, and the piece in it."""

    number: str
    piece: UUID


@pytest.fixture
def held(installation: Installation, town: Town, time: Time, asks: Asks) -> Held:
    number = open_one(installation, town, time)
    piece = hand_in(
        installation,
        asks(town.anna),
        "trussel i indbakken",
        time,
        case=number,
        unit=town.library.id,
    )
    return Held(number, piece)


def shut(
    installation: Installation, who: Principal, number: str, time: Time, *, restricted: bool = True
) -> None:
    with installation.database.writing() as session:
        restrict(session, who, number, restricted=restricted, reason=WHY, now=time.now)


def sees(installation: Installation, who: Principal, held: Held, time: Time) -> set[str]:
    """Return by which of all ways somebody comes upon the case or its piece."""
    found, (number, piece) = set(), held
    with installation.database.reading() as session:
        for words, filters in (
            ("trussel", Filters()),
            (number, Filters()),
            ("", Filters(case=number)),
        ):
            hits = search(session, who, words, time.now, filters=filters)
            if hits.count or hits.rows or hits.hints:
                found.add(f"search {words}{filters.case}")
        if list_cases(session, who, time.now):
            found.add("list")
        if list_evidence(session, who, time.now).count:
            found.add("evidence")
        try:
            case = find_case(session, who, number, time.now).case
            found.add("case")
            if evidence_of_case(session, who, case, time.now).count:
                found.add("case evidence")
        except CaseNotFound:
            pass
        try:
            seen = see_evidence(session, who, piece, time.now)
        except EvidenceNotFound:
            return found
        found.add("piece")
        if seen.sha256 and see_same(session, who, seen.sha256, time.now):
            found.add("same")
        if case_numbers_of(session, who, seen, time.now):
            found.add("number")
    return found


ALL = {
    "search trussel",
    "list",
    "evidence",
    "case",
    "case evidence",
    "piece",
    "same",
    "number",
}


def test_nobody_outside_the_circle_comes_upon_it_by_any_way(
    installation: Installation, town: Town, time: Time, asks: Asks, held: Held
) -> None:
    above = employ(installation, time, "Oda Oven", "leader", unit=town.centre)
    archivist, lawyer, other = asks(town.archivist), asks(town.lawyer), asks(above)
    for who in (archivist, lawyer, other):
        assert {"list", "piece", "number"} <= sees(installation, who, held, time)

    with leaves_one_entry(installation, "case.restricted"):
        shut(installation, asks(town.leader), held.number, time)

    for who in (archivist, lawyer, other):
        assert sees(installation, who, held, time) == set()
        with pytest.raises(EvidenceNotFound):
            permit_viewing(installation, who, held.piece, time.now)
    everything = sees(installation, asks(town.leader), held, time)
    assert everything >= ALL
    with installation.database.reading() as session:
        (told,) = restrictions_of(
            session, find_case(session, asks(town.leader), held.number, time.now).case
        )
        assert (told.reason, told.by) == (WHY, "Mette Leder")
        assert [one.number for one in own_cases(session, asks(town.anna))] == [held.number]

    shut(installation, asks(town.leader), held.number, time, restricted=False)
    assert {"list", "piece", "number"} <= sees(installation, archivist, held, time)
    assert_clean(installation)


def test_whoever_is_taken_into_the_circle_sees_it_and_a_leader_of_another_unit_may_be(
    installation: Installation, town: Town, time: Time, asks: Asks, held: Held
) -> None:
    leader = asks(town.leader)
    shut(installation, leader, held.number, time)
    for person, role in ((town.lawyer, "lawyer"), (town.other_leader, "leader")):
        with installation.database.writing() as session:
            invite(session, leader, held.number, person.id, role=role, reason=WHY, now=time.now)
        assert sees(installation, asks(person), held, time) >= ALL
        permit_viewing(installation, asks(person), held.piece, time.now)


def test_the_lawyer_is_told_that_there_is_one_and_comes_in_through_the_glass(
    installation: Installation, town: Town, time: Time, asks: Asks, held: Held
) -> None:
    shut(installation, asks(town.leader), held.number, time)
    lawyer, archivist = asks(town.lawyer), asks(town.archivist)
    with installation.database.reading() as session:
        assert [one for one, _ in shut_to(session, lawyer, time.now)] == [held.number]
        assert shut_to(session, archivist, time.now) == []
        assert shut_to(session, asks(town.leader), time.now) == []

    with installation.database.writing() as session:
        with pytest.raises(CaseNotFound):
            restrict(session, lawyer, held.number, restricted=False, reason=WHY, now=time.now)
        until = break_glass(
            session, lawyer, held.number, reason=WHY, settings=installation.settings, now=time.now
        )

    assert sees(installation, lawyer, held, time) >= ALL
    assert sees(installation, archivist, held, time) == set()
    with installation.database.reading() as session:
        assert shut_to(session, lawyer, time.now) == []
    shut(installation, lawyer, held.number, time, restricted=False)
    shut(installation, asks(town.leader), held.number, time)
    time.now = until
    assert sees(installation, lawyer, held, time) == set()


def test_a_piece_of_two_cases_opens_by_the_one_that_is_not_restricted(
    installation: Installation, town: Town, time: Time, asks: Asks, held: Held
) -> None:
    other = open_one(installation, town, time, harassed=[town.bent], unit=town.school)
    both = hand_in(installation, asks(town.other_leader), "begge to", time, case=other)
    join_also(installation, both, held.number, time)
    shut(installation, asks(town.leader), held.number, time)

    archivist, other_leader = asks(town.archivist), asks(town.other_leader)
    with installation.database.reading() as session:
        for who in (archivist, other_leader):
            assert search(session, who, "begge", time.now).count == 1
            seen = see_evidence(session, who, both, time.now)
            assert case_numbers_of(session, who, seen, time.now) == [other]
            assert search(session, who, "trussel", time.now).count == 0


def test_it_is_set_by_reason_only_by_whom_it_is_not_about_and_needs_somebody_who_carries_it_on(
    installation: Installation, town: Town, time: Time, asks: Asks, held: Held
) -> None:
    nobodys = open_one(installation, town, time, harassed=[town.leader], unit=town.library)
    with leaves_no_entry(installation), installation.database.writing() as session:
        with pytest.raises(ReasonMissing):
            restrict(
                session, asks(town.leader), held.number, restricted=True, reason=" ", now=time.now
            )
        with pytest.raises(NotPermitted):
            restrict(
                session,
                asks(town.archivist),
                held.number,
                restricted=True,
                reason=WHY,
                now=time.now,
            )
        with pytest.raises(FourEyes):
            restrict(session, asks(town.leader), nobodys, restricted=True, reason=WHY, now=time.now)
        with pytest.raises(HandlerMissing):
            restrict(session, asks(town.lawyer), nobodys, restricted=True, reason=WHY, now=time.now)
        restrict(
            session, asks(town.leader), held.number, restricted=False, reason=WHY, now=time.now
        )


def test_custody_of_a_piece_that_is_seen_tells_of_no_case_that_is_not(
    installation: Installation, town: Town, time: Time, asks: Asks, held: Held
) -> None:
    leader, archivist = asks(town.leader), asks(town.archivist)
    other = open_one(installation, town, time, harassed=[town.bent])
    join_also(installation, held.piece, other, time)
    with installation.database.writing() as session:
        note_hand_over(
            session,
            [held.piece],
            HandOver(
                id=uuid4(),
                made_at=time.now,
                made_by=leader.actor,
                made_by_name=leader.name,
                recipient="Midt- og Vestsjællands Politi",
                purpose=f"Anmeldelse i {other}",
                municipality="Havn Kommune",
                case=other,
                case_id=find_case(session, leader, other, time.now).case.id,
                redacted=False,
            ),
        )
    shut(installation, leader, other, time)
    with installation.database.reading() as session:
        told = {
            one: custody_of(session, one, held.piece, time.now).entries
            for one in (leader, archivist)
        }
    joined = [one.detail for one in told[leader] if one.act is Act.JOINED_CASE]
    assert joined == [held.number, other]
    assert [one.detail for one in told[archivist] if one.act is Act.JOINED_CASE] == joined[:1]
    assert told[leader][-1].detail == f"Midt- og Vestsjællands Politi – Anmeldelse i {other}"
    assert (told[archivist][-1].act, told[archivist][-1].detail) == (Act.EXPORTED, None)
