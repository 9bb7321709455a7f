"""Search among a million pieces, rights included, beside the index asked for the same hits alone.

`BENCH_ITEMS=100000 ./run bench search` takes fewer pieces, `BENCH_DATABASE=postgresql` asks
PostgreSQL.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any

from sqlalchemy import select

from archive.database import Database
from archive.records.search import WORDS_POSTGRESQL
from archive.search.expression import fts5, postgresql
from archive.search.finding import WINDOW
from archive.search.query import understand
from archive.search.wish import Wish
from service.access.principal import HeldRole, Principal
from service.access.rights import shipped_rights
from service.casework.evidence.reach import reach_of
from service.casework.evidence.searching import search
from tests import databases
from tests.bench.figures import Figure
from tests.bench.pieces import COMMON, ITEMS, NOW, UNITS, fill, vocabulary

QUERIES = 200
ROUNDS = 3
_BARE_FTS5 = "SELECT rowid FROM search_index WHERE search_index MATCH ? ORDER BY rowid DESC LIMIT ?"


def run() -> list[Figure]:
    everyone = HeldRole("archivist", None)
    some = HeldRole("leader", frozenset(UNITS[:8]))
    with (
        tempfile.TemporaryDirectory() as folder,
        _empty(Path(folder)) as url,
        closing(Database(url)) as database,
    ):
        started = time.perf_counter()
        fill(database)
        print(f"{ITEMS} pieces written in {time.perf_counter() - started:.0f} s", flush=True)
        return [
            _figure(database, Principal("person:1", "Arne", (everyone,), shipped_rights()), "all"),
            _figure(database, Principal("person:2", "Mette", (some,), shipped_rights()), "a fifth"),
        ]


@contextmanager
def _empty(folder: Path) -> Iterator[str]:
    """Make an empty, migrated database of the kind that is asked for."""
    if os.environ.get("BENCH_DATABASE") == "postgresql":
        with databases.postgresql(folder) as blanks:
            yield blanks.url(folder)
    else:
        yield databases.SQLiteBlanks(folder).url(folder)


def _figure(database: Database, who: Principal, told: str) -> Figure:
    """Return the ratio of the 95th percentiles; each query is the least of some rounds."""
    asked = _asked()
    ours, bare = [], []
    with closing(database.read_only_engine.raw_connection()) as link:
        cursor: Any = link.cursor()
        for typed in asked:
            question = _question(database, who, typed)
            mine, raw = [], []
            for _ in range(ROUNDS):
                raw.append(_seconds(partial(_bare, cursor, question)))
                mine.append(_seconds(partial(_search, database, who, typed)))
            ours.append(min(mine))
            bare.append(min(raw))
    high, floor = _p95(ours), _p95(bare)
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    details = (
        f"p95 {high * 1000:.1f} ms beside {floor * 1000:.1f} ms; "
        f"slowest {max(ours) * 1000:.0f} ms beside {max(bare) * 1000:.0f} ms; "
        f"{len(asked)} queries, {ITEMS} pieces"
    )
    return Figure(f"search ({kind}), seeing {told} of it", high / floor, 2.0, details, at_most=True)


def _asked() -> list[str]:
    """Return the questions: the commonest lemma, beginnings, phrases, several words, exclusions."""
    chance = Random(11)  # noqa: S311 — the same questions in each run
    words = vocabulary()
    asked = ["er", "kommune", "er*", "ko*", '"jeg ved"', '"er det ikke"', "du ikke", "trussel -er"]
    makers: tuple[Callable[[], str], ...] = (
        lambda: chance.choice(COMMON),
        lambda: words[int(len(words) * chance.random() ** 3)],
        lambda: f"{chance.choice(COMMON)} {chance.choice(COMMON)}",
        lambda: f'"{chance.choice(COMMON[:20])} {chance.choice(COMMON[:20])}"',
        lambda: f"{chance.choice(COMMON)[:2]}*",
        lambda: f"{chance.choice(words)[:4]}*",
        lambda: f"{chance.choice(COMMON)} -{chance.choice(COMMON)}",
    )
    while len(asked) < QUERIES:
        asked.append(makers[len(asked) % len(makers)]())
    return asked


def _search(database: Database, who: Principal, typed: str) -> int:
    with database.reading() as session:
        return len(search(session, who, typed, NOW).rows)


def _bare(cursor: Any, question: tuple[Any, ...]) -> int:
    cursor.execute(*question)
    return len(cursor.fetchall())


def _question(database: Database, who: Principal, typed: str) -> tuple[Any, ...]:
    """Return what the index is asked for the same hits, in its own language."""
    with database.reading() as session:
        told = reach_of(session, who, "evidence.see", NOW)
    expression = Wish(understand(typed), told, told).expression()
    assert expression is not None
    if database.is_sqlite:
        return _BARE_FTS5, (fts5(expression), WINDOW)
    place = WORDS_POSTGRESQL.c.place
    query = select(place).where(postgresql(expression)).order_by(place.desc()).limit(WINDOW)
    dialect = database.read_only_engine.dialect
    return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})), ()


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
