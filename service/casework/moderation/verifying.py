"""Whether a post is preserved: its capture's sealed files re-read and hashed, now."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from archive.errors import ObjectMissing
from archive.records.evidence import EvidenceRecord, ObjectRecord
from archive.records.pages import PostRecord, VisitRecord
from archive.vault.vault import segment_name
from service.errors import PostNotFound
from service.installation import Installation


@dataclass(frozen=True)
class Preserved:
    """A check of a post's capture; `whole` where picture and record are as they were sealed."""

    post_id: UUID
    evidence_id: UUID
    whole: bool


def check_preserved(installation: Installation, post_id: UUID) -> Preserved:
    """Re-read what is kept of a post; done before the decision's transaction begins."""
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
