"""From a sorted mail to its receipt: what the sender is told of the case that it found."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.mailbox.values import Message
from archive.records.evidence import DeliveryRecord, EvidenceRecord, Known
from archive.records.people import PersonRecord
from service.casework.cases.opening import reads_before
from service.casework.mail.found import original_of, sender_of
from service.casework.mail.sorting import Sorted
from service.notices.answering import Asked
from service.notices.receipts import queue_receipt
from service.notices.wording import Said
from service.settings import Settings


def send_receipt(
    session: Session,
    settings: Settings,
    evidence: EvidenceRecord,
    message: Message,
    *,
    found: Sorted,
    now: datetime,
) -> None:
    """Queue the receipt of a sorted mail, or note why there is none."""
    queue_receipt(
        session,
        settings,
        evidence=evidence,
        asked=asked_by(session, evidence, message),
        person=found.person,
        said=_said(session, settings, evidence, message, found),
        case_id=found.case.id if found.case else None,
        message_id=message.message_id,
        now=now,
    )


def asked_by(session: Session, evidence: EvidenceRecord, message: Message) -> Asked:
    """Return what decides whether a mail may be answered: its envelope and its own headers."""
    envelope = session.scalars(
        select(DeliveryRecord.envelope)
        .where(DeliveryRecord.evidence_id == evidence.id)
        .order_by(DeliveryRecord.at)
        .limit(1)
    ).first()
    stated = {
        "auto-submitted": message.auto_submitted,
        "list-id": message.list_id,
        "precedence": message.precedence,
        "return-path": message.return_path,
        "in-reply-to": message.in_reply_to,
    }
    headers = {name: [value] for name, value in stated.items() if value is not None}
    headers["references"] = list(message.references)
    for name, value in message.marks:
        headers.setdefault(name, []).append(value)
    return Asked(
        sender=sender_of(message) or "",
        envelope_from=(envelope or {}).get("mail_from"),
        headers=headers,
        content_type=message.content_type or "text/plain",
        subject=message.subject or "",
    )


def _said(
    session: Session,
    settings: Settings,
    evidence: EvidenceRecord,
    message: Message,
    found: Sorted,
) -> Said:
    if found.case is None:
        return Said(evidence.received_at)
    case = found.case
    handler = session.get(PersonRecord, case.handler_id) if case.handler_id else None
    original = original_of(message)
    return Said(
        evidence.received_at,
        case=case.number,
        joined=found.joined,
        handler=handler.name if handler else None,
        reads_before=None if found.joined else reads_before(case),
        inline_only=original is not None and original.known == Known.TYPED_INLINE,
        my_case_url=f"{settings.url.rstrip('/')}/my-case" if settings.url else None,
    )
