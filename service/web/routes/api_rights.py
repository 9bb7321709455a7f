"""The table of rights for programs: as it stands, as shipped, and what cannot be changed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from service.access.bounds import shipped_bounds
from service.access.principal import Principal
from service.access.rights import Right
from service.casework.rights.listing import SEE
from service.web.dependencies import House, TokenRight

router = APIRouter(prefix="/api/v1/rights", tags=["rights"])


class WayOut(BaseModel):
    """One way in which an act is open to a role."""

    level: str
    scope: str
    condition: str | None


class RightOut(BaseModel):
    """One act by one role: as it stands, as shipped, and why it stays so, where it does."""

    action: str
    role: str
    ways: list[WayOut]
    shipped: list[WayOut]
    changed: bool
    fixed: str | None


class RightsOut(BaseModel):
    """The whole table: each act with each role that may do it, or may as shipped."""

    version: str
    roles: list[str]
    actions: list[str]
    rights: list[RightOut]


@router.get("", summary="Read the table of rights as it stands")
def show(who: Annotated[Principal, Depends(TokenRight(SEE))], house: House) -> RightsOut:
    """Return who may do what; it is changed by two people in the interface, and by no program."""
    table, shipped, bounds = who.rights, house.rights, shipped_bounds()
    rights = []
    for action in table.actions:
        for role in table.roles:
            ways, own = table.of(action, role), shipped.of(action, role)
            if not ways and not own:
                continue
            fixed = bounds.of(action, role)
            rights.append(
                RightOut(
                    action=action,
                    role=role,
                    ways=list(map(_way, ways)),
                    shipped=list(map(_way, own)),
                    changed=set(ways) != set(own),
                    fixed=str(fixed.because) if fixed else None,
                )
            )
    return RightsOut(
        version=table.version,
        roles=list(table.roles),
        actions=list(table.actions),
        rights=rights,
    )


def _way(right: Right) -> WayOut:
    condition = str(right.condition) if right.condition else None
    return WayOut(level=str(right.level), scope=str(right.scope), condition=condition)
