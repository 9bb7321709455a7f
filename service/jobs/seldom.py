"""Who hands in seldom is read first: a flood from one hand never stands before everybody else.

Looks at what the ledger says has come in since the last look, and counts by the hand that it
came from. Nothing depends on it: what it passes over, or forgets in a restart, waits in its own
lane as a row.
"""

from __future__ import annotations

import heapq
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from archive.records.evidence import DeliveryRecord, EvidenceRecord, EvidenceState
from archive.records.ledger import LedgerDetailRecord

BURST: Final = 20
"""So many at once are still seldom: a folder of pictures, a thread of mails."""
A_SECOND: Final = 2.0
"""So many a second are forgotten again."""
MOST: Final = 120.0
"""A flood is forgotten after a minute, however large it was."""
_AT_ONCE: Final = 500
"""So many are looked at in one go; the rest at the next."""
_MOST_HANDS: Final = 10_000
_MOST_PICKED: Final = 10_000
"""What comes beyond waits in its own lane: then there is a flood from many hands."""
_RECEIPT: Final = LedgerDetailRecord.kind == "evidence.received"
# Entries stand in the order in which they were committed: none turns up behind one already seen.
_LAST: Final = select(func.max(LedgerDetailRecord.position)).where(_RECEIPT)
_CAME: Final = (
    select(LedgerDetailRecord.position, LedgerDetailRecord.subject)
    .where(_RECEIPT, LedgerDetailRecord.position > bindparam("seen"))
    .order_by(LedgerDetailRecord.position)
    .limit(_AT_ONCE)
)
_NEW: Final = (
    select(
        EvidenceRecord.id,
        EvidenceRecord.received_at,
        EvidenceRecord.state,
        DeliveryRecord.door,
        DeliveryRecord.actor,
        DeliveryRecord.envelope,
    )
    .join(DeliveryRecord, DeliveryRecord.evidence_id == EvidenceRecord.id)
    .where(
        EvidenceRecord.id.in_(bindparam("ids", expanding=True)),
        # What came with a mail is not of its own hand, and goes in its lane.
        EvidenceRecord.parent_id.is_(None),
    )
    .order_by(EvidenceRecord.received_at)
)


@dataclass
class _Hand:
    level: float
    at: datetime


class Seldom:
    """Picks rows of evidence whose giver has handed in little just now; safe for any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hands: dict[str, _Hand] = {}
        self._picked: list[tuple[float, datetime, UUID]] = []
        self._seen: int | None = None

    def pick(self, session: Session, now: datetime) -> UUID | None:
        """Return the next that may go first, whoever has handed in least before the others."""
        with self._lock:
            self._look(session, now)
            return heapq.heappop(self._picked)[2] if self._picked else None

    def _look(self, session: Session, now: datetime) -> None:
        came = self._came(session)
        for row in session.execute(_NEW, {"ids": came}) if came else ():
            hand = f"{row.door} {row.actor} {row.envelope.get('mail_from', '')}"
            level = self._counted(hand, row.received_at)
            waits = row.state == EvidenceState.RECEIVED
            if waits and level <= BURST and len(self._picked) < _MOST_PICKED:
                heapq.heappush(self._picked, (level, row.received_at, row.id))
        self._forget(now)

    def _came(self, session: Session) -> list[UUID]:
        """Return what has come in since the last look, each once; at first the latest."""
        if self._seen is None:
            self._seen = (session.scalar(_LAST) or 0) - _AT_ONCE
        rows = session.execute(_CAME, {"seen": self._seen}).all()
        if rows:
            self._seen = rows[-1].position
        return [UUID(row.subject.partition(":")[2]) for row in rows if row.subject]

    def _counted(self, hand: str, at: datetime) -> float:
        """Count one more of this hand, and return how much it has handed in just now."""
        known = self._hands.setdefault(hand, _Hand(0.0, at))
        passed = max(0.0, (at - known.at).total_seconds())
        known.level = min(max(0.0, known.level - passed * A_SECOND) + 1, MOST)
        known.at = max(known.at, at)
        return known.level

    def _forget(self, now: datetime) -> None:
        if len(self._hands) > _MOST_HANDS:
            gone = now - timedelta(seconds=MOST / A_SECOND)
            self._hands = {name: hand for name, hand in self._hands.items() if hand.at > gone}
