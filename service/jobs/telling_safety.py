"""Now and then: lets safety representatives be told of cases that they have not been told of.

In their working hours, and within one working day. What they are to be told stands in the table of
tellings: a restart tells nobody twice, and an address that cannot be used asks for no second row.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from service.casework.cases.course import shipped_procedure
from service.casework.cases.representatives import Untold, one_at_a_time, untold
from service.casework.telling.asking import tell
from service.installation import Installation
from service.settings import Settings

EVERY_SECONDS: Final = 300


def tell_safety(installation: Installation) -> None:
    """Let those be told who have not been; may run in any number of processes."""
    now, settings = installation.clock.now(), installation.settings
    with installation.database.reading() as session:
        if next(untold(session, now), None) is None:
            return
    with installation.database.writing() as session:
        one_at_a_time(session)
        for due in list(untold(session, now)):
            _tell(session, due, settings, now)


def _tell(session: Session, due: Untold, settings: Settings, now: datetime) -> None:
    """Let each be told within one working day, as the municipality counts them (HUST-7.4.2)."""
    working_time = shipped_procedure(due.case.procedure).working_time
    deadline = working_time.after_working_days(now, 1)
    for person in due.people:
        tell(
            session,
            person,
            due.kind,
            settings=settings,
            now=now,
            case=due.case,
            deadline=deadline,
        )
