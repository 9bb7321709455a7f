"""Rights as queries: conditions that keep what may not be seen from ever being loaded."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_, select, true

from archive.records.cases import (
    CaseEvidenceRecord,
    CaseRecord,
    CircleRecord,
    GlassRecord,
    HarassedRecord,
)
from archive.records.evidence import DeliveryRecord, EvidenceRecord
from archive.records.pages import VisitRecord
from service.access.open_steps import step_is_open
from service.access.principal import Principal, Reach
from service.access.rights import Condition, Level, Scope

CONTENT: Final = "evidence.view"
"""The action by which content is shown, and not only told of."""
BREAK_GLASS: Final = "case.break_glass"
PAST_RESTRICTION: Final = frozenset({BREAK_GLASS, "case.outline"})
"""What reaches a restricted case from outside its circle: to come in by breaking the glass, and
to be told that there is one. Whoever answers it says nothing of what the case is about."""
OWN_WORDS: Final = ("told", "wish")
"""The kinds of evidence in which an employee speaks: no other employee of the case reads them."""


def cases_within(
    who: Principal, action: str, now: datetime, levels: frozenset[Level] = frozenset(Level)
) -> ColumnElement[bool]:
    """Return the condition on `cases` under which this action is open to this person.

    `levels` leaves out the ways in which less is shown than is asked for.
    """
    reaches = [reach for reach in who.reaches(action) if reach.level in levels]
    past = action in PAST_RESTRICTION
    if past and any(_is_whole(reach) for reach in reaches):
        return true()
    return or_(false(), *(_case(who, reach, now, past=past) for reach in _widest(reaches)))


def evidence_within(
    who: Principal,
    action: str,
    now: datetime,
    levels: frozenset[Level] = frozenset(Level),
    *,
    sealed_too: bool = False,
) -> ColumnElement[bool]:
    """Return the condition on `evidence`: its own unit, its deliverer, or a case it belongs to.

    What belongs to a restricted case opens by that case to its circle alone, and by no unit.
    `levels` leaves out the ways in which less is shown than is asked for. The content of what
    is sealed off is open to nobody; whoever must reckon with it all the same says `sealed_too`.
    """
    reaches = [reach for reach in who.reaches(action) if reach.level in levels]
    within = or_(false(), *(_evidence(who, reach, now) for reach in _widest(reaches)))
    if action == CONTENT and not sealed_too:
        return and_(EvidenceRecord.sealed_off_at.is_(None), within)
    return within


def reaches_all(who: Principal, action: str) -> bool:
    """Tell whether an action is open on every case and piece that is not restricted.

    The content of what is sealed off is open to nobody all the same.
    """
    return any(_is_whole(reach) for reach in who.reaches(action))


def not_restricted() -> ColumnElement[bool]:
    """Return the condition that a piece of evidence belongs to no restricted case."""
    return not_(_of_a_case(CaseRecord.restricted.is_(True)))


def visits_within(who: Principal, action: str, now: datetime) -> ColumnElement[bool]:
    """Return the condition on `visits`: of a case that is reached, or of none by a whole reach."""
    of_a_case = exists(
        select(CaseRecord.id)
        .where(CaseRecord.id == VisitRecord.case_id, cases_within(who, action, now))
        .correlate(VisitRecord)
    )
    if any(reach.scope is Scope.ALL for reach in who.reaches(action)):
        return or_(VisitRecord.case_id.is_(None), of_a_case)
    return of_a_case


def case_levels(who: Principal, action: str, now: datetime) -> dict[Level, ColumnElement[bool]]:
    """Return by level, the most first, the condition on `cases` under which it is shown."""
    return {
        level: cases_within(who, action, now, frozenset({level}))
        for level in (Level.FULL, Level.OWN, Level.STATUS, Level.ANONYMOUS)
        if any(reach.level is level for reach in who.reaches(action))
    }


def in_circle_now(who: Principal, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a person is in the circle of the case at hand, or handles it.

    A case that was merged has the circle of the one in which it goes on.
    """
    if who.person_id is None:
        return false()
    return or_(
        CaseRecord.handler_id == who.person_id,
        _in_circle(who, now),
    )


def _where_it_goes_on() -> ColumnElement[UUID]:
    """Return the id of the case at hand, or of the one into which it was merged."""
    return func.coalesce(CaseRecord.merged_into, CaseRecord.id)


def _in_circle(who: Principal, now: datetime, *, as_role: str | None = None) -> ColumnElement[bool]:
    query = select(CircleRecord.id).where(
        CircleRecord.case_id == _where_it_goes_on(),
        CircleRecord.person_id == who.person_id,
        CircleRecord.since <= now,
        or_(CircleRecord.until.is_(None), CircleRecord.until > now),
    )
    if as_role is not None:
        query = query.where(CircleRecord.role == as_role)
    return exists(query)


def glass_is_broken(who: Principal, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a person has broken the glass of the case at hand, and still may.

    Whoever says so asks as a role of theirs that has the right by a row of the table.
    """
    return exists(
        select(GlassRecord.id).where(
            GlassRecord.case_id == _where_it_goes_on(),
            GlassRecord.person_id == who.person_id,
            GlassRecord.since <= now,
            GlassRecord.until > now,
        )
    )


def reached_cases(who: Principal, reach: Reach, now: datetime) -> ColumnElement[bool]:
    """Return the condition on `cases` under which one single reach opens them."""
    return _case(who, reach, now)


def _is_whole(reach: Reach) -> bool:
    return reach.scope is Scope.ALL and reach.condition is None


def _widest(reaches: list[Reach]) -> list[Reach]:
    """Put whole reaches first: the database asks no more where they suffice, which is mostly."""
    return sorted(reaches, key=_is_whole, reverse=True)


def _case(
    who: Principal, reach: Reach, now: datetime, *, past: bool = False
) -> ColumnElement[bool]:
    scope: ColumnElement[bool]
    if reach.scope is Scope.CIRCLE:
        scope = in_circle_now(who, now)
    elif reach.scope is Scope.SELF:
        scope = _concerns(who)
    else:
        whole = reach.scope is Scope.ALL
        scope = true() if whole else CaseRecord.unit_id.in_(reach.units or ())
        if not past:
            scope = and_(scope, _is_let_in(who, reach, now))
    return scope if reach.condition is None else and_(scope, _holds(who, reach, now))


def _is_let_in(who: Principal, reach: Reach, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a role's reach is not stopped: restricted cases have a circle."""
    ways = [CaseRecord.restricted.is_(False), in_circle_now(who, now)]
    if who.rights.of(BREAK_GLASS, reach.role):
        ways.append(glass_is_broken(who, now))
    return or_(*ways)


def _holds(who: Principal, reach: Reach, now: datetime) -> ColumnElement[bool]:
    if reach.condition is Condition.SERIOUS:
        return CaseRecord.serious.is_(True)
    if who.person_id is None:
        return false()  # a program is never invited, and no step names it
    if reach.condition is Condition.INVITED:
        return _in_circle(who, now, as_role=reach.role)
    if reach.condition is Condition.GLASS:
        return glass_is_broken(who, now)
    return step_is_open(reach.role)


def _concerns(who: Principal) -> ColumnElement[bool]:
    """Whom a merged case concerns, the one in which it goes on says: names are taken off there."""
    if who.person_id is None:
        return false()
    return exists(
        select(HarassedRecord.id).where(
            HarassedRecord.case_id == _where_it_goes_on(),
            HarassedRecord.person_id == who.person_id,
            HarassedRecord.removed_at.is_(None),
        )
    )


def _evidence(who: Principal, reach: Reach, now: datetime) -> ColumnElement[bool]:
    of_a_case = _of_a_case(_case(who, reach, now))
    if reach.condition is not None or reach.scope is Scope.CIRCLE:
        return of_a_case
    if reach.scope is Scope.SELF:
        told_by_others = EvidenceRecord.kind.in_(OWN_WORDS)
        return or_(and_(not_(told_by_others), of_a_case), _handed_in(who))
    free = not_restricted()
    if reach.scope is Scope.UNIT:
        free = and_(EvidenceRecord.unit_id.in_(reach.units or ()), free)
    return or_(free, of_a_case)


def _of_a_case(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(
        select(CaseEvidenceRecord.case_id)
        .join(CaseRecord, CaseRecord.id == CaseEvidenceRecord.case_id)
        .where(CaseEvidenceRecord.evidence_id == EvidenceRecord.id, which)
    )


def _handed_in(who: Principal) -> ColumnElement[bool]:
    return exists(
        select(DeliveryRecord.id).where(
            DeliveryRecord.evidence_id == EvidenceRecord.id, DeliveryRecord.actor == who.actor
        )
    )
