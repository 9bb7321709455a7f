"""Showing a post's content to the page team: one ledger entry first, then the text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from archive.records.evidence import EvidenceRecord
from service.access.principal import Principal
from service.casework.evidence.viewing import note_viewing
from service.casework.moderation.queue import card_of
from service.casework.moderation.screenshots import counting
from service.errors import SealedOff
from service.installation import Installation


@dataclass(frozen=True)
class Shown:
    """A post's content, after its viewing is kept."""

    evidence_id: UUID
    text: str
    marks: tuple[tuple[int, int], ...]
    picture_name: str | None


def reveal_post(
    installation: Installation, who: Principal, post_id: UUID, now: datetime, part: str = "text"
) -> Shown:
    """Return a post's content; the viewing is committed before this returns.

    The `picture` is our own, or the screenshot that stands in for it: then that is what the
    viewing names. Raises `PostNotFound` where the post is not for this person,
    `SealedOff` where what shows it is open to nobody.
    """
    with installation.database.reading() as session:
        card = card_of(session, who, post_id, now)
        evidence_id, picture = card.post.evidence_id, card.post.picture_name
        screenshot = counting(card.screenshots)
        if part == "picture" and screenshot is not None:
            evidence_id, picture = screenshot.evidence.id, screenshot.preview
        if session.get_one(EvidenceRecord, evidence_id).sealed_off_at is not None:
            raise SealedOff(str(evidence_id))
        shown = Shown(
            evidence_id,
            card.post.text,
            merged([(int(s), int(e)) for one in card.findings for s, e in one.spans]),
            picture,
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
