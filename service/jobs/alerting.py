"""Every few seconds: tells whoever is on duty of danger, again and again until somebody takes it.

A round is written with its mails in one transaction: a restart goes on where it was, and two
processes tell once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.alerts import AlertRecord
from archive.records.cases import CaseRecord
from archive.records.people import PersonRecord
from service.casework.cases.alerts import KIND, due_alerts, one_at_a_time, pause_of, told_of
from service.casework.organisation.duties import on_duty_now
from service.casework.telling.unreachable import note_unreachable, why_unreachable
from service.installation import Installation
from service.log_lines import logger
from service.notices.alerts import alert_body, alert_subject
from service.notices.composing import AddressUnusable
from service.notices.queueing import queue_notice
from service.settings import Settings

EVERY_SECONDS: Final = 5


def tell_duty(installation: Installation) -> None:
    """Queue the mails of each alert whose round is due."""
    now = installation.clock.now()
    with installation.database.reading() as session:
        if not due_alerts(session, now):
            return
    with installation.database.writing() as session:
        one_at_a_time(session)
        for row in due_alerts(session, now):
            _round(session, row, installation.settings, now)


def _round(session: Session, row: AlertRecord, settings: Settings, now: datetime) -> None:
    case = session.get_one(CaseRecord, row.case_id)
    place = f"{settings.url.rstrip('/')}/alerts/{row.id}" if settings.url else None
    told = 0
    for person in told_of(session, row, now):
        language = person.language
        try:
            queue_notice(
                session,
                settings=settings,
                kind=KIND,
                case_id=case.id,
                recipient=person.email or "",
                subject=alert_subject(case.number, language),
                body=alert_body(
                    case.number,
                    place=place,
                    guard=settings.guard_phone,
                    again=int(pause_of(row).total_seconds() // 60),
                    municipality=settings.municipality,
                    language=language,
                ),
                language=language,
                now=now,
            )
        except AddressUnusable:
            logger().error("alert.not_told", person=str(person.id))
            continue
        told += 1
    for turn in on_duty_now(session, now):
        on_duty = session.get_one(PersonRecord, turn.person_id)
        if (code := why_unreachable(session, on_duty)) is not None:
            note_unreachable(session, on_duty, code, settings=settings, now=now)
    row.rounds += 1
    row.told_at = now
    if not told:
        logger().error("alert.nobody_told", case=str(case.id))
    record(session, "alert.told", at=now, subject=row, case_id=case.id, people=told)
