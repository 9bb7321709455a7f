"""Redacting: other persons are covered in a copy; the original stays, and the ledger joins both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.confinement.errors import ConfinementLost, ReadingFailed
from archive.confinement.limits import MIB, Limits
from archive.errors import CommitUnknown, EvidenceErased
from archive.export.redacted import REDACTED, REDACTION
from archive.intake.receive import evidence_key, object_row
from archive.ledger.log import record
from archive.reading.covering import COVERED, MOST_BOXES, covering
from archive.records.evidence import EvidenceRecord, ObjectRecord
from archive.vault.sealing import EvidenceKey
from archive.vault.vault import Vault
from service.access.principal import Principal
from service.casework.evidence.listing import find_evidence
from service.casework.evidence.numbers import receipts, spoken_number
from service.casework.evidence.originals import original_of
from service.casework.evidence.readings import StoredReading, latest_reading, spoken_text
from service.casework.evidence.viewing import ShownObject, permit_viewing, reveal_pictures
from service.casework.exporting.covering_text import bare, covered_text
from service.casework.exporting.permitting import ACTION, may_hand_over
from service.errors import (
    CoverNotFound,
    NothingToCover,
    NotPermitted,
    ReasonMissing,
    TooMuchAtOnce,
)
from service.installation import Installation

Box = tuple[int, int, int, int]
"""Left, top, width, height in pixels of the upright picture."""

EXPLAINED: Final = "evidence.covering_explained"
_MANY: Final = 400
_LIMITS: Final = Limits(memory=1024 * MIB, cpu_seconds=60, wall_seconds=90.0)
_TEXTS: Final = ("message/", "text/")


@dataclass(frozen=True)
class ToCover:
    """What is shown to the one who covers: a picture with its size, or a text."""

    picture: ShownObject | None = None
    size: tuple[int, int] = (0, 0)
    text: str | None = None


def can_be_redacted(row: EvidenceRecord) -> bool:
    """Tell whether something can be covered in a piece: pictures and texts, nothing else yet."""
    return row.state == "read" and row.media_type.startswith(("image/", *_TEXTS))


def redacted_among(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these pieces have a redacted file."""
    found: set[UUID] = set()
    for start in range(0, len(ids), _MANY):
        query = select(ObjectRecord.evidence_id).where(
            ObjectRecord.role == REDACTION,
            ObjectRecord.evidence_id.in_(ids[start : start + _MANY]),
        )
        found.update(session.scalars(query))
    return found


def latest_redaction(session: Session, evidence_id: UUID) -> ObjectRecord | None:
    """Return the redacted file that stands, or None."""
    query = select(ObjectRecord).where(
        ObjectRecord.evidence_id == evidence_id, ObjectRecord.role == REDACTION
    )
    return session.scalars(query.order_by(ObjectRecord.made_at.desc()).limit(1)).first()


def show_to_cover(
    installation: Installation, who: Principal, evidence_id: UUID, now: datetime
) -> ToCover:
    """Return what is to be covered, its viewing committed first.

    Raises `EvidenceNotFound`, `NotPermitted`, `NothingToCover`.
    """
    with installation.database.reading() as session:
        row = _permitted(session, who, evidence_id, now)
        reading = latest_reading(session, installation.vault, evidence_id)
    if row.media_type.startswith("image/"):
        upright = reading.facts.get("upright") if reading else None
        if not upright:
            raise NothingToCover(str(evidence_id))
        pictures = reveal_pictures(installation, who, evidence_id, now)  # notes the viewing
        if not pictures:
            raise NothingToCover(str(evidence_id))
        width, height = upright
        return ToCover(picture=pictures[0], size=(int(width), int(height)))
    text = spoken_text(reading) if reading else None
    if not text:
        raise NothingToCover(str(evidence_id))
    permit_viewing(installation, who, evidence_id, now)
    return ToCover(text=text)


def redact(
    installation: Installation,
    who: Principal,
    evidence_id: UUID,
    *,
    words: Sequence[str],
    boxes: Sequence[Box],
    reason: str,
    now: datetime,
) -> str:
    """Keep a redacted copy, and say in the ledger what it stands for; returns the object's name.

    Raises `EvidenceNotFound`, `NotPermitted`, `ReasonMissing`, `NothingToCover`,
    `TooMuchAtOnce` where more boxes are wanted than can be covered, and `CoverNotFound` where
    a word stands nowhere: nobody is to believe it covered.
    """
    if not reason.strip():
        raise ReasonMissing("say why something is covered")
    with installation.database.reading() as session:
        row = _permitted(session, who, evidence_id, now)
        reading = latest_reading(session, installation.vault, evidence_id)
        original = original_of(session, row)
        key = evidence_key(session, installation.vault, evidence_id)
    if reading is None or not (words or boxes):
        raise NothingToCover(str(evidence_id))
    if row.media_type.startswith("image/"):
        wanted = [*boxes, *_boxes_of_all(reading, words)]
        data, media_type = _covered_picture(installation, original, key, wanted)
    else:
        data, media_type = covered_text(spoken_text(reading) or "", words).encode(), "text/plain"
    sealed = installation.vault.keep(key, data)
    try:
        with installation.database.writing() as session:
            evidence = _standing(session, evidence_id)
            made_by = "vaern covering"
            session.add(
                object_row(evidence_id, sealed, REDACTION, media_type, now, made_by=made_by)
            )
            record(
                session,
                REDACTED,
                at=now,
                actor=who.actor,
                subject=evidence,
                original_sha256=original.sha256,
                redacted_sha256=sealed.sha256,
                boxes=len(boxes),
                words=len(words),
            )
            # An entry of its own: whoever gets the copy opens the one above, never this.
            record(
                session, EXPLAINED, at=now, actor=who.actor, subject=evidence, reason=reason.strip()
            )
    except CommitUnknown:
        raise  # the row may stand, and then this object is its
    except Exception:
        installation.vault.discard(sealed.name, sealed.segments)
        raise
    return sealed.name


def _standing(session: Session, evidence_id: UUID) -> EvidenceRecord:
    evidence = session.get_one(EvidenceRecord, evidence_id, with_for_update=True)
    if evidence.erased_at is not None:
        raise EvidenceErased(str(evidence_id))
    return evidence


def boxes_of(words: Sequence[Any], phrase: str) -> Iterator[Box]:
    """Yield the box of every place where a phrase was read in a picture.

    `words` are those of a reading: text, left, top, width, height, confidence.
    """
    wanted = [sought for part in phrase.split() if (sought := bare(part))]
    read = [bare(str(word[0])) for word in words]
    for start in range(len(read) - len(wanted) + 1):
        if wanted and all(w in r for w, r in zip(wanted, read[start:], strict=False)):
            for _, left, top, width, height, *_ in words[start : start + len(wanted)]:
                yield int(left), int(top), int(width), int(height)


def _boxes_of_all(reading: StoredReading, words: Sequence[str]) -> Iterator[Box]:
    for phrase in words:
        places = list(boxes_of(reading.facts.get("words") or (), phrase))
        if not places:
            raise CoverNotFound(phrase)
        yield from places


def _covered_picture(
    installation: Installation,
    original: ObjectRecord,
    key: EvidenceKey,
    wanted: Sequence[Box],
) -> tuple[bytes, str]:
    if len(wanted) > MOST_BOXES:
        # Never the first of them only: whoever covers must not believe the rest covered.
        raise TooMuchAtOnce(f"{len(wanted)} boxes, at most {MOST_BOXES}")
    head = covering([list(box) for box in wanted])
    source = chain((head,), installation.vault.stream(key, original))
    try:
        made = installation.confinement.read(COVERED, source, limits=_LIMITS)
    except (ReadingFailed, ConfinementLost) as failed:
        raise NothingToCover(str(original.evidence_id)) from failed
    return made.pieces[COVERED], str(made.facts["media_type"])


def _permitted(
    session: Session, who: Principal, evidence_id: UUID, now: datetime
) -> EvidenceRecord:
    find_evidence(session, who, evidence_id, now)
    found = may_hand_over(session, who, [evidence_id], now)
    if not found or found[0].sealed_off_at is not None:
        raise NotPermitted(ACTION)
    if not can_be_redacted(found[0]):
        raise NothingToCover(str(evidence_id))
    return found[0]


@dataclass(frozen=True)
class Redacted:
    """The redacted file that stands: a picture's object, or the text itself."""

    name: str | None = None
    text: str | None = None


def may_be_covered(session: Session, who: Principal, evidence_id: UUID, now: datetime) -> str:
    """Return the number of a piece that this person may cover; raises as `show_to_cover`."""
    row = _permitted(session, who, evidence_id, now)
    return spoken_number(row.id, receipts(session, [row.id]).get(row.id))


def redacted_now(
    session: Session, vault: Vault, who: Principal, evidence_id: UUID
) -> Redacted | None:
    """Return the redacted file that stands, for one whose viewing is kept already."""
    who.require(ACTION)
    stored = latest_redaction(session, evidence_id)
    if stored is None:
        return None
    if stored.media_type.startswith("image/"):
        return Redacted(name=stored.name)
    return Redacted(text=vault.read(evidence_key(session, vault, evidence_id), stored).decode())
