"""Now and then: tells safety representatives of cases that they have not been told of.

Within minutes, so well within one working day. What was told is known by the notices
themselves: a restart tells nobody twice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from service.casework.cases.outlines import is_large
from service.casework.cases.representatives import Untold, one_at_a_time, untold
from service.installation import Installation
from service.log_lines import logger
from service.notices.composing import AddressUnusable
from service.notices.queueing import queue_notice
from service.notices.safety import (
    VIOLENCE,
    safety_body,
    safety_subject,
    violence_body,
    violence_subject,
)
from service.settings import Settings

EVERY_SECONDS: Final = 300


def tell_safety(installation: Installation) -> None:
    """Queue the mails that are due; may run in any number of processes."""
    now, settings = installation.clock.now(), installation.settings
    with installation.database.reading() as session:
        if next(untold(session, now), None) is None:
            return
    with installation.database.writing() as session:
        one_at_a_time(session)
        for due in list(untold(session, now)):
            _tell(session, due, settings, now)


def _tell(session: Session, due: Untold, settings: Settings, now: datetime) -> None:
    case, unit_id = due.case, due.case.unit_id
    told = unit_id is not None and is_large(session, unit_id, now, settings.smallest_unit)
    number = case.number if told else None
    is_violence = due.kind == VIOLENCE
    subject, body = (
        (violence_subject, violence_body) if is_violence else (safety_subject, safety_body)
    )
    for person in due.people:
        try:
            queue_notice(
                session,
                settings=settings,
                kind=due.kind,
                case_id=case.id,
                recipient=person.email or "",
                subject=subject(number, person.language),
                body=body(number, settings.url, settings.municipality, person.language),
                language=person.language,
                now=now,
            )
        except AddressUnusable:
            logger().error("safety.not_told", person=str(person.id))
