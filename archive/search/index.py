"""Writing the index: in the transaction that changes what is kept, never after it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from archive.records.search import SEARCH_ITEMS, WORDS_POSTGRESQL, WORDS_SQLITE
from archive.search.documents import (
    Document,
    Facts,
    Words,
    about_of,
    exact_of,
    facts_of,
    lemmas_in,
)
from archive.search.places import place_of

_MANY: Final = 200
"""So many pieces are fetched and written at a time."""


Marked = Sequence[str]
"""The words of what was read in a piece, the end of each field marked (`marked_words`)."""


def write(
    session: Session,
    evidence_ids: Collection[UUID],
    read: Mapping[UUID, Marked] = MappingProxyType({}),
    *,
    anew: bool = False,
) -> None:
    """Bring the index in line with what is kept of these pieces.

    `read` are the words that a program read, by piece; where there is none, those that the index
    holds already stay. What is erased or sealed off leaves the index. `anew` also writes what
    has not changed: its basic forms may be others by now.
    """
    listed = sorted({*evidence_ids, *read}, key=str)
    for start in range(0, len(listed), _MANY):
        some = listed[start : start + _MANY]
        # PostgreSQL: whoever changes the same piece waits here, and sees what the other wrote.
        places = _held_places(session, some)
        found = facts_of(session, some)
        _take_out(session, {one: places[one] for one in places if one not in found})
        places |= _new_places(session, [found[one] for one in some if one in found], places)
        standing = _standing(session, [places[one] for one in found])
        fresh = dict(_documents(found, places, standing, read, anew=anew))
        words = {place: (one.words, one.about) for place, one in fresh.items() if one.words}
        _put_in(session, words, standing.keys())
        _say_whose(session, {at: one.about for at, one in fresh.items() if not one.words})


def forget(session: Session, evidence_ids: Collection[UUID]) -> None:
    """Take pieces out of the index, whatever stands of them elsewhere."""
    listed = list(evidence_ids)
    for start in range(0, len(listed), _MANY):
        _take_out(session, _held_places(session, listed[start : start + _MANY]))


def _documents(
    found: Mapping[UUID, Facts],
    places: Mapping[UUID, int],
    standing: Mapping[int, tuple[str, str]],
    read: Mapping[UUID, Marked],
    *,
    anew: bool,
) -> Iterator[tuple[int, Document]]:
    """Yield by place what is to be written, and nothing where all of it stands already."""
    for one, facts in found.items():
        stood, stood_about = standing.get(places[one], (None, None))
        exact, about = exact_of(facts, stood, read.get(one)), about_of(facts)
        if anew or exact != stood:
            yield places[one], Document(Words(exact, lemmas_in(exact)), about)
        elif about != stood_about:
            yield places[one], Document(None, about)


def _put_in(
    session: Session, fresh: Mapping[int, tuple[Words, str]], standing: Collection[int]
) -> None:
    if not fresh:
        return
    if _is_sqlite(session):
        _remove_words(session, [place for place in fresh if place in standing])
        rows: list[dict[str, Any]] = [
            {"place": place, "exact": one.exact, "lemmas": one.lemmas, "about": about}
            for place, (one, about) in fresh.items()
        ]
        session.connection().execute(insert(WORDS_SQLITE), rows)
        return
    session.connection().execute(
        _UPSERT,
        [
            {
                "place": place,
                "exact": f" {one.exact} ",
                "about": about,
                "exact_words": lexemes(one.exact),
                "lemma_words": lexemes(one.lemmas),
                "about_words": lexemes(about),
            }
            for place, (one, about) in fresh.items()
        ],
    )


def _say_whose(session: Session, fresh: Mapping[int, str]) -> None:
    """Write the tokens alone, beside words that stay."""
    if not fresh:
        return
    rows: list[dict[str, Any]] = [{"at": place, "whose": one} for place, one in fresh.items()]
    if _is_sqlite(session):
        session.connection().execute(_WHOSE_SQLITE, rows)
        return
    for row in rows:
        row["about_words"] = lexemes(row["whose"])
    session.connection().execute(_WHOSE_POSTGRESQL, rows)


def _held_places(session: Session, evidence_ids: Collection[UUID]) -> dict[UUID, int]:
    query = (
        select(SEARCH_ITEMS.c.evidence_id, SEARCH_ITEMS.c.place)
        .where(SEARCH_ITEMS.c.evidence_id.in_(evidence_ids))
        .order_by(SEARCH_ITEMS.c.place)
        .with_for_update()
    )
    return {row.evidence_id: row.place for row in session.execute(query)}


def _new_places(
    session: Session, facts: Iterable[Facts], places: Mapping[UUID, int]
) -> dict[UUID, int]:
    """Give each new piece the first free place from its own on."""
    given: dict[UUID, int] = {}
    for one in facts:
        if one.id in places:
            continue
        place = place_of(one.received_at, one.id)
        while True:
            kept = session.connection().execute(
                _INSERT_ITEM[session.get_bind().dialect.name],
                {"place": place, "evidence_id": one.id},
            )
            if kept.rowcount:
                given[one.id] = place
                break
            standing = _held_places(session, [one.id])
            if standing:  # another transaction has just written it, and is through with it
                given |= standing
                break
            place += 1
    return given


def _standing(session: Session, places: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return what is written at these places: words as they stand, and tokens."""
    table = WORDS_SQLITE if _is_sqlite(session) else WORDS_POSTGRESQL
    query = select(table.c.place, table.c.exact, table.c.about).where(table.c.place.in_(places))
    return {row.place: (row.exact.strip(" "), row.about) for row in session.execute(query)}


def _take_out(session: Session, places: Mapping[UUID, int]) -> None:
    if not places:
        return
    _remove_words(session, list(places.values()))
    session.execute(delete(SEARCH_ITEMS).where(SEARCH_ITEMS.c.place.in_(places.values())))


def _remove_words(session: Session, places: Collection[int]) -> None:
    table = WORDS_SQLITE if _is_sqlite(session) else WORDS_POSTGRESQL
    session.execute(delete(table).where(table.c.place.in_(places)))


def lexemes(words: str) -> str:
    """Return words as PostgreSQL writes a list of lexemes."""
    return " ".join(f"'{word}'" for word in dict.fromkeys(words.split(" ")) if word)


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


_INSERT_ITEM: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "sqlite": sqlite.insert(SEARCH_ITEMS).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(SEARCH_ITEMS).on_conflict_do_nothing(),
    }
)


_WRITTEN: Final = tuple(column.key for column in WORDS_POSTGRESQL.columns)


def _upsert() -> Any:
    put = postgresql.insert(WORDS_POSTGRESQL)
    changed = {name: put.excluded[name] for name in _WRITTEN if name != "place"}
    return put.on_conflict_do_update(index_elements=["place"], set_=changed)


_UPSERT: Final = _upsert()
_WHOSE_SQLITE: Final = (
    update(WORDS_SQLITE)
    .where(WORDS_SQLITE.c.place == bindparam("at"))
    .values(about=bindparam("whose"))
)
_WHOSE_POSTGRESQL: Final = (
    update(WORDS_POSTGRESQL)
    .where(WORDS_POSTGRESQL.c.place == bindparam("at"))
    .values(about=bindparam("whose"), about_words=bindparam("about_words"))
)
