"""Search among a million pieces, rights included, beside the index asked for the same hits alone.

`BENCH_ITEMS=100000 ./run bench search` takes fewer pieces.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import accumulate
from random import Random
from statistics import quantiles
from typing import Any
from uuid import UUID

from archive import schema
from archive.database import Database
from archive.search.documents import (
    case_token,
    family_of,
    giver_token,
    piece_token,
    token,
    unit_token,
)
from archive.search.expression import fts5
from archive.search.finding import WINDOW
from archive.search.lemmas import lemmas_of
from archive.search.places import place_of
from archive.search.query import understand
from archive.search.wish import EVERYTHING, Wish
from service.access.principal import HeldRole, Principal
from service.access.rights import shipped_rights
from service.casework.evidence.reach import reach_of
from service.casework.evidence.searching import search
from tests.bench.figures import Figure

ITEMS = int(os.environ.get("BENCH_ITEMS", "1000000"))
QUERIES = 200
ROUNDS = 3
BATCH = 10_000
WORDS = (4, 25)
VOCABULARY = 30_000
UNITS = [UUID(int=number + 1) for number in range(40)]
START = datetime(2020, 1, 1, tzinfo=UTC)
NOW = datetime(2027, 1, 1, tzinfo=UTC)
COMMON = (
    "er",
    "jeg",
    "du",
    "det",
    "ikke",
    "at",
    "og",
    "i",
    "en",
    "har",
    "var",
    "kommunen",
    "kommune",
    "dig",
    "din",
    "være",
    "mig",
    "så",
    "kan",
    "vil",
    "skal",
    "bliver",
    "trussel",
    "trusler",
    "truede",
    "truer",
    "sag",
    "sagen",
    "sagerne",
    "opslag",
    "hvor",
    "bor",
    "ved",
    "kommer",
    "idiot",
    "løgner",
    "børn",
    "barn",
    "barnet",
    "løgn",
    "leder",
    "ledere",
    "lederen",
    "dum",
    "dumme",
    "skamme",
    "afgørelse",
    "afgørelsen",
)

_SET_HASH_SIZE = "INSERT INTO search_index(search_index, rank) VALUES ('hashsize', ?)"


def run() -> list[Figure]:
    everyone = HeldRole("archivist", None)
    some = HeldRole("leader", frozenset(UNITS[:8]))
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Database(f"sqlite:///{folder}/search.db")) as database,
    ):
        schema.migrate(database)
        started = time.perf_counter()
        _fill(database)
        print(f"{ITEMS} pieces written in {time.perf_counter() - started:.0f} s", flush=True)
        return [
            _figure(database, Principal("person:1", "Arne", (everyone,), shipped_rights()), "all"),
            _figure(database, Principal("person:2", "Mette", (some,), shipped_rights()), "a fifth"),
        ]


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
                raw.append(_seconds(lambda q=question: _bare(cursor, q)))
                mine.append(_seconds(lambda t=typed: _search(database, who, t)))
            ours.append(min(mine))
            bare.append(min(raw))
    high, floor = _p95(ours), _p95(bare)
    details = (
        f"p95 {high * 1000:.1f} ms beside {floor * 1000:.1f} ms; "
        f"slowest {max(ours) * 1000:.0f} ms; {len(asked)} queries, {ITEMS} pieces"
    )
    return Figure(f"search, seeing {told} of it", high / floor, 2.0, details, at_most=True)


def _asked() -> list[str]:
    """Return the questions: the commonest lemma, beginnings, phrases, several words, exclusions."""
    chance = Random(11)  # noqa: S311 — the same questions in each run
    words = _vocabulary()
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


def _bare(cursor: Any, question: str) -> int:
    cursor.execute(
        "SELECT rowid FROM search_index WHERE search_index MATCH ? ORDER BY rowid DESC LIMIT ?",
        (question, WINDOW),
    )
    return len(cursor.fetchall())


def _question(database: Database, who: Principal, typed: str) -> str:
    """Return what the index is asked for the same hits, in its own language."""
    with database.reading() as session:
        told = reach_of(session, who, "evidence.see", NOW)
    expression = Wish(understand(typed), told, told).expression()
    assert expression is not None
    return fts5(expression)


def _fill(database: Database) -> None:
    with closing(database.engine.raw_connection()) as link:
        cursor: Any = link.cursor()
        cursor.execute("PRAGMA synchronous=OFF")
        # Sorted in memory for longer, so that fewer pieces of the index are merged again and again.
        cursor.execute(_SET_HASH_SIZE, (256 * 1024 * 1024,))
        cursor.execute("BEGIN IMMEDIATE")
        cursor.executemany(
            "INSERT INTO units (id, name) VALUES (?, ?)",
            [(unit.hex, f"Unit {number}") for number, unit in enumerate(UNITS)],
        )
        for some in _batches():
            evidence, items, words = zip(*some, strict=True)
            cursor.executemany(
                "INSERT INTO evidence (id, kind, filename, media_type, size, sha256, received_at, "
                "known, unit_id, held, state, attempts, fence) "
                "VALUES (?, 'upload', ?, 'text/plain', 100, ?, ?, 'handed_in', ?, 0, 'read', 0, 0)",
                evidence,
            )
            cursor.executemany("INSERT INTO search_items VALUES (?, ?)", items)
            cursor.executemany(
                "INSERT INTO search_index (rowid, exact, lemmas, about) VALUES (?, ?, ?, ?)", words
            )
        cursor.execute("COMMIT")
        cursor.execute(_SET_HASH_SIZE, (1024 * 1024,))
        cursor.execute("ANALYZE")


def _batches() -> Iterator[list[tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]]]:
    chance = Random(5)  # noqa: S311 — the same pieces in each run
    words = _vocabulary()
    weights = list(accumulate(1 / (number + 2) for number in range(len(words))))
    lemmas = {word: lemmas_of(word) for word in words}
    step = (NOW - START) / ITEMS
    family = token("k", family_of("upload", "text/plain"))
    fixed = " ".join((EVERYTHING, family, "sread", "dupload", giver_token("token:1")))
    units = [(unit.hex, unit_token(unit)) for unit in UNITS]
    for start in range(0, ITEMS, BATCH):
        said = chance.choices(words, cum_weights=weights, k=BATCH * WORDS[1])
        rows = []
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
            place = place_of(at, one)
            own = " ".join({lemma for word in mine for lemma in lemmas[word]})
            rows.append(
                (
                    (one.hex, f"{digest[-8:]}.txt", digest, f"{at:%Y-%m-%d %H:%M:%S.%f}", unit),
                    (place, one.hex),
                    (place, f"{digest} ¦ ¶ {' '.join(mine)}", own, about),
                )
            )
        yield rows


def _vocabulary() -> list[str]:
    """Return words, the commonest first; what is not Danish has an ending and no meaning."""
    chance = Random(3)  # noqa: S311 — the same words in each run
    letters = "abdefghiklmnoprstuvyæøå"
    made = ("".join(chance.choices(letters, k=chance.randrange(4, 11))) for _ in range(VOCABULARY))
    return list(dict.fromkeys((*COMMON, *made)))


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
