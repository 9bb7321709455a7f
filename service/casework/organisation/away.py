"""Who is away and who stands in, entered by themselves or by those who run Værn.

Why somebody is away is neither asked nor kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.organisation import AbsenceRecord, DeputyRecord
from archive.records.people import PersonRecord
from service.access.people import person_by_email
from service.access.principal import Principal
from service.errors import DeputyUnknown, NotOneself, PersonNotFound, RowNotFound
from service.organisation.answering import Answers, Away, StandsIn, who_answers

OWN = "absence.own"
CHANGE = "organisation.change"


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when; `until` None is until further notice."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AwayLine:
    """One absence, running or to come."""

    id: UUID
    since: datetime
    until: datetime | None

    @property
    def last(self) -> datetime | None:
        """The last moment of it, whose day people name; None is until further notice."""
        return last_moment(self.until)


@dataclass(frozen=True, slots=True)
class DeputyLine:
    """One who stands in, now or later."""

    id: UUID
    name: str
    since: datetime
    until: datetime | None
    has_left: bool

    @property
    def last(self) -> datetime | None:
        """The last moment of it, whose day people name; None is until further notice."""
        return last_moment(self.until)


def last_moment(until: datetime | None) -> datetime | None:
    """Return the last moment before an end that is not counted in."""
    return until - timedelta(microseconds=1) if until is not None else None


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is away now, who stands in, and who of all those has left."""

    now: datetime
    away: tuple[Away, ...]
    deputies: tuple[StandsIn, ...]
    gone: frozenset[UUID]

    def answers_for(self, person_id: UUID, passing: Collection[UUID] = ()) -> Answers:
        """Return who answers for a person; those of `passing` are passed over as if away."""
        left = self.gone.union(passing)
        return who_answers(person_id, self.now, self.away, self.deputies, left=left)


def who_stands(session: Session, now: datetime, *asked: UUID) -> Standing:
    """Return who is away and who stands in; of those `asked` it is known too whether they left."""
    away = tuple(
        Away(row.person_id, row.since, row.until)
        for row in session.scalars(select(AbsenceRecord).where(_running(AbsenceRecord, now)))
    )
    deputies = tuple(
        StandsIn(row.person_id, row.deputy_id, row.since, row.until)
        for row in session.scalars(
            select(DeputyRecord)
            .where(_running(DeputyRecord, now))
            .order_by(DeputyRecord.since, DeputyRecord.entered_at, DeputyRecord.id)
        )
    )
    concerned = {*asked, *(one.deputy_id for one in deputies)}
    return Standing(now, away, deputies, frozenset(_left(session, concerned, now)))


def answers_for(session: Session, person_id: UUID, now: datetime) -> Answers:
    """Return who answers for a person now: to whom a notice goes."""
    return who_stands(session, now, person_id).answers_for(person_id)


def enter_absence(
    session: Session, who: Principal, person_id: UUID, span: Span, now: datetime
) -> None:
    """Enter that a person is away; raises `PersonNotFound` for anybody out of reach."""
    person = _reached(session, who, person_id, now)
    row = AbsenceRecord(
        id=uuid4(),
        person_id=person.id,
        since=span.since,
        until=span.until,
        entered_at=now,
        entered_by=who.actor,
    )
    session.add(row)
    record(session, "absence.entered", at=now, actor=who.actor, subject=person)


def enter_deputy(
    session: Session, who: Principal, person_id: UUID, email: str, span: Span, *, now: datetime
) -> None:
    """Enter who stands in for a person; raises `PersonNotFound`, `DeputyUnknown`, `NotOneself`."""
    person = _reached(session, who, person_id, now)
    deputy = person_by_email(session, email)
    if deputy is None or _has_left(deputy, now):
        raise DeputyUnknown(email)
    if deputy.id == person.id:
        raise NotOneself("nobody stands in for themselves")
    row = DeputyRecord(
        id=uuid4(),
        person_id=person.id,
        deputy_id=deputy.id,
        since=span.since,
        until=span.until,
        entered_at=now,
        entered_by=who.actor,
    )
    session.add(row)
    record(session, "deputy.entered", at=now, actor=who.actor, subject=person)


def end_absence(session: Session, who: Principal, absence_id: UUID, now: datetime) -> UUID:
    """End an absence now, or take back one to come; returns whose it was."""
    row = session.scalars(
        select(AbsenceRecord).where(
            AbsenceRecord.id == absence_id, _open(AbsenceRecord, now), _theirs(who, AbsenceRecord)
        )
    ).first()
    if row is None:
        raise RowNotFound(str(absence_id))
    row.until = max(row.since, now)
    record(session, "absence.ended", at=now, actor=who.actor, subject=f"people:{row.person_id}")
    return row.person_id


def end_deputy(session: Session, who: Principal, deputy_id: UUID, now: datetime) -> UUID:
    """Let somebody stand in no longer; returns for whom they did."""
    row = session.scalars(
        select(DeputyRecord).where(
            DeputyRecord.id == deputy_id, _open(DeputyRecord, now), _theirs(who, DeputyRecord)
        )
    ).first()
    if row is None:
        raise RowNotFound(str(deputy_id))
    row.until = max(row.since, now)
    record(session, "deputy.ended", at=now, actor=who.actor, subject=f"people:{row.person_id}")
    return row.person_id


def absences_of(
    session: Session, who: Principal, person_id: UUID, now: datetime
) -> tuple[AwayLine, ...]:
    """Return a person's absences that run or are to come."""
    rows = session.scalars(
        select(AbsenceRecord)
        .where(
            AbsenceRecord.person_id == person_id,
            _open(AbsenceRecord, now),
            _theirs(who, AbsenceRecord),
        )
        .order_by(AbsenceRecord.since, AbsenceRecord.id)
    )
    return tuple(AwayLine(row.id, row.since, row.until) for row in rows)


def deputies_of(
    session: Session, who: Principal, person_id: UUID, now: datetime
) -> tuple[DeputyLine, ...]:
    """Return who stands in for a person, now or later, in the order in which they are asked."""
    rows = session.execute(
        select(DeputyRecord, PersonRecord)
        .join(PersonRecord, PersonRecord.id == DeputyRecord.deputy_id)
        .where(
            DeputyRecord.person_id == person_id,
            _open(DeputyRecord, now),
            _theirs(who, DeputyRecord),
        )
        .order_by(DeputyRecord.since, DeputyRecord.entered_at, DeputyRecord.id)
    )
    return tuple(
        DeputyLine(row.id, deputy.name, row.since, row.until, _has_left(deputy, now))
        for row, deputy in rows
    )


def _theirs(who: Principal, table: type[AbsenceRecord | DeputyRecord]) -> ColumnElement[bool]:
    """Everybody's for those who may change the organisation, else one's own."""
    if who.may(CHANGE):
        return true()
    who.require(OWN)
    return table.person_id == who.person_id


def _reached(session: Session, who: Principal, person_id: UUID, now: datetime) -> PersonRecord:
    if not who.may(CHANGE):
        who.require(OWN)
        if person_id != who.person_id:
            raise PersonNotFound(str(person_id))
    person = session.get(PersonRecord, person_id)
    if person is None or _has_left(person, now):
        raise PersonNotFound(str(person_id))
    return person


def _running(table: type[AbsenceRecord | DeputyRecord], now: datetime) -> ColumnElement[bool]:
    return (table.since <= now) & or_(table.until.is_(None), table.until > now)


def _open(table: type[AbsenceRecord | DeputyRecord], now: datetime) -> ColumnElement[bool]:
    """Runs or is to come; what was taken back before it began is over."""
    return or_(table.until.is_(None), (table.until > now) & (table.until > table.since))


def _left(session: Session, people: Iterable[UUID], now: datetime) -> set[UUID]:
    query = select(PersonRecord.id).where(
        PersonRecord.id.in_(set(people)), PersonRecord.ended_at <= now
    )
    return set(session.scalars(query))


def _has_left(person: PersonRecord, now: datetime) -> bool:
    return person.ended_at is not None and person.ended_at <= now
