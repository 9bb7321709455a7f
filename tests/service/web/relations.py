"""How somebody may stand to a case, and what the table of rights says that opens: the oracle.

It reads the same table as the service, and nothing else of it: no query, no principal.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import select

from archive.ledger.log import record
from archive.records.cases import CaseRecord, CircleRecord
from archive.records.people import PersonRecord, RoleRecord
from service.access.endings import end_person, end_role
from service.access.people import give_role
from service.access.rights import Condition, Level, Right, Rights, Scope
from tests.service.web.world import World


class Relation(StrEnum):
    """How somebody with a role stands to the library's case, in the order they are walked."""

    OTHER_UNIT = "other_unit"
    CIRCLE = "circle"
    REMOVED = "removed"
    OWN_UNIT = "own_unit"
    EVERYWHERE = "everywhere"
    RESTRICTED = "restricted"
    """As everywhere, and the case is open to its circle alone."""
    IN_RESTRICTED = "in_restricted"
    """The same, and in that circle."""
    ROLE_ENDED = "role_ended"
    LEFT = "left"


_IN_CIRCLE = {Relation.CIRCLE, Relation.IN_RESTRICTED}
_RESTRICTED = {Relation.RESTRICTED, Relation.IN_RESTRICTED}
_OF_UNIT = {Relation.OWN_UNIT, Relation.EVERYWHERE}
_PAST_RESTRICTION = {"case.break_glass", "case.outline"}


def opens(action: str, right: Right, relation: Relation) -> bool:
    """Tell whether one right opens the library's case, which is not serious, at its first steps.

    No step is open then that names anybody but the leader; nobody asked has broken its glass, is
    concerned by it or has handed in what it holds.
    """
    if right.condition in {Condition.SERIOUS, Condition.STEP, Condition.GLASS}:
        return False
    if right.condition is Condition.INVITED or right.scope is Scope.CIRCLE:
        return relation in _IN_CIRCLE
    if relation is Relation.RESTRICTED and action not in _PAST_RESTRICTION:
        return False
    if right.scope is Scope.UNIT:
        return relation in _OF_UNIT | _RESTRICTED
    return right.scope is Scope.ALL


@dataclass(frozen=True)
class Standing:
    """What the table opens to somebody with one role who stands so to the case."""

    table: Rights
    role: str
    relation: Relation

    def ways(self, action: str) -> tuple[Right, ...]:
        """Return the rights that they have at all, whatever they open."""
        own = () if self.relation is Relation.ROLE_ENDED else self.table.of(action, self.role)
        return (*own, *self.table.of(action, "employee"))

    def levels(self, action: str) -> frozenset[Level]:
        """Return how the case, or what it holds, is open to them by one act."""
        return frozenset(
            way.level for way in self.ways(action) if opens(action, way, self.relation)
        )

    def answer(self, action: str) -> int:
        """Return what a route that asks for this act says: 403, 404, or 200 for anything else."""
        if self.relation is Relation.LEFT:
            return 303
        if not self.ways(action):
            return 403
        return 200 if self.levels(action) else 404

    def __str__(self) -> str:
        return f"{self.role}, {self.relation}"


def walk(world: World, person: PersonRecord, role: str, relation: Relation) -> None:
    """Let a person stand so, from how they stood in the relation before."""
    now = world.time.now
    with world.installation.database.writing() as session:
        one = session.merge(person)
        case = session.query(CaseRecord).filter_by(number=world.number).one()
        if relation in _IN_CIRCLE:
            place = CircleRecord(
                id=uuid4(),
                case_id=case.id,
                person_id=one.id,
                role=role,
                reason="Hjælper til.",
                added_by="system",
                since=now,
            )
            session.add(place)
            record(session, "circle.joined", at=now, subject=case, case_id=case.id)
        elif relation in {Relation.REMOVED, Relation.ROLE_ENDED}:
            query = select(CircleRecord).where(
                CircleRecord.person_id == one.id, CircleRecord.until.is_(None)
            )
            for place in session.scalars(query):
                place.until = now
            record(session, "circle.left", at=now, subject=case, case_id=case.id)
        if relation in _OF_UNIT or relation is Relation.ROLE_ENDED:
            held = select(RoleRecord).where(RoleRecord.person_id == one.id)
            for row in session.scalars(held.where(RoleRecord.until.is_(None))):
                end_role(session, row, now, actor="system")
        if relation in _OF_UNIT:
            everywhere = relation is Relation.EVERYWHERE
            unit_id = None if everywhere else world.town.library.id
            give_role(session, one, role, unit_id=unit_id, now=now, actor="system")
        if relation is Relation.LEFT:
            end_person(session, one, now, actor="system")


def restrict(world: World, *, restricted: bool) -> None:
    """Open the case to its circle alone, or to everybody again."""
    with world.installation.database.writing() as session:
        case = session.query(CaseRecord).filter_by(number=world.number).one()
        case.restricted = restricted
        record(session, "case.restricted", at=world.time.now, subject=case, case_id=case.id)
