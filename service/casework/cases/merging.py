"""Merging: two cases about the same matter become one, and nothing of either is lost.

The one that is left stays, closed, as a pointer with its steps and its own ledger. What came from
where stands in `MergeRecord`, in the ledger of both, and beside each step that was taken over
(decision 0036).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import CaseRecord, CircleRecord, MergeRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.cases.carrying import (
    Joining,
    carry_accounts,
    carry_alerts,
    carry_evidence,
    carry_facts,
    carry_names,
    carry_steps,
    carry_visits,
    chosen_of,
    may_be_taken_over,
)
from service.casework.cases.concerned import step_back
from service.casework.cases.finding import case_for, refuse_own_matter
from service.casework.cases.listing import circle_of, harassed_in
from service.casework.cases.merged import came_into
from service.casework.cases.opening import add_to_circle
from service.casework.cases.restricting import set_restricted
from service.errors import CasesApart, HandlerMissing, NotPermitted, ReasonMissing
from service.notices.case_changes import tell_merged
from service.settings import Settings

ACTION: Final = "case.merge"
MERGED: Final = "merged"
"""The reason by which a place in the circle ended since the case goes on in another."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What whoever merges decides: why, which steps are taken over, and whether the circle is."""

    reason: str
    steps: frozenset[str] = frozenset()
    with_circle: bool = False


def merge(
    session: Session,
    who: Principal,
    number: str,
    into: str,
    decided: Decided,
    *,
    settings: Settings,
    now: datetime,
) -> CaseRecord:
    """Let a case go on in another, and return that one.

    Raises `CasesApart`, `ReasonMissing`, `HandlerMissing`, `FourEyes`, and those of `case_for`
    for both cases.
    """
    source, target = both_cases(session, who, number, into, now)
    if who.person_id is None:
        raise NotPermitted(ACTION)
    if not decided.reason.strip():
        raise ReasonMissing("say why the two are one matter")
    joining = Joining(session, source, target, who, who.person_id, now)
    steps = chosen_of(may_be_taken_over(session, source, target), decided.steps)
    before = _people(session, source, now) | _people(session, target, now)
    carry_steps(joining, steps)
    carry_facts(joining)
    carried = {
        "steps": [one.id for one in steps],
        "handler": str(source.handler_id) if source.handler_id else None,
        "evidence": carry_evidence(joining),
        "accounts": carry_accounts(joining),
        "captures": carry_visits(joining),
        "alerts": carry_alerts(joining),
        "named": carry_names(joining),
        "circle": _end_circle(joining, decided),
    }
    concerned = {one.person_id for one in harassed_in(session, target) if one.person_id}
    step_back(session, target, concerned, now, actor=who.actor)
    _close(joining, decided, carried)
    _restrict_all(joining, decided.reason.strip())
    _tell(joining, before, concerned, settings)
    return target


def both_cases(
    session: Session, who: Principal, number: str, into: str, now: datetime
) -> tuple[CaseRecord, CaseRecord]:
    """Return both cases, locked in the same order whoever merges whichever way.

    Raises `CasesApart`, `FourEyes`, and those of `case_for`.
    """
    if number == into:
        raise CasesApart("a case does not go on in itself")
    found = {one: case_for(session, who, one, ACTION, now) for one in sorted((number, into))}
    for case in found.values():
        refuse_own_matter(session, who, case)
    return found[number], found[into]


def _end_circle(joining: Joining, decided: Decided) -> int:
    """End every place in the circle that is left; take them into the other's only by choice."""
    session, target = joining.session, joining.target
    concerned = {one.person_id for one in harassed_in(session, target)}
    inside = {(one.person_id, one.role) for one in circle_of(session, target, joining.now)}
    joined = 0
    places = select(CircleRecord).where(
        CircleRecord.case_id == joining.source.id,
        or_(CircleRecord.until.is_(None), CircleRecord.until > joining.now),
    )
    for place in session.scalars(places).all():
        person = session.get_one(PersonRecord, place.person_id)
        until, reason = place.until, place.reason
        place.until, place.ended_by, place.end_reason = joining.now, joining.who.actor, MERGED
        if not decided.with_circle or place.person_id in concerned:
            continue
        if (place.person_id, place.role) in inside:
            continue
        add_to_circle(
            session,
            target,
            person,
            role=place.role,
            reason=reason,
            now=joining.now,
            actor=joining.who.actor,
            until=until,
        )
        joined += 1
    return joined


def _close(joining: Joining, decided: Decided, carried: dict[str, Any]) -> None:
    session, source, target = joining.session, joining.source, joining.target
    session.add(
        MergeRecord(
            id=uuid4(),
            case_id=source.id,
            into_id=target.id,
            reason=decided.reason.strip(),
            circle_joined=decided.with_circle,
            carried=carried,
            person_id=joining.person_id,
            at=joining.now,
        )
    )
    source.closed_at, source.closed_by = joining.now, joining.who.actor
    earlier = came_into(session, source)
    source.merged_into, source.handler_id = target.id, None
    told = {"reason": decided.reason.strip(), "carried": carried}
    _say(joining, "case.merged", source, into=target.number, **told)
    for one in earlier:
        one.merged_into = target.id
        _say(joining, "case.merged_on", one, into=target.number)
    _say(joining, "case.merged_in", target, number=source.number, **told)


def _say(joining: Joining, kind: str, case: CaseRecord, **facts: Any) -> None:
    record(
        joining.session,
        kind,
        at=joining.now,
        actor=joining.who.actor,
        subject=case,
        case_id=case.id,
        **facts,
    )


def _restrict_all(joining: Joining, reason: str) -> None:
    """Restricted wins: else what was shut would lie open by the other case."""
    session, target = joining.session, joining.target
    whole = [target, *came_into(session, target)]
    if not any(one.restricted for one in whole):
        return
    if target.handler_id is None:
        raise HandlerMissing("a restricted case needs somebody who carries it on")
    for one in whole:
        if not one.restricted:
            set_restricted(
                session, joining.who, one, restricted=True, reason=reason, now=joining.now
            )


def _people(session: Session, case: CaseRecord, now: datetime) -> set[PersonRecord]:
    """Return who takes part in a case, handles it, or is concerned by it."""
    ids = {one.person_id for one in circle_of(session, case, now)}
    ids |= {one.person_id for one in harassed_in(session, case) if one.person_id}
    query = select(PersonRecord).where(
        or_(PersonRecord.id.in_(ids), PersonRecord.id == case.handler_id),
        or_(PersonRecord.ended_at.is_(None), PersonRecord.ended_at > now),
    )
    return set(session.scalars(query))


def _tell(
    joining: Joining,
    before: set[PersonRecord],
    concerned: Collection[object],
    settings: Settings,
) -> None:
    now = _people(joining.session, joining.target, joining.now)
    for person in sorted(before | now, key=lambda one: (one.name, str(one.id))):
        tell_merged(
            joining.session,
            joining.source,
            joining.target,
            person,
            own=person.id in concerned,
            sees=person in now,
            settings=settings,
            now=joining.now,
        )
