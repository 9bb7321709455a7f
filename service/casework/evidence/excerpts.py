"""Excerpts: where the words that were searched for stand in a piece, shown only once noted.

They are made from the opened reading when somebody asks, and are a viewing like any other: the
ledger says who saw them before they leave.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import EvidenceErased
from archive.records.pages import PostRecord
from archive.search.documents import SENDER
from archive.search.holding import places_of
from archive.search.query import Query, understand
from archive.search.words import located_in
from service.access.principal import Principal
from service.casework.evidence.indexing import searchable_fields
from service.casework.evidence.listing import see_evidence
from service.casework.evidence.readings import latest_reading
from service.casework.evidence.viewing import permit_viewing
from service.installation import Installation

AROUND: Final = 90
"""So many characters are shown on each side of a word."""
MOST: Final = 5
"""So many excerpts of one piece are shown; the whole stands on its own page."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a text with the words that were found, as spans of code points in it."""

    text: str
    marks: tuple[Span, ...]
    goes_on_before: bool
    goes_on_after: bool
    typed: bool = False
    """Whether somebody typed it from a screenshot, and no program read it."""


def reveal_excerpts(
    installation: Installation, who: Principal, evidence_id: UUID, typed: str, now: datetime
) -> list[Excerpt]:
    """Return where the words stand, the viewing committed first; empty where only facts matched.

    Raises `EvidenceNotFound`, `NotPermitted`, `EvidenceErased`.
    """
    permit_viewing(installation, who, evidence_id, now)
    with installation.database.reading() as session:
        fields = _fields_of(session, installation, who, evidence_id, now)
    query = understand(typed)
    return [replace(one, typed=typed) for field, typed in fields for one in excerpts(field, query)][
        :MOST
    ]


def excerpts(text: str, query: Query) -> list[Excerpt]:
    """Return the parts of one field around the words that a question asks for, in their order."""
    located = list(located_in(text))
    words = [one.word for one in located]
    spans = sorted(
        (located[at].start, located[at + (1 if term.in_any_form else len(term.words)) - 1].end)
        for term in query.wanted
        for at in places_of(term, words)
    )
    found: list[list[Span]] = []
    for span in spans:
        if found and span[0] - found[-1][-1][1] <= AROUND:
            found[-1].append(span)
        elif len(found) < MOST:
            found.append([span])
    return [_around(text, some) for some in found]


def _around(text: str, spans: list[Span]) -> Excerpt:
    start, end = max(0, spans[0][0] - AROUND), min(len(text), max(s[1] for s in spans) + AROUND)
    # Not in the middle of a word, where there is a space to begin or end at.
    if start and (space := text.find(" ", start, spans[0][0])) >= 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", spans[-1][1], end)) > 0:
        end = space
    marks = tuple((max(0, s - start), min(e, end) - start) for s, e in spans)
    return Excerpt(text[start:end], marks, start > 0, end < len(text))


def _fields_of(
    session: Session,
    installation: Installation,
    who: Principal,
    evidence_id: UUID,
    now: datetime,
) -> list[tuple[str, bool]]:
    """Return what stands in a piece, as far as this person may see it, field by field.

    With each field goes whether somebody typed it from a screenshot.
    """
    row = see_evidence(session, who, evidence_id, now)
    parts = [row.filename, row.note, row.source_url]
    typed: list[str] = []
    columns = PostRecord.author, PostRecord.text, PostRecord.typed_by
    posts = select(*columns).where(PostRecord.evidence_id == evidence_id)
    for author, said, by in session.execute(posts.order_by(PostRecord.number)):
        (parts if by is None else typed).append(f"{author}: {said}" if author else said)
    try:
        reading = latest_reading(session, installation.vault, evidence_id)
    except EvidenceErased:
        reading = None
    if reading is not None:
        parts += searchable_fields(reading.reader, reading.facts)
    # A sender stands there once more, only to be found by: it is shown among the people of a mail.
    read = [(part, False) for part in parts if part and not part.startswith(SENDER)]
    return [*((one, True) for one in typed if one), *read]
