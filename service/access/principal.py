"""Who asks: a person or a program, with the roles they hold now and the units those reach."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from service.access.rights import Condition, Level, Right, Rights, Scope
from service.errors import NotPermitted


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role held now; `units` are the ids it reaches, None means the whole municipality."""

    role: str
    units: frozenset[UUID] | None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one action reaches for somebody: one scope with its units and condition.

    `role` is the one by which it reaches: some conditions ask what they were invited as.
    """

    role: str
    level: Level
    scope: Scope
    units: frozenset[UUID] | None
    condition: Condition | None


@dataclass(frozen=True, slots=True)
class Principal:
    """The one who asks. `actor` is how the ledger names them.

    `form_token` is what each of their forms must carry; a bearer token has none. `pictures` is
    how they want pictures shown once they have asked for them.
    """

    actor: str
    name: str
    roles: tuple[HeldRole, ...]
    rights: Rights
    person_id: UUID | None = None
    unit_id: UUID | None = None
    language: str = "da"
    form_token: str = ""
    pictures: str = "plain"
    _reaches: dict[str, tuple[Reach, ...]] = field(init=False, repr=False, compare=False)
    """What was asked already; a page asks for the same few actions again and again."""

    def __post_init__(self) -> None:
        """Take hold of what the table was found to say of these very roles."""
        object.__setattr__(self, "_reaches", _asked_of(self.rights, self.roles))

    @property
    def main_role(self) -> str:
        """The role that the interface names them by: the first that reaches farthest."""
        order = self.rights.roles
        held = {one.role for one in self.roles}
        names = [role for role in order if role in held] + sorted(held.difference(order))
        beyond = [name for name in names if name != "employee"]
        return (beyond or names or ["employee"])[0]

    def reaches(self, action: str) -> tuple[Reach, ...]:
        """Return every way in which this action is open to them; empty means not at all."""
        if (known := self._reaches.get(action)) is None:
            known = self._reaches[action] = tuple(
                _reach(held, right)
                for held in self.roles
                for right in self.rights.of(action, held.role)
            )
        return known

    def may(self, action: str) -> bool:
        """Tell whether there is anything on which they may do this."""
        return bool(self.reaches(action))

    def require(self, action: str) -> tuple[Reach, ...]:
        """Return the reaches of an action, or raise `NotPermitted`."""
        reaches = self.reaches(action)
        if not reaches:
            raise NotPermitted(action)
        return reaches


@lru_cache(maxsize=1000)
def _asked_of(rights: Rights, roles: tuple[HeldRole, ...]) -> dict[str, tuple[Reach, ...]]:
    """Return the reaches of these roles by action, as far as they were asked for.

    The table does not change while it is read, and which roles somebody holds, with the units
    below each, is asked of the database each time: nothing here outlives a right.
    """
    del rights, roles
    return {}


def _reach(held: HeldRole, right: Right) -> Reach:
    units = held.units if right.scope is Scope.UNIT else None
    scope = right.scope
    if scope is Scope.UNIT and held.units is None:
        scope = Scope.ALL
    return Reach(held.role, right.level, scope, units, right.condition)
