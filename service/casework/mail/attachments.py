"""What came inside a mail: each attachment is evidence of its own, exactly once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.intake.receive import About, Envelope, Kept
from archive.mailbox.values import Attachment, Message
from archive.records.evidence import DeliveryRecord, EvidenceRecord, Known
from service.casework.cases.opening import follow_parent
from service.installation import Installation

KIND = "attachment"
DOOR = "reading"
_LONGEST_NAME = 500


def keep_attachments(
    installation: Installation,
    parent_id: UUID,
    message: Message,
    pieces: Mapping[str, bytes],
    guard: Callable[[Session], object],
) -> None:
    """Keep every attachment of a mail that has not been kept before.

    A part is known by its mail, its place in it and its bytes. Each is
    committed by itself; a crash in the middle leaves the rest to the next try.
    `guard` runs in each commit, and raises where another worker has taken over.
    Raises `StorageFull`.
    """
    parts = [
        (attachment, _envelope(parent_id, attachment), pieces[attachment.piece])
        for attachment in message.attachments
        if attachment.piece is not None and attachment.piece in pieces
    ]
    if not parts:
        return
    with installation.database.reading() as session:
        standing = kept_before(session, parent_id)
    for attachment, envelope, data in parts:
        if envelope.sha256() not in standing:
            about = About(
                kind=KIND,
                filename=(attachment.filename or "")[:_LONGEST_NAME] or None,
                known=Known.ATTACHED,
                parent_id=parent_id,
            )
            _keep(installation, data, about, envelope, guard)


def _keep(
    installation: Installation,
    data: bytes,
    about: About,
    envelope: Envelope,
    guard: Callable[[Session], object],
) -> None:
    now = installation.clock.now()
    receiving = installation.intake.begin()
    try:
        receiving.write(data)
        sealed = receiving.finish()
    except BaseException:
        receiving.abandon()
        raise

    def beside(session: Session, kept: Kept) -> None:
        guard(session)
        follow_parent(session, session.get_one(EvidenceRecord, kept.id), now)

    installation.intake.register(sealed, about, envelope, now, also=beside)


def kept_before(session: Session, parent_id: UUID) -> frozenset[str]:
    """Return the envelopes of the parts of a mail that are evidence already."""
    query = (
        select(DeliveryRecord.envelope_sha256)
        .join(EvidenceRecord, EvidenceRecord.id == DeliveryRecord.evidence_id)
        .where(EvidenceRecord.parent_id == parent_id, DeliveryRecord.door == DOOR)
    )
    return frozenset(session.scalars(query))


def _envelope(parent_id: UUID, attachment: Attachment) -> Envelope:
    return Envelope(
        door=DOOR,
        facts={"parent": str(parent_id), "part": attachment.piece, "sha256": attachment.sha256},
    )
