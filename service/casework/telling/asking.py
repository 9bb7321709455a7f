"""Letting somebody be told something in their working hours; the row is the queue."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import CaseRecord
from archive.records.people import PersonRecord
from archive.records.tellings import TellingRecord
from service.casework.organisation.hours import hours_of, usual_hours
from service.organisation.hours import waits_until
from service.settings import Settings

A_WHILE: Final = timedelta(minutes=2)
"""So long the first of several waits for the others, to leave in one mail."""


def tell(
    session: Session,
    person: PersonRecord,
    kind: str,
    *,
    settings: Settings,
    now: datetime,
    case: CaseRecord | None = None,
    deadline: datetime | None = None,
    **facts: Any,
) -> TellingRecord:
    """Let a person, or whoever answers for them, be told; before the deadline whatever the hours.

    `facts` are ids and figures only: the words are made when the mail is.
    """
    row = TellingRecord(
        id=uuid4(),
        kind=kind,
        person_id=person.id,
        case_id=case.id if case is not None else None,
        facts=facts,
        made_at=now,
        deadline=deadline,
        waits_until=when_told(session, person, settings, now, deadline),
    )
    session.add(row)
    record(
        session,
        "telling.made",
        at=now,
        subject=row,
        telling=kind,
        person=person.id,
    )
    return row


def when_told(
    session: Session,
    person: PersonRecord,
    settings: Settings,
    now: datetime,
    deadline: datetime | None,
) -> datetime:
    """Return when a mail to this person may leave: a while from now, or when they are at work."""
    hours = hours_of(session, person, settings)
    at = max(waits_until(now, hours, usual_hours(settings), deadline), now + A_WHILE)
    return at if deadline is None or at < deadline else now
