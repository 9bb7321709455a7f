"""What has just been received and is not in the index yet: searched by itself, newest first.

A door writes nothing into the index (decision 20). What waits to be read is little, and is
looked through here by the same rules.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from archive.records.evidence import EvidenceRecord, EvidenceState
from archive.records.search import SEARCH_ITEMS
from archive.search.documents import Facts, facts_of
from archive.search.finding import Hit
from archive.search.holding import holds
from archive.search.places import place_of
from archive.search.wish import Wish

_WAITS: Final = (
    select(EvidenceRecord.id)
    .where(EvidenceRecord.state.in_((EvidenceState.RECEIVED, EvidenceState.READING)))
    .limit(1)
)
MOST: Final = 200
"""So many arrivals are looked through; in a flood the rest is found once it has been read."""


def anything_arrived(session: Session) -> bool:
    """Tell whether anything waits to be read; mostly nothing does, and that is quick to see."""
    return session.connection().execute(_WAITS).first() is not None


def find_arrivals(session: Session, wish: Wish, open_to: ColumnElement[bool]) -> list[Hit]:
    """Return the hits among what waits; `open_to` is the condition on evidence of who asks."""
    waiting = (
        select(EvidenceRecord.id)
        .where(
            EvidenceRecord.state.in_((EvidenceState.RECEIVED, EvidenceState.READING)),
            EvidenceRecord.erased_at.is_(None),
            ~exists().where(SEARCH_ITEMS.c.evidence_id == EvidenceRecord.id),
            open_to,
        )
        .order_by(EvidenceRecord.received_at.desc(), EvidenceRecord.id.desc())
        .limit(MOST)
    )
    ids: list[UUID] = list(session.scalars(waiting))
    if not ids:
        return []
    found = facts_of(session, ids)
    hits = [hit for one in ids if one in found and (hit := _hit(wish, found[one]))]
    return sorted(hits, key=lambda hit: (not hit.as_written, -hit.place))


def _hit(wish: Wish, facts: Facts) -> Hit | None:
    if any(facts.tokens.isdisjoint(tokens) for tokens in wish.filters):
        return None
    if wish.account is not None and facts.tokens.isdisjoint(wish.account.pieces):
        return None
    if (wish.since and facts.received_at < wish.since) or (
        wish.until and facts.received_at > wish.until
    ):
        return None
    words = facts.words()
    named = bool(wish.query.terms) and all(
        not facts.tokens.isdisjoint(wish.numbers.get(term, ())) for term in wish.query.terms
    )
    if not named and not holds(wish.query, words):
        return None
    as_written = named or holds(wish.query, words, as_written=True)
    return Hit(place_of(facts.received_at, facts.id), facts.id, as_written)
