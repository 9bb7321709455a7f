"""A package on its way out is cut off for who signs out or loses the right, and not before."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from archive.intake.receive import About, Envelope
from archive.records.cases import CaseRecord
from archive.records.evidence import EvidenceRecord
from archive.records.exports import ExportRecord
from archive.records.people import PersonRecord, RoleRecord
from service.access.endings import end_person, end_role, end_sessions
from service.access.principal import Principal
from service.casework.cases.opening import join_evidence
from service.casework.evidence.sealing_off import seal_off
from service.installation import Installation
from service.jobs.claims import claim_next
from service.jobs.engine import perform_one
from service.jobs.exports import EXPORTS
from tests.service.casework.cases.opened import open_one
from tests.service.casework.exporting.asked import asked_for
from tests.service.conftest import Time, Town
from tests.service.web.doors import Doors, open_doors

Asks = Callable[[PersonRecord], Principal]
LARGE = os.urandom(12 * 1024 * 1024)


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


@pytest.fixture
def package(doors: Doors, asks: Asks) -> tuple[UUID, UUID]:
    """A finished package of a case with one large piece, and that piece."""
    installation, town, time = doors.installation, doors.town, doors.time
    number = open_one(installation, town, time)
    about = About(kind="upload", filename="a.bin", unit_id=town.library.id)
    kept = installation.intake.receive(LARGE, about, Envelope("web"), time.now)
    with installation.database.writing() as session:
        case = session.scalars(select(CaseRecord).where(CaseRecord.number == number)).one()
        row = session.get_one(EvidenceRecord, kept.id)
        join_evidence(session, case, row, time.now, "system")
    export_id = asked_for(installation, asks(town.leader), number, time)
    with installation.database.writing() as session:
        claim = claim_next(session, ExportRecord, EXPORTS.waiting(), worker="test", now=time.now)
    assert claim is not None
    perform_one(installation, EXPORTS, claim)
    return export_id, kept.id


def taken(doors: Doors, export_id: UUID, then: Callable[[], None]) -> tuple[int, int]:
    """Take a package, let something happen after its first bytes; what came, of how much."""
    cookie, _ = doors.sign_in(doors.town.leader)
    count = 0
    with doors.client.stream("GET", f"/bundles/{export_id}/1", headers=cookie) as answer:
        assert answer.status_code == 200
        size = int(answer.headers["content-length"])
        try:
            for chunk in answer.iter_raw(65536):
                if not count:
                    then()
                    doors.time.pass_by(timedelta(seconds=2))
                count += len(chunk)
        except httpx.RemoteProtocolError:
            return count, size
    return count, size


def test_a_package_comes_whole_while_nothing_happens(
    doors: Doors, package: tuple[UUID, UUID]
) -> None:
    count, size = taken(doors, package[0], lambda: None)

    assert count == size > len(LARGE)


@pytest.mark.parametrize("what", ["signs out", "leaves", "loses the role", "piece is sealed off"])
def test_a_package_under_way_is_cut_off_when(
    doors: Doors, package: tuple[UUID, UUID], asks: Asks, what: str
) -> None:
    town, now = doors.town, doors.time.now

    def happens() -> None:
        with doors.installation.database.writing() as session:
            if what == "signs out":
                end_sessions(session, session.merge(town.leader), now)
            elif what == "leaves":
                end_person(session, session.merge(town.leader), now, actor="system")
            elif what == "loses the role":
                query = select(RoleRecord).where(RoleRecord.person_id == town.leader.id)
                for held in session.scalars(query):
                    end_role(session, held, now, actor="system")
            else:
                seal_off(session, asks(town.archivist), package[1], now)

    count, size = taken(doors, package[0], happens)

    assert count < size


def test_a_package_that_cannot_be_fetched_any_more_says_why_and_what_to_do(
    doors: Doors, package: tuple[UUID, UUID], asks: Asks
) -> None:
    export_id, piece = package
    path = f"/bundles/{export_id}/1"
    cookie, _ = doors.sign_in(doors.town.leader)
    with doors.installation.database.writing() as session:
        seal_off(session, asks(doors.town.archivist), piece, doors.time.now)

    shut = doors.client.get(path, headers=cookie)
    assert shut.status_code == 403
    assert "Pakken kan ikke hentes længere" in shut.text
    assert "Noget i den er siden blevet lukket af" in shut.text
    assert "Din rolle giver ikke adgang" not in shut.text

    doors.time.pass_by(timedelta(days=7))
    cookie, _ = doors.sign_in(doors.town.leader)
    over = doors.client.get(path, headers=cookie)
    assert over.status_code == 410
    assert "Pakken kan ikke hentes længere" in over.text
    assert "Lav en ny fra sagen" in over.text
    assert "Prøv igen om lidt" not in over.text
