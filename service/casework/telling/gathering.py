"""What is due to be told becomes mails: one to each who gets any, in their language and hours.

A round is one transaction: a restart goes on where it was, and of two processes the second finds
nothing left. Each telling has its own entry in the ledger, whichever mail carried it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import CaseRecord, NoticeRecord
from archive.records.people import PersonRecord
from archive.records.tellings import TellingRecord
from service.casework.organisation.hours import hours_of, usual_hours
from service.casework.telling.asking import A_WHILE
from service.casework.telling.deadlines import still_running
from service.casework.telling.reaching import Reached, reach
from service.casework.telling.round import Round
from service.casework.telling.saying import section_for
from service.casework.telling.unreachable import note_unreachable, one_at_a_time
from service.notices.kinds import DEADLINE, HANDLER, SEVERAL, Outcome
from service.notices.ordinary import Why
from service.notices.queueing import queue_notice
from service.notices.sections import one_mail
from service.organisation.hours import waits_until
from service.settings import Settings

MOST: Final = 60
"""So many tellings at most in one round; the doors wait for it, and the next comes soon."""
BETWEEN: Final = timedelta(minutes=15)
"""So long lies between two mails to one person, but for a deadline."""
AGAIN: Final = timedelta(days=1)
"""So long it waits where nobody can be reached."""
TRIED: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class _Due:
    """One telling with the case that it is of, and who gets it at which address."""

    row: TellingRecord
    case: CaseRecord | None
    to: Reached
    person: PersonRecord
    address: str


def any_due(session: Session, now: datetime) -> bool:
    """Tell whether something is to be told now."""
    query = select(TellingRecord.id).where(TellingRecord.waits_until <= now).limit(1)
    return session.scalars(query).first() is not None


def gather(at: Round) -> int:
    """Write the mails that are due, and return how many."""
    session, settings, now = at.session, at.settings, at.now
    one_at_a_time(session)
    by_person: dict[UUID, list[_Due]] = defaultdict(list)
    for row in _due(session, now):
        case = session.get(CaseRecord, row.case_id) if row.case_id is not None else None
        if _is_moot(at, row, case):
            _end(session, row, Outcome.MOOT, now)
            continue
        to = reach(at, row)
        for silent, code in to.silent:
            note_unreachable(session, silent, code, settings=settings, now=now)
        if to.person is not None and to.person.email is not None:
            due = _Due(row, case, to, to.person, to.person.email)
            by_person[to.person.id].append(due)
        elif now - row.made_at > TRIED:
            _end(session, row, Outcome.NOBODY, now)
        else:
            row.waits_until = now + AGAIN
    return sum(_one(at, some) for some in by_person.values())


def take_back(session: Session, notice: NoticeRecord, now: datetime) -> None:
    """Let what a mail carried that nobody got be told anew, to whoever can be reached."""
    carried = select(TellingRecord).where(TellingRecord.notice_id == notice.id)
    for row in session.scalars(carried).all():
        row.told_at = row.told_to = row.notice_id = row.outcome = row.summed_at = None
        row.waits_until = now
        record(session, "telling.taken_back", at=now, subject=row, case_id=row.case_id)


def _due(session: Session, now: datetime) -> Sequence[TellingRecord]:
    """Return what is due, with what is about to be for the same people."""
    people = select(TellingRecord.person_id).where(TellingRecord.waits_until <= now)
    query = select(TellingRecord).where(
        TellingRecord.person_id.in_(people), TellingRecord.waits_until <= now + A_WHILE
    )
    return session.scalars(
        query.order_by(TellingRecord.made_at, TellingRecord.id).limit(MOST)
    ).all()


def _is_moot(at: Round, row: TellingRecord, case: CaseRecord | None) -> bool:
    if row.kind == DEADLINE and case is not None:
        return still_running(at.session, case, row, at.now) is None
    if row.kind != HANDLER or case is None:
        return False
    return case.closed_at is not None or case.handler_id != row.person_id


def _one(at: Round, some: Sequence[_Due]) -> int:
    """Write the mail to one person, unless they are to be left in peace for a while yet."""
    session, settings, now = at.session, at.settings, at.now
    person = some[0].person
    later = _later(session, person, some, settings, now)
    if later is not None:
        for one in some:
            one.row.waits_until = later
        return 0
    sections = [section_for(at, one.row, one.case, one.to, person) for one in some]
    subject, body = one_mail(sections, settings.municipality, person.language)
    kinds = {one.row.kind for one in some}
    notice = queue_notice(
        session,
        settings=settings,
        kind=kinds.pop() if len(kinds) == 1 else SEVERAL,
        recipient=some[0].address,
        subject=subject,
        body=body,
        language=person.language,
        now=now,
    )
    session.flush()  # the mail stands before the rows refer to it
    for one in some:
        row = one.row
        row.told_at, row.told_to, row.notice_id, row.waits_until = now, person.id, notice.id, None
        row.outcome = Outcome.TOLD if one.to.knows else Outcome.HINTED
        if one.to.why is not Why.AWAY:
            row.summed_at = now  # nobody comes back to ask what went elsewhere
        record(
            session,
            "telling.told",
            at=now,
            subject=row,
            case_id=row.case_id,
            telling=row.kind,
            person=person.id,
            instead=one.to.why,
        )
    return 1


def _later(
    session: Session,
    person: PersonRecord,
    some: Sequence[_Due],
    settings: Settings,
    now: datetime,
) -> datetime | None:
    """Return until when a mail to this person waits, or None where it leaves now.

    Whoever stands in has hours of their own; and nobody gets one mail after another.
    """
    deadline = min((one.row.deadline for one in some if one.row.deadline), default=None)
    at = now
    if any(one.to.why is not None for one in some):
        at = waits_until(now, hours_of(session, person, settings), usual_hours(settings), deadline)
    last = session.scalar(
        select(func.max(TellingRecord.told_at)).where(
            TellingRecord.told_to == person.id,
            TellingRecord.told_at > now - BETWEEN,
            TellingRecord.told_at <= now,  # of a clock that went too fast nothing is to be waited
        )
    )
    if last is not None and (deadline is None or last + BETWEEN < deadline):
        at = max(at, last + BETWEEN)
    return at if at > now else None


def _end(session: Session, row: TellingRecord, outcome: Outcome, now: datetime) -> None:
    row.outcome, row.waits_until, row.summed_at = outcome, None, now
    record(session, "telling.ended", at=now, subject=row, case_id=row.case_id, outcome=outcome)
