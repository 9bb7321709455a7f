"""Which originals hold a private contact of somebody of ours: they leave unchanged; we say so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.records.people import PersonRecord
from service.documents.values import Annex


def originals_with_private(session: Session, annexes: Sequence[Annex]) -> tuple[str, ...]:
    """Return the numbers of the pieces in whose text a telephone number of ours stands."""
    phones = [
        re.sub(r"\D", "", phone)[-8:]
        for phone in session.scalars(
            select(PersonRecord.phone).where(PersonRecord.phone.is_not(None))
        )
        if phone
    ]
    known = {phone for phone in phones if len(phone) == 8}  # noqa: PLR2004 — a Nordic number
    if not known:
        return ()
    found = []
    for annex in annexes:
        told = " ".join(part for part in (annex.text, annex.machine_text, annex.note) if part)
        digits = {
            run[-8:] for run in re.findall(r"\d{8,}", re.sub(r"(?<=\d)[ .-](?=\d)", "", told))
        }
        if digits & known:
            found.append(annex.evidence)
    return tuple(found)
