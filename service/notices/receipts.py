"""The receipt for a mail: whether there is one, to whom, in which language, with what in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import NoticeRecord
from archive.records.evidence import EvidenceRecord
from archive.records.people import PersonRecord
from service.access.phones import make_link
from service.notices.answering import Asked, Silence, answers_us, silence
from service.notices.composing import AddressUnusable
from service.notices.kinds import RECEIPT
from service.notices.queueing import letterhead, queue_notice, queued_today
from service.notices.wording import DEFAULT_LANGUAGE, Said, body, receipt_subjects, subject
from service.settings import Settings

MOST_A_DAY: Final = 20
"""A person in a storm forwards many mails; two machines that answer each other forward more."""


def queue_receipt(
    session: Session,
    settings: Settings,
    *,
    evidence: EvidenceRecord,
    asked: Asked,
    person: PersonRecord | None,
    said: Said,
    case_id: UUID | None,
    message_id: str | None,
    now: datetime,
) -> NoticeRecord | Silence:
    """Queue the receipt for a mail, or say why there is none.

    One of ours gets it at the address that we know, in their own language;
    anyone else gets it where the envelope came from, and learns of no case.
    """
    if person is None:
        said, case_id = Said(said.received_at), None
    recipient = _recipient(asked, person)
    rarely = person is None or answers_us(asked, own_domain(settings), receipt_subjects())
    why = _why_silent(session, settings, asked, recipient, rarely=rarely, now=now)
    if why is None:
        language = person.language if person else DEFAULT_LANGUAGE
        if person is not None and settings.url:
            said = replace(said, phone_url=phone_link(session, settings.url, person.id, now))
        try:
            return queue_notice(
                session,
                settings=settings,
                kind=RECEIPT,
                recipient=recipient,
                subject=subject(said, language),
                body=body(said, settings, language, now),
                language=language,
                answers=message_id,
                case_id=case_id,
                evidence_id=evidence.id,
                now=now,
            )
        except AddressUnusable:
            why = Silence.NO_ADDRESS
    record(session, "notice.withheld", at=now, subject=evidence, why=why.value)
    return why


def queue_phone_receipt(
    session: Session,
    settings: Settings,
    *,
    evidence_id: UUID,
    person: PersonRecord,
    said: Said,
    case_id: UUID | None,
    now: datetime,
) -> NoticeRecord | None:
    """Queue the receipt for what a phone has shared; None where there is no address, or enough."""
    if not person.email or queued_today(session, person.email, now) >= MOST_A_DAY:
        return None
    try:
        return queue_notice(
            session,
            settings=settings,
            kind=RECEIPT,
            recipient=person.email,
            subject=subject(said, person.language),
            body=body(said, settings, person.language, now),
            language=person.language,
            case_id=case_id,
            evidence_id=evidence_id,
            now=now,
        )
    except AddressUnusable:
        return None


def phone_link(session: Session, url: str, person_id: UUID, now: datetime) -> str:
    """Return the address of a new link that connects one phone to a person."""
    return f"{url.rstrip('/')}/phone/link/{make_link(session, person_id, now)}"


def own_domain(settings: Settings) -> str:
    """Return the domain of our own Message-IDs."""
    return letterhead(settings).address.rpartition("@")[2]


def _recipient(asked: Asked, person: PersonRecord | None) -> str:
    """RFC 3834 §4: an answer goes where the envelope came from, unless we know better."""
    if person is not None and person.email:
        return person.email
    return asked.envelope_from if asked.envelope_from is not None else asked.sender


def _why_silent(
    session: Session,
    settings: Settings,
    asked: Asked,
    recipient: str,
    *,
    rarely: bool,
    now: datetime,
) -> Silence | None:
    own = {settings.archive_address.lower(), letterhead(settings).address.lower()}
    why = silence(asked, frozenset(own))
    if why is not None:
        return why
    if queued_today(session, recipient, now) >= (1 if rarely else MOST_A_DAY):
        return Silence.ENOUGH_TODAY
    return None
