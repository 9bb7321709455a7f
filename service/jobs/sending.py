"""The notices job: what is queued leaves by the way out, once as far as anyone can tell.

Alerts leave by a lane of their own: no heap of other mails, no slow answer of the mail system to
one of them, and no flood at the doors keeps them waiting.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import NoticeRecord
from service.access.people import person_by_email
from service.casework.telling.gathering import take_back
from service.casework.telling.unreachable import REFUSED, note_unreachable
from service.installation import Installation
from service.jobs.claims import Claim, done, given_up, held
from service.jobs.errors import TryLater
from service.jobs.kinds import Kind, Wake
from service.notices.kinds import ALERT
from service.notices.outgoing import NotSent, way_out

NAME = "notices"


def waiting() -> ColumnElement[bool]:
    """Return the condition that a notice, but for alerts, has not left yet."""
    return NoticeRecord.sent_at.is_(None) & (NoticeRecord.kind != ALERT)


def alerts_waiting() -> ColumnElement[bool]:
    """Return the condition that an alert has not left yet."""
    return NoticeRecord.sent_at.is_(None) & (NoticeRecord.kind == ALERT)


def perform(installation: Installation, claim: Claim, wake: Wake) -> None:
    """Send one notice outside any transaction, then write that it has left."""
    del wake
    with installation.database.reading() as session:
        notice = session.get_one(NoticeRecord, claim.id)
        recipient, message = notice.recipient, notice.message
    try:
        way_out(installation.settings).send(claim.id, recipient, message)
    except NotSent as failed:
        if failed.final:
            give_up(installation, claim, failed.code)
            return
        raise TryLater(failed.code) from failed
    now = installation.clock.now()
    with installation.database.writing() as session:
        sent = held(session, NoticeRecord, claim)
        sent.sent_at = now
        done(sent)
        record(session, "notice.sent", at=now, subject=sent, case_id=sent.case_id, notice=sent.kind)


def give_up(installation: Installation, claim: Claim, code: str) -> None:
    """Leave the notice unsent, and say so in the ledger: somebody must be told in another way."""
    now = installation.clock.now()
    with installation.database.writing() as session:
        notice = held(session, NoticeRecord, claim)
        given_up(notice, code)
        record(
            session,
            "notice.not_sent",
            at=now,
            subject=notice,
            case_id=notice.case_id,
            notice=notice.kind,
            code=code,
        )
        if code in REFUSED:
            _tell_otherwise(session, installation, notice, code, now)


def _tell_otherwise(
    session: Session, installation: Installation, notice: NoticeRecord, code: str, now: datetime
) -> None:
    """There is no such mailbox: note whose it was, and let others get what the mail carried."""
    person = person_by_email(session, notice.recipient)
    if person is not None:
        note_unreachable(session, person, code, settings=installation.settings, now=now)
    take_back(session, notice, now)


NOTICES = Kind(
    name=NAME,
    table=NoticeRecord,
    waiting=waiting,
    perform=perform,
    give_up=give_up,
    at_once=1,
    most_attempts=20,
)
ALERTS = replace(NOTICES, name="alert_mails", waiting=alerts_waiting, woken_as=NAME, gives_way=0.0)
