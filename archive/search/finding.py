"""Hits: the newest 5,000, those with the words as typed before those with other forms of them.

Both databases give the same hits in the same order, since nothing is ranked by either of them.
A page goes on from where the one before ended, within the same 5,000: what comes in meanwhile
moves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.orm import Session

from archive.records.search import SEARCH_ITEMS, WORDS_POSTGRESQL
from archive.search.expression import Expression, Without, fts5, postgresql
from archive.search.places import PLACES, first_place
from archive.search.wish import Wish

WINDOW: Final = 5000
"""So many of the newest hits are put in order; older ones are found by asking for a time."""
COUNTED: Final = 1000
_LAST: Final = 2**63 - 1
_ASK_FTS5: Final = text(
    "SELECT rowid FROM search_index WHERE search_index MATCH :question "
    "AND rowid >= :low AND rowid <= :high ORDER BY rowid DESC LIMIT :number"
)
_LATEST: Final = select(func.max(SEARCH_ITEMS.c.place))
_NAMED: Final = select(SEARCH_ITEMS.c.place, SEARCH_ITEMS.c.evidence_id).where(
    SEARCH_ITEMS.c.place.in_(bindparam("places", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Hit:
    """One piece of evidence that was found; `as_written` says that it has the words as typed."""

    place: int
    evidence_id: UUID
    as_written: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a list of hits goes on. `top` and `floor` bound the hits that are put in order."""

    top: int
    floor: int
    count: int
    as_written: bool
    place: int


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits; `count` is at most `COUNTED`, and exact below it."""

    hits: tuple[Hit, ...] = ()
    count: int = 0
    count_is_exact: bool = True
    next: Mark | None = None
    is_cut: bool = False
    """Whether there are more hits than are put in order."""


def find(
    session: Session,
    wish: Wish,
    *,
    after: Mark | None = None,
    limit: int = 50,
    arrived: Sequence[Hit] = (),
) -> Found:
    """Return a page of hits that this wish may see.

    `arrived` are hits among what is not in the index yet; they take their places in the order.
    """
    whole = wish.expression()
    if whole is None:
        return Found()
    if after is None:
        mark, newest = _window(session, wish, whole, arrived)
        places = _first_page(session, wish, mark, newest, limit + 1)
    else:
        mark, places = after, _page(session, wish, whole, after, limit + 1)
    named = _evidence_at(session, [place for place, _ in places])
    hits = [Hit(place, named[place], written) for place, written in places if place in named]
    last = (mark.as_written, mark.place)
    hits += [
        one
        for one in arrived
        if (one.as_written, one.place) < last and one.place <= mark.top and one.place not in named
    ]
    hits.sort(key=lambda one: (one.as_written, one.place), reverse=True)
    following = None
    if len(hits) > limit:
        end = hits[limit - 1]
        following = replace(mark, as_written=end.as_written, place=end.place)
    return Found(
        tuple(hits[:limit]),
        min(mark.count, COUNTED),
        mark.count <= COUNTED,
        following,
        mark.count >= WINDOW,
    )


def count(session: Session, wish: Wish) -> tuple[int, bool]:
    """Return how many hits there are up to `COUNTED`, and whether that is all of them."""
    whole = wish.expression()
    if whole is None:
        return 0, True
    found = len(_places(session, whole, *_bounds(wish), COUNTED + 1))
    return min(found, COUNTED), found <= COUNTED


def _window(
    session: Session, wish: Wish, whole: Expression, arrived: Sequence[Hit]
) -> tuple[Mark, list[int]]:
    """Return the newest hits, as many as are put in order, and what bounds them."""
    low, high = _bounds(wish)
    latest = session.connection().execute(_LATEST).scalar() or 0
    high = min(high, latest)
    newest = _places(session, whole, low, high, WINDOW)
    top = max(high, *(one.place for one in arrived), 0)
    floor = newest[-1] if len(newest) == WINDOW else low
    return Mark(top, floor, len(newest) + len(arrived), as_written=True, place=_LAST), newest


def _first_page(
    session: Session, wish: Wish, mark: Mark, newest: list[int], number: int
) -> list[tuple[int, bool]]:
    """Return the first hits out of the newest: those as they were typed, then the others."""
    first = wish.expression(as_written=True)
    if not wish.is_plain or first is None:
        return [(place, True) for place in newest[:number]]
    written = _below(session, first, mark, _LAST, number)
    places = [(place, True) for place in written]
    if missing := number - len(places):
        told = set(written)
        places += [(place, False) for place in newest if place not in told][:missing]
    return places


def _page(
    session: Session, wish: Wish, whole: Expression, mark: Mark, number: int
) -> list[tuple[int, bool]]:
    """Return the hits that follow a mark."""
    first = wish.expression(as_written=True)
    if not wish.is_plain or first is None:
        return [(place, True) for place in _below(session, whole, mark, mark.place, number)]
    places: list[tuple[int, bool]] = []
    below = mark.place
    if mark.as_written:
        places = [(place, True) for place in _below(session, first, mark, below, number)]
        below = _LAST
    if missing := number - len(places):
        other = Without(whole, first)
        places += [(place, False) for place in _below(session, other, mark, below, missing)]
    return places


def _below(
    session: Session, expression: Expression, mark: Mark, below: int, number: int
) -> list[int]:
    return _places(session, expression, mark.floor, min(mark.top, below - 1), number)


def _places(
    session: Session, expression: Expression, low: int, high: int, number: int
) -> list[int]:
    """Return the newest places between two bounds at which the expression holds."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        told = {"question": fts5(expression), "low": low, "high": high, "number": number}
        with closing(connection.execute(_ASK_FTS5, told)) as found:
            # The driver's own rows: to wrap thousands of numbers costs more than to find them.
            return [place for (place,) in found.cursor.fetchall()]
    place = WORDS_POSTGRESQL.c.place
    query = select(place).where(postgresql(expression), place >= low, place <= high)
    return list(connection.execute(query.order_by(place.desc()).limit(number)).scalars().all())


def _evidence_at(session: Session, places: list[int]) -> dict[int, UUID]:
    rows = session.connection().execute(_NAMED, {"places": places})
    return {row.place: row.evidence_id for row in rows}


def _bounds(wish: Wish) -> tuple[int, int]:
    low = first_place(wish.since) if wish.since else 0
    high = first_place(wish.until) + PLACES - 1 if wish.until else _LAST
    return max(0, min(low, _LAST)), max(0, min(high, _LAST))
