"""Places: one number for each piece of evidence, greater for what came later. Pure.

SQLite keeps the lists of its index in the order of these numbers, so the newest hits are the
first that it comes to. Microseconds since 1970 leave 11 bits for what came in the same one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

_BITS: Final = 11
PLACES: Final = 2**_BITS
"""So many places belong to one microsecond."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def place_of(received_at: datetime, evidence_id: UUID) -> int:
    """Return where a piece stands, unless another has that very place already."""
    return first_place(received_at) | (evidence_id.int >> (128 - _BITS))


def first_place(moment: datetime) -> int:
    """Return the first place of what was received at a moment."""
    return ((moment - _EPOCH) // _MICROSECOND) << _BITS
