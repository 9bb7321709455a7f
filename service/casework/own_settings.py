"""What somebody chooses for themselves: the language, and how pictures are shown (A5)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.errors import NotPermitted

ACTION: Final = "settings.own"


class Pictures(StrEnum):
    """How pictures and films are shown to somebody who has asked for them."""

    PLAIN = "plain"
    GREY = "grey"
    SOFT = "soft"
    """Grey and blurred, until they ask once more."""


def choose_for_oneself(
    session: Session, who: Principal, *, language: str, pictures: Pictures, now: datetime
) -> None:
    """Keep what a person chooses; quiet where it stands so already. Raises `NotPermitted`."""
    who.require(ACTION)
    if who.person_id is None:
        raise NotPermitted(ACTION)
    person = session.get_one(PersonRecord, who.person_id)
    wanted = {"language": language, "pictures": str(pictures)}
    changed = sorted(name for name, value in wanted.items() if getattr(person, name) != value)
    if not changed:
        return
    for name in changed:
        setattr(person, name, wanted[name])
    record(session, "person.changed", at=now, actor=who.actor, subject=person, fields=changed)
