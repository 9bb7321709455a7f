"""Making the Bilagshæfte alone: printed, told to the ledger, sealed as a package of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from archive.export.gather import handed_over, note_hand_over
from archive.export.locking import locked_by_all
from archive.export.names import folder_name
from archive.records.exports import ExportRecord
from archive.vault.vault import SealedWriter
from service.casework.exporting.making import (
    HashedFile,
    Made,
    discard_parts,
    hand_over_of,
    keys_of,
    packages_of,
)
from service.casework.exporting.papers import appendix_for
from service.casework.exporting.permitting import pieces_of, require_still
from service.casework.exporting.watching import Watch
from service.installation import Installation


def make_booklet(
    installation: Installation, export_id: UUID, tell: Callable[[int, int], None]
) -> Made:
    """Make and seal the booklet of an export; `tell` hears annexes placed and in all.

    Raises `RightEnded` where the right ends meanwhile, `DocumentFailed`, `FontsMissing`,
    `PrivateContact`, `NotRedacted`; nothing of it is left then.
    """
    now = installation.clock.now()
    with installation.database.reading() as session:
        export = session.get_one(ExportRecord, export_id)
        require_still(session, export.person_id, export_id, installation.rights, now)
        over = hand_over_of(session, installation, export, now)
        pieces = pieces_of(session, export_id)
        keys = keys_of(session, installation, pieces)
    watch = Watch(installation, export, tell)
    papers = appendix_for(
        installation, over, pieces, watch, attach=export.attached, most_bytes=export.part_size
    )
    watch.look()
    with installation.database.writing() as session:
        # Those that were printed: what was sealed off since has ended the making already.
        if papers.stands and not handed_over(session, papers.stands, over):
            note_hand_over(session, papers.stands, over)
    key, wrapped = locked_by_all(keys)
    objects = packages_of(installation)
    stem = folder_name(over.case, f"{over.made_at:%Y%m%d}")
    made: list[dict[str, Any]] = []
    try:
        for one in papers.documents:
            sink = HashedFile(SealedWriter(objects, key))
            try:
                sink.write(one.data)
                made.append(sink.part(f"{stem}-{one.name}"))
            except BaseException:
                sink.writer.abandon()
                raise
    except BaseException:
        discard_parts(objects, made)
        raise
    return Made(made, wrapped, papers.private_in, papers.lacking)
