"""The check of one original as a job: an original of gigabytes holds up no request.

How far it is stands in the row, in segments of the sealed object; what came
of it goes to the ledger under the name of whoever asked.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement

from archive.errors import EvidenceNotFound
from archive.ledger.log import record
from archive.records.evidence import EvidenceRecord
from archive.records.operations import CheckRecord
from service.casework.evidence.checking import count_over
from service.casework.evidence.numbers import row_key
from service.casework.evidence.originals import original_of
from service.installation import Installation
from service.jobs.claims import Claim, done, given_up, held
from service.jobs.kinds import Kind, Wake
from service.jobs.progress import Progress

NAME = "checks"


def waiting() -> ColumnElement[bool]:
    """Return which checks wait."""
    return CheckRecord.ended_at.is_(None)


def perform(installation: Installation, claim: Claim, wake: Wake) -> None:
    """Count one original over, and keep what was found under the claim's fence."""
    del wake
    with installation.database.reading() as session:
        evidence_id = session.get_one(CheckRecord, claim.id).evidence_id
        try:
            stored = original_of(session, session.get_one(EvidenceRecord, evidence_id))
        except EvidenceNotFound:
            stored = None
    if stored is None:
        give_up(installation, claim, "erased")
        return
    tell = Progress(installation, CheckRecord, claim)
    found = count_over(installation, stored, lambda done: tell(done, stored.segments))
    now = installation.clock.now()
    with installation.database.writing() as session:
        check = held(session, CheckRecord, claim)
        check.ended_at, check.result = now, str(found)
        check.done = check.total = stored.segments
        done(check)
        record(
            session,
            "evidence.checked",
            at=now,
            actor=check.asked_by,
            subject=row_key(evidence_id),
            result=str(found),
        )


def give_up(installation: Installation, claim: Claim, code: str) -> None:
    """Leave a check that our own side could not carry out; nothing is said of the original."""
    with installation.database.writing() as session:
        check = held(session, CheckRecord, claim)
        check.ended_at = installation.clock.now()
        given_up(check, code)


CHECKS = Kind(NAME, CheckRecord, waiting, perform, give_up, at_once=1, most_attempts=3)
