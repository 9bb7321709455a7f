"""Programs seen a moment ago: a flood of uploads asks once who sends it, not at each of them.

What is remembered holds for two seconds, and no longer than until this process
changes a token, a unit or the table of rights. A token revoked by another process is refused two
seconds later; a minute is what is promised (`THREATS` 23).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from sqlalchemy import event
from sqlalchemy.orm import Session

from archive.database import Writing
from archive.records.people import TokenRecord, UnitRecord
from archive.records.rights import RightsChangeRecord
from service.access.people import secret_hash
from service.access.principal import Principal

REMEMBERED: Final = timedelta(seconds=2)
_MOST: Final = 1000
_CHANGED: Final = "programs_changed"


@dataclass(frozen=True, slots=True)
class _Seen:
    who: Principal
    at: datetime
    changes: int


class _Changes:
    """How often this process has changed what programs may do."""

    count = 0


class RecentPrograms:
    """The programs that an application has let in lately, by the hash of what they showed."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}

    def known(self, secret: str, now: datetime) -> Principal | None:
        """Return the program that showed this secret a moment ago, or None."""
        seen = self._seen.get(secret_hash(secret))
        if seen is None or seen.changes != _Changes.count:
            return None
        return seen.who if timedelta() <= now - seen.at <= REMEMBERED else None

    def changes(self) -> int:
        """Return how things stand now: asked before the database is."""
        return _Changes.count

    def keep(self, secret: str, who: Principal, now: datetime, changes: int) -> None:
        """Remember a program; nothing changed since `changes` was asked for, or it is void."""
        if len(self._seen) >= _MOST:
            self._seen.clear()
        self._seen[secret_hash(secret)] = _Seen(who, now, changes)


def _watch(session: Session, _flush: object) -> None:
    rows: Iterable[object] = chain(session.new, session.dirty, session.deleted)
    if any(isinstance(row, TokenRecord | UnitRecord | RightsChangeRecord) for row in rows):
        session.info[_CHANGED] = True


def _committed(session: Session) -> None:
    if session.info.pop(_CHANGED, False):
        _Changes.count += 1


event.listen(Writing, "after_flush", _watch)
event.listen(Writing, "after_commit", _committed)
