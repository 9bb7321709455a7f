"""Everything that the annexes of many pieces need, read with a few queries."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from archive.errors import ArchiveError
from archive.mailbox.values import Message
from archive.records.evidence import (
    DeliveryRecord,
    EvidenceRecord,
    ObjectRecord,
    ReadingRecord,
    WrappedKeyRecord,
)
from archive.records.pages import DecisionRecord, FindingRecord, PostRecord, VisitRecord
from archive.records.people import PersonRecord
from archive.records.readings import ScanRecord
from archive.vault.sealing import EvidenceKey, WrappedKey
from archive.vault.vault import Vault
from service.casework.cases.listing import actor_names
from service.casework.evidence.numbers import receipts
from service.casework.evidence.readers import ReadBy, readers_by
from service.casework.evidence.scans import INFECTED
from service.casework.mail.found import understood

_MANY = 400


@dataclass
class LookedUp:
    """What is known of the pieces, by evidence."""

    keys: dict[UUID, EvidenceKey] = field(default_factory=dict)
    objects: dict[UUID, list[ObjectRecord]] = field(default_factory=lambda: defaultdict(list))
    facts: dict[UUID, Mapping[str, Any]] = field(default_factory=dict)
    messages: dict[UUID, Message] = field(default_factory=dict)
    posts: dict[UUID, list[PostRecord]] = field(default_factory=lambda: defaultdict(list))
    visits: dict[UUID, VisitRecord] = field(default_factory=dict)
    marked: set[UUID] = field(default_factory=set)
    """Posts with a finding or a decision."""

    readers: dict[UUID, ReadBy] = field(default_factory=dict)
    givers: dict[UUID, str] = field(default_factory=dict)
    positions: dict[UUID, int] = field(default_factory=dict)
    infected: set[UUID] = field(default_factory=set)

    def latest(self, evidence_id: UUID, role: str) -> ObjectRecord | None:
        """Return the latest object of a role."""
        return next((one for one in reversed(self.objects[evidence_id]) if one.role == role), None)

    def opened(self, vault: Vault, evidence_id: UUID, stored: ObjectRecord) -> bytes | None:
        """Return the bytes of an object; None where it is missing or its seal is broken."""
        try:
            return vault.read(self.keys[evidence_id], stored)
        except (ArchiveError, KeyError):
            return None

    def sent_at(self, message: Message) -> datetime | None:
        """Return when a mail says that it was sent."""
        return understood(message.date.understood if message.date else None)

    def understood(self, stated: str | None) -> datetime | None:
        """Return a stated moment in UTC; None where it is none."""
        return understood(stated)


def looked_up(session: Session, vault: Vault, rows: Sequence[EvidenceRecord]) -> LookedUp:
    """Return what is known of these pieces."""
    found = LookedUp()
    ids = [row.id for row in rows]
    for start in range(0, len(ids), _MANY):
        some = ids[start : start + _MANY]
        _objects(session, vault, some, found)
        _readings(session, vault, some, found)
        _pages(session, some, found)
        found.readers.update(readers_by(session, some))
        found.positions.update(receipts(session, some))
        infected = ScanRecord.verdict == INFECTED
        query = select(ScanRecord.evidence_id).where(ScanRecord.evidence_id.in_(some), infected)
        found.infected.update(session.scalars(query))
        found.givers.update(_givers(session, some))
    return found


def _objects(session: Session, vault: Vault, ids: Sequence[UUID], found: LookedUp) -> None:
    keys = select(WrappedKeyRecord).where(WrappedKeyRecord.evidence_id.in_(ids))
    for key in session.scalars(keys):
        with suppress(ArchiveError):
            found.keys[key.evidence_id] = vault.unwrap(WrappedKey(key.key_id, key.wrapped))
    query = select(ObjectRecord).where(ObjectRecord.evidence_id.in_(ids))
    order = (ObjectRecord.made_at, ObjectRecord.label, ObjectRecord.name)
    for stored in session.scalars(query.order_by(*order)):
        found.objects[stored.evidence_id].append(stored)


def _readings(session: Session, vault: Vault, ids: Sequence[UUID], found: LookedUp) -> None:
    query = (
        select(ReadingRecord, ObjectRecord)
        .join(ObjectRecord, ObjectRecord.name == ReadingRecord.object_name)
        .where(ReadingRecord.evidence_id.in_(ids))
        .order_by(ReadingRecord.made_at, ReadingRecord.id.desc())
    )
    last = {row[0].evidence_id: row for row in session.execute(query)}
    for evidence_id, (reading, stored) in last.items():
        plain = found.opened(vault, evidence_id, stored)
        if plain is None:
            continue
        facts = json.loads(plain)
        found.facts[evidence_id] = facts
        if reading.reader == "message":
            with suppress(ValueError):
                found.messages[evidence_id] = Message.from_facts(facts)


def _pages(session: Session, ids: Sequence[UUID], found: LookedUp) -> None:
    for visit in session.scalars(select(VisitRecord).where(VisitRecord.evidence_id.in_(ids))):
        if visit.evidence_id is not None:
            found.visits[visit.evidence_id] = visit
    query = select(PostRecord).where(PostRecord.evidence_id.in_(ids)).order_by(PostRecord.number)
    for post in session.scalars(query):
        found.posts[post.evidence_id].append(post)
    finding = select(FindingRecord.id).where(FindingRecord.post_id == PostRecord.id).exists()
    decision = select(DecisionRecord.id).where(DecisionRecord.post_id == PostRecord.id).exists()
    marked = select(PostRecord.id).where(PostRecord.evidence_id.in_(ids), or_(finding, decision))
    found.marked.update(session.scalars(marked))


def _givers(session: Session, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return by evidence who handed it in, by name; a mail's sender where it is one of ours."""
    query = select(DeliveryRecord).where(DeliveryRecord.evidence_id.in_(ids))
    first: dict[UUID, DeliveryRecord] = {}
    for row in session.scalars(query.order_by(DeliveryRecord.at, DeliveryRecord.id)):
        first.setdefault(row.evidence_id, row)
    names = actor_names(session, {row.actor for row in first.values()})
    senders = {str(row.envelope.get("mail_from") or "").lower() for row in first.values()} - {""}
    wanted = func.lower(PersonRecord.email).in_(senders)
    people = session.execute(select(PersonRecord.email, PersonRecord.name).where(wanted))
    by_mail = {str(email).lower(): name for email, name in people}
    found = {}
    for evidence_id, row in first.items():
        name = by_mail.get(str(row.envelope.get("mail_from") or "").lower()) or names.get(row.actor)
        if name:
            found[evidence_id] = name
    return found
