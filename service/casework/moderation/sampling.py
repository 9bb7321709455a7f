"""The weekly sample: some of what one person may decide alone is looked at by somebody else.

Of the judgements that need no second person (advertising and fraud, DESIGN
§3.9), every tenth of a week is drawn when the week is over, and at least
three. The draw is by the digest of week and decision: anybody can draw it
again, and nobody who decides can know or choose what will be drawn.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.pages import DecisionRecord, PostRecord, SampleRecord, VisitRecord
from service.access.principal import Principal
from service.access.visibility import visits_within
from service.casework.moderation.deciding import is_party
from service.casework.moderation.queue import card_of
from service.errors import AlreadyDecided, FourEyes, NotPermitted, PostNotFound, ReasonMissing

ACTION: Final = "post.approve"
EVERY: Final = 10
AT_LEAST: Final = 3
BACK: Final = timedelta(weeks=8)
"""How far back a draw reaches that was missed, because the service stood still."""

_COPENHAGEN: Final = ZoneInfo("Europe/Copenhagen")


@dataclass(frozen=True)
class Drawn:
    """A decision that waits for a second look."""

    sample: SampleRecord
    decision: DecisionRecord
    post: PostRecord
    visit: VisitRecord


def week_of(moment: datetime) -> str:
    """Return the ISO week in Copenhagen ("2027-W05")."""
    year, week, _ = moment.astimezone(_COPENHAGEN).isocalendar()
    return f"{year}-W{week:02d}"


def share_of(week: str, decisions: Sequence[UUID]) -> list[UUID]:
    """Return which of a week's decisions are drawn: every tenth begun, and at least three."""
    wanted = max(AT_LEAST, -(-len(decisions) // EVERY))
    return sorted(decisions, key=lambda one: hashlib.sha256(f"{week} {one}".encode()).digest())[
        :wanted
    ]


def draw_samples(session: Session, now: datetime) -> int:
    """Draw for every week that is over and was not drawn; returns how many were drawn.

    May run at any time and in any number of processes: the rows that it draws from are locked,
    in the order of their ids, and the same draw twice draws nothing new.
    """
    local = now.astimezone(_COPENHAGEN)
    monday = local - timedelta(days=local.weekday())
    begin = monday.replace(hour=0, minute=0, second=0, microsecond=0)
    eligible = session.scalars(
        select(DecisionRecord)
        .where(
            DecisionRecord.excepted.is_(True),
            DecisionRecord.decided_at < begin,
            DecisionRecord.decided_at >= begin - BACK,
        )
        .order_by(DecisionRecord.id)
        .with_for_update(key_share=True)
    ).all()
    weeks: dict[str, list[UUID]] = defaultdict(list)
    for decision in eligible:
        weeks[week_of(decision.decided_at)].append(decision.id)
    drawn = 0
    for week, decisions in sorted(weeks.items()):
        standing = session.scalars(select(SampleRecord.id).where(SampleRecord.week == week)).first()
        if standing is None:
            drawn += _draw(session, week, decisions, now)
    return drawn


def waiting_samples(session: Session, who: Principal, now: datetime) -> list[Drawn]:
    """Return what waits for this person's second look, the oldest first; never their own."""
    if who.person_id is None or not who.may(ACTION):
        return []
    query = _drawn().where(
        SampleRecord.looked_at.is_(None),
        DecisionRecord.decided_by != who.person_id,
        _within(who, now),
    )
    rows = session.execute(query.order_by(DecisionRecord.decided_at, SampleRecord.id)).all()
    return [Drawn(*row) for row in rows]


def sample_of(session: Session, who: Principal, sample_id: UUID, now: datetime) -> Drawn:
    """Return one drawn decision; raises `PostNotFound` where it is not for this person."""
    query = _drawn().where(SampleRecord.id == sample_id, _within(who, now))
    row = session.execute(query).one_or_none()
    if row is None:
        raise PostNotFound(str(sample_id))
    return Drawn(*row)


def look_again(
    session: Session, who: Principal, sample_id: UUID, *, agrees: bool, reason: str, now: datetime
) -> SampleRecord:
    """Record a second look. Where it disagrees, the decision falls and the post waits anew.

    Raises `PostNotFound`, `NotPermitted`, `FourEyes` for the one who decided or is harassed,
    `AlreadyDecided`, `ReasonMissing` for a disagreement without one.
    """
    if not agrees and not reason.strip():
        raise ReasonMissing("say why the decision was wrong")
    person = who.person_id
    drawn = sample_of(session, who, sample_id, now)
    if person is None or not who.may(ACTION):
        raise NotPermitted(ACTION)
    sample = session.scalars(
        select(SampleRecord)
        .where(SampleRecord.id == sample_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    card = card_of(session, who, drawn.post.id, now)
    if drawn.decision.decided_by == person or is_party(session, card, person):
        raise FourEyes("the second look is somebody else's")
    if sample.looked_at is not None:
        raise AlreadyDecided(str(sample_id))
    sample.looked_by, sample.looked_at, sample.agrees = person, now, agrees
    sample.reason = reason.strip() or None
    if not agrees:
        drawn.decision.refused_by, drawn.decision.refused_at = person, now
    record(
        session,
        "sample.agreed" if agrees else "sample.disagreed",
        at=now,
        actor=who.actor,
        subject=drawn.post,
        case_id=drawn.visit.case_id,
        decision=drawn.decision.id,
        decided_by=drawn.decision.decided_by,
        reason=sample.reason,
    )
    return sample


def _draw(session: Session, week: str, decisions: list[UUID], now: datetime) -> int:
    chosen = share_of(week, decisions)
    session.add_all(
        SampleRecord(id=uuid4(), decision_id=one, week=week, drawn_at=now) for one in chosen
    )
    record(
        session,
        "sample.drawn",
        at=now,
        subject=f"week:{week}",
        of=len(decisions),
        decisions=chosen,
    )
    return len(chosen)


def _drawn() -> Select[SampleRecord, DecisionRecord, PostRecord, VisitRecord]:
    return (
        select(SampleRecord, DecisionRecord, PostRecord, VisitRecord)
        .join(DecisionRecord, DecisionRecord.id == SampleRecord.decision_id)
        .join(PostRecord, PostRecord.id == DecisionRecord.post_id)
        .join(VisitRecord, VisitRecord.id == PostRecord.visit_id)
    )


def _within(who: Principal, now: datetime) -> ColumnElement[bool]:
    return visits_within(who, ACTION, now)
