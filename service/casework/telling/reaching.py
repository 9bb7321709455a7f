"""Who gets what somebody is to be told: they themselves, a deputy, or the next above.

Never somebody whom the case is about, nor one whom no mail reaches. What they are told of it is
what their own rights open: standing in gives none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.records.cases import CaseRecord, HarassedRecord
from archive.records.people import PersonRecord
from archive.records.tellings import TellingRecord
from service.casework.cases.finding import may_on
from service.casework.cases.handling import nearest_leader
from service.casework.cases.outlines import ACTION as OUTLINE
from service.casework.cases.representatives import nearest_representatives
from service.casework.telling.round import Round
from service.casework.telling.unreachable import operators
from service.notices.kinds import BACK, DEADLINE, HANDLER, UNREACHABLE
from service.notices.ordinary import Why
from service.notices.safety import KIND as SAFETY
from service.notices.safety import VIOLENCE

NEEDS: Final = {HANDLER: "case.see", DEADLINE: "case.see", SAFETY: OUTLINE, VIOLENCE: OUTLINE}
"""What somebody must be permitted on the case to be told of it, by kind."""
OPERATIONS: Final = "operations.see"
_MOST: Final = 30
"""So many are asked at most before it is given up for now."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Who gets it. `why` is None for the person themselves.

    `knows` says whether they may be told what it is about, and `silent` names those for whom
    nothing reaches, with the code of each.
    """

    person: PersonRecord | None
    why: Why | None
    knows: bool
    silent: tuple[tuple[PersonRecord, str], ...] = ()


def reach(at: Round, telling: TellingRecord) -> Reached:
    """Return who gets what a person is to be told; nobody where nobody can be reached."""
    case = at.session.get(CaseRecord, telling.case_id) if telling.case_id is not None else None
    meant = at.session.get_one(PersonRecord, telling.person_id)
    if telling.kind == BACK:
        return _themselves(at, meant)
    concerned = _concerned(at.session, case)
    asking = _Asking(at, set(concerned))
    found = asking.first_of(meant)
    entitled = _knows(at, telling, case, meant)
    if found is not None and found.id == meant.id and not entitled:
        asking.passing.add(meant.id)  # a role has ended: whoever is above them is told instead
        found = None
    found = found or _above(asking, telling, case)
    if found is None and entitled and meant.id not in concerned:
        # Nobody answers: it lies in their own mailbox for when they are back.
        found = meant if at.why_unreachable(meant) is None else None
    silent = tuple(asking.silent.values())
    if found is None:
        return Reached(None, None, knows=False, silent=silent)
    if found.id == meant.id:
        return Reached(found, None, entitled, silent)
    why = _why(asking, meant, shut_out=meant.id in concerned or not entitled)
    return Reached(found, why, _knows(at, telling, case, found), silent)


@dataclass(slots=True)
class _Asking:
    """One telling's way from one to the next: `passing` are not asked, `silent` not reached."""

    at: Round
    passing: set[UUID]
    silent: dict[UUID, tuple[PersonRecord, str]] = field(default_factory=dict)

    def first_of(self, person: PersonRecord) -> PersonRecord | None:
        """Return the first who answers for a person and can be reached."""
        if self.at.has_left(person):
            self.passing.add(person.id)
        for _ in range(_MOST):
            answers = self.at.standing().answers_for(person.id, self.passing)
            self.passing.update(answers.through)
            if answers.person_id is None:
                return None
            found = self.at.session.get_one(PersonRecord, answers.person_id)
            if (code := self.at.why_unreachable(found)) is None:
                return found
            self.silent[found.id] = (found, code)
            self.passing.add(found.id)
        return None


def _themselves(at: Round, meant: PersonRecord) -> Reached:
    """It tells them what others got: it waits in their own mailbox, should they be away again."""
    if at.has_left(meant):
        return Reached(None, None, knows=False)
    code = at.why_unreachable(meant)
    if code is not None:
        return Reached(None, None, knows=False, silent=((meant, code),))
    return Reached(meant, None, knows=True)


def _above(asking: _Asking, telling: TellingRecord, case: CaseRecord | None) -> PersonRecord | None:
    """Return the next above who answers: of representatives another one, else a leader."""
    for _ in range(_MOST):
        above = _next_above(asking, telling, case)
        if above is None:
            return None
        if (found := asking.first_of(above)) is not None:
            return found
        asking.passing.add(above.id)
    return None


def _next_above(
    asking: _Asking, telling: TellingRecord, case: CaseRecord | None
) -> PersonRecord | None:
    session, now, passing = asking.at.session, asking.at.now, asking.passing
    if telling.kind == UNREACHABLE:
        return next((one for one in operators(session, now) if one.id not in passing), None)
    if case is None:
        return None
    if telling.kind in (SAFETY, VIOLENCE):
        unit_id = case.unit_id if telling.kind == SAFETY else None
        return next(iter(nearest_representatives(session, unit_id, passing, now)), None)
    return nearest_leader(session, case.unit_id, passing, now)


def _knows(
    at: Round, telling: TellingRecord, case: CaseRecord | None, person: PersonRecord
) -> bool:
    if at.has_left(person):
        return False
    if case is None:
        return at.as_asking(person).may(OPERATIONS)
    who, action = at.as_asking(person), NEEDS[telling.kind]
    return may_on(at.session, who, case, action, at.now, though_closed=True)


def _why(asking: _Asking, meant: PersonRecord, *, shut_out: bool) -> Why:
    if asking.at.has_left(meant):
        return Why.LEFT
    if shut_out:
        return Why.INSTEAD  # that the case is about them is nobody's business in a mail
    return Why.UNREACHED if meant.id in asking.silent else Why.AWAY


def _concerned(session: Session, case: CaseRecord | None) -> set[UUID]:
    if case is None:
        return set()
    query = select(HarassedRecord.person_id).where(
        HarassedRecord.case_id == case.id, HarassedRecord.removed_at.is_(None)
    )
    return {one for one in session.scalars(query) if one is not None}
