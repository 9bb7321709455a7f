"""A file of names: what it would change is shown, and then made, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.entries import Collected
from archive.ledger.log import collect, record
from archive.records.people import PersonRecord, RosterRecord
from service.access.principal import Principal
from service.casework.organisation.roster import ADDED, CHANGE, Named, name_row, set_names
from service.organisation.roster import Change, Kind, OfOurs, RosterPlan, Standing, plan_roster


def plan_of_names(
    session: Session, content: bytes, now: datetime, *, end_missing: bool = False
) -> RosterPlan:
    """Return what a file of names would change now; raises `FileUnusable`."""
    people = select(
        PersonRecord.id,
        PersonRecord.name,
        PersonRecord.email,
        PersonRecord.number,
        PersonRecord.ended_at,
    ).where(PersonRecord.sealed.is_(False))
    ours = [
        OfOurs(row.id, row.name, row.email, row.number, _is_over(row.ended_at, now))
        for row in session.execute(people.order_by(PersonRecord.name, PersonRecord.id))
    ]
    standing = [
        Standing(
            row.id,
            row.person_id,
            row.name,
            tuple(str(one) for one in row.nicknames),
            tuple(str(one) for one in row.titles),
            row.unit,
            row.by_file,
            _is_over(row.ended_at, now),
        )
        for row in session.scalars(
            select(RosterRecord).order_by(RosterRecord.name, RosterRecord.id)
        )
    ]
    return plan_roster(content, ours, standing, end_missing=end_missing)


def apply_names(
    session: Session, who: Principal, plan: RosterPlan, content: bytes, now: datetime
) -> None:
    """Make these changes and no other, each with its entry; the plan was made in this session."""
    who.require(CHANGE)
    _add(session, [one for one in plan.changes if one.kind is Kind.ADDED], now, who.actor)
    for change in plan.changes:
        if change.kind is not Kind.ADDED:
            _MADE[change.kind](session, change, now, who.actor)
    record(
        session,
        "roster.imported",
        at=now,
        actor=who.actor,
        file_sha256=hashlib.sha256(content).hexdigest(),
        plan=plan.digest,
        counts={str(kind): number for kind, number in plan.counts.items()},
        rows_left_aside=len(plan.unusable),
    )


def _add(session: Session, changes: Sequence[Change], now: datetime, actor: str) -> None:
    """Add names in one go, each with an entry of its own: a flush a name costs ten times it."""
    rows = [name_row(_named(one), now, person_id=one.person_id, by_file=True) for one in changes]
    session.add_all(rows)
    session.flush()
    changed = session.info.get("changed", {})
    for row in rows:
        key = row.row_key()
        changed.pop(key, None)
        collect(session, Collected(ADDED, now, actor, key, None, {}, {key: row}))


def _change(session: Session, change: Change, now: datetime, actor: str) -> None:
    row = session.get_one(RosterRecord, change.id)
    set_names(session, row, _named(change), now, actor=actor)


def _back(session: Session, change: Change, now: datetime, actor: str) -> None:
    row = session.get_one(RosterRecord, change.id)
    row.ended_at = None
    record(session, "roster.back", at=now, actor=actor, subject=row)
    _change(session, change, now, actor)


def _end(session: Session, change: Change, now: datetime, actor: str) -> None:
    row = session.get_one(RosterRecord, change.id)
    row.ended_at = now
    record(session, "roster.ended", at=now, actor=actor, subject=row)


_MADE: Final = {Kind.CHANGED: _change, Kind.BACK: _back, Kind.ENDED: _end}


def _named(change: Change) -> Named:
    return Named(change.name, change.nicknames, change.titles, change.unit)


def _is_over(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now
