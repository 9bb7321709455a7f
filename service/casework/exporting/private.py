"""Which originals hold a private contact of somebody of ours: they leave unchanged; we say so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.records.people import PersonRecord
from service.documents.values import Annex

_BETWEEN = r"[\s.()/\u2010-\u2015-]{0,2}"
"""What may stand between the digits of a telephone number as people write it."""

_NORDIC = 8
_ABROAD = 5
"""So many digits may stand before the last eight of a number from elsewhere."""


def originals_with_private(session: Session, annexes: Sequence[Annex]) -> tuple[str, ...]:
    """Return the numbers of the pieces in whose text a telephone number of ours stands."""
    query = select(PersonRecord.phone).where(PersonRecord.phone.is_not(None))
    wanted = [written for one in session.scalars(query) if one and (written := as_written(one))]
    if not wanted:
        return ()
    any_of_them = re.compile("|".join(sorted(wanted)))
    found = []
    for annex in annexes:
        told = "\n".join(part for part in (annex.text, annex.machine_text, annex.note) if part)
        if any_of_them.search(told):
            found.append(annex.evidence)
    return tuple(found)


def as_written(phone: str) -> str | None:
    """Return a pattern for a telephone number however it is written; None where it is none.

    The same digits within a longer run of them are a case number or an account, no telephone.
    """
    digits = re.sub(r"\D", "", phone).removeprefix("00")
    if len(digits) < _NORDIC:
        return None
    home = len(digits) == _NORDIC or (len(digits) == _NORDIC + 2 and digits[:2] in {"45", "47"})
    before = r"(?:\+|00)?4[57]" if home else rf"(?:\+|00)?\d{{1,{_ABROAD}}}"
    return rf"(?<!\d)(?:{before}{_BETWEEN})?{_BETWEEN.join(digits[-_NORDIC:])}(?!\d)"
