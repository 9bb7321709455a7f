"""What a change of the table of rights would mean, before anybody makes it; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

from service.access.bounds import Fixed, is_allowed, missing, offered, shipped_bounds
from service.access.rights import Right, Rights
from service.access.widening import widens
from service.errors import (
    NothingToChange,
    RightFixed,
    RightNeedsAnother,
    RightNotFound,
    WayNotOffered,
)


@dataclass(frozen=True, slots=True)
class Weighed:
    """One right as it stands and as it would stand.

    Attributes:
        action: The act.
        role: Who.
        before: The ways that are open now.
        after: The ways that would be.
        widens: Whether anything is opened that is shut now, so that two people are needed.
        shipped: Whether it would stand as Værn ships it.
    """

    action: str
    role: str
    before: tuple[Right, ...]
    after: tuple[Right, ...]
    widens: bool
    shipped: bool


def weigh(
    standing: Rights, shipped: Rights, action: str, role: str, ways: tuple[Right, ...]
) -> Weighed:
    """Return what it would mean to set a right so.

    Raises `RightNotFound`, `RightFixed`, `WayNotOffered`, `NothingToChange` and
    `RightNeedsAnother`.
    """
    require_right(shipped, action, role)
    own = shipped.of(action, role)
    # What is shipped and what is offered have an order; how it was asked for has none.
    order = (*offered(shipped, action), *own)
    after = own if set(ways) == set(own) else _in_order(ways, order)
    before = standing.of(action, role)
    if set(after) == set(before):
        raise NothingToChange(f"{action}, {role}")
    if not is_allowed(shipped, action, role, after):
        if (fixed := shipped_bounds().of(action, role)) is not None:
            raise RightFixed(str(fixed.because))
        raise WayNotOffered(f"{action}, {role}")
    for act, needed in missing(_with(standing, action, role, after), role):
        if (act, needed) not in missing(standing, role):
            raise RightNeedsAnother(act, needed)
    return Weighed(action, role, before, after, widens(before, after), set(after) == set(own))


def require_right(shipped: Rights, action: str, role: str) -> Fixed | None:
    """Return what is fixed about a right; raises `RightNotFound` where the table has none such."""
    if action not in shipped.actions or role not in shipped.roles:
        raise RightNotFound(f"{action}, {role}")
    return shipped_bounds().of(action, role)


def _in_order(ways: tuple[Right, ...], order: tuple[Right, ...]) -> tuple[Right, ...]:
    if strange := set(ways).difference(order):
        raise WayNotOffered(str(len(strange)))
    return tuple(sorted(set(ways), key=order.index))


def _with(standing: Rights, action: str, role: str, ways: tuple[Right, ...]) -> Rights:
    row = {**standing.actions[action], role: ways}
    rows = {**standing.actions, action: MappingProxyType(row)}
    return replace(standing, actions=MappingProxyType(rows))
