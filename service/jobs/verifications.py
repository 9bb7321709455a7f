"""The check of everything as a job: its progress stands in the row, for whoever looks."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import ColumnElement

from archive.errors import ObjectMissing
from archive.ledger.apart import FolderApart, heads_in
from archive.ledger.log import record
from archive.ledger.outside_files import GivenHead
from archive.ledger.verify import verify
from archive.records.operations import VerificationRecord
from service.installation import Installation
from service.jobs.claims import Claim, done, given_up, held
from service.jobs.kinds import Kind, Wake
from service.jobs.progress import Progress

MOST_FINDINGS = 200


def waiting() -> ColumnElement[bool]:
    """Return which checks wait."""
    return VerificationRecord.ended_at.is_(None)


def perform(installation: Installation, claim: Claim, wake: Wake) -> None:
    """Check everything, and keep what was found under the claim's fence."""
    del wake
    told = Progress(installation, VerificationRecord, claim)
    heads, unread = _heads_apart(installation)
    report = verify(
        installation.database,
        installation.objects,
        public_key=installation.signer.public_key,
        heads=heads,
        progress=told,
    )
    report = replace(report, unchecked=(*report.unchecked, *unread))
    result = replace(report, findings=report.findings[:MOST_FINDINGS]).to_json()
    now = installation.clock.now()
    with installation.database.writing() as session:
        run = held(session, VerificationRecord, claim)
        run.ended_at, run.result = now, result
        run.done = run.total = max(run.total, told.total)
        done(run)
        record(
            session,
            "verification.ended",
            at=now,
            subject=f"check:{run.id}",
            ok=report.ok,
            findings=len(report.findings),
        )


def give_up(installation: Installation, claim: Claim, code: str) -> None:
    """Leave a check that our own side could not carry out; the page says that it broke off."""
    now = installation.clock.now()
    with installation.database.writing() as session:
        run = held(session, VerificationRecord, claim)
        run.ended_at = now
        given_up(run, code)
        # What was asked for stands in the ledger; that nothing came of it belongs there too.
        record(
            session, "verification.broke_off", at=now, subject=f"check:{run.id}", reason=code[:120]
        )


def _heads_apart(installation: Installation) -> tuple[tuple[GivenHead, ...], tuple[str, ...]]:
    """Return the heads in the store that the owner of this machine does not own."""
    folder = installation.settings.heads_folder
    if folder is None:
        return (), ()
    try:
        return tuple(heads_in(FolderApart(folder), installation.signer.origin)), ()
    except (OSError, ObjectMissing):
        return (), ("heads in the folder elsewhere: it could not be read",)


VERIFICATIONS = Kind(
    "verifications", VerificationRecord, waiting, perform, give_up, at_once=1, most_attempts=2
)
