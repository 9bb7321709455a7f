"""A screenshot handed in where our own capture failed: kept as evidence, tied to post and case.

It stands in for our own capture (DESIGN §3.9), graded *handed in*. Whatever is
sent is kept; only a picture that is this post's own counts, and only once the
confined child has opened it and its sealed bytes are as they were received.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.intake.media_type import media_type_of
from archive.intake.receive import About, Envelope, Held, Kept
from archive.ledger.log import record
from archive.records.cases import CaseRecord
from archive.records.evidence import EvidenceRecord, Known
from archive.records.pages import PostRecord, ScreenshotRecord, VisitRecord
from service.access.principal import Principal
from service.casework.cases.merged import locked_to_join
from service.casework.cases.opening import join_evidence
from service.casework.evidence.held import removed_where_refused, require_all_here
from service.casework.moderation.deciding import is_party
from service.casework.moderation.queue import card_of, may_on_post, sightings_of
from service.casework.moderation.verifying import check_own_capture
from service.errors import AlreadySecured, FourEyes, NotPermitted, SealedOff
from service.installation import Installation

ACTION: Final = "post.secure"
KIND: Final = "screenshot"
UNCOUNTED_KIND: Final = "upload"
"""What does not count is kept like any hand-in, and waits to be sorted."""

PICTURES: Final = re.compile(r"image/(png|jpeg|gif|webp|bmp|tiff|heic|heif|avif)")


class NotCounted(StrEnum):
    """Why what was handed in is kept and does not count."""

    NO_PICTURE = "no_picture"
    ANOTHER_POSTS = "another_posts"


@dataclass(frozen=True)
class HandedIn:
    """What became of a file: its evidence, its size in bytes, and where it does not count, why."""

    evidence_id: UUID
    size: int
    not_counted: NotCounted | None


def require_wanted(
    installation: Installation, who: Principal, post_id: UUID, now: datetime
) -> None:
    """Ask before a byte is taken whether a screenshot of this post may come.

    Raises `PostNotFound`, `NotPermitted`, `FourEyes` for the one who is harassed in it, `SealedOff`
    where it is shut, and `AlreadySecured` where our own capture of the post is whole.
    """
    with installation.database.reading() as session:
        card = card_of(session, who, post_id, now)
        if who.person_id is None or not may_on_post(session, who, post_id, ACTION, now):
            raise NotPermitted(ACTION)
        if is_party(session, card, who.person_id):
            raise FourEyes("whoever is harassed does not secure the post they are named in")
        if card.shut:
            raise SealedOff("nobody takes another picture of it")
    if check_own_capture(installation, post_id).whole:
        raise AlreadySecured("our own capture of the post is whole")


def hand_in_screenshot(
    installation: Installation,
    who: Principal,
    post_id: UUID,
    held: Held,
    *,
    filename: str | None,
    now: datetime,
) -> HandedIn:
    """Commit an uploaded file as evidence of a post; says whether it counts as its screenshot.

    Raises as `require_wanted`, and `UploadGone`; then nothing is kept.
    """
    with removed_where_refused(installation, held):
        require_wanted(installation, who, post_id, now)
        require_all_here(installation, held)
    with installation.database.reading() as session:
        post = session.get_one(PostRecord, post_id)
        visit = session.get_one(VisitRecord, post.visit_id)
        refused = _not_counted(session, post, held, filename)
        case_id, source = visit.case_id, post.permalink or visit.url
        unit_id = session.get_one(CaseRecord, case_id).unit_id if case_id else who.unit_id
    person = who.person_id
    kind = UNCOUNTED_KIND if refused else KIND

    def tie(session: Session, kept: Kept) -> None:
        evidence = session.get_one(EvidenceRecord, kept.id)
        if case_id is not None:
            case = locked_to_join(session, case_id)
            if case.closed_at is None:
                join_evidence(session, case, evidence, now, who.actor)
        standing = select(ScreenshotRecord.id).where(ScreenshotRecord.evidence_id == kept.id)
        if session.scalars(standing).first() is not None:
            return  # the same hand-in, sent once more
        if refused is None and person is not None:
            session.add(
                ScreenshotRecord(
                    id=uuid4(),
                    post_id=post_id,
                    evidence_id=kept.id,
                    handed_in_by=person,
                    handed_in_at=now,
                )
            )
        record(
            session,
            "post.screenshot_not_counted" if refused else "post.screenshot_handed_in",
            at=now,
            actor=who.actor,
            subject=session.get_one(PostRecord, post_id),
            case_id=case_id,
            evidence=kept.id,
            sha256=kept.sha256,
            why=refused,
        )

    about = About(
        kind=kind,
        filename=filename,
        known=Known.HANDED_IN,
        source_url=source,
        seen_at=now,
        unit_id=unit_id,
        case_id=case_id,
    )
    envelope = Envelope("screenshot", who.actor, {"post": str(post_id), "filename": filename})
    kept = installation.intake.register(held, about, envelope, now, also=tie)
    return HandedIn(kept.id, kept.size, refused)


def _not_counted(
    session: Session, post: PostRecord, held: Held, filename: str | None
) -> NotCounted | None:
    if not PICTURES.fullmatch(media_type_of(held.head, filename)):
        return NotCounted.NO_PICTURE
    digest = held.sealed.sha256
    elsewhere = PostRecord.id.not_in(sightings_of(post))
    captured = select(PostRecord.id).where(PostRecord.picture_sha256 == digest, elsewhere)
    handed_in = (
        select(ScreenshotRecord.id)
        .join(EvidenceRecord, EvidenceRecord.id == ScreenshotRecord.evidence_id)
        .join(PostRecord, PostRecord.id == ScreenshotRecord.post_id)
        .where(EvidenceRecord.sha256 == digest, elsewhere)
    )
    for of_another in (captured, handed_in):
        if session.scalars(of_another).first() is not None:
            return NotCounted.ANOTHER_POSTS
    return None
