"""Which entries speak of given rows, so that their details can be forgotten with the rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from archive.ledger.entries import ERASED
from archive.records import Protected, protected_tables
from archive.records.ledger import LedgerDetailRecord

_MANY = 500


@dataclass(frozen=True)
class Mentions:
    """The entries that speak of some rows, and the other rows whose last word stands in them."""

    positions: list[int]
    last_words: list[str]


def mentions_of(session: Session, keys: set[str], since: datetime) -> Mentions:
    """Find every entry about these rows that is not older than `since`.

    Entries that say what was erased are left standing: they hold digests only,
    and without them the details missing before could not be told from theft.
    """
    positions: list[int] = []
    last_words: dict[str, None] = {}
    for position, kind, subject, text in _details(session, _start(session, keys, since)):
        rows = json.loads(text)["rows"].keys()
        if kind != ERASED and (subject in keys or not keys.isdisjoint(rows)):
            positions.append(position)
            last_words.update(dict.fromkeys(rows - keys))
        else:
            for key in rows & last_words.keys():
                del last_words[key]
    return Mentions(positions, list(last_words))


def forget_details(session: Session, positions: Sequence[int]) -> None:
    """Remove the details of entries; their leaves stay."""
    for start in range(0, len(positions), _MANY):
        some = positions[start : start + _MANY]
        session.execute(delete(LedgerDetailRecord).where(LedgerDetailRecord.position.in_(some)))


def row_by_key(session: Session, key: str) -> Protected | None:
    """Return the row that a ledger key names, or None where it is gone."""
    name, *parts = key.split(":")
    table = next(t for t in protected_tables() if t.__table__.name == name)
    columns = table.__table__.primary_key.columns
    ident = tuple(_value(c.type.python_type, part) for c, part in zip(columns, parts, strict=True))
    return session.get(table, ident)


def _value(kind: type[Any], text: str) -> Any:
    return UUID(text) if kind is UUID else kind(text)


def _details(session: Session, start: int) -> Iterator[tuple[int, str, str | None, str]]:
    """Yield position, kind, subject and details from a position on, in short reads."""
    after = start - 1
    columns = (
        LedgerDetailRecord.position,
        LedgerDetailRecord.kind,
        LedgerDetailRecord.subject,
        LedgerDetailRecord.details,
    )
    while True:
        query = select(*columns).where(LedgerDetailRecord.position > after)
        rows = session.execute(query.order_by(LedgerDetailRecord.position).limit(_MANY)).all()
        yield from rows
        if len(rows) < _MANY:
            return
        after = rows[-1].position


def _start(session: Session, keys: set[str], since: datetime) -> int:
    """Return a position before which no entry speaks of these rows.

    Entries stand in order of time but for a clock that was set back; so the
    first entry that names one of the rows as its subject counts as well.
    """
    first = [_first_at(session, since)]
    listed = list(keys)
    for start in range(0, len(listed), _MANY):
        subject = LedgerDetailRecord.subject.in_(listed[start : start + _MANY])
        found = session.scalar(select(func.min(LedgerDetailRecord.position)).where(subject))
        if found is not None:
            first.append(found)
    return min(first)


def _first_at(session: Session, since: datetime) -> int:
    """Find by halving the first position whose entry is not older than a moment."""
    low, high = 0, (session.scalar(select(func.max(LedgerDetailRecord.position))) or 0) + 1
    while low < high:
        middle = (low + high) // 2
        query = select(LedgerDetailRecord.at).where(LedgerDetailRecord.position >= middle)
        at = session.scalar(query.order_by(LedgerDetailRecord.position).limit(1))
        if at is None or at >= since:
            high = middle
        else:
            low = middle + 1
    return low
