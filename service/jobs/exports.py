"""The making of bundles as a job: its progress stands in the row, for whoever looks."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from archive.errors import EvidenceErased, EvidenceNotFound
from archive.export.redacted import NotRedacted
from archive.ledger.log import record
from archive.records.exports import ExportRecord, ExportState
from service.casework.exporting.making import keep_made, make_package
from service.casework.exporting.making_booklet import make_booklet
from service.documents.errors import DocumentFailed, PrivateContact
from service.documents.fonts import FontsMissing
from service.errors import RightEnded
from service.installation import Installation
from service.jobs.claims import Claim, done, given_up, held
from service.jobs.kinds import Kind, Wake
from service.jobs.progress import Progress


def waiting() -> ColumnElement[bool]:
    """Return which exports wait."""
    return ExportRecord.state == ExportState.WAITING


def perform(installation: Installation, claim: Claim, wake: Wake) -> None:
    """Make the package and keep it under the claim's fence; end where it may not be made."""
    del wake
    try:
        with installation.database.reading() as session:
            alone = session.get_one(ExportRecord, claim.id).only_booklet
        make = make_booklet if alone else make_package
        made = make(installation, claim.id, Progress(installation, ExportRecord, claim))
    except RightEnded:
        _end(installation, claim, ExportState.STOPPED, "right_ended")
        return
    except NotRedacted:
        _end(installation, claim, ExportState.FAILED, "not_redacted")
        return
    except (PrivateContact, DocumentFailed, FontsMissing) as refused:
        _end(installation, claim, ExportState.FAILED, refused.code)
        return
    except (EvidenceErased, EvidenceNotFound):
        _end(installation, claim, ExportState.FAILED, "erased")
        return
    now = installation.clock.now()
    with installation.database.writing() as session:
        export = held(session, ExportRecord, claim)
        export.done = export.total
        done(export)
        keep_made(session, export, made, now)


def give_up(installation: Installation, claim: Claim, code: str) -> None:
    """Leave an export that our own side could not carry out; the page says so."""
    _end(installation, claim, ExportState.FAILED, code)


def _end(installation: Installation, claim: Claim, state: ExportState, reason: str) -> None:
    now = installation.clock.now()
    with installation.database.writing() as session:
        export = held(session, ExportRecord, claim)
        export.state, export.reason = state, reason[:120]
        given_up(export, reason)
        kind = "export.stopped" if state is ExportState.STOPPED else "export.failed"
        record(session, kind, at=now, subject=export, case_id=export.case_id, reason=reason[:120])


EXPORTS = Kind("exports", ExportRecord, waiting, perform, give_up, at_once=1, most_attempts=3)
