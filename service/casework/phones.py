"""What an employee shares from a phone: kept for that person, once, with a receipt by mail.

A phone names each file itself. Whenever it asks again, a day or a month later, the same file is
the same evidence; so it may try as often as its connection breaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.intake.receive import About, Envelope, Held, Kept
from archive.ledger.log import record
from archive.records.cases import CaseEvidenceRecord, CaseRecord
from archive.records.evidence import EvidenceRecord, Known
from archive.records.people import PersonRecord
from archive.records.phones import PhoneFileRecord, PhoneRecord
from service.access.phones import Phone
from service.casework.cases.merged import is_or_goes_on
from service.casework.cases.opening import join_evidence
from service.casework.evidence.hand_in import KIND, about_from
from service.casework.evidence.held import removed_where_refused, require_all_here
from service.casework.mail.naming import numbers_written_in, open_cases_of
from service.errors import PhoneNotConnected, UploadInvalid
from service.installation import Installation
from service.notices.receipts import queue_phone_receipt
from service.notices.wording import Said

DOOR: Final = "phone"
MOST_SHARED: Final = 1000
_LONGEST: Final = 20_000
_LINK: Final = re.compile(r"https?://[^\s<>\"']{3,1990}")


@dataclass(frozen=True, slots=True)
class Shared:
    """One file as a phone names it: its own id, those shared with it, and what was said.

    `again` is what makes two tries the same one; `of` counts the files of the share.
    """

    file_id: UUID
    share: UUID
    of: int
    again: str
    filename: str | None
    note: str | None = None
    source_url: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What a phone is told: it is kept, and which case it joined by the number in its words."""

    evidence_id: UUID
    sha256: str
    size: int
    case: str | None


def words_of(title: str, text: str, url: str, now: datetime) -> tuple[str | None, str | None]:
    """Return the note and the web address out of what a phone's programs say of a share.

    They put the address anywhere, and nobody is asked to correct it: what is no good address
    stays in the note.
    """
    said = [part.replace("\0", "").strip() for part in (title, text, url)]
    link = _LINK.search(said[2]) or _LINK.search(said[1])
    address = link.group() if link else None
    if address is not None:
        try:
            address = about_from({"source_url": address}, now).source_url
        except UploadInvalid:
            address = None
    note = "\n".join(dict.fromkeys(part for part in said if part and part != address))
    return note[:_LONGEST] or None, address


def received_already(session: Session, person_id: UUID, file_id: UUID) -> Received | None:
    """Return what a phone's file became earlier, or None."""
    row = session.get(PhoneFileRecord, (person_id, file_id))
    if row is None:
        return None
    evidence = session.get_one(EvidenceRecord, row.evidence_id)
    number = session.scalars(
        select(CaseRecord.number)
        .join(CaseEvidenceRecord, CaseEvidenceRecord.case_id == CaseRecord.id)
        .where(
            CaseEvidenceRecord.evidence_id == evidence.id,
            CaseEvidenceRecord.added_by == f"person:{person_id}",
        )
    ).first()
    return Received(evidence.id, str(evidence.sha256), evidence.size, number)


def receive_file(
    installation: Installation, standing: Callable[[], Phone], held: Held, shared: Shared
) -> Received:
    """Commit one shared file as evidence of the person whose phone `standing` returns by now.

    It joins that person's own open case where the words name its number, and is sorted by hand
    otherwise. The receipt leaves when the last file of the share is here. Raises what `standing`
    does, `PhoneNotConnected` for a phone that was ended in the meantime, `UploadGone`; then
    nothing of the file is kept.
    """
    now = installation.clock.now()
    with removed_where_refused(installation, held):
        phone = standing()
        person_id = _person_of(phone)
        require_all_here(installation, held)
        with installation.database.reading() as session:
            case_id = _case_named(session, person_id, shared.note or "", now)

    def also(session: Session, kept: Kept) -> None:
        row = _connected(session, phone, now)
        case = _still_open(session, person_id, case_id)
        if case is not None:
            evidence = session.get_one(EvidenceRecord, kept.id)
            join_evidence(session, case, evidence, now, phone.who.actor)
        if session.get(PhoneFileRecord, (person_id, shared.file_id)) is None:
            _note_file(session, installation, row, kept, shared, case=case, now=now)

    about = About(
        kind=KIND,
        filename=shared.filename,
        known=Known.HANDED_IN,
        note=shared.note,
        source_url=shared.source_url,
        unit_id=phone.who.unit_id,
        case_id=case_id,
    )
    envelope = Envelope(DOOR, phone.who.actor, _facts(phone, shared))
    failed: Exception | None = None
    try:
        installation.intake.register(held, about, envelope, now, also)
    except IntegrityError as twice:
        # The same file came twice at once, by other bytes: the first of them is the file.
        failed = twice
    with installation.database.reading() as session:
        received = received_already(session, person_id, shared.file_id)
    if received is None:
        raise failed or LookupError("what was committed is not there")
    return received


def received_of_share(session: Session, phone: Phone, share: UUID) -> Sequence[UUID]:
    """Return the evidence of one share, so far."""
    return session.scalars(
        select(PhoneFileRecord.evidence_id).where(
            PhoneFileRecord.person_id == phone.who.person_id, PhoneFileRecord.share == share
        )
    ).all()


def _facts(phone: Phone, shared: Shared) -> dict[str, Any]:
    return {
        "phone": str(phone.id),
        "again": shared.again,
        "filename": shared.filename,
        "note": shared.note,
        "source_url": shared.source_url,
    }


def _person_of(phone: Phone) -> UUID:
    if phone.who.person_id is None:
        raise ValueError("a phone belongs to a person")
    return phone.who.person_id


def _case_named(session: Session, person_id: UUID, words: str, now: datetime) -> UUID | None:
    """Return the person's own open case whose number stands in the words, as in a mail's subject.

    A number opens no one else's case (a guessed one neither).
    """
    own = open_cases_of(session.get_one(PersonRecord, person_id))
    for number in numbers_written_in(words, now):
        case = session.scalars(own.where(is_or_goes_on(number))).first()
        if case is not None:
            return case.id
    return None


def _connected(session: Session, phone: Phone, now: datetime) -> PhoneRecord:
    """Return the phone's row, held until the commit: what ends it comes before this or after."""
    row = session.get_one(PhoneRecord, phone.id, with_for_update=True, populate_existing=True)
    if row.revoked_at is not None or row.expires_at <= now:
        raise PhoneNotConnected("this phone was ended in the meantime")
    return row


def _still_open(session: Session, person_id: UUID, case_id: UUID | None) -> CaseRecord | None:
    """Return the case that the words name, unless it was closed or left a moment ago."""
    if case_id is None:
        return None
    own = open_cases_of(session.get_one(PersonRecord, person_id))
    query = own.where(CaseRecord.id == case_id).with_for_update(key_share=True, of=CaseRecord)
    return session.scalars(query).first()


def _note_file(
    session: Session,
    installation: Installation,
    phone: PhoneRecord,
    kept: Kept,
    shared: Shared,
    *,
    case: CaseRecord | None,
    now: datetime,
) -> None:
    """Remember what the file became; tell the ledger of the phone's use, and the person of all."""
    person_id = phone.person_id
    # Two files of one share at once must not both be the last: the second waits here.
    person = session.get_one(PersonRecord, person_id, with_for_update={"key_share": True})
    session.add(
        PhoneFileRecord(
            person_id=person_id,
            file_id=shared.file_id,
            share=shared.share,
            evidence_id=kept.id,
            at=now,
        )
    )
    session.flush()
    here = session.scalar(
        select(func.count())
        .select_from(PhoneFileRecord)
        .where(PhoneFileRecord.person_id == person_id, PhoneFileRecord.share == shared.share)
    )
    phone.last_used_at = now
    if here == 1:
        actor = f"person:{person_id}"
        record(session, "phone.used", at=now, actor=actor, subject=phone, files=shared.of)
    if here == shared.of:
        queue_phone_receipt(
            session,
            installation.settings,
            evidence_id=kept.id,
            person=person,
            said=Said(now, case=case.number if case else None, joined=True, from_phone=True),
            case_id=case.id if case else None,
            now=now,
        )
