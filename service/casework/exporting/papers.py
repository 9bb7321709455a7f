"""Documents that go into a bundle's `documents/`: what people open first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from archive.export.package import Document, HandOver
from service.casework.exporting.appendix import booklet_of
from service.documents.booklets import printed_booklet
from service.documents.errors import DocumentFailed
from service.documents.fonts import FontsMissing
from service.installation import Installation
from service.log_lines import logger

Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Papers:
    """The documents of a hand-over, and the numbers of pieces that hold a private contact."""

    documents: tuple[Document, ...] = ()
    private_in: tuple[str, ...] = ()
    lacking: str | None = None
    """Why the booklet could not be made, as a code; None where it is there."""


def papers_for(
    installation: Installation,
    over: HandOver,
    pieces: Sequence[UUID],
) -> Papers:
    """Return the documents of a hand-over, made anew for it: plain ASCII names, whole bytes.

    The ledger binds them with everything else in the bundle. A bundle whose booklet cannot be
    made leaves without it: the originals and their proofs wait for no paper. Raises
    `PrivateContact`.
    """
    try:
        most = installation.settings.appendix_part_bytes
        return appendix_for(installation, over, pieces, lambda _done, _all: None, most_bytes=most)
    except (DocumentFailed, FontsMissing) as failed:
        logger().error("export.without_document", reason=failed.code)
        return Papers(lacking=failed.code)


def appendix_for(
    installation: Installation,
    over: HandOver,
    pieces: Sequence[UUID],
    told: Told,
    *,
    attach: bool = False,
    most_bytes: int | None = None,
) -> Papers:
    """Return the Bilagshæfte of these pieces: one file, or several below `most_bytes` each.

    `told` hears how many annexes are placed, of how many. Raises `DocumentFailed`,
    `FontsMissing`, `PrivateContact`.
    """
    with installation.database.reading() as session:
        booklet = booklet_of(session, installation, over, pieces, attach=attach)
    count = len(booklet.annexes)
    settings = installation.settings
    parts = printed_booklet(
        booklet,
        settings.document_language,
        most_bytes,
        lambda done: told(done, count),
    )
    many = len(parts) > 1
    documents = (
        Document(f"bilagshaefte-{number}-af-{len(parts)}.pdf" if many else "bilagshaefte.pdf", data)
        for number, data in enumerate(parts, 1)
    )
    return Papers(tuple(documents), booklet.private_in)
