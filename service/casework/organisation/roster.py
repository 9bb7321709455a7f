"""The roster: by which names employees are recognised in posts, also those who never sign in.

Everyone who works here is recognised by name, title and unit; a name of the roster adds what
else somebody is called, or names somebody who is not among our people. Whoever has left is
recognised for as long as the settings say, and is then forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.people import PersonRecord, RosterRecord
from service.access.principal import Principal
from service.errors import NameTaken, PersonNotFound, RowNotFound

CHANGE: Final = "roster.change"
ADDED: Final = "roster.added"
_FORGOTTEN_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Named:
    """By what somebody is recognised, beside their name."""

    name: str
    nicknames: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    unit: str | None = None


def add_name(session: Session, who: Principal, named: Named, now: datetime) -> RosterRecord:
    """Add somebody who is not among our people; raises `NameTaken` where they stand already."""
    who.require(CHANGE)
    same = select(RosterRecord.id).where(
        RosterRecord.person_id.is_(None), RosterRecord.name == named.name
    )
    if session.scalars(same.limit(1)).first() is not None:
        raise NameTaken(named.name)
    return keep_name(session, named, now, actor=who.actor)


def change_name(
    session: Session, who: Principal, entry_id: UUID, named: Named, now: datetime
) -> RosterRecord:
    """Change a name; of one of ours only by what else they are called. Raises `RowNotFound`."""
    who.require(CHANGE)
    row = _row(session, entry_id)
    set_names(session, row, named, now, actor=who.actor)
    return row


def name_person(
    session: Session, who: Principal, person_id: UUID, nicknames: tuple[str, ...], now: datetime
) -> RosterRecord | None:
    """Say by what else one of ours is called; with nothing, nothing is kept of them here.

    Raises `PersonNotFound`.
    """
    who.require(CHANGE)
    # Two who add a name of the same person at once must not keep two rows: the second waits.
    query = select(PersonRecord).where(PersonRecord.id == person_id)
    person = session.scalars(query.with_for_update(key_share=True)).one_or_none()
    if person is None or person.sealed or (person.ended_at is not None and person.ended_at <= now):
        raise PersonNotFound(str(person_id))
    row = session.scalars(
        select(RosterRecord).where(RosterRecord.person_id == person_id)
    ).one_or_none()
    named = Named(person.name, nicknames)
    if row is None:
        if not nicknames:
            return None
        return keep_name(session, named, now, actor=who.actor, person_id=person.id)
    if not nicknames:
        forget_name(session, row, now, actor=who.actor)
        return None
    set_names(session, row, named, now, actor=who.actor)
    return row


def end_name(session: Session, who: Principal, entry_id: UUID, now: datetime) -> None:
    """Say that somebody has left: they count a while longer, and are then forgotten."""
    who.require(CHANGE)
    row = _row(session, entry_id)
    if row.person_id is not None:
        raise RowNotFound("one of ours leaves in the organisation")
    if row.ended_at is None:
        row.ended_at = now
        record(session, "roster.ended", at=now, actor=who.actor, subject=row)


def bring_name_back(session: Session, who: Principal, entry_id: UUID, now: datetime) -> None:
    """Let a name count again."""
    who.require(CHANGE)
    row = _row(session, entry_id)
    if row.ended_at is not None:
        row.ended_at = None
        record(session, "roster.back", at=now, actor=who.actor, subject=row)


def remove_name(session: Session, who: Principal, entry_id: UUID, now: datetime) -> None:
    """Delete a name that should not stand here at all."""
    who.require(CHANGE)
    forget_name(session, _row(session, entry_id), now, actor=who.actor)


def keep_name(
    session: Session,
    named: Named,
    now: datetime,
    *,
    actor: str,
    person_id: UUID | None = None,
) -> RosterRecord:
    """Keep a new name, with its entry; no name stands in the ledger."""
    row = name_row(named, now, person_id=person_id)
    session.add(row)
    record(session, ADDED, at=now, actor=actor, subject=row)
    return row


def name_row(
    named: Named, now: datetime, *, person_id: UUID | None = None, by_file: bool = False
) -> RosterRecord:
    """Return the row of a new name; whoever adds it to a session records it as `ADDED`."""
    return RosterRecord(
        id=uuid4(),
        person_id=person_id,
        name=named.name,
        unit=named.unit,
        nicknames=list(named.nicknames),
        titles=list(named.titles),
        by_file=by_file,
        added_at=now,
        ended_at=None,
    )


def set_names(
    session: Session, row: RosterRecord, named: Named, now: datetime, *, actor: str
) -> None:
    """Change what a name says, with its entry; quiet where it says so already."""
    wanted: dict[str, object] = {"nicknames": list(named.nicknames)}
    if row.person_id is None:
        wanted |= {"name": named.name, "titles": list(named.titles), "unit": named.unit}
    changed = sorted(key for key, value in wanted.items() if getattr(row, key) != value)
    if not changed:
        return
    for key in changed:
        setattr(row, key, wanted[key])
    record(session, "roster.changed", at=now, actor=actor, subject=row, fields=changed)


def forget_name(session: Session, row: RosterRecord, now: datetime, *, actor: str) -> None:
    """Delete a name, with its entry."""
    key = row.row_key()
    session.delete(row)
    session.flush()
    record(session, "roster.removed", at=now, actor=actor, subject=key)


def forget_who_left(session: Session, now: datetime, *, days: int, actor: str) -> int:
    """Delete the names of those who left so many days ago; returns how many there were."""
    left = func.coalesce(RosterRecord.ended_at, PersonRecord.ended_at)
    query = (
        select(RosterRecord)
        .outerjoin(PersonRecord, PersonRecord.id == RosterRecord.person_id)
        .where(left <= now - timedelta(days=days))
        .order_by(RosterRecord.id)
        .limit(_FORGOTTEN_AT_ONCE)
    )
    rows = session.scalars(query).all()
    for row in rows:
        forget_name(session, row, now, actor=actor)
    return len(rows)


def _row(session: Session, entry_id: UUID) -> RosterRecord:
    row = session.get(RosterRecord, entry_id, with_for_update=True)
    if row is None:
        raise RowNotFound(str(entry_id))
    return row
