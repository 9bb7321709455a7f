"""Hits on both databases beside one meaning in Python: the same ones, in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.evidence import EvidenceRecord
from archive.records.people import UnitRecord
from archive.search import finding
from archive.search.documents import marked_words, unit_token
from archive.search.finding import Found, find
from archive.search.following import searchable
from archive.search.holding import holds
from archive.search.query import understand
from archive.search.wish import Tokens, Wish
from archive.search.words import words_in
from tests.archive.house import NOW, House, opened_house
from tests.databases import PostgreSQLBlanks, SQLiteBlanks

VOCABULARY = (
    "trussel",
    "trusler",
    "truede",
    "hund",
    "hunden",
    "hade",
    "håde",
    "hadefuld",
    "Aagaard",
    "Ågård",
    "Søren",
    "æble",
    "dræber",
    "dræbt",
    "du",
    "bor",
    "hvor",
    "jeg",
    "ved",
    "🔪",
    "kniv",
    "trusselsbrev",
    "brev",
    "2027-014",
    "bo@mail.example",
    "ikke",
    "og",
    "OR",
    "b",
)
PIECES = (*VOCABULARY, "du bor", "jeg ved hvor du bor")
HOME, OTHER = UUID(int=1), UUID(int=2)
MOST_PAGES = 200


@dataclass(frozen=True)
class Piece:
    id: UUID
    text: str
    unit: UUID
    minutes: int

    @property
    def words(self) -> list[str]:
        return words_in(self.text)


def corpus(number: int = 140) -> list[Piece]:
    chance = Random(7)  # noqa: S311 — the same pieces in each run
    return [
        Piece(
            UUID(int=chance.getrandbits(128)),
            " ".join(chance.choices(PIECES, k=chance.randrange(1, 12))),
            chance.choice((HOME, OTHER)),
            minutes=at // 3,  # some come in the same microsecond
        )
        for at in range(number)
    ]


def keep(
    house: House, pieces: list[Piece], change: Callable[[Session], None] | None = None
) -> None:
    with house.database.writing() as session:
        if change is not None:
            change(session)
        for piece in pieces:
            row = EvidenceRecord(
                id=piece.id,
                kind="upload",
                filename=None,
                media_type="text/plain",
                size=1,
                sha256=None,
                received_at=NOW + timedelta(minutes=piece.minutes),
                known="handed_in",
                unit_id=piece.unit,
                state="read",
            )
            session.add(row)
            record(session, "evidence.read", at=NOW, subject=row)
            searchable(session, piece.id, marked_words([piece.text]))


def units(session: Session) -> None:
    for number, unit in enumerate((HOME, OTHER)):
        row = UnitRecord(id=unit, name=f"Unit {number}")
        session.add(row)
        record(session, "unit.added", at=NOW, subject=row)


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_blanks: SQLiteBlanks,
    postgresql_blanks: PostgreSQLBlanks,
) -> Iterator[tuple[House, House]]:
    """The same pieces in both databases."""
    one, other = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("other")
    with (
        opened_house(one, sqlite_blanks.url(one)) as sqlite,
        opened_house(other, postgresql_blanks.url(other)) as postgresql,
    ):
        for house in (sqlite, postgresql):
            keep(house, corpus(), units)
        yield sqlite, postgresql
    postgresql_blanks.forget()


def wish(typed: str, told: Tokens | None = None) -> Wish:
    return Wish(understand(typed), told=told, seen=told)


def listed(house: House, asked: Wish, limit: int = 500) -> tuple[list[tuple[UUID, bool]], Found]:
    """Return every hit, page after page, and the first page."""
    with house.database.reading() as session:
        first = page = find(session, asked, limit=limit)
        hits = list(page.hits)
        for _ in range(MOST_PAGES):
            if page.next is None:
                break
            page = find(session, asked, after=page.next, limit=limit)
            hits += page.hits
        assert page.next is None
    return [(hit.evidence_id, hit.as_written) for hit in hits], first


def meant(typed: str, unit: UUID | None = None) -> list[tuple[UUID, bool]]:
    """Return what must be found: as typed first, then other forms, each newest first."""
    query = understand(typed)
    pieces = [piece for piece in corpus() if unit is None or piece.unit == unit]
    found = [
        (holds(query, one.words, as_written=True), one) for one in pieces if holds(query, one.words)
    ]
    found.sort(key=lambda hit: (hit[0], hit[1].minutes, hit[1].id.int >> 117), reverse=True)
    return [(one.id, as_written) for as_written, one in found]


terms = st.sampled_from(VOCABULARY)
parts = st.one_of(
    terms,
    terms.map(lambda word: f"-{word}"),
    terms.map(lambda word: f"{word[:3]}*"),
    st.lists(terms, min_size=2, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    st.text("\"*-()%_'åa🔪:^{}\\ |&!", max_size=6),
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(typed=st.lists(parts, min_size=1, max_size=4).map(" ".join))
@pytest.mark.postgresql
def test_both_databases_find_the_same_in_the_same_order_as_the_words_mean(
    both: tuple[House, House], typed: str
) -> None:
    asked = wish(typed)
    if not asked.query.terms:
        return

    (first, one), (second, other) = (listed(house, asked) for house in both)

    assert first == second == meant(typed)
    assert (one.count, one.count_is_exact) == (other.count, other.count_is_exact)
    assert one.count == len(first)


@pytest.mark.postgresql
@pytest.mark.parametrize("typed", ["trussel", "tru*", '"du bor"', "-hund", "hund -trussel"])
def test_what_is_not_ones_own_is_neither_found_nor_counted(
    both: tuple[House, House], typed: str
) -> None:
    for house in both:
        hits, found = listed(house, wish(typed, (unit_token(HOME),)))
        assert hits == meant(typed, HOME)
        assert found.count == len(hits)
        assert listed(house, wish(typed, ()))[0] == []
    assert len(meant(typed, HOME)) < len(meant(typed))


@pytest.mark.postgresql
def test_pages_follow_one_another_without_a_gap(both: tuple[House, House]) -> None:
    for house in both:
        assert listed(house, wish("trussel"), limit=7)[0] == meant("trussel")


@pytest.mark.postgresql
def test_only_the_newest_hits_are_put_in_order_and_it_is_said(
    both: tuple[House, House], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "WINDOW", 20)
    monkeypatch.setattr(finding, "COUNTED", 10)
    newest = sorted(
        (piece for piece in corpus() if holds(understand("trussel"), piece.words)),
        key=lambda piece: (piece.minutes, piece.id.int >> 117),
    )[-20:]
    for house in both:
        hits, found = listed(house, wish("trussel"), limit=7)
        assert {hit for hit, _ in hits} == {piece.id for piece in newest}
        assert (found.count, found.count_is_exact, found.is_cut) == (10, False, True)


@pytest.mark.postgresql
def test_a_time_bounds_what_is_found(both: tuple[House, House]) -> None:
    asked = Wish(
        understand("trussel"),
        None,
        None,
        since=NOW + timedelta(minutes=10),
        until=NOW + timedelta(minutes=20),
    )
    within = {piece.id for piece in corpus() if 10 <= piece.minutes <= 20}
    for house in both:
        hits, _ = listed(house, asked)
        assert [hit for hit, _ in hits] == [one for one, _ in meant("trussel") if one in within]
