"""What stands beside a piece of evidence: its likes, its seal, its end, what can be played."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from archive.reading.fingerprint import Fingerprint
from service.access.principal import Principal
from service.access.visibility import reaches_all
from service.casework.evidence.erased import ending_of
from service.casework.evidence.listing import HAND_TO_POLICE, SeenEvidence, see_each
from service.casework.evidence.lookalikes import look_like
from service.casework.evidence.numbers import receipts, spoken_number
from service.casework.evidence.readings import StoredReading
from service.casework.evidence.same import handed_in, others_with
from service.casework.evidence.sealing_off import LIFT, SEAL_OFF, may_seal_off, shut_as_twin
from service.web.played import PLAYED
from service.web.screens.evidence_facts import duration_of
from service.web.views.evidence import Erasure
from service.web.views.playing import HiddenMedia
from service.web.views.sealed import Sealed
from service.web.views.twins import AgainHandedIn, LooksAlike, Twin

NEARLY: Final = 4
"""So few of 64 bits are different where a picture was only saved anew."""
MOST_ALIKE: Final = 12


def twins(
    session: Session, who: Principal, row: SeenEvidence, now: datetime
) -> tuple[tuple[Twin, ...], tuple[AgainHandedIn, ...]]:
    """Return the same bytes elsewhere, and later handings in of this very piece (D5)."""
    others = others_with(session, who, row, now)
    given = handed_in(session, [row.id, *(one.id for one in others)])
    numbers = receipts(session, [one.id for one in others])
    also = tuple(
        Twin(
            spoken_number(one.id, numbers.get(one.id)),
            f"/evidence/{one.id}",
            one.received_at,
            next((each.by for each in given[one.id]), None),
        )
        for one in others
    )
    return also, tuple(AgainHandedIn(one.at, one.by) for one in given[row.id][1:])


def alike(
    session: Session, who: Principal, row: SeenEvidence, looks: Fingerprint | None, now: datetime
) -> tuple[LooksAlike, ...]:
    """Return pictures that look alike; those of equal bytes are told apart from them."""
    if looks is None:
        return ()
    found = {one.evidence_id: one for one in look_like(session, who, row.id, looks, now)}
    told = [
        one
        for one in see_each(session, who, list(found), now)
        if one.told and one.sha256 != row.sha256
    ][:MOST_ALIKE]
    numbers = receipts(session, [one.id for one in told])
    return tuple(
        LooksAlike(
            spoken_number(one.id, numbers.get(one.id)),
            f"/evidence/{one.id}",
            one.received_at,
            found[one.id].bits <= NEARLY,
        )
        for one in told
    )


def sealed(session: Session, who: Principal, row: SeenEvidence) -> Sealed | None:
    """Return that a piece is sealed off, and what this person may do about it."""
    if row.sealed_off_at is None:
        return None
    here = f"/evidence/{row.id}"
    return Sealed(
        row.sealed_off_at,
        twin=shut_as_twin(session, row.id),
        police_url=f"{here}/police" if who.may(HAND_TO_POLICE) else None,
        lift_url=f"{here}/sealing-off/lift" if who.may(LIFT) else None,
    )


def seal_off_url(session: Session, who: Principal, row: SeenEvidence, now: datetime) -> str | None:
    """Return where a suspicion about a piece is told; None where this person may not."""
    if row.sealed_off_at is not None or row.erased_at is not None:
        return None
    may = reaches_all(who, SEAL_OFF) or may_seal_off(session, who, row.id, now)
    return f"/evidence/{row.id}/sealing-off" if may else None


def erasure(session: Session, row: SeenEvidence) -> Erasure | None:
    """Return why a piece was erased; None where it stands."""
    ending = ending_of(session, row)
    if ending is None:
        return None
    return Erasure(ending.at, ending.who or "Værn", ending.reason if row.told else "")


def media(row: SeenEvidence, reading: StoredReading | None) -> HiddenMedia | None:
    """Return the sound or film that can be played here, or None."""
    shown_as = PLAYED.get(row.media_type)
    if shown_as is None or not row.told or row.erased_at or row.sealed_off_at:
        return None
    told: Mapping[str, Any] = reading.facts if reading else {}
    return HiddenMedia(shown_as.startswith("video/"), duration_of(told))


def is_listing(reading: StoredReading | None) -> bool:
    """Tell whether the text of a reading is the list of an archive's files."""
    return reading is not None and "entries" in reading.facts
