"""What a person of the page team has done since midnight: decided, and been shown (A5)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.records.evidence import ViewingRecord
from archive.records.pages import DecisionRecord
from service.access.principal import Principal


def decided_today(session: Session, who: Principal, now: datetime) -> int:
    """Return how many posts this person has decided since midnight in Copenhagen."""
    query = select(func.count()).where(
        DecisionRecord.decided_by == who.person_id, DecisionRecord.decided_at >= midnight(now)
    )
    return int(session.scalar(query) or 0)


def exposures_today(session: Session, who: Principal, now: datetime) -> int:
    """Return how much hidden content this person has revealed today (A5)."""
    query = select(func.count()).where(
        ViewingRecord.person_id == who.person_id, ViewingRecord.at >= midnight(now)
    )
    return int(session.scalar(query) or 0)


def midnight(now: datetime) -> datetime:
    """Return the last midnight in Copenhagen."""
    local = now.astimezone(ZoneInfo("Europe/Copenhagen"))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)
