"""Every way in, and the moment at which it shuts: in lists, counts, search, content and bundles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from archive.errors import EvidenceNotFound
from archive.records.cases import CaseRecord
from archive.records.evidence import ViewingRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.access.rights import Level
from service.casework.cases.circle import invite, remove
from service.casework.cases.finding import find_case
from service.casework.cases.glass import break_glass
from service.casework.cases.listing import list_cases
from service.casework.evidence.listing import list_evidence, see_evidence
from service.casework.evidence.originals import original_for
from service.casework.evidence.searching import search, viewable
from service.casework.evidence.viewing import may_view, permit_viewing
from service.casework.exporting.asking import may_export
from service.casework.exporting.permitting import may_hand_over, require_still
from service.errors import CaseNotFound, NotPermitted, RightEnded, ServiceError
from service.installation import Installation
from service.jobs.reading import READING
from tests.service.casework.cases.opened import employ
from tests.service.casework.exporting.asked import asked_for
from tests.service.casework.mail.mails import MARKER, hand_over, mail
from tests.service.conftest import Time, Town
from tests.service.jobs.following import work_off

Asks = Callable[[PersonRecord], Principal]
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Mailed:
    """A mail that Anna forwarded, read, in her case; and a representative of another unit."""

    evidence: UUID
    number: str
    amr: PersonRecord


@dataclass(frozen=True)
class Seen:
    """What of it stands open to somebody: the case and how, facts, counts, words, content."""

    case: Level | None = None
    listed: int = 0
    evidence: int = 0
    told: bool = False
    found: bool = False
    content: bool = False
    original: bool = False
    handed_over: bool = False


NOTHING = Seen()
AS_AMR = Seen(Level.STATUS, 1, 1, told=True, found=True, content=True, original=True)
AS_LAWYER = Seen(Level.FULL, 1, 1, told=True, found=True)
BEHIND_GLASS = Seen(Level.FULL, 1, 1, told=True, found=True, content=True, original=True)
INVITED = Seen(
    Level.FULL, 1, 1, told=True, found=True, content=True, original=True, handed_over=True
)


@pytest.fixture
def mailed(installation: Installation, town: Town, time: Time) -> Mailed:
    evidence = hand_over(installation, mail()).id
    work_off(installation, READING)
    with installation.database.reading() as session:
        number = session.scalars(select(CaseRecord.number)).one()
    amr = employ(installation, time, "Ada Amr", "amr", unit=town.school)
    time.pass_by(timedelta(minutes=1))
    return Mailed(evidence, number, amr)


def open_to(installation: Installation, who: Principal, mailed: Mailed, time: Time) -> Seen:
    now = time.now
    with installation.database.reading() as session:

        def holds(asked: Callable[[], object]) -> bool:
            try:
                return bool(asked())
            except (ServiceError, EvidenceNotFound):
                return False

        try:
            level = find_case(session, who, mailed.number, now).level
        except CaseNotFound:
            level = None
        ids = [mailed.evidence]
        words = search(session, who, MARKER, now)
        content = viewable(session, who, ids, now) == {mailed.evidence}
        told = holds(lambda: see_evidence(session, who, mailed.evidence, now))
        if told:
            seen = see_evidence(session, who, mailed.evidence, now)
            assert may_view(session, who, seen, now) == content
        case = session.scalars(select(CaseRecord)).one()
        handed_over = [one.id for one in may_hand_over(session, who, ids, now)] == ids
        assert may_export(session, who, case, now) == handed_over
        evidence = list_evidence(session, who, now)
        assert evidence.count == len(evidence.rows)
        return Seen(
            case=level,
            listed=len(list_cases(session, who, now)),
            evidence=evidence.count,
            told=told,
            found=[row.id for row in words.rows] == ids and words.count == 1,
            content=content,
            original=holds(
                lambda: original_for(session, installation.vault, who, mailed.evidence, now)
            ),
            handed_over=handed_over,
        )


def take_in(
    installation: Installation,
    who: Principal,
    mailed: Mailed,
    person: PersonRecord,
    *,
    role: str,
    time: Time,
    until: timedelta | None = None,
) -> None:
    with installation.database.writing() as session:
        invite(
            session,
            who,
            mailed.number,
            person.id,
            role=role,
            reason="Efter aftale",
            now=time.now,
            until=time.now + until if until else None,
        )


def test_a_place_in_the_circle_opens_everything_of_its_role_until_somebody_ends_it(
    installation: Installation, town: Town, time: Time, asks: Asks, mailed: Mailed
) -> None:
    amr, leader = asks(mailed.amr), asks(town.leader)
    assert open_to(installation, amr, mailed, time) == NOTHING

    take_in(installation, leader, mailed, mailed.amr, role="amr", time=time)
    assert open_to(installation, amr, mailed, time) == AS_AMR

    with installation.database.writing() as session:
        remove(session, leader, mailed.number, mailed.amr.id, time.now, reason="Færdig")
    assert open_to(installation, amr, mailed, time) == NOTHING


def test_an_end_date_shuts_all_of_it_in_that_very_moment(
    installation: Installation, town: Town, time: Time, asks: Asks, mailed: Mailed
) -> None:
    amr = asks(mailed.amr)
    take_in(installation, asks(town.leader), mailed, mailed.amr, role="amr", time=time, until=A_DAY)

    time.pass_by(A_DAY - timedelta(microseconds=1))
    assert open_to(installation, amr, mailed, time) == AS_AMR
    time.pass_by(timedelta(microseconds=1))
    assert open_to(installation, amr, mailed, time) == NOTHING


def test_broken_glass_opens_content_and_nothing_that_leaves_the_house_until_its_time_is_over(
    installation: Installation, town: Town, time: Time, asks: Asks, mailed: Mailed
) -> None:
    lawyer = asks(town.lawyer)
    assert open_to(installation, lawyer, mailed, time) == AS_LAWYER

    with installation.database.writing() as session:
        until = break_glass(
            session,
            lawyer,
            mailed.number,
            reason="Tilsynet spørger",
            settings=installation.settings,
            now=time.now,
        )
    assert until == time.now + A_DAY
    assert open_to(installation, lawyer, mailed, time) == BEHIND_GLASS
    permit_viewing(installation, lawyer, mailed.evidence, time.now)
    with installation.database.reading() as session:
        viewing = session.scalars(select(ViewingRecord)).one()
        case = session.scalars(select(CaseRecord)).one()
        assert (viewing.purpose, viewing.case_id) == ("lawyer:glass", case.id)

    time.pass_by(A_DAY)
    assert open_to(installation, lawyer, mailed, time) == AS_LAWYER
    with pytest.raises(NotPermitted):
        permit_viewing(installation, lawyer, mailed.evidence, time.now)


def test_what_one_opens_by_broken_glass_opens_no_other_case(
    installation: Installation, town: Town, time: Time, asks: Asks, mailed: Mailed
) -> None:
    lawyer = asks(town.lawyer)
    other = hand_over(
        installation, mail(sender="Bent Lund <bent@kommune.example>", text="En helt anden sag")
    ).id
    work_off(installation, READING)
    with installation.database.writing() as session:
        break_glass(
            session, lawyer, mailed.number, reason="Tilsynet", settings=installation.settings,
            now=time.now,
        )  # fmt: skip
    with installation.database.reading() as session:
        ids = [mailed.evidence, other]
        assert viewable(session, lawyer, ids, time.now) == {mailed.evidence}


def test_a_bundle_that_is_under_way_stops_when_the_place_in_the_circle_ends(
    installation: Installation, town: Town, time: Time, asks: Asks, mailed: Mailed
) -> None:
    lawyer = asks(town.lawyer)
    take_in(
        installation, asks(town.leader), mailed, town.lawyer, role="lawyer", time=time, until=A_DAY
    )
    assert open_to(installation, lawyer, mailed, time) == INVITED
    export = asked_for(installation, lawyer, mailed.number, time)

    with installation.database.reading() as session:
        require_still(session, town.lawyer.id, export, installation.rights, time.now)
        time.pass_by(A_DAY)
        with pytest.raises(RightEnded):
            require_still(session, town.lawyer.id, export, installation.rights, time.now)
