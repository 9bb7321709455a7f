"""What a mail says it belongs to: the case number in its subject, and its own Message-ID."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from archive.ledger.log import SYSTEM, record
from archive.mailbox.values import Message
from archive.records.cases import CaseRecord, HarassedRecord
from archive.records.columns import digest_of
from archive.records.evidence import EvidenceRecord
from archive.records.mail import MailSeenRecord
from archive.records.people import PersonRecord
from service.casework.cases.numbering import COPENHAGEN

_NUMBER: Final = re.compile(r"(?<![\w/.-])(20\d\d)-(\d{3,6})(?![\w/-])")
_LEAST_DIGITS: Final = 3


def numbers_in(message: Message, now: datetime) -> tuple[str, ...]:
    """Return the case numbers that a mail's subject names."""
    return numbers_written_in(message.subject or "", now)


def numbers_written_in(text: str, now: datetime) -> tuple[str, ...]:
    """Return what is written as our case numbers are, and may be one by now.

    A longer reference of another system ("24-2026-00123") is none of ours.
    """
    latest = now.astimezone(COPENHAGEN).year
    return tuple(
        f"{year}-{count}"
        for year, count in _NUMBER.findall(text)
        if count == f"{int(count):0{_LEAST_DIGITS}d}" and int(year) <= latest
    )


def open_cases_of(person: PersonRecord) -> Select[CaseRecord]:
    """Return the query for the latest open case that concerns a person."""
    return (
        select(CaseRecord)
        .join(HarassedRecord, HarassedRecord.case_id == CaseRecord.id)
        .where(
            HarassedRecord.person_id == person.id,
            HarassedRecord.removed_at.is_(None),
            CaseRecord.closed_at.is_(None),
        )
        .order_by(CaseRecord.opened_at.desc())
        .limit(1)
    )


def own_open_case(
    session: Session, person: PersonRecord, case: CaseRecord | None
) -> CaseRecord | None:
    """Return the case where it is open and concerns this person, or None."""
    if case is None:
        return None
    return session.scalars(open_cases_of(person).where(CaseRecord.id == case.id)).first()


def first_of(
    session: Session,
    evidence: EvidenceRecord,
    sender: str,
    message_id: str | None,
    now: datetime,
) -> EvidenceRecord | None:
    """Return the evidence in which this sender's mail came first; None where this is the first.

    Its bytes may differ (a mail system marked the subject, a list added a
    footer); its Message-ID is the sender's own name for it (RFC 5322 §3.6.4).
    """
    stated = (message_id or "").strip()
    if not stated:
        return None
    digest = digest_of([sender, stated])
    seen = session.get(MailSeenRecord, digest, with_for_update=True, populate_existing=True)
    if seen is None:
        session.add(MailSeenRecord(digest=digest, evidence_id=evidence.id, at=now))
        session.flush()
        return None
    if seen.evidence_id == evidence.id:
        return None
    first = session.get_one(EvidenceRecord, seen.evidence_id)
    if first.erased_at is not None:
        seen.evidence_id, seen.at = evidence.id, now
        return None
    return first


def note_same_mail(
    session: Session,
    case: CaseRecord,
    evidence: EvidenceRecord,
    first: EvidenceRecord,
    now: datetime,
) -> None:
    """Say in the case's timeline that a mail came once more, changed on its way."""
    record(
        session,
        "evidence.same_mail",
        at=now,
        actor=SYSTEM,
        subject=evidence,
        case_id=case.id,
        first=str(first.id),
    )
