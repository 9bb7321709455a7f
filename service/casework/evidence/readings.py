"""What a program found in a piece of evidence: sealed beside the original, never instead of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from archive.errors import EvidenceErased, EvidenceNotFound
from archive.intake.receive import evidence_key, object_row
from archive.ledger.log import record
from archive.mailbox.values import Message
from archive.records.evidence import (
    EvidenceRecord,
    EvidenceState,
    ObjectRecord,
    ReadingRecord,
    WrappedKeyRecord,
)
from archive.vault.sealing import EvidenceKey, WrappedKey
from archive.vault.vault import Sealed, StoredObject, Vault
from service.casework.mail.found import text_of

ORIGINAL: Final = "original"
READING: Final = "reading"
PREVIEW: Final = "preview"
THUMBNAIL: Final = "thumbnail"
READ: Final = "read"
COULD_NOT: Final = "could_not"
_LATEST: Final = (
    select(ReadingRecord, ObjectRecord, WrappedKeyRecord)
    .outerjoin(ObjectRecord, ObjectRecord.name == ReadingRecord.object_name)
    .outerjoin(WrappedKeyRecord, WrappedKeyRecord.evidence_id == ReadingRecord.evidence_id)
    .where(ReadingRecord.evidence_id == bindparam("of"))
    .order_by(ReadingRecord.made_at.desc(), ReadingRecord.id)
    .limit(1)
)


@dataclass(frozen=True)
class ToRead:
    """A piece of evidence with what is needed to open its original."""

    id: UUID
    kind: str
    media_type: str
    state: str
    original: ObjectRecord
    key: EvidenceKey

    def stream(self, vault: Vault) -> Iterator[bytes]:
        """Yield the original, its digest checked at the end."""
        return vault.stream(self.key, self.original)


@dataclass(frozen=True)
class Derived:
    """Something sealed that was made from an original."""

    role: str
    media_type: str
    sealed: Sealed
    characters: int | None = None
    """How long the text in it is, in code points; None where it holds none."""


@dataclass(frozen=True)
class Result:
    """How a reading ended. `reason` is a code where it could not be read."""

    reader: str
    version: str
    reason: str | None = None
    derived: tuple[Derived, ...] = ()


@dataclass(frozen=True)
class StoredReading:
    """The latest reading of a piece of evidence: its facts, opened."""

    reader: str
    made_at: datetime
    outcome: str
    reason: str | None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def message(self) -> Message | None:
        """The mail that was read; None where it is none."""
        return Message.from_facts(dict(self.facts)) if self.reader == "message" else None


@dataclass(frozen=True, slots=True)
class SealedReading:
    """The latest reading of a piece of evidence, not yet opened.

    `stored` is where what was found lies, None where nothing was; `key` what it is sealed
    with, None where it is erased.
    """

    reader: str
    made_at: datetime
    outcome: str
    reason: str | None
    stored: StoredObject | None
    key: WrappedKey | WrappedKeyRecord | None

    def opened(self, vault: Vault) -> StoredReading:
        """Return it with its facts; raises `EvidenceErased` where its key is gone."""
        facts: dict[str, Any] = {}
        if self.stored is not None:
            if self.key is None:
                raise EvidenceErased(f"what was read in {self.stored.name} has no key left")
            key = vault.unwrap(WrappedKey(self.key.key_id, self.key.wrapped))
            facts = json.loads(vault.read(key, self.stored))
        return StoredReading(self.reader, self.made_at, self.outcome, self.reason, facts)


def to_read(session: Session, vault: Vault, evidence_id: UUID) -> ToRead:
    """Load a piece of evidence and its key; raises `EvidenceErased`."""
    evidence = session.get_one(EvidenceRecord, evidence_id)
    return ToRead(
        evidence.id,
        evidence.kind,
        evidence.media_type,
        evidence.state,
        object_of(session, evidence_id, ORIGINAL),
        evidence_key(session, vault, evidence_id),
    )


def object_of(session: Session, evidence_id: UUID, role: str) -> ObjectRecord:
    """Return the latest object of a role; raises `EvidenceNotFound`."""
    row = session.scalars(
        select(ObjectRecord)
        .where(ObjectRecord.evidence_id == evidence_id, ObjectRecord.role == role)
        .order_by(ObjectRecord.made_at.desc(), ObjectRecord.name)
        .limit(1)
    ).first()
    if row is None:
        raise EvidenceNotFound(f"evidence {evidence_id} has no {role}")
    return row


def seal_facts(vault: Vault, key: EvidenceKey, facts: Mapping[str, Any]) -> Derived:
    """Seal what was found, as JSON."""
    plain = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
    return Derived(READING, "application/json", vault.keep(key, plain), _characters(facts))


def discard(vault: Vault, derived: tuple[Derived, ...]) -> None:
    """Remove sealed objects that no row will name."""
    for item in derived:
        vault.discard(item.sealed.name, item.sealed.segments)


def keep_reading(
    session: Session, evidence: EvidenceRecord, result: Result, now: datetime
) -> ReadingRecord:
    """Write the first reading of a held row, and say in the ledger and the row how it ended."""
    evidence.state = EvidenceState.UNREADABLE if result.reason else EvidenceState.READ
    return add_reading(session, evidence, result, now)


def add_reading(
    session: Session, evidence: EvidenceRecord, result: Result, now: datetime
) -> ReadingRecord:
    """Write one more reading, and say in the ledger how it ended; the row's state stays."""
    made_by = f"{result.reader} {result.version}"
    for item in result.derived:
        session.add(
            object_row(evidence.id, item.sealed, item.role, item.media_type, now, made_by=made_by)
        )
    # The reading's row names an object that must stand first.
    session.flush()
    found = next((item for item in result.derived if item.role == READING), None)
    reading = ReadingRecord(
        id=uuid4(),
        evidence_id=evidence.id,
        reader=result.reader,
        version=result.version,
        made_at=now,
        outcome=COULD_NOT if result.reason else READ,
        reason=result.reason,
        object_name=found.sealed.name if found else None,
        characters=found.characters if found else None,
    )
    session.add(reading)
    record(
        session,
        "evidence.could_not_be_read" if result.reason else "evidence.read",
        at=now,
        subject=evidence,
        reader=result.reader,
        version=result.version,
        reason=result.reason,
    )
    return reading


def has_been_read(session: Session, evidence_id: UUID) -> bool:
    """Tell whether some reading of this evidence went well."""
    query = select(ReadingRecord.id).where(
        ReadingRecord.evidence_id == evidence_id, ReadingRecord.outcome == READ
    )
    return session.execute(query.limit(1)).first() is not None


def latest_reading(session: Session, vault: Vault, evidence_id: UUID) -> StoredReading | None:
    """Return the latest reading with its facts; None before the first.

    Raises `EvidenceErased` where there was one and its key is gone.
    """
    found = session.execute(_LATEST, {"of": evidence_id}).one_or_none()
    if found is None:
        return None
    row, stored, key = found
    sealed = SealedReading(row.reader, row.made_at, row.outcome, row.reason, stored, key)
    return sealed.opened(vault)


def texts_in(session: Session, vault: Vault, evidence_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the text that was last read in each piece; one without text or key is left out."""
    query = (
        select(ReadingRecord, ObjectRecord, WrappedKeyRecord)
        .join(ObjectRecord, ObjectRecord.name == ReadingRecord.object_name)
        .join(WrappedKeyRecord, WrappedKeyRecord.evidence_id == ReadingRecord.evidence_id)
        .where(ReadingRecord.evidence_id.in_(evidence_ids))
        .order_by(ReadingRecord.made_at, ReadingRecord.id.desc())
    )
    last = {row[0].evidence_id: row for row in session.execute(query)}
    found = {}
    for evidence_id, (reading, stored, key) in last.items():
        plain = vault.read(vault.unwrap(WrappedKey(key.key_id, key.wrapped)), stored)
        opened = StoredReading(
            reading.reader, reading.made_at, reading.outcome, reading.reason, json.loads(plain)
        )
        if text := spoken_text(opened):
            found[evidence_id] = text
    return found


def lengths_of(session: Session, evidence_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return how long the text is that was last read in each piece; nothing is unsealed."""
    query = (
        select(ReadingRecord.evidence_id, ReadingRecord.characters)
        .where(ReadingRecord.evidence_id.in_(evidence_ids))
        .order_by(ReadingRecord.made_at, ReadingRecord.id.desc())
    )
    last = {row.evidence_id: row.characters for row in session.execute(query)}
    return {evidence_id: length for evidence_id, length in last.items() if length}


def text_in(session: Session, vault: Vault, evidence_id: UUID) -> str:
    """Return the text that was read in a piece of evidence.

    Raises `EvidenceNotFound` where none was read, `EvidenceErased` where nothing is left.
    """
    reading = latest_reading(session, vault, evidence_id)
    text = spoken_text(reading) if reading else None
    if not text:
        raise EvidenceNotFound(f"no text was read in {evidence_id}")
    return text


def _characters(facts: Mapping[str, Any]) -> int | None:
    """Return the length of what `spoken_text` would return, so that nobody unseals to count."""
    told = facts.get("text")
    with suppress(ValueError):  # no mail: its text, if any, stands among the facts
        told = text_of(Message.from_facts(dict(facts)))
    return len(told) if isinstance(told, str) and told else None


def spoken_text(reading: StoredReading) -> str | None:
    """Return the text of a reading as it is to be shown, or None where it holds none."""
    if reading.message is not None:
        return text_of(reading.message) or None
    text = reading.facts.get("text")
    return text if isinstance(text, str) and text else None
