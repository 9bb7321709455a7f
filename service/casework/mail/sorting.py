"""Where a mail belongs: the case that it continues, a new one, or the pile to be sorted by hand.

Mail carries no authority. Its sender's address only names who handed it in;
it opens no case but that person's own, and adds to none but theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.log import SYSTEM, record
from archive.mailbox.values import Message
from archive.records.cases import AccountRecord, CaseEvidenceRecord, CaseRecord
from archive.records.evidence import EvidenceRecord
from archive.records.pages import VisitRecord
from archive.records.people import PersonRecord
from service.access.people import person_by_email
from service.casework.capture.requesting import page_of
from service.casework.cases.merged import is_or_goes_on
from service.casework.cases.opening import add_account, join_evidence, open_case
from service.casework.mail.found import PLATFORM, links_of, original_of, sender_of
from service.casework.mail.links import worth_visiting
from service.casework.mail.naming import (
    first_of,
    note_same_mail,
    numbers_in,
    open_cases_of,
    own_open_case,
)
from service.procedure.model import Procedure

LINK: Final = "link"
"""The purpose of a visit to an address that stands in handed-in evidence."""


class Unsorted(StrEnum):
    """Why a mail waits for a person to sort it."""

    SENDER_UNKNOWN = "sender_unknown"
    SENDER_UNCLEAR = "sender_unclear"
    SENT_BY_A_MACHINE = "sent_by_a_machine"
    COULD_NOT_BE_READ = "could_not_be_read"
    COULD_NOT_BE_SORTED = "could_not_be_sorted"
    CASE_UNKNOWN = "case_unknown"
    SAME_MAIL = "same_mail"


@dataclass(frozen=True, slots=True)
class Sorted:
    """What became of a mail. Without a case, `why` says what a person must settle."""

    case: CaseRecord | None = None
    person: PersonRecord | None = None
    joined: bool = False
    why: Unsorted | None = None


def sort_mail(
    session: Session,
    evidence: EvidenceRecord,
    message: Message,
    *,
    procedure: Procedure,
    now: datetime,
    own_hosts: frozenset[str] = frozenset(),
    listed: frozenset[tuple[str, int]] = frozenset(),
) -> Sorted:
    """Let a read mail join or open a case; what is in a case already stays where it is."""
    sender = sender_of(message)
    person = person_by_email(session, sender) if sender else None
    if person is not None and person.ended_at is not None and person.ended_at <= now:
        person = None
    standing = _case_with(session, evidence)
    if standing is not None:
        return Sorted(standing, person, joined=True)
    why = _why_not(message, sender, person)
    if person is None or why is not None:
        return leave_unsorted(session, evidence, why or Unsorted.SENDER_UNKNOWN, now)
    # Two mails of one person at once must not open two cases: the second waits here.
    session.execute(
        select(PersonRecord.id).where(PersonRecord.id == person.id).with_for_update(key_share=True)
    )
    first = first_of(session, evidence, sender or "", message.message_id, now)
    if first is not None:
        case = own_open_case(session, person, _case_with(session, first))
        why = Unsorted.SAME_MAIL if case is None else None
    else:
        case, why = _continued(session, message, person, now)
    if why is not None:
        leave_unsorted(session, evidence, why, now)
        return Sorted(person=person, why=why)
    joined = case is not None
    account = (original := original_of(message)) and original.account()
    if case is None:
        sent_at = original.sent_at if original else None
        case = open_case(
            session,
            procedure=procedure,
            unit_id=person.unit_id,
            harassed=[person],
            accounts=[account] if account else [],
            evidence=[evidence],
            now=now,
            incident_at=sent_at if sent_at is not None and sent_at <= now else None,
        )
    else:
        join_evidence(session, case, evidence, now, SYSTEM)
        if first is not None:
            note_same_mail(session, case, evidence, first, now)
        if account:
            add_account(session, case, account, now, SYSTEM)
    urls = worth_visiting(links_of(message), own_hosts, listed)
    ask_for_visits(session, case, urls, now, SYSTEM)
    return Sorted(case, person, joined)


def leave_unsorted(
    session: Session, evidence: EvidenceRecord, why: Unsorted, now: datetime
) -> Sorted:
    """Put a mail on the pile to be sorted, with the reason."""
    record(session, "evidence.left_unsorted", at=now, subject=evidence, why=why.value)
    return Sorted(why=why)


def ask_for_visits(
    session: Session, case: CaseRecord, urls: Sequence[str], now: datetime, actor: str
) -> list[VisitRecord]:
    """Ask for a capture of each address; one that this case has asked for stands already."""
    asked = []
    for url in urls:
        standing = select(VisitRecord.id).where(
            VisitRecord.case_id == case.id, VisitRecord.url == url, VisitRecord.purpose == LINK
        )
        if session.scalars(standing).first() is not None:
            continue
        visit = VisitRecord(
            id=uuid4(),
            url=url,
            page_id=page_of(session, url),
            case_id=case.id,
            requested_at=now,
            requested_by=actor,
            purpose=LINK,
            next_attempt_at=now,
        )
        session.add(visit)
        record(
            session,
            "capture.requested",
            at=now,
            actor=actor,
            subject=visit,
            case_id=case.id,
            url=url,
        )
        asked.append(visit)
    return asked


def _why_not(message: Message, sender: str | None, person: PersonRecord | None) -> Unsorted | None:
    if sender is None:
        return Unsorted.SENDER_UNCLEAR if message.from_ else Unsorted.COULD_NOT_BE_READ
    if person is None:
        return Unsorted.SENDER_UNKNOWN
    return Unsorted.SENT_BY_A_MACHINE if message.automatic else None


def _continued(
    session: Session, message: Message, person: PersonRecord, now: datetime
) -> tuple[CaseRecord | None, Unsorted | None]:
    """Return the open case of this person that the mail continues.

    Either the subject names it, or its original comes from an account that
    stands in it. A number alone opens no one else's case (a guessed one neither),
    and a number that is none of theirs is never passed over: a person looks at it.
    """
    own = open_cases_of(person)
    numbers = numbers_in(message, now)
    for number in numbers:
        named = session.scalars(own.where(is_or_goes_on(number))).first()
        if named is not None:
            return named, None
    if numbers:
        return None, Unsorted.CASE_UNKNOWN
    original = original_of(message)
    if original is None or not original.address:
        return None, None
    same_account = own.join(AccountRecord, AccountRecord.case_id == CaseRecord.id).where(
        AccountRecord.platform == PLATFORM,
        AccountRecord.address == original.address.lower(),
    )
    return session.scalars(same_account).first(), None


def _case_with(session: Session, evidence: EvidenceRecord) -> CaseRecord | None:
    return session.scalars(
        select(CaseRecord)
        .join(CaseEvidenceRecord, CaseEvidenceRecord.case_id == CaseRecord.id)
        .where(CaseEvidenceRecord.evidence_id == evidence.id, CaseRecord.merged_into.is_(None))
        .order_by(CaseRecord.opened_at)
        .limit(1)
    ).first()
