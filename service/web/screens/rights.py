"""The table of rights, from values to the screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy.orm import Session

from service.access.bounds import offered, shipped_bounds
from service.access.own_rights import plain, ways_of
from service.access.principal import Principal
from service.access.rights import Right, Rights
from service.casework.evidence.unusual import ACTION as WATCH
from service.casework.rights.listing import (
    Change,
    change_waits,
    how_many_hold,
    past_changes,
    waiting_changes,
)
from service.casework.rights.told import CHANGE, who_may_agree
from service.casework.rights.weighing import Weighed, require_right
from service.errors import WayNotOffered
from service.web.screens.paging import page_query
from service.web.views.frame import FormState, Notice, NoticeKind
from service.web.views.rights import (
    ChangesView,
    ChangeView,
    Refused,
    RightMeaningView,
    RightsCell,
    RightsRoom,
    RightsRow,
    RightsView,
    RightView,
    WayChoice,
    Ways,
)
from service.web.wording import gettext_of

TABLE: Final = "/rights"
CHANGES: Final = "/rights/changes"
_ROOMS: Final = ("evidence", "cases", "posts", "running", "own")
_ROOM_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "evidence": "evidence",
        "page": "evidence",
        "case": "cases",
        "triage": "cases",
        "alert": "cases",
        "danger": "cases",
        "queue": "posts",
        "post": "posts",
        "today": "own",
    }
)


def rights_view(
    session: Session, who: Principal, shipped: Rights, role: str | None, now: datetime
) -> RightsView:
    """Return the table as it stands; raises `NotPermitted`."""
    table, changes, bounds = who.rights, who.may(CHANGE), shipped_bounds()
    mine = who.main_role if who.main_role in table.roles else None
    rooms: dict[str, list[RightsRow]] = {room: [] for room in _ROOMS}
    differing = 0
    for action in table.actions:
        cells = []
        for one in table.roles:
            ways, own = table.of(action, one), shipped.of(action, one)
            differs = set(ways) != set(own)
            differing += differs
            url = right_url(action, one) if changes else None
            fixed = bounds.of(action, one)
            cells.append(
                RightsCell(
                    ways=_ways(ways),
                    shipped=_ways(own) if differs else None,
                    change_url=url,
                    fixed=fixed is not None and not fixed.floor,
                )
            )
        rooms[_room_of(action)].append(RightsRow(action, tuple(cells)))
    return RightsView(
        roles=table.roles,
        rooms=tuple(RightsRoom(key, tuple(rows)) for key, rows in rooms.items() if rows),
        role=role if role in table.roles else (mine or table.roles[0]),
        mine=mine,
        differing=differing,
        waiting=len(waiting_changes(session, who, now)),
        watch_url="/unusual-viewings" if who.may(WATCH) else None,
    )


def right_view(
    session: Session,
    who: Principal,
    shipped: Rights,
    action: str,
    role: str,
    *,
    chosen: tuple[Right, ...] | None = None,
    refused: Refused | None = None,
) -> RightView:
    """Return one right and how it could be; raises `RightNotFound`."""
    fixed = require_right(shipped, action, role)
    now, own = who.rights.of(action, role), shipped.of(action, role)
    marked = now if chosen is None else chosen
    # What is shipped can always be had back, be it offered to others or not.
    ways = tuple(dict.fromkeys((*offered(shipped, action), *own)))
    return RightView(
        action=action,
        role=role,
        now=_ways(now),
        shipped=_ways(own),
        choices=tuple(WayChoice(_value(one), _ways([one])[0], one in marked) for one in ways),
        url=f"{right_url(action, role)}/meaning",
        back=f"{TABLE}?{urlencode({'role': role})}",
        fixed=str(fixed.because) if fixed else None,
        floor=fixed.floor if fixed else False,
        waits=change_waits(session, action, role),
        refused=refused,
    )


def meaning_view(
    session: Session,
    who: Principal,
    weighed: Weighed,
    now: datetime,
    *,
    form: FormState | None = None,
) -> RightMeaningView:
    """Return what a change would mean."""
    url = right_url(weighed.action, weighed.role)
    agreeing = who_may_agree(session, who.rights, weighed.role, who.person_id, now)
    return RightMeaningView(
        action=weighed.action,
        role=weighed.role,
        before=_ways(weighed.before),
        after=_ways(weighed.after),
        widens=weighed.widens,
        shipped=weighed.shipped,
        holders=how_many_hold(session, weighed.role, now),
        agreeing=len(agreeing),
        chosen=tuple(_value(one) for one in weighed.after),
        url=url,
        back=url,
        form=form or FormState(),
    )


def changes_view(
    session: Session,
    who: Principal,
    now: datetime,
    place: tuple[datetime, UUID] | None,
    *,
    form: FormState | None = None,
    refusing: str | None = None,
) -> ChangesView:
    """Return what waits and what was changed; raises `NotPermitted`."""
    past, more = past_changes(session, who, now, before=place)
    waiting = () if place else waiting_changes(session, who, now)
    return ChangesView(
        waiting=tuple(_change(one) for one in waiting),
        past=tuple(_change(one) for one in past),
        more_url=f"{CHANGES}?{page_query(more)}" if more else None,
        first_url=CHANGES if place else None,
        form=form or FormState(),
        refusing=refusing,
    )


def rights_notice(language: str, said: str | None) -> Notice | None:
    """Return what to say by the code in the address; unknown codes say nothing."""
    _ = gettext_of(language)
    texts = {
        "changed": _("It is changed, and holds from now on."),
        "asked": _("It waits for somebody else to agree. Those who can get a mail."),
        "agreed": _("You have agreed. It holds from now on."),
        "refused": _("It is refused, and everything stays as it was."),
        "taken_back": _("It is taken back, and everything stays as it was."),
    }
    text = texts.get(said or "")
    kind = NoticeKind.WAITING if said == "asked" else NoticeKind.DONE
    return Notice(kind, text) if text else None


def chosen_ways(values: Iterable[str]) -> tuple[Right, ...]:
    """Return the ways that a form names; raises `WayNotOffered`."""
    try:
        return ways_of([[*value.split("-"), None][:3] for value in values])
    except ValueError as strange:
        raise WayNotOffered("there is no such way") from strange


def right_url(action: str, role: str) -> str:
    """Return where one right is changed."""
    return f"{TABLE}/of/{role}/{action}"


def _change(one: Change) -> ChangeView:
    url = f"{CHANGES}/{one.id}"
    return ChangeView(
        key=str(one.id),
        action=one.action,
        role=one.role,
        before=_ways(one.before),
        after=_ways(one.after),
        widens=one.widens,
        state=str(one.state),
        asked_at=one.asked_at,
        ended_at=one.ended_at,
        whole=one.told_all,
        reason=one.reason,
        answer=one.answer,
        asked_by=one.asked_by,
        ended_by=one.ended_by,
        barrier=one.barrier,
        agree_url=f"{url}/agree" if one.may_answer and not one.barrier else None,
        refuse_url=f"{url}/refuse" if one.may_answer and one.barrier != "own" else None,
        take_back_url=f"{url}/take-back" if one.may_take_back else None,
    )


def _ways(ways: Iterable[Right]) -> Ways:
    return tuple((level, scope, condition) for level, scope, condition in plain(tuple(ways)))


def _value(way: Right) -> str:
    return "-".join(str(part) for part in (way.level, way.scope, way.condition) if part)


def _room_of(action: str) -> str:
    room, _, act = action.partition(".")
    return "own" if act == "own" else _ROOM_OF.get(room, "running")
