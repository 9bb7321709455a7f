"""The posts that stand, with what people decided of them: what rules are tried on (B21).

For whoever runs the service: no route reads this, and no words leave it but to the rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.records.pages import DecisionRecord, PostRecord
from moderation.backtest import Judged
from moderation.values import Post
from service.casework.moderation.deciding import REMOVING

BATCH = 2_000
_UNDECIDED = frozenset({"not_ours", "gone"})


def count_posts(session: Session) -> int:
    """Return how many posts are kept, each visit's counted for itself."""
    return session.scalar(select(func.count()).select_from(PostRecord)) or 0


def stored_posts(session: Session) -> Iterator[list[Judged]]:
    """Yield the posts in batches; the same words by the same account are one post.

    A post is judged where somebody decided: removed under a clause (and, where it takes two,
    approved) or let stand. The latest decision speaks; one that awaits its second person does not.
    """
    seen: set[int] = set()
    last: UUID | None = None
    while True:
        wanted = select(PostRecord).order_by(PostRecord.id).limit(BATCH)
        if last is not None:
            wanted = wanted.where(PostRecord.id > last)
        rows = session.scalars(wanted).all()
        if not rows:
            return
        last = rows[-1].id
        broken = _decided(session, [row.id for row in rows])
        batch = []
        for row in rows:
            known = hash((row.author, row.text_sha256))
            if known in seen and row.id not in broken:
                continue
            seen.add(known)
            post = Post(str(row.id), row.text, row.author, row.time)
            batch.append(Judged(post, broken.get(row.id)))
        session.expunge_all()
        yield batch


def _decided(session: Session, posts: list[UUID]) -> dict[UUID, frozenset[str]]:
    decisions = session.scalars(
        select(DecisionRecord)
        .where(DecisionRecord.post_id.in_(posts), DecisionRecord.refused_at.is_(None))
        .order_by(DecisionRecord.decided_at)
    )
    found: dict[UUID, frozenset[str]] = {}
    for decision in decisions:
        waiting = decision.needs_approval and decision.approved_at is None
        if waiting or decision.act in _UNDECIDED:
            continue
        removed = decision.act in REMOVING and decision.clause is not None
        found[decision.post_id] = frozenset((str(decision.clause),) if removed else ())
    return found
