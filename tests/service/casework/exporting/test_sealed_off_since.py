"""A package of which a piece is sealed off afterwards: fetched no more, then gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from archive.intake.receive import About, Envelope
from archive.records.cases import CaseRecord
from archive.records.evidence import EvidenceRecord
from archive.records.exports import ExportRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.cases.circle import invite
from service.casework.cases.opening import join_evidence
from service.casework.evidence.sealing_off import clear_shut, seal_off
from service.casework.exporting.fetching import end_exports, fetch_part
from service.casework.exporting.making import packages_of
from service.errors import RightEnded
from service.installation import Installation
from service.jobs.claims import claim_next
from service.jobs.engine import perform_one
from service.jobs.exports import EXPORTS
from tests.service.casework.cases.opened import open_one
from tests.service.casework.exporting.asked import asked_for
from tests.service.conftest import Time, Town


def work_off(installation: Installation, time: Time) -> None:
    with installation.database.writing() as session:
        claim = claim_next(session, ExportRecord, EXPORTS.waiting(), worker="test", now=time.now)
    assert claim is not None
    perform_one(installation, EXPORTS, claim)


@pytest.fixture
def piece(installation: Installation, town: Town, time: Time) -> tuple[str, UUID]:
    number = open_one(installation, town, time)
    kept = installation.intake.receive(
        b"x", About(kind="upload", unit_id=town.library.id), Envelope("web"), time.now
    )
    with installation.database.writing() as session:
        case = session.scalars(select(CaseRecord).where(CaseRecord.number == number)).one()
        row = session.get_one(EvidenceRecord, kept.id)
        join_evidence(session, case, row, time.now, "system")
    return number, kept.id


def test_a_package_ends_at_once_for_what_is_sealed_off_in_it(
    installation: Installation,
    town: Town,
    time: Time,
    asks: Callable[[PersonRecord], Principal],
    piece: tuple[str, UUID],
) -> None:
    number, evidence = piece
    who = asks(town.leader)
    ready, waits = (asked_for(installation, who, number, time) for _ in range(2))
    work_off(installation, time)
    under_way = fetch_part(installation, who, ready, 1, time.now)
    assert next(under_way.stream)
    time.pass_by(timedelta(minutes=1))

    with installation.database.writing() as session:
        shut = seal_off(session, asks(town.archivist), evidence, time.now)
    clear_shut(installation, shut)

    with pytest.raises(RightEnded):
        fetch_part(installation, who, ready, 1, time.now)
    work_off(installation, time)
    with installation.database.reading() as session:
        assert session.get_one(ExportRecord, waits).state == "stopped"
    assert end_exports(installation, time.now) == 1
    with installation.database.reading() as session:
        assert session.get_one(ExportRecord, ready).state == "ended"
    assert list(packages_of(installation).names()) == []


def test_the_dpos_own_package_ends_too_when_a_piece_is_sealed_off_after_the_asking(
    installation: Installation,
    town: Town,
    time: Time,
    asks: Callable[[PersonRecord], Principal],
    piece: tuple[str, UUID],
) -> None:
    number, evidence = piece
    dpo = asks(town.lawyer)
    with installation.database.writing() as session:
        leader, lawyer = asks(town.leader), town.lawyer.id
        invite(session, leader, number, lawyer, role="lawyer", reason="Ret", now=time.now)
    ready, waits = (asked_for(installation, dpo, number, time) for _ in range(2))
    work_off(installation, time)
    time.pass_by(timedelta(minutes=1))

    with installation.database.writing() as session:
        clear_later = seal_off(session, asks(town.archivist), evidence, time.now)
    clear_shut(installation, clear_later)

    with pytest.raises(RightEnded):
        fetch_part(installation, dpo, ready, 1, time.now)
    work_off(installation, time)
    with installation.database.reading() as session:
        assert session.get_one(ExportRecord, waits).state == "stopped"
