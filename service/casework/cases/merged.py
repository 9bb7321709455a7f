"""Where a case goes on that was merged into another, and which ones came into a case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, aliased

from archive.records.cases import CaseRecord, MergeRecord
from service.access.principal import Principal
from service.access.visibility import cases_within


def went_into(number: str) -> Select[UUID | None]:
    """Return the query for the case in which that of this number goes on."""
    old = aliased(CaseRecord)
    return select(old.merged_into).where(old.number == number, old.merged_into.is_not(None))


def is_or_goes_on(number: str) -> ColumnElement[bool]:
    """Return the condition on `cases` to be the one that a number leads to, merged or not."""
    return or_(CaseRecord.number == number, CaseRecord.id.in_(went_into(number)))


def goes_on_in(session: Session, who: Principal, number: str, now: datetime) -> str | None:
    """Return the number of the case in which another goes on, where this person may see it."""
    query = select(CaseRecord.number).where(
        CaseRecord.id.in_(went_into(number)), cases_within(who, "case.see", now)
    )
    return session.scalars(query).first()


def merged_into(session: Session, case: CaseRecord) -> CaseRecord | None:
    """Return the case in which this one goes on, whoever asks; None where it was not merged."""
    return session.get(CaseRecord, case.merged_into) if case.merged_into is not None else None


def locked_to_join(session: Session, case_id: UUID) -> CaseRecord:
    """Return a case, locked against a merge: the one in which it goes on, where there was one."""
    locked = {"key_share": True}
    case = session.get_one(CaseRecord, case_id, with_for_update=locked, populate_existing=True)
    if case.merged_into is None:
        return case
    into = case.merged_into
    return session.get_one(CaseRecord, into, with_for_update=locked, populate_existing=True)


def came_into(session: Session, case: CaseRecord) -> Sequence[CaseRecord]:
    """Return the cases that were merged into this one, the oldest first."""
    query = select(CaseRecord).where(CaseRecord.merged_into == case.id)
    return session.scalars(query.order_by(CaseRecord.opened_at, CaseRecord.id)).all()


def ids_of(case_id: UUID) -> Select[UUID]:
    """Return the query for a case and all that were merged into it: what they hold is one."""
    one = aliased(CaseRecord)
    return select(one.id).where((one.id == case_id) | (one.merged_into == case_id))


def merge_of(session: Session, case: CaseRecord) -> MergeRecord | None:
    """Return how and why a case was merged, or None where it was not."""
    return session.scalars(select(MergeRecord).where(MergeRecord.case_id == case.id)).first()
