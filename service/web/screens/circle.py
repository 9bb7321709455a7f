"""The pages of a circle, filled: for those who carry the case on, for the employee, for the DPO."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from service.access.principal import Principal
from service.casework.cases.circle import RENEWED, circle_and_before, invitable
from service.casework.cases.concerned import CONCERNED
from service.casework.cases.finding import Found, concerns, may_on
from service.casework.cases.glass import glass_of
from service.casework.cases.listing import actor_names, left_at, names_of
from service.casework.cases.merging import MERGED
from service.casework.cases.opening import UNIT_LEADER
from service.casework.evidence.numbers import receipts, spoken_number
from service.casework.evidence.readers import viewings_in
from service.casework.evidence.unusual import list_unusual
from service.settings import Settings
from service.web.screens.concerned import turns_of
from service.web.screens.paging import page_query
from service.web.views.circle import (
    Broken,
    CircleView,
    Member,
    OwnCircleView,
    Read,
    UnusualRow,
    UnusualView,
)
from service.web.views.frame import FormState
from service.web.words import COPENHAGEN

if TYPE_CHECKING:
    from archive.records.cases import CaseRecord, CircleRecord

ACTION = "case.circle"
_SAID = frozenset({RENEWED, CONCERNED, MERGED})
"""Reasons that the service itself gave: the page has words of its own for them."""


def circle_view(
    session: Session,
    who: Principal,
    found: Found,
    now: datetime,
    *,
    form: FormState | None = None,
    leaving: tuple[UUID, FormState] | None = None,
) -> CircleView:
    """Return the page of a case's circle; `leaving` is a removal that was refused."""
    case = found.case
    may = may_on(session, who, case, ACTION, now, though_closed=True)
    may = may and not concerns(session, who, case)
    members, earlier = _circle(session, case, now)
    return CircleView(
        number=case.number,
        case_url=f"/cases/{case.number}",
        url=f"/cases/{case.number}/circle",
        members=members,
        earlier=earlier,
        broken=_broken(session, case, now),
        invitable=tuple(
            (f"{one.person_id}:{one.role}", one.name, one.role)
            for one in invitable(session, who, case, now)
        )
        if may and case.closed_at is None
        else (),
        may_change=may,
        first_day=now.astimezone(COPENHAGEN).date().isoformat(),
        form=form or FormState(),
        leaving=str(leaving[0]) if leaving else None,
        leaving_form=leaving[1] if leaving else FormState(),
        restricted=case.restricted,
    )


def own_circle_view(
    session: Session,
    who: Principal,
    case: CaseRecord,
    now: datetime,
    place: tuple[datetime, UUID] | None,
) -> OwnCircleView:
    """Return what the employee concerned sees of who may see their case, and of who has."""
    url = f"/my-case/{case.number}/circle"
    members, earlier = _circle(session, case, now)
    rows, more = viewings_in(session, who, case, now, before=place)
    found = receipts(session, [one.evidence_id for one in rows])
    reads = []
    for one in rows:
        role, stated, purpose = one.purpose.partition(":")
        reads.append(
            Read(
                one.name,
                role if stated else "page_team",
                one.at,
                spoken_number(one.evidence_id, found.get(one.evidence_id)),
                f"/evidence/{one.evidence_id}",
                purpose or None,
            )
        )
    return OwnCircleView(
        number=case.number,
        case_url=f"/my-case/{case.number}",
        members=members,
        earlier=earlier,
        broken=_broken(session, case, now),
        restricted=case.restricted,
        turns=turns_of(session, case),
        reads=tuple(reads),
        more_url=f"{url}?{page_query(more)}#read" if more else None,
        first_url=f"{url}#read" if place else None,
    )


def unusual_view(
    session: Session,
    who: Principal,
    settings: Settings,
    place: tuple[datetime, UUID] | None,
) -> UnusualView:
    """Return the page of those who had unusually much shown; raises `NotPermitted`."""
    rows, more = list_unusual(session, who, before=place)
    return UnusualView(
        rows=tuple(
            UnusualRow(one.name, one.at, one.pieces, one.cases, one.minutes) for one in rows
        ),
        pieces=settings.unusual_pieces,
        cases=settings.unusual_cases,
        minutes=settings.unusual_minutes,
        more_url=f"/unusual-viewings?{page_query(more)}" if more else None,
        first_url="/unusual-viewings" if place else None,
    )


def through(until: datetime | None) -> date | None:
    """Return the last day of what ends as a day does in Copenhagen, else None."""
    if until is None:
        return None
    local = until.astimezone(COPENHAGEN)
    return local.date() - timedelta(days=1) if local.time() == time(0) else None


def end_of(day: date) -> datetime:
    """Return the moment at which a day is over in Copenhagen."""
    return datetime.combine(day + timedelta(days=1), time(0), COPENHAGEN)


def _circle(
    session: Session, case: CaseRecord, now: datetime
) -> tuple[tuple[Member, ...], tuple[Member, ...]]:
    rows = circle_and_before(session, case)
    names = names_of(session, [one.person_id for one in rows])
    actors = actor_names(
        session, {actor for one in rows for actor in (one.added_by, one.ended_by) if actor}
    )
    left = left_at(session, names, now)
    ends = {one.id: _end(one, left.get(one.person_id)) for one in rows}
    standing = [one for one in rows if (end := ends[one.id]) is None or end > now]
    over = [one for one in rows if (end := ends[one.id]) is not None and end <= now]
    over.sort(key=lambda one: ends[one.id] or one.since, reverse=True)
    return (
        _members(standing, names, actors, case.handler_id, ends),
        _members(over, names, actors, None, ends),
    )


def _end(row: CircleRecord, left: datetime | None) -> datetime | None:
    """Return when a place ends; whoever has left us lost it then."""
    return min((one for one in (row.until, left) if one is not None), default=None)


def _members(
    rows: Sequence[CircleRecord],
    names: dict[UUID, str],
    actors: dict[str, str],
    handler: UUID | None,
    ends: dict[UUID, datetime | None],
) -> tuple[Member, ...]:
    return tuple(
        Member(
            id=str(one.person_id),
            name=names[one.person_id],
            role=one.role,
            reason="" if one.reason == UNIT_LEADER else one.reason,
            since=one.since,
            by=actors.get(one.added_by),
            through=through(ends[one.id]) if one.ended_by is None else None,
            until=ends[one.id],
            ended_by=actors.get(one.ended_by) if one.ended_by else None,
            end_reason=None if one.end_reason in _SAID else one.end_reason,
            renewed=one.end_reason == RENEWED,
            ended_as=one.end_reason if one.end_reason in {CONCERNED, MERGED} else None,
            stays=one.person_id == handler,
        )
        for one in rows
    )


def _broken(session: Session, case: CaseRecord, now: datetime) -> tuple[Broken, ...]:
    rows = glass_of(session, case)
    names = names_of(session, [one.person_id for one in rows])
    return tuple(
        Broken(names[one.person_id], one.reason, one.since, one.until, one.until > now)
        for one in rows
    )
