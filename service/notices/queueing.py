"""Putting a notice in the queue: composed whole, kept as it will be sent, told to the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zlib import crc32

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import NoticeRecord
from service.notices.composing import Letterhead, compose
from service.notices.sealing import WITNESS
from service.settings import Settings

A_DAY = timedelta(hours=24)
_ADDRESSES = 0x6E6F74
"""The class of PostgreSQL's advisory locks that stand for recipients."""


def letterhead(settings: Settings) -> Letterhead:
    """Return from whom notices come."""
    return Letterhead(settings.sender_address or settings.archive_address, settings.municipality)


def queue_notice(
    session: Session,
    *,
    settings: Settings,
    kind: str,
    recipient: str,
    subject: str,
    body: str,
    language: str,
    now: datetime,
    answers: str | None = None,
    case_id: UUID | None = None,
    evidence_id: UUID | None = None,
    not_before: datetime | None = None,
) -> NoticeRecord:
    """Queue one mail to one recipient; raises `AddressUnusable`.

    `evidence_id` with `kind` is what makes it the same notice: one piece of
    evidence is answered once, however often its reading is tried. It leaves at
    once, or `not_before` a moment (`service.casework.telling.asking.when_told`).
    """
    if evidence_id is not None:
        standing = session.scalars(
            select(NoticeRecord).where(
                NoticeRecord.evidence_id == evidence_id,
                NoticeRecord.kind == kind,
                NoticeRecord.recipient == recipient,
            )
        ).first()
        if standing is not None:
            return standing
    notice_id = uuid4()
    notice = NoticeRecord(
        id=notice_id,
        kind=kind,
        case_id=case_id,
        evidence_id=evidence_id,
        recipient=recipient,
        message=compose(
            notice_id,
            letterhead=letterhead(settings),
            recipient=recipient,
            subject=subject,
            body=body,
            language=language,
            answers=answers,
            now=now,
            plain_only=kind == WITNESS,
        ),
        made_at=now,
        next_attempt_at=not_before or now,
    )
    session.add(notice)
    record(
        session,
        "notice.made",
        at=now,
        subject=notice,
        case_id=case_id,
        notice=kind,
        recipient=recipient,
    )
    return notice


def queued_today(session: Session, recipient: str, now: datetime) -> int:
    """Count what this address was sent by itself in the last 24 hours.

    Until the commit nobody else counts for the same address, so that two mails
    at once cannot both be the first of the day.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            select(func.pg_advisory_xact_lock(_ADDRESSES, crc32(recipient.encode()) - 2**31))
        )
    query = (
        select(func.count())
        .select_from(NoticeRecord)
        .where(NoticeRecord.recipient == recipient, NoticeRecord.made_at > now - A_DAY)
    )
    return session.scalar(query) or 0
