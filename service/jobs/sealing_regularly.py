"""Now and then: sends the head that is due; tells operators where none leaves for too long."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.records.cases import NoticeRecord
from archive.records.people import PersonRecord, RoleRecord
from service.casework.operations.outside import CONTRADICTED, ask, due, one_at_a_time
from service.casework.operations.outside_standing import Seal, Standing, standing
from service.installation import Installation
from service.log_lines import logger
from service.notices.composing import AddressUnusable
from service.notices.queueing import queue_notice
from service.notices.sealing import ALARM, alarm_body, alarm_subject

EVERY_SECONDS: Final = 30
_TOLD_AGAIN: Final = timedelta(hours=24)
_OPERATOR: Final = "operator"


def seal_regularly(installation: Installation) -> None:
    """Look whether a head is due, and whether one is late; may run in any number of processes."""
    now, settings = installation.clock.now(), installation.settings
    with installation.database.reading() as session:
        wanted = due(session, settings, now)
        how = standing(session, settings, now)
    if wanted:
        with installation.database.writing() as session:
            one_at_a_time(session)
            ask(session, due(session, settings, now), now)
    if _is_alarm(how):
        logger().error("head.alarm", state=how.seal.value)
        with installation.database.writing() as session:
            _tell_operators(session, installation, how, now)


def _is_alarm(how: Standing) -> bool:
    """After a start something may be late that is about to leave: an attempt must have failed."""
    if how.seal is Seal.CONTRADICTED:
        return True
    return how.seal is Seal.LATE and all(one.code for one in how.holders)


def _tell_operators(
    session: Session, installation: Installation, how: Standing, now: datetime
) -> None:
    """Queue one mail a day to each."""
    settings = installation.settings
    contradicted = how.seal is Seal.CONTRADICTED
    named = tuple(
        one.holder.name for one in how.failing if not contradicted or one.code == CONTRADICTED
    )
    for person in _operators(session):
        recipient = person.email or ""
        told = select(NoticeRecord.id).where(
            NoticeRecord.kind == ALARM,
            NoticeRecord.recipient == recipient,
            NoticeRecord.made_at > now - _TOLD_AGAIN,
        )
        if session.scalars(told.limit(1)).first() is not None:
            continue
        try:
            queue_notice(
                session,
                settings=settings,
                kind=ALARM,
                recipient=recipient,
                subject=alarm_subject(person.language, contradicted=contradicted),
                body=alarm_body(
                    person.language, contradicted=contradicted, holders=named, url=settings.url
                ),
                language=person.language,
                now=now,
            )
        except AddressUnusable:
            logger().error("head.alarm_not_told", person=str(person.id))


def _operators(session: Session) -> list[PersonRecord]:
    query = (
        select(PersonRecord)
        .join(RoleRecord, RoleRecord.person_id == PersonRecord.id)
        .where(
            RoleRecord.role == _OPERATOR,
            RoleRecord.until.is_(None),
            PersonRecord.ended_at.is_(None),
            PersonRecord.email.is_not(None),
        )
        .order_by(PersonRecord.id)
    )
    return list(dict.fromkeys(session.scalars(query)))
