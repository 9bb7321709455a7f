"""Whether one right opens more than another; in doubt it does, and two people look at it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from service.access.rights import Level, Right, Scope

_MORE: Final = {
    Level.FULL: frozenset(Level),
    Level.STATUS: frozenset({Level.STATUS, Level.ANONYMOUS}),
    # What is one's own is shown whole: it stands above nothing, and only the whole above it.
    Level.OWN: frozenset({Level.OWN}),
    Level.ANONYMOUS: frozenset({Level.ANONYMOUS}),
}
_FARTHER: Final = {
    Scope.ALL: frozenset(Scope),
    # A circle may hold a case of another unit, and a person may be concerned by one.
    Scope.UNIT: frozenset({Scope.UNIT}),
    Scope.CIRCLE: frozenset({Scope.CIRCLE}),
    Scope.SELF: frozenset({Scope.SELF}),
}


def covers(right: Right, other: Right) -> bool:
    """Tell whether a right opens everything that another one opens."""
    return other.level in _MORE[right.level] and reaches_as_far(right, other)


def reaches_as_far(right: Right, other: Right) -> bool:
    """Tell whether a right reaches everything that another one reaches, however much it shows."""
    unconditional = right.condition is None or right.condition is other.condition
    return other.scope in _FARTHER[right.scope] and unconditional


def widens(before: Iterable[Right], after: Iterable[Right]) -> bool:
    """Tell whether any of the ways that are to be opens what none of those before opened."""
    standing = tuple(before)
    return not all(any(covers(old, new) for old in standing) for new in after)
