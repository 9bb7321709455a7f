"""A million made pieces of evidence, put into either database past the doors, for the search.

SQLite takes them through its index as it stands. PostgreSQL takes them by COPY without its index
of words, which is made anew from its own definition when they are there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from random import Random
from typing import Any, Final
from uuid import UUID

from archive.database import Database
from archive.search.documents import (
    case_token,
    family_of,
    giver_token,
    piece_token,
    token,
    unit_token,
)
from archive.search.index import lexemes
from archive.search.lemmas import lemmas_of
from archive.search.places import place_of
from archive.search.wish import EVERYTHING

ITEMS = int(os.environ.get("BENCH_ITEMS", "1000000"))
BATCH: Final = 10_000
WORDS: Final = (4, 25)
VOCABULARY: Final = 30_000
UNITS: Final = [UUID(int=number + 1) for number in range(40)]
START: Final = datetime(2020, 1, 1, tzinfo=UTC)
NOW: Final = datetime(2027, 1, 1, tzinfo=UTC)
COMMON: Final = (
    *("er", "jeg", "du", "det", "ikke", "at", "og", "i", "en", "har", "var", "kommunen"),
    *("kommune", "dig", "din", "være", "mig", "så", "kan", "vil", "skal", "bliver", "trussel"),
    *("trusler", "truede", "truer", "sag", "sagen", "sagerne", "opslag", "hvor", "bor", "ved"),
    *("kommer", "idiot", "løgner", "børn", "barn", "barnet", "løgn", "leder", "ledere"),
    *("lederen", "dum", "dumme", "skamme", "afgørelse", "afgørelsen"),
)

_SET_HASH_SIZE: Final = "INSERT INTO search_index(search_index, rank) VALUES ('hashsize', ?)"
_EVIDENCE: Final = (
    "id, kind, filename, media_type, size, sha256, received_at, known, unit_id, held, state, "
    "attempts, fence"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One made piece: what stands of it in the tables, and what in the index."""

    id: UUID
    place: int
    at: datetime
    unit: UUID
    digest: str
    exact: str
    lemmas: str
    about: str


def fill(database: Database) -> None:
    """Put all pieces into an empty, migrated database."""
    with closing(database.engine.raw_connection()) as link:
        cursor: Any = link.cursor()
        (_fill_sqlite if database.is_sqlite else _fill_postgresql)(cursor)
        link.commit()
        if not database.is_sqlite:
            driver: Any = link.driver_connection
            driver.autocommit = True
            driver.execute("VACUUM ANALYZE")
            driver.autocommit = False


def _fill_sqlite(cursor: Any) -> None:
    cursor.execute("PRAGMA synchronous=OFF")
    # Sorted in memory for longer, so that fewer pieces of the index are merged again and again.
    cursor.execute(_SET_HASH_SIZE, (256 * 1024 * 1024,))
    cursor.execute("BEGIN IMMEDIATE")
    cursor.executemany(
        "INSERT INTO units (id, name, by_file) VALUES (?, ?, FALSE)",
        [(unit.hex, f"Unit {number}") for number, unit in enumerate(UNITS)],
    )
    for some in _batches():
        cursor.executemany(
            f"INSERT INTO evidence ({_EVIDENCE}) VALUES "  # noqa: S608 — names of columns
            "(?, 'upload', ?, 'text/plain', 100, ?, ?, 'handed_in', ?, 0, 'read', 0, 0)",
            [
                (one.id.hex, _name(one), one.digest, f"{one.at:%Y-%m-%d %H:%M:%S.%f}", one.unit.hex)
                for one in some
            ],
        )
        cursor.executemany(
            "INSERT INTO search_items VALUES (?, ?)", [(one.place, one.id.hex) for one in some]
        )
        cursor.executemany(
            "INSERT INTO search_index (rowid, exact, lemmas, about) VALUES (?, ?, ?, ?)",
            [(one.place, one.exact, one.lemmas, one.about) for one in some],
        )
    cursor.execute("COMMIT")
    cursor.execute(_SET_HASH_SIZE, (1024 * 1024,))
    cursor.execute("ANALYZE")


def _fill_postgresql(cursor: Any) -> None:
    cursor.execute("SET maintenance_work_mem = '1GB'")
    definition = "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_search_index_words'"
    (made_by,) = cursor.execute(definition).fetchone()
    cursor.execute("DROP INDEX ix_search_index_words")
    units = [(one, f"Unit {one.int}", False) for one in UNITS]
    _copy(cursor, "units (id, name, by_file)", units)
    for some in _batches():
        _copy(
            cursor,
            f"evidence ({_EVIDENCE})",
            [
                (
                    *(one.id, "upload", _name(one), "text/plain", 100, one.digest, one.at),
                    *("handed_in", one.unit, False, "read", 0, 0),
                )
                for one in some
            ],
        )
        _copy(cursor, "search_items (place, evidence_id)", [(one.place, one.id) for one in some])
        _copy(
            cursor,
            "search_index (place, exact, about, exact_words, lemma_words, about_words)",
            [
                (
                    *(one.place, f" {one.exact} ", one.about),
                    *(lexemes(one.exact), lexemes(one.lemmas), lexemes(one.about)),
                )
                for one in some
            ],
        )
    cursor.execute(made_by)


def _copy(cursor: Any, into: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY {into} FROM STDIN") as copying:
        for row in rows:
            copying.write_row(row)


def _name(one: Piece) -> str:
    return f"{one.digest[-8:]}.txt"


def _batches() -> Iterator[list[Piece]]:
    chance = Random(5)  # noqa: S311 — the same pieces in each run
    words = vocabulary()
    weights = list(accumulate(1 / (number + 2) for number in range(len(words))))
    lemmas = {word: lemmas_of(word) for word in words}
    step = (NOW - START) / ITEMS
    family = token("k", family_of("upload", "text/plain"))
    fixed = " ".join((EVERYTHING, family, "sread", "dupload", giver_token("token:1")))
    units = [(unit, unit_token(unit)) for unit in UNITS]
    for start in range(0, ITEMS, BATCH):
        said = chance.choices(words, cum_weights=weights, k=BATCH * WORDS[1])
        made = []
        for number in range(start, min(ITEMS, start + BATCH)):
            one = UUID(int=chance.getrandbits(128))
            at = START + step * number
            begin = (number - start) * WORDS[1]
            mine = said[begin : begin + chance.randrange(*WORDS)]
            unit, unit_own = chance.choice(units)
            digest = f"{number:064x}"
            about = f"{fixed} {piece_token(one)} {unit_own}"
            if number % 3 == 0:
                about += f" {case_token(UUID(int=number // 30))}"
            own = " ".join({lemma for word in mine for lemma in lemmas[word]})
            exact = f"{digest} ¦ ¶ {' '.join(mine)}"
            made.append(Piece(one, place_of(at, one), at, unit, digest, exact, own, about))
        yield made


def vocabulary() -> list[str]:
    """Return words, the commonest first; what is not Danish has an ending and no meaning."""
    chance = Random(3)  # noqa: S311 — the same words in each run
    letters = "abdefghiklmnoprstuvyæøå"
    made = ("".join(chance.choices(letters, k=chance.randrange(4, 11))) for _ in range(VOCABULARY))
    return list(dict.fromkeys((*COMMON, *made)))
