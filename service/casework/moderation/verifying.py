"""Whether a post is preserved: the sealed files re-read and hashed, now.

Our own capture comes first; where it has failed, is damaged or erased, a
screenshot that was handed in for the same words stands in for it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from archive.errors import ObjectMissing
from archive.records.evidence import EvidenceRecord, Known, ObjectRecord
from archive.records.pages import PostRecord, VisitRecord
from archive.vault.vault import segment_name
from service.casework.evidence.belongings import objects_of
from service.casework.moderation.queue import sightings_of
from service.casework.moderation.screenshots import Standing, screenshots_of
from service.errors import PostNotFound
from service.installation import Installation


@dataclass(frozen=True)
class Preserved:
    """A check of what is kept of a post; `whole` where all of it is as it was sealed.

    `known` says how: captured by us, or handed in. `evidence_id` is what the check rests on.
    """

    post_id: UUID
    evidence_id: UUID
    whole: bool
    known: str = Known.CAPTURED


def check_preserved(installation: Installation, post_id: UUID) -> Preserved:
    """Re-read what is kept of a post; done before the decision's transaction begins.

    Raises `PostNotFound`.
    """
    own = check_own_capture(installation, post_id)
    if own.whole:
        return own
    with installation.database.reading() as session:
        post = session.get_one(PostRecord, post_id)
        found = screenshots_of(session, sightings_of(post))
        kept = {
            one.evidence.id: objects_of(session, one.evidence)
            for one in found
            if one.standing is Standing.COUNTS
        }
    for evidence_id, objects in kept.items():
        if objects and all(_is_whole(installation, one) for one in objects):
            return Preserved(post_id, evidence_id, whole=True, known=Known.HANDED_IN)
    return own


def check_own_capture(installation: Installation, post_id: UUID) -> Preserved:
    """Re-read our own capture of a post, with its picture; raises `PostNotFound`."""
    with installation.database.reading() as session:
        post = session.get(PostRecord, post_id)
        if post is None:
            raise PostNotFound(str(post_id))
        visit = session.get_one(VisitRecord, post.visit_id)
        evidence = session.get_one(EvidenceRecord, post.evidence_id)
        wanted = select(ObjectRecord).where(
            ObjectRecord.evidence_id == post.evidence_id,
            ObjectRecord.role.in_(("original", "page", "log"))
            | (ObjectRecord.name == post.picture_name),
        )
        objects = list(session.scalars(wanted))
    captured = visit.status == "captured" and evidence.erased_at is None
    pictured = any(one.name == post.picture_name for one in objects)
    whole = captured and pictured and all(_is_whole(installation, one) for one in objects)
    return Preserved(post_id, post.evidence_id, whole)


def _is_whole(installation: Installation, stored: ObjectRecord) -> bool:
    digest = hashlib.sha256()
    try:
        for number in range(stored.segments):
            digest.update(installation.objects.get(segment_name(stored.name, number)))
    except ObjectMissing:
        return False
    return digest.hexdigest() == stored.sealed_sha256
