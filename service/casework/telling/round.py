"""What one round of telling works with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service.access.rights import Rights
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Round:
    """One round: the transaction that it is, by which settings and rights, and when."""

    session: Session
    settings: Settings
    rights: Rights
    now: datetime
