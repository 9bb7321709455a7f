"""What is sealed off together: copies, whatever they lie in, and other pictures of one post.

A mail's original holds its attachments, so it is shut while one of them is. A capture and a
screenshot of a post on it show the same: where one is shut, so is the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session, aliased

from archive.records.evidence import EvidenceRecord
from archive.records.pages import PostRecord, ScreenshotRecord, VisitRecord
from archive.shutting import batched

SUSPICION: Final = "what may be a sexual picture of somebody under 18"
TWIN: Final = "the same bytes as a piece that is sealed off"
BESIDE: Final = "shows the same post as a piece that is sealed off"
"""Whatever is shut for this reason follows its act: it opens when the rest of the act has."""


@dataclass(frozen=True)
class Whole:
    """What one act shuts: what may be the picture with all it lies in, and what shows it too."""

    pointed_at: tuple[UUID, ...]
    beside: tuple[UUID, ...]

    @property
    def reasons(self) -> dict[UUID, str]:
        """Why each of those beside is shut."""
        return dict.fromkeys(self.beside, BESIDE)


def whole_of(session: Session, roots: Sequence[EvidenceRecord]) -> Whole:
    """Return all that is shut with these pieces: copies, what they lie in, a mail's own files.

    Where a mail is pointed at, every file in it that is no text may be the picture. Only where
    there is just one is it known which; then its copies in other mails are shut too, and a
    logo under a signature never shuts everybody's mail.
    """
    same = _with_bytes(session, {one.sha256 for one in roots})
    own = list(dict.fromkeys([*(one.id for one in roots), *same]))
    inside = _files_in(session, own)
    digests = set(inside.values())
    copies = _with_bytes(session, digests) if len(digests) == 1 else []
    pictures = list(dict.fromkeys([*own, *inside, *copies]))
    pointed_at = [*pictures, *above(session, pictures)]
    beside = shown_with(session, pictures).difference(pointed_at)
    return Whole(tuple(pointed_at), tuple(sorted(beside, key=str)))


def above(session: Session, ids: Sequence[UUID]) -> list[UUID]:
    """Return what pieces lie in: a mail's original holds its attachments."""
    found: list[UUID] = []
    below = list(ids)
    while below:
        query = select(EvidenceRecord.parent_id).where(EvidenceRecord.parent_id.is_not(None))
        parents = _each(session, query, EvidenceRecord.id, below)
        below = [one for one in dict.fromkeys(parents) if one not in found and one not in ids]
        found += below
    return found


def shown_with(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Return what else shows a post of these.

    Of a capture's posts that is every screenshot, handed in at whichever visit; of a
    screenshot's post every capture and the other screenshots.
    """
    pieces = list(ids)
    found = {screenshot for _capture, screenshot in screenshots_beside(session, pieces)}
    again, query = _sighted_again()
    pictured = query.add_columns(again.evidence_id).join(
        ScreenshotRecord, ScreenshotRecord.post_id == PostRecord.id
    )
    posts = []
    for some in batched(pieces):
        shown = pictured.where(ScreenshotRecord.evidence_id.in_(some))
        for post, capture in session.execute(shown):
            posts.append(post)
            found.add(capture)
    others = select(ScreenshotRecord.evidence_id)
    return found.union(_each(session, others, ScreenshotRecord.post_id, posts))


def screenshots_beside(session: Session, captures: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """Return each capture with each screenshot of a post on it, handed in at whichever visit."""
    again, query = _sighted_again()
    pairs = query.with_only_columns(PostRecord.evidence_id, ScreenshotRecord.evidence_id).join(
        ScreenshotRecord, ScreenshotRecord.post_id == again.id
    )
    found = []
    for some in batched(captures):
        rows = session.execute(pairs.where(PostRecord.evidence_id.in_(some)).distinct())
        found += [(capture, screenshot) for capture, screenshot in rows]
    return found


def _sighted_again() -> tuple[type[PostRecord], Select[UUID]]:
    """Return a query of the same words by the same identity at every visit to the address."""
    again, then = aliased(PostRecord), aliased(VisitRecord)
    query = (
        select(again.id)
        .select_from(PostRecord)
        .join(VisitRecord, VisitRecord.id == PostRecord.visit_id)
        .join(
            again,
            and_(
                again.text_sha256 == PostRecord.text_sha256, again.local_id == PostRecord.local_id
            ),
        )
        .join(then, and_(then.id == again.visit_id, then.url == VisitRecord.url))
    )
    return again, query


def _with_bytes(session: Session, digests: Iterable[str | None]) -> list[UUID]:
    query = select(EvidenceRecord.id).where(EvidenceRecord.erased_at.is_(None))
    wanted = [one for one in digests if one is not None]
    return _each(session, query, EvidenceRecord.sha256, wanted)


def _files_in(session: Session, ids: Sequence[UUID]) -> dict[UUID, str | None]:
    """Return by id the digest of whatever came in mails and is neither text nor a mail itself."""
    found: dict[UUID, str | None] = {}
    query = select(EvidenceRecord.id, EvidenceRecord.media_type, EvidenceRecord.sha256)
    mails = list(ids)
    while mails:
        parts: list[Any] = []
        for some in batched(mails):
            within = EvidenceRecord.parent_id.in_(some), EvidenceRecord.erased_at.is_(None)
            parts += session.execute(query.where(*within)).all()
        mails = [part.id for part in parts]
        found |= {
            part.id: part.sha256
            for part in parts
            if not part.media_type.startswith(("text/", "message/"))
        }
    return found


def _each(session: Session, query: Select[Any], column: Any, values: Iterable[Any]) -> list[Any]:
    """Return what a query finds for these values of a column, as many at once as may be asked."""
    found: list[Any] = []
    for some in batched(dict.fromkeys(values)):
        found += session.scalars(query.where(column.in_(some)))
    return found
