"""Sealing off a post: whoever comes upon it in the queue shuts all that shows it, in one act.

What is shut is evidence: the capture that is open, every screenshot of the post, and with
them its captures at other visits. A later visit that still sees the post is shut as it comes,
until the post is gone or the DPO has opened it again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.log import SYSTEM, record
from archive.records.evidence import EvidenceRecord
from archive.records.ledger import LedgerDetailRecord
from archive.records.pages import PostRecord
from archive.shutting import ShutOff, batched, shut_off
from service.access.principal import Principal
from service.casework.evidence.sealed_together import BESIDE, SUSPICION, whole_of
from service.casework.moderation.queue import card_of, may_on_post, sightings_of
from service.errors import NotPermitted

SEAL_OFF: Final = "post.seal_off"
SEALED_OFF: Final = "post.sealed_off"


def seal_off_post(session: Session, who: Principal, post_id: UUID, now: datetime) -> ShutOff:
    """Shut all that shows a post; raises `PostNotFound`, `NotPermitted`.

    Nobody is kept from it, not even whoever the post is about: it judges nothing.
    """
    card = card_of(session, who, post_id, now)
    if not may_on_post(session, who, post_id, SEAL_OFF, now):
        raise NotPermitted(SEAL_OFF)
    capture = session.get_one(EvidenceRecord, card.post.evidence_id)
    whole = whole_of(session, [capture, *(one.evidence for one in card.screenshots)])
    at_visits = select(PostRecord.evidence_id).where(PostRecord.id.in_(sightings_of(card.post)))
    beside = whole.reasons | dict.fromkeys(session.scalars(at_visits), BESIDE)
    shut = shut_off(session, whole.pointed_at, who.actor, SUSPICION, now, also=beside)
    record(
        session,
        SEALED_OFF,
        at=now,
        actor=who.actor,
        subject=card.post,
        case_id=card.visit.case_id,
        evidence=[str(one) for one in shut.evidence],
    )
    return shut


def shut_seen_again(session: Session, capture_id: UUID, now: datetime) -> bool:
    """Shut a capture that shows a post which was sealed off and still is; tell if so.

    It belongs to the act that shut the earlier one, and opens when that does.
    """
    told = select(LedgerDetailRecord.subject).where(LedgerDetailRecord.kind == SEALED_OFF)
    posts = {UUID(one.partition(":")[2]) for one in session.scalars(told) if one is not None}
    for some in batched(posts):
        sealed = (
            select(PostRecord, EvidenceRecord)
            .join(EvidenceRecord, EvidenceRecord.id == PostRecord.evidence_id)
            .where(PostRecord.id.in_(some), EvidenceRecord.sealed_off_at.is_not(None))
        )
        for post, earlier in session.execute(sealed).all():
            again = sightings_of(post).where(PostRecord.evidence_id == capture_id)
            if session.scalars(again).first() is not None:
                by, since = earlier.sealed_off_by or SYSTEM, earlier.sealed_off_at
                shut_off(session, [capture_id], by, BESIDE, now, since=since)
                return True
    return False
