"""Who answers for a person at a moment: they themselves, or whoever stands in while they are away.

Standing in gives no right: it says to whom a notice goes. What a deputy may open is a role of
their own, given for the time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Away:
    """That a person is away, `since` included and `until` not (None is until further notice)."""

    person_id: UUID
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class StandsIn:
    """That `deputy_id` stands in for a person who is away in this time."""

    person_id: UUID
    deputy_id: UUID
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """Who answers; `person_id` is None where nobody does.

    `through` names those who were asked before them and are away, the person themselves first.
    """

    person_id: UUID | None
    through: tuple[UUID, ...] = field(default=())


def who_answers(
    person_id: UUID,
    now: datetime,
    away: Iterable[Away],
    deputies: Iterable[StandsIn],
    *,
    left: Collection[UUID] = frozenset(),
) -> Answers:
    """Return who answers for a person: deputies in their order, then theirs; each is asked once.

    Whoever has `left` is away for good.
    """
    absent = {one.person_id for one in away if _holds(one, now)} | set(left)
    standing = [one for one in deputies if _holds(one, now)]
    waiting = [person_id]
    asked: list[UUID] = []
    for one in waiting:  # it grows by the deputies of those who are away
        if one in asked:
            continue
        if one not in absent:
            return Answers(one, tuple(asked))
        asked.append(one)
        waiting += [other.deputy_id for other in standing if other.person_id == one]
    return Answers(None, tuple(asked))


def _holds(one: Away | StandsIn, now: datetime) -> bool:
    return one.since <= now and (one.until is None or now < one.until)
