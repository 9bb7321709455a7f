"""Finding a case: what may not be seen is not found; what may be seen but not done is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.database import Writing
from archive.records.cases import CaseRecord, HarassedRecord
from service.access.principal import Principal
from service.access.rights import Level
from service.access.visibility import BREAK_GLASS, case_levels, cases_within
from service.casework.cases.merged import is_or_goes_on
from service.errors import CaseClosed, CaseNotFound, FourEyes, NotPermitted


@dataclass(frozen=True)
class Found:
    """A case that this person may see, and how much of it."""

    case: CaseRecord
    level: Level


def find_case(session: Session, who: Principal, number: str, now: datetime) -> Found:
    """Return a case by its number; raises `CaseNotFound` where it is not for this person."""
    levels = case_levels(who, "case.see", now)
    query = select(CaseRecord, *(shown.label(level) for level, shown in levels.items())).where(
        CaseRecord.number == number, cases_within(who, "case.see", now)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise CaseNotFound(number)
    most = next(level for level, shown in zip(levels, row[1:], strict=True) if shown)
    return Found(row[0], most)


def find_to_break(session: Session, who: Principal, number: str, now: datetime) -> CaseRecord:
    """Return a case that is this person's to see, or whose glass is theirs to break.

    Of a case that was merged it is the one in which it goes on: its glass opens both. Raises
    `CaseNotFound`.
    """
    query = select(CaseRecord).where(
        is_or_goes_on(number),
        CaseRecord.merged_into.is_(None),
        or_(cases_within(who, "case.see", now), cases_within(who, BREAK_GLASS, now)),
    )
    case = session.scalars(query).one_or_none()
    if case is None:
        raise CaseNotFound(number)
    return case


def case_for(
    session: Session,
    who: Principal,
    number: str,
    action: str,
    now: datetime,
    *,
    though_closed: bool = False,
) -> CaseRecord:
    """Return an open case on which this person may act; a closed one too where that is said.

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
    if case.closed_at is not None and not though_closed:
        raise CaseClosed(number)
    return case


def refuse_own_matter(session: Session, who: Principal, case: CaseRecord) -> None:
    """Raise `FourEyes` for somebody who is harassed in the case: others carry it on."""
    if concerns(session, who, case):
        raise FourEyes("whoever is harassed does not lead their own case")


def concerns(session: Session, who: Principal, case: CaseRecord) -> bool:
    """Tell whether this person is harassed in the case."""
    concerned = select(HarassedRecord.id).where(
        HarassedRecord.case_id == case.id,
        HarassedRecord.person_id == who.person_id,
        HarassedRecord.removed_at.is_(None),
    )
    return who.person_id is not None and session.execute(concerned).first() is not None


def may_on(
    session: Session,
    who: Principal,
    case: CaseRecord,
    action: str,
    now: datetime,
    *,
    though_closed: bool = False,
) -> bool:
    """Tell whether an act on this case is open to this person, for the interface to show it."""
    if case.closed_at is not None and not though_closed:
        return False
    query = select(CaseRecord.id).where(CaseRecord.id == case.id, cases_within(who, action, now))
    return session.execute(query).first() is not None
