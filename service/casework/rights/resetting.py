"""Back to the shipped table: what takes away at once, what gives as soon as another agrees."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from service.access.own_rights import rights_now
from service.access.principal import Principal
from service.access.rights import Rights
from service.casework.rights.changing import Ground, Wanted, change_right
from service.errors import ChangeWaits, RightNeedsAnother

Cell = tuple[str, str]
"""An act and a role."""


@dataclass(frozen=True, slots=True)
class Reset:
    """What became of each right that differed: (act, role) of those changed, asked for, left.

    Left is what waits for an answer already, or needs another right that has to come first.
    """

    changed: tuple[Cell, ...]
    asked: tuple[Cell, ...]
    left: tuple[Cell, ...]


def differing_cells(standing: Rights, shipped: Rights) -> list[Cell]:
    """Return every right that stands otherwise than shipped."""
    return [
        (action, role)
        for action in shipped.actions
        for role in shipped.roles
        if set(standing.of(action, role)) != set(shipped.of(action, role))
    ]


def back_to_shipped(
    session: Session,
    who: Principal,
    ground: Ground,
    reason: str,
    only: Collection[Cell] | None = None,
) -> Reset:
    """Set rights back as shipped, all that differ or `only` these.

    Raises `NotPermitted`, `ReasonMissing`.
    """
    cells = differing_cells(rights_now(session, ground.shipped), ground.shipped)
    left = [cell for cell in cells if only is None or cell in only]
    changed: list[Cell] = []
    asked: list[Cell] = []
    # One may need another that comes later: as long as any could be set, the rest is tried again.
    for _ in range(len(left)):
        still = []
        for action, role in left:
            wanted = Wanted(action, role, ground.shipped.of(action, role), reason)
            try:
                row = change_right(session, who, wanted, ground)
            except (ChangeWaits, RightNeedsAnother):
                still.append((action, role))
                continue
            (asked if row.widens else changed).append((action, role))
        if len(still) == len(left):
            break
        left = still
    return Reset(tuple(changed), tuple(asked), tuple(left))
