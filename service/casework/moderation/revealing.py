"""Showing a post's content to the page team: one ledger entry first, then the text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.access.principal import Principal
from service.casework.evidence.scans import is_infected
from service.casework.evidence.viewing import note_viewing
from service.casework.moderation.queue import Card, card_of
from service.casework.moderation.screenshots import counting
from service.errors import PostNotFound, SealedOff
from service.installation import Installation


@dataclass(frozen=True)
class Shown:
    """A post's content, after its viewing is kept."""

    evidence_id: UUID
    text: str
    marks: tuple[tuple[int, int], ...]
    picture_name: str | None
    typed: bool = False
    """Whether one of ours typed the words from a screenshot."""


@dataclass(frozen=True)
class Pictured:
    """The picture of a post: the evidence that it is of, and the object's name."""

    evidence_id: UUID
    name: str


def picture_of(session: Session, card: Card) -> Pictured | None:
    """Return the picture that may be shown of a post: our own, or the screenshot in its place.

    None of what is sealed off, and none in which a scanner found something.
    """
    if card.shut:
        return None
    screenshot = counting(card.screenshots)
    if screenshot is not None and screenshot.preview is not None:
        found = Pictured(screenshot.evidence.id, screenshot.preview)
    elif card.post.picture_name is not None:
        found = Pictured(card.post.evidence_id, card.post.picture_name)
    else:
        return None
    return None if is_infected(session, found.evidence_id) else found


def reveal_post(
    installation: Installation, who: Principal, post_id: UUID, now: datetime, part: str = "text"
) -> Shown:
    """Return a post's content; the viewing is committed before this returns.

    The `picture` is our own, or the screenshot that stands in for it: then that is what the
    viewing names. Raises `PostNotFound` where the post is not for this person, or where it has
    no such part: nothing is viewed then. `SealedOff` where what shows it is open to nobody.
    """
    with installation.database.reading() as session:
        card = card_of(session, who, post_id, now)
        if card.shut:
            raise SealedOff(str(post_id))
        picture = picture_of(session, card) if part == "picture" else None
        if picture is None and (part == "picture" or not card.post.text):
            raise PostNotFound(str(post_id))
        shown = Shown(
            picture.evidence_id if picture else card.post.evidence_id,
            card.post.text,
            merged([(int(s), int(e)) for one in card.findings for s, e in one.spans]),
            picture.name if picture else None,
            typed=card.post.typed_by is not None,
        )
        case_id = card.visit.case_id
    note_viewing(
        installation, who, shown.evidence_id, case_id=case_id, purpose="moderation", now=now
    )
    return shown


def merged(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return spans in order and without overlap."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
