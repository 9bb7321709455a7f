"""What one round of telling works with; what was asked once in it is not asked again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from archive.records.people import PersonRecord
from service.access.people import principal_of
from service.access.principal import Principal
from service.access.rights import Rights
from service.casework.organisation.away import Standing, who_stands
from service.casework.telling.unreachable import why_unreachable
from service.settings import Settings


@dataclass(slots=True)
class Round:
    """One round: the transaction that it is, by which settings and rights, and when."""

    session: Session
    settings: Settings
    rights: Rights
    now: datetime
    _standing: Standing | None = None
    _askers: dict[UUID, Principal] = field(default_factory=dict)
    _codes: dict[UUID, str | None] = field(default_factory=dict)

    def standing(self) -> Standing:
        """Return who is away and who stands in."""
        if self._standing is None:
            self._standing = who_stands(self.session, self.now)
        return self._standing

    def as_asking(self, person: PersonRecord) -> Principal:
        """Return a person as one who asks; raises `NotSignedIn` for one who has left."""
        if person.id not in self._askers:
            who = principal_of(self.session, person, self.rights, self.now)
            self._askers[person.id] = who
        return self._askers[person.id]

    def why_unreachable(self, person: PersonRecord) -> str | None:
        """Return why no mail reaches a person, or None where nothing is known against it."""
        if person.id not in self._codes:
            self._codes[person.id] = why_unreachable(self.session, person)
        return self._codes[person.id]

    def has_left(self, person: PersonRecord) -> bool:
        """Tell whether a person no longer works here."""
        return person.ended_at is not None and person.ended_at <= self.now
