"""The same bytes again: who else handed them in, and whether a file in somebody's hand is ours.

Two people who hand in the same bytes are two facts (D5); neither is ever dropped. A file is
compared with what the one who asks may see, and with nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from archive.ledger.log import record
from service.access.principal import Principal
from service.casework.evidence.belongings import deliveries_of_each
from service.casework.evidence.custody import names_of
from service.casework.evidence.listing import Piece, SeenEvidence, see_same
from service.casework.evidence.numbers import row_key

COMPARE: Final = "evidence.compare"
MOST: Final = 20
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One handing in: when, and by whom, where a person or a sender is named."""

    at: datetime
    by: str | None


def digest_in(typed: str) -> str | None:
    """Return the SHA-256 that somebody has pasted, however it was written; None for none.

    Tools write it in capitals, with spaces or colons, or with the file's name behind it.
    """
    bare = re.sub(r"[\s:]", "", typed.lower().removeprefix("sha256:"))
    if _DIGEST.fullmatch(bare):
        return bare
    found = {one for one in re.split(r"[^0-9a-z]+", typed.lower()) if _DIGEST.fullmatch(one)}
    return found.pop() if len(found) == 1 else None


def others_with(
    session: Session, who: Principal, evidence: Piece, now: datetime
) -> list[SeenEvidence]:
    """Return what else has the bytes of a piece, as far as it is told to this person."""
    if evidence.sha256 is None:
        return []
    found = see_same(session, who, evidence.sha256, now, MOST + 1)
    return [one for one in found if one.id != evidence.id][:MOST]


def handed_in(session: Session, evidence_ids: Sequence[UUID]) -> dict[UUID, list[HandedIn]]:
    """Return each handing in of these pieces, oldest first."""
    rows = deliveries_of_each(session, evidence_ids)
    names = names_of(session, {row.actor for row in rows})
    found: dict[UUID, list[HandedIn]] = {one: [] for one in evidence_ids}
    for row in rows:
        by = names.get(row.actor) or row.envelope.get("mail_from")
        found[row.evidence_id].append(HandedIn(row.at, str(by) if by else None))
    return found


def compare(session: Session, who: Principal, sha256: str, now: datetime) -> list[SeenEvidence]:
    """Return what this person may see that has exactly these bytes; each match is noted.

    Where none is found, it is not said whether there is one that they may not see.
    """
    who.require(COMPARE)
    found = see_same(session, who, sha256, now, MOST)
    for one in found:
        record(session, "evidence.compared", at=now, actor=who.actor, subject=row_key(one.id))
    return found
