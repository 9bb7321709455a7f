"""Making evidence findable: the words of a reading, and the whole index made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, exists, func, select, tuple_
from sqlalchemy.orm import Session

from archive.errors import EvidenceErased, ObjectMissing, SealBroken
from archive.mailbox.values import Address, Message
from archive.records.evidence import EvidenceRecord, EvidenceState, ReadingRecord
from archive.records.search import SEARCH_ITEMS
from archive.search import lemmas
from archive.search.documents import SENDER, capped, marked_words, sender_field
from archive.search.index import Marked, forget, write
from archive.search.purging import purge
from service.casework.evidence.readings import latest_reading
from service.installation import Installation

_BATCH: Final = 100
Told = Callable[[int, int], None]
"""Told how many pieces are done, and of how many."""


def searchable_fields(reader: str, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the words of a reading, field by field."""
    if reader != "message":
        return tuple(_texts(facts))
    try:
        return tuple(dict.fromkeys(_fields(Message.from_facts(dict(facts)))))
    except ValueError:
        return ()


def words_of_reading(reader: str, facts: Mapping[str, Any]) -> Marked:
    """Return the words of a reading, their basic forms found: its transaction need do neither.

    They are no more than one piece may have: those of a whole batch are held at a time.
    """
    words = capped(marked_words(searchable_fields(reader, facts)))
    lemmas.learn(words)
    return words


def missing(session: Session) -> int:
    """Return how many pieces that have been read the index lacks, as after a restore."""
    unindexed = ~exists().where(SEARCH_ITEMS.c.evidence_id == EvidenceRecord.id)
    has_been_read = EvidenceRecord.state.in_((EvidenceState.READ, EvidenceState.UNREADABLE))
    query = _standing().where(unindexed, has_been_read)
    return int(session.scalar(select(func.count()).select_from(query.subquery())) or 0)


def reindex(installation: Installation, told: Told = lambda _done, _all: None) -> int:
    """Write the whole index anew while it goes on being used; returns how many pieces.

    Each batch is opened outside of its transaction. Where a reading comes to an end meanwhile,
    what it wrote stays.
    """
    with installation.database.reading() as session:
        total = int(session.scalar(select(func.count()).select_from(_standing().subquery())) or 0)
    done = 0
    told(done, total)
    for batch in _batches(installation):
        opened = _opened(installation, batch)
        with installation.database.writing() as session:
            unread = _readings_of(session, batch)
            read = {
                one: reading.words
                for one, reading in opened.items()
                if unread.get(one) == reading.id
            }
            write(session, batch, read, anew=True)
        done += len(batch)
        told(done, max(done, total))
    _forget_strays(installation)
    purge(installation.database)
    return done


@dataclass(frozen=True)
class _Opened:
    """The words of one reading, and which reading it was."""

    id: UUID
    words: Marked


def _standing() -> Select[UUID]:
    return select(EvidenceRecord.id).where(
        EvidenceRecord.erased_at.is_(None), EvidenceRecord.sealed_off_at.is_(None)
    )


def _batches(installation: Installation) -> Iterator[list[UUID]]:
    """Yield all that stands, oldest first; what comes in meanwhile comes last or by itself."""
    after = None
    while True:
        query = _standing().add_columns(EvidenceRecord.received_at)
        if after is not None:
            query = query.where(tuple_(EvidenceRecord.received_at, EvidenceRecord.id) > after)
        query = query.order_by(EvidenceRecord.received_at, EvidenceRecord.id).limit(_BATCH)
        with installation.database.reading() as session:
            rows = session.execute(query).all()
        if not rows:
            return
        yield [row[0] for row in rows]
        after = (rows[-1][1], rows[-1][0])


def _opened(installation: Installation, batch: Sequence[UUID]) -> dict[UUID, _Opened]:
    found = {}
    with installation.database.reading() as session:
        for one, reading_id in _readings_of(session, batch).items():
            try:
                reading = latest_reading(session, installation.vault, one)
            except (EvidenceErased, ObjectMissing, SealBroken):
                continue  # its key or its bytes are gone: its facts are found all the same
            if reading is not None:
                words = words_of_reading(reading.reader, reading.facts)
                found[one] = _Opened(reading_id, words)
    return found


def _readings_of(session: Session, evidence_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return the latest reading of each piece that has one."""
    query = (
        select(ReadingRecord.evidence_id, ReadingRecord.id)
        .where(ReadingRecord.evidence_id.in_(evidence_ids))
        .order_by(ReadingRecord.made_at, ReadingRecord.id.desc())
    )
    return {row.evidence_id: row.id for row in session.execute(query)}


def _forget_strays(installation: Installation) -> None:
    """Take out what stands in the index and no longer stands in the archive."""
    strays = select(SEARCH_ITEMS.c.evidence_id).where(
        ~exists(_standing().where(EvidenceRecord.id == SEARCH_ITEMS.c.evidence_id))
    )
    with installation.database.writing() as session:
        forget(session, list(session.scalars(strays)))


def _fields(message: Message) -> Iterator[str]:
    """Yield the words of a mail and of every mail in it: heads, text, names of attachments."""
    senders: tuple[Address, ...] = (*message.from_, *message.sender, *message.reply_to)
    yield from (sender_field(f"{one.name} {one.address}") for one in senders)
    people: tuple[Address, ...] = (*senders, *message.to, *message.cc)
    forward = message.forward
    if forward is not None:
        yield sender_field(f"{forward.from_name or ''} {forward.from_address or ''}")
    yield from _spoken(message, people)
    for inner in message.originals:
        yield from _fields(inner)


def _spoken(message: Message, people: tuple[Address, ...]) -> Iterator[str]:
    """Yield what anybody may have written; none of it can pass for a sender."""
    for told in _told(message, people):
        yield told.lstrip(SENDER)


def _told(message: Message, people: tuple[Address, ...]) -> Iterator[str]:
    yield from (f"{one.name} {one.address}" for one in people)
    if message.subject:
        yield message.subject
    own = message.text if message.text is not None else message.text_from_html
    if own:
        yield own
    forward = message.forward
    if forward is not None:
        told = (forward.from_name, forward.from_address, forward.subject)
        yield from (one for one in told if one)
    yield from (one.filename for one in message.attachments)
    yield from (one.url for one in message.links)


def _texts(facts: Mapping[str, Any]) -> Iterator[str]:
    """Yield the words that a reader found in a file: its text, and what its makers called it."""
    stated = facts.get("stated")
    for told in stated.values() if isinstance(stated, dict) else ():
        if isinstance(told, str):
            yield told.lstrip(SENDER)
    text = facts.get("text")
    for part in text if isinstance(text, list) else [text]:
        if isinstance(part, str):
            yield part.lstrip(SENDER)
