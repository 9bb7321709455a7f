"""The scanning job: each kept original goes to the virus scanner, where one is set.

It comes after receipt and reading and holds up neither. While the scanner is
away the rows wait, and `/readyz` says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from archive.errors import EvidenceErased, ObjectMissing, SealBroken
from archive.intake.scanner import Said, Scanner, ScannerAway
from archive.ledger.log import record
from archive.records.evidence import EvidenceRecord
from archive.records.readings import ScanRecord
from service.casework.evidence.readings import to_read
from service.installation import Installation
from service.jobs.claims import Claim, done, given_up, held
from service.jobs.errors import TryLater
from service.jobs.kinds import Kind, Wake
from service.log_lines import logger

NAME: Final = "scans"
_MANY: Final = 2_000
_FOR_EVER: Final = 1_000_000
"""A scanner that is away is no reason to give up: what it has not seen goes on waiting."""


def waiting() -> ColumnElement[bool]:
    """Return the condition that an original has not been looked at, and may be."""
    sealed_off = select(EvidenceRecord.id).where(
        EvidenceRecord.id == ScanRecord.evidence_id, EvidenceRecord.sealed_off_at.is_not(None)
    )
    return ScanRecord.scanned_at.is_(None) & ~sealed_off.exists()


def ask_for_scan(session: Session, evidence_id: UUID, now: datetime) -> None:
    """Let an original wait for the scanner, if it has not been asked about it before."""
    standing = select(ScanRecord.id).where(ScanRecord.evidence_id == evidence_id)
    if session.scalars(standing).first() is None:
        session.add(
            ScanRecord(id=uuid4(), evidence_id=evidence_id, asked_at=now, next_attempt_at=now)
        )


def ask_for_older(installation: Installation) -> None:
    """Let what was kept before a scanner was set wait for it too, some at a time."""
    if installation.settings.clamd is None:
        return
    asked = select(ScanRecord.id).where(ScanRecord.evidence_id == EvidenceRecord.id)
    query = (
        select(EvidenceRecord.id)
        .where(EvidenceRecord.erased_at.is_(None), ~asked.exists())
        .order_by(EvidenceRecord.received_at)
        .limit(_MANY)
    )
    now = installation.clock.now()
    with installation.database.reading() as session:
        ids = list(session.scalars(query))
    if ids:
        with installation.database.writing() as session:
            for evidence_id in ids:
                ask_for_scan(session, evidence_id, now)


def perform(installation: Installation, claim: Claim, wake: Wake) -> None:
    """Ask the scanner about one original, and keep what it says."""
    del wake
    address = installation.settings.clamd
    if address is None:
        raise TryLater("no_scanner")
    with installation.database.reading() as session:
        row = session.get_one(ScanRecord, claim.id)
        try:
            item = to_read(session, installation.vault, row.evidence_id)
        except EvidenceErased:
            item = None
    if item is None:
        said = Said("not_scanned", "erased", "")
    else:
        try:
            said = Scanner(address).scan(_by_us(item.stream(installation.vault)))
        except ScannerAway as away:
            raise TryLater(away.code) from away
        except (SealBroken, ObjectMissing):
            said = Said("not_scanned", "original cannot be opened", "")
    _keep(installation, claim, said)


def _by_us(original: Iterator[bytes]) -> Iterator[bytes]:
    """Yield an original; where our own storage fails, neither scanner nor original is to blame."""
    try:
        yield from original
    except OSError as failed:
        raise TryLater("original_not_read") from failed


def give_up(installation: Installation, claim: Claim, code: str) -> None:
    """Leave an original that the scanner never looked at."""
    with installation.database.writing() as session:
        row = held(session, ScanRecord, claim)
        row.scanned_at, row.verdict = installation.clock.now(), "not_scanned"
        given_up(row, code)


def _keep(installation: Installation, claim: Claim, said: Said) -> None:
    now = installation.clock.now()
    with installation.database.writing() as session:
        row = held(session, ScanRecord, claim)
        row.scanned_at, row.verdict, row.says, row.scanner = (
            now,
            said.verdict,
            said.says,
            said.scanner,
        )
        done(row)
        evidence = session.get_one(EvidenceRecord, row.evidence_id)
        if evidence.erased_at is None:
            record(
                session,
                "evidence.scanned",
                at=now,
                subject=evidence,
                verdict=said.verdict,
                says=said.says,
                scanner=said.scanner,
            )
    logger().info("evidence.scanned", evidence=row.evidence_id, outcome=said.verdict)


SCANS: Final = Kind(
    name=NAME,
    table=ScanRecord,
    waiting=waiting,
    perform=perform,
    give_up=give_up,
    most_attempts=_FOR_EVER,
)
