"""Hits: the newest 5,000, those with the words as typed before those with other forms of them.

Both databases give the same hits in the same order, since nothing is ranked by either of them.
A page goes on from where the one before ended, within the same 5,000: what comes in meanwhile
moves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal, literal_column, select
from sqlalchemy.orm import Session

from archive.records.search import SEARCH_ITEMS, WORDS_POSTGRESQL, WORDS_SQLITE
from archive.search.expression import Expression, Without, fts5, postgresql
from archive.search.places import PLACES, first_place
from archive.search.wish import Wish

WINDOW: Final = 5000
"""So many of the newest hits are put in order; older ones are found by asking for a time."""
COUNTED: Final = 1000
_LAST: Final = 2**63 - 1
_QUESTION: Final[ColumnElement[Any]] = literal_column(WORDS_SQLITE.name)
"""FTS5's hidden column: it has the table's own name and takes the question."""


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
    mark = after or _window(session, wish, whole, arrived)
    places = _page(session, wish, whole, mark, limit + 1)
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
    low, high = _bounds(wish)
    some = _places(session, whole, low, high, COUNTED + 1).subquery()
    found = int(session.scalar(select(func.count()).select_from(some)) or 0)
    return min(found, COUNTED), found <= COUNTED


def _window(session: Session, wish: Wish, whole: Expression, arrived: Sequence[Hit]) -> Mark:
    """Count the hits as far as they are put in order, and find where they end."""
    low, high = _bounds(wish)
    newest = session.execute(select(func.max(SEARCH_ITEMS.c.place))).scalar() or 0
    high = min(high, newest)
    some = _places(session, whole, low, high, WINDOW).subquery()
    number, floor = session.execute(
        select(func.count(), func.min(some.c.place)).select_from(some)
    ).one()
    top = max(high, *(one.place for one in arrived), 0)
    floor = low if number < WINDOW else int(floor)
    return Mark(top, floor, int(number) + len(arrived), as_written=True, place=_LAST)


def _page(
    session: Session, wish: Wish, whole: Expression, mark: Mark, number: int
) -> list[tuple[int, bool]]:
    if not wish.is_plain:
        return [(place, True) for place in _below(session, whole, mark, mark.place, number)]
    first = wish.expression(as_written=True) or whole
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
    query = _places(session, expression, mark.floor, min(mark.top, below - 1), number)
    return list(session.execute(query).scalars())


def _places(
    session: Session, expression: Expression, low: int, high: int, number: int
) -> Select[Any]:
    """Select the newest places between two bounds at which the expression holds."""
    place: ColumnElement[int]
    holds: ColumnElement[bool]
    if session.get_bind().dialect.name == "sqlite":
        place = WORDS_SQLITE.c.place
        holds = _QUESTION.bool_op("MATCH")(literal(fts5(expression)))
    else:
        place, holds = WORDS_POSTGRESQL.c.place, postgresql(expression)
    within = select(place.label("place")).where(holds, place >= low, place <= high)
    return within.order_by(place.desc()).limit(number)


def _evidence_at(session: Session, places: list[int]) -> dict[int, UUID]:
    query = select(SEARCH_ITEMS.c.place, SEARCH_ITEMS.c.evidence_id)
    rows = session.execute(query.where(SEARCH_ITEMS.c.place.in_(places)))
    return {row.place: row.evidence_id for row in rows}


def _bounds(wish: Wish) -> tuple[int, int]:
    low = first_place(wish.since) if wish.since else 0
    high = first_place(wish.until) + PLACES - 1 if wish.until else _LAST
    return max(0, min(low, _LAST)), max(0, min(high, _LAST))
