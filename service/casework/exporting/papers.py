"""Documents that go into a bundle's `documents/`: what people open first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from archive.export.package import Document, HandOver, Paper
from service.casework.exporting.appendix import booklet_of
from service.documents.booklets import printed_booklet
from service.documents.compiling import Plainness
from service.documents.errors import DocumentFailed
from service.documents.fonts import FontsMissing
from service.documents.values import Booklet
from service.installation import Installation
from service.log_lines import logger

Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Papers:
    """The documents of a hand-over, and what whoever makes or gets it must know of them."""

    documents: tuple[Document, ...] = ()
    private_in: tuple[str, ...] = ()
    """Numbers of pieces in which a private contact of one of ours stands."""

    stands: tuple[UUID, ...] = ()
    """The pieces that were printed."""

    paper: Paper = field(default_factory=Paper)
    lacking: str | None = None
    """What the booklet lacks, as a code; None where it is there and whole."""


def papers_for(
    installation: Installation,
    over: HandOver,
    pieces: Sequence[UUID],
) -> Papers:
    """Return the documents of a hand-over, made anew for it: plain ASCII names, whole bytes.

    The ledger binds them with everything else in the bundle. A bundle whose booklet cannot be
    made leaves without it: the originals and their proofs wait for no paper, and the recipient
    is told. Raises `PrivateContact`, `NotRedacted`.
    """
    booklet = _booklet(installation, over, pieces, attach=False)
    most = installation.settings.appendix_part_bytes
    try:
        return _printed(installation, booklet, pieces, lambda _done, _all: None, most)
    except (DocumentFailed, FontsMissing) as failed:
        logger().error("export.without_document", reason=failed.code)
        return Papers(private_in=booklet.private_in, paper=Paper(lacking=True), lacking=failed.code)


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
    `FontsMissing`, `PrivateContact`, `NotRedacted`.
    """
    booklet = _booklet(installation, over, pieces, attach=attach)
    return _printed(installation, booklet, pieces, told, most_bytes)


def _booklet(
    installation: Installation, over: HandOver, pieces: Sequence[UUID], *, attach: bool
) -> Booklet:
    with installation.database.reading() as session:
        return booklet_of(session, installation, over, pieces, attach=attach)


def _printed(
    installation: Installation,
    booklet: Booklet,
    pieces: Sequence[UUID],
    told: Told,
    most_bytes: int | None,
) -> Papers:
    count = len(booklet.annexes)
    language = installation.settings.document_language
    made = printed_booklet(booklet, language, most_bytes, lambda done: told(done, count))
    many = len(made.parts) > 1
    documents = (
        Document(
            f"bilagshaefte-{number}-af-{len(made.parts)}.pdf" if many else "bilagshaefte.pdf", data
        )
        for number, data in enumerate(made.parts, 1)
    )
    stands = frozenset(booklet.stands)
    paper = Paper(
        without_pictures=made.without is not Plainness.NOTHING,
        plain_letters=made.without is Plainness.LETTERS,
        apart=tuple(one for one in pieces if one not in stands),
        unshown=tuple(dict.fromkeys(booklet.annexes[one].evidence for one in made.unshown)),
    )
    lacking = None if made.without is Plainness.NOTHING else str(made.without)
    return Papers(tuple(documents), booklet.private_in, booklet.stands, paper, lacking)
