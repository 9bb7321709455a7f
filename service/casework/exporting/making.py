"""Making a bundle: the ledger is told first, then everything is sealed as a package of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from archive.export.gather import gather, handed_over, note_hand_over, note_made
from archive.export.locking import locked_by_all, opened_by_all
from archive.export.package import HandOver, Package
from archive.export.proofs import prove
from archive.export.writing import parts_of, write_zip
from archive.intake.receive import evidence_key
from archive.ledger.log import keep_checkpoint, record
from archive.records.cases import CaseRecord
from archive.records.exports import ExportRecord, ExportState
from archive.records.people import PersonRecord
from archive.vault.objects import LocalObjects
from archive.vault.sealing import EvidenceKey
from archive.vault.vault import SealedWriter, segment_name
from service.casework.exporting.papers import Papers, papers_for
from service.casework.exporting.permitting import pieces_of, require_still
from service.casework.exporting.watching import Watch
from service.installation import Installation

KEPT = timedelta(days=7)
"""How long a finished package can be fetched; as long as a backup keeps keys."""


@dataclass(frozen=True)
class Made:
    """A finished package: its zip files, and the key that opens them."""

    parts: list[dict[str, Any]]
    wrapped: bytes
    private_in: tuple[str, ...] = ()
    """Numbers of pieces in which a private contact of somebody of ours stands."""
    lacking: str | None = None
    """Why it is without its booklet, or what that lacks, as a code."""


def packages_of(installation: Installation) -> LocalObjects:
    """Return where sealed packages lie: apart from the evidence, and in no backup."""
    objects = LocalObjects(installation.data / "packages")
    objects.prepare()
    return objects


def hand_over_of(
    session: Session, installation: Installation, export: ExportRecord, now: datetime
) -> HandOver:
    """Return an export as its bundle tells it."""
    person = session.get(PersonRecord, export.person_id) if export.person_id else None
    case = session.get(CaseRecord, export.case_id) if export.case_id else None
    return HandOver(
        id=export.id,
        made_at=now,
        made_by=export.asked_by,
        made_by_name=person.name if person else "Værn",
        recipient=export.recipient,
        purpose=export.purpose,
        municipality=installation.settings.municipality,
        case=case.number if case else None,
        case_id=export.case_id,
        redacted=export.redacted,
    )


def proven_package(
    installation: Installation,
    over: HandOver,
    pieces: Sequence[UUID],
    papers: Papers,
) -> tuple[Package, str]:
    """Tell the ledger of the hand-over, and return the bundle with its proofs, nothing opened yet.

    Returns the digest of its contents too, which the ledger's entry carries.
    """
    with installation.database.writing() as session:
        if not handed_over(session, pieces, over):
            note_hand_over(session, pieces, over)
    with installation.database.reading() as session:
        contents = gather(session, pieces, over, papers.documents, papers.paper)
    with installation.database.writing() as session:
        note_made(session, contents, over)
    with installation.database.writing() as session:
        keep_checkpoint(session, over.made_at)
    with installation.database.reading() as session:
        return prove(session, contents, over), contents.listing.sha256


def make_package(
    installation: Installation, export_id: UUID, tell: Callable[[int, int], None]
) -> Made:
    """Make and seal the package of an export; `tell` hears bytes done and in all.

    Raises `RightEnded` where the right ends meanwhile; nothing of the package is left then.
    """
    now = installation.clock.now()
    with installation.database.reading() as session:
        export = session.get_one(ExportRecord, export_id)
        require_still(session, export.person_id, export_id, installation.rights, now)
        over = hand_over_of(session, installation, export, now)
        pieces = pieces_of(session, export_id)
        keys = keys_of(session, installation, pieces)
    papers = papers_for(installation, over, pieces)
    package, _ = proven_package(installation, over, pieces, papers)
    key, wrapped = locked_by_all(keys)
    watch = Watch(installation, export, tell).adding(package.size)
    parts = parts_of(package, export.part_size) if export.part_size else [package.files]
    objects = packages_of(installation)
    made: list[dict[str, Any]] = []
    try:
        for number, files in enumerate(parts, 1):
            sink = HashedFile(SealedWriter(objects, key))
            try:
                write_zip(package, files, installation.vault, sink, watch)
                made.append(sink.part(_part_name(package, number, len(parts))))
            except BaseException:
                sink.writer.abandon()
                raise
    except BaseException:
        discard_parts(objects, made)
        raise
    return Made(made, wrapped, papers.private_in, papers.lacking)


def package_key(session: Session, installation: Installation, export: ExportRecord) -> EvidenceKey:
    """Open the key of a package; raises `EvidenceErased` where a piece of it is gone."""
    keys = keys_of(session, installation, pieces_of(session, export.id))
    return opened_by_all(keys, export.wrapped or b"")


def keep_made(session: Session, export: ExportRecord, made: Made, now: datetime) -> None:
    """Note that a held export is ready, with the digest of each of its files."""
    export.state = ExportState.READY
    export.made_at, export.ends_at = now, now + KEPT
    export.parts, export.wrapped = made.parts, made.wrapped
    export.private_in, export.reason = list(made.private_in), made.lacking
    record(
        session,
        "export.ready",
        at=now,
        actor=export.asked_by,
        subject=export,
        case_id=export.case_id,
        recipient=export.recipient,
        files=[{name: part[name] for name in ("name", "size", "sha256")} for part in made.parts],
    )


def discard_parts(objects: LocalObjects, parts: Sequence[dict[str, Any]]) -> None:
    """Remove the sealed files of a package."""
    for part in parts:
        for number in range(part["segments"]):
            objects.delete(segment_name(part["object"], number))


def keys_of(
    session: Session, installation: Installation, pieces: Sequence[UUID]
) -> list[EvidenceKey]:
    """Open the key of every piece, always in the same order; raises `EvidenceErased`."""
    return [evidence_key(session, installation.vault, one) for one in pieces]


def _part_name(package: Package, number: int, parts: int) -> str:
    return f"{package.folder}.zip" if parts == 1 else f"{package.folder}-{number}-af-{parts}.zip"


class HashedFile:
    """A zip file on its way into the package store, its own digest kept beside."""

    def __init__(self, writer: SealedWriter) -> None:
        self.writer = writer
        self._digest = hashlib.sha256()

    def write(self, data: bytes, /) -> None:
        """Take more bytes."""
        self.writer.write(data)

    def part(self, name: str) -> dict[str, Any]:
        """Finish, and return what is kept of the file."""
        sealed = self.writer.finish()
        return {
            "name": name,
            "size": sealed.size,
            "sha256": sealed.sha256,
            "object": sealed.name,
            "segments": sealed.segments,
            "sealed_sha256": sealed.sealed_sha256,
        }
