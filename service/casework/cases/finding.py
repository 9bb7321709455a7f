"""Finding a case: what may not be seen is not found; what may be seen but not done is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.database import Writing
from archive.records.cases import CaseRecord, HarassedRecord
from service.access.principal import Principal
from service.access.rights import Level
from service.access.visibility import case_level, cases_within, in_circle_now
from service.errors import CaseClosed, CaseNotFound, FourEyes, NotPermitted


@dataclass(frozen=True)
class Found:
    """A case that this person may see, and how much of it."""

    case: CaseRecord
    level: Level


def find_case(session: Session, who: Principal, number: str, now: datetime) -> Found:
    """Return a case by its number; raises `CaseNotFound` where it is not for this person."""
    query = select(CaseRecord, in_circle_now(who, now).label("circle")).where(
        CaseRecord.number == number, cases_within(who, "case.see", now)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise CaseNotFound(number)
    level = case_level(who, "case.see", row[0], in_circle=bool(row[1]))
    if level is None:
        raise CaseNotFound(number)
    return Found(row[0], level)


def case_for(
    session: Session, who: Principal, number: str, action: str, now: datetime
) -> CaseRecord:
    """Return an open case on which this person may act.

    Raises `CaseNotFound`, `NotPermitted`, `CaseClosed`. Where the session may write, the row is
    locked until the commit; a page that only asks first takes no lock.
    """
    found = find_case(session, who, number, now)
    query = select(CaseRecord).where(CaseRecord.id == found.case.id, cases_within(who, action, now))
    if isinstance(session, Writing):
        # Read again once the lock is ours: whoever held it may just have closed the case.
        query = query.with_for_update().execution_options(populate_existing=True)
    case = session.scalars(query).one_or_none()
    if case is None:
        raise NotPermitted(action)
    if case.closed_at is not None:
        raise CaseClosed(number)
    return case


def refuse_own_matter(session: Session, who: Principal, case: CaseRecord) -> None:
    """Raise `FourEyes` for somebody who is harassed in the case: others carry it on."""
    concerned = select(HarassedRecord.id).where(
        HarassedRecord.case_id == case.id, HarassedRecord.person_id == who.person_id
    )
    if who.person_id is not None and session.execute(concerned).first() is not None:
        raise FourEyes("whoever is harassed does not lead their own case")


def may_on(session: Session, who: Principal, case: CaseRecord, action: str, now: datetime) -> bool:
    """Tell whether an act on this case is open to this person, for the interface to show it."""
    query = select(CaseRecord.id).where(CaseRecord.id == case.id, cases_within(who, action, now))
    return case.closed_at is None and session.execute(query).first() is not None
