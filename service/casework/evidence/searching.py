"""Searching: what somebody typed and chose, answered from the index within their rights.

The index finds only what the rights allow, and what is then shown is loaded under the same
condition as every list. At level *status* nothing is found by its words, only by its number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from archive.records.cases import CaseRecord, HarassedRecord
from archive.records.evidence import EvidenceRecord
from archive.records.people import UnitRecord
from archive.search.arrivals import anything_arrived, find_arrivals
from archive.search.documents import (
    case_token,
    piece_token,
    shut_unit_token,
    token,
    unit_token,
)
from archive.search.finding import Hit, Mark, count, find
from archive.search.query import Query, Term, understand
from archive.search.wish import Tokens, Wish
from service.access.principal import Principal
from service.access.rights import Scope
from service.access.visibility import cases_within, evidence_within
from service.casework.cases.merged import is_or_goes_on
from service.casework.evidence.accounts import MOST_CASES, account_of, open_cases, tokens_of
from service.casework.evidence.listing import TOLD, SeenEvidence, see_each
from service.casework.evidence.numbers import numbered
from service.casework.evidence.reach import let_in, reach_of

KINDS: Final = ("mail", "picture", "page", "document", "told", "sound_or_film", "other")
CHANNELS: Final[Mapping[str, Tokens]] = MappingProxyType(
    {
        "mail": ("smtp", "imap", "graph", "reading"),
        "upload": ("upload", "phone", "device", "share", "screenshot", "cli"),
        "capture": ("capture",),
        "told": ("told",),
    }
)
"""By which doors something came, as people name them."""
STATES: Final = ("read", "unreadable", "waiting")
HITS: Final = 25
"""So many hits stand on one screen."""
MOST_HINTS: Final = 6
_CASE: Final = re.compile(r"\d{4}-\d{3,7}")


@dataclass(frozen=True)
class Filters:
    """What was chosen beside the words; what is left empty is not asked for.

    `account` is a part of an account's name or address; `case` a number; moments are inclusive.
    """

    kind: str = ""
    channel: str = ""
    state: str = ""
    unit: UUID | None = None
    employee: UUID | None = None
    account: str = ""
    case: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def chosen(self) -> bool:
        """Whether anything was chosen."""
        return self != Filters()


@dataclass(frozen=True)
class Hint:
    """A part of the question by itself, and how much it finds."""

    typed: str
    count: int
    count_is_exact: bool


@dataclass(frozen=True)
class Results:
    """One page of what was found, and what was understood of the question."""

    query: Query
    rows: list[SeenEvidence] = field(default_factory=list)
    as_written: frozenset[UUID] = frozenset()
    count: int = 0
    count_is_exact: bool = True
    next: Mark | None = None
    is_cut: bool = False
    hints: tuple[Hint, ...] = ()


def search(
    session: Session,
    who: Principal,
    typed: str,
    now: datetime,
    *,
    filters: Filters = Filters(),
    after: Mark | None = None,
    limit: int = HITS,
) -> Results:
    """Return what was found; without a word or a choice nothing is asked, and nothing found."""
    query = understand(typed)
    if not query.terms and not filters.chosen:
        return Results(query)
    wish = _wish(session, who, query, filters, now)
    arrived = _arrived(session, who, wish, now)
    found = find(session, wish, after=after, limit=limit, arrived=arrived)
    rows = see_each(session, who, [hit.evidence_id for hit in found.hits], now)
    results = Results(
        query,
        rows,
        frozenset(hit.evidence_id for hit in found.hits if hit.as_written),
        found.count,
        found.count_is_exact,
        found.next,
        found.is_cut,
    )
    if rows or after is not None:
        return results
    return replace(results, hints=_hints(session, wish))


def viewable(
    session: Session, who: Principal, evidence_ids: Sequence[UUID], now: datetime
) -> frozenset[UUID]:
    """Return those pieces whose content this person may ask for."""
    query = select(EvidenceRecord.id).where(
        EvidenceRecord.id.in_(evidence_ids),
        EvidenceRecord.erased_at.is_(None),
        evidence_within(who, "evidence.view", now),
    )
    return frozenset(session.scalars(query))


def units_to_choose(session: Session, who: Principal) -> list[tuple[UUID, str]]:
    """Return the units among which this person may choose, by name."""
    query = select(UnitRecord.id, UnitRecord.name).order_by(UnitRecord.name)
    reaches = who.reaches("evidence.see")
    if not any(reach.scope is Scope.ALL for reach in reaches):
        own = {unit for reach in reaches for unit in reach.units or ()}
        query = query.where(UnitRecord.id.in_(own))
    return [(row.id, row.name) for row in session.execute(query)]


def employees_to_choose(session: Session, who: Principal, now: datetime) -> list[tuple[UUID, str]]:
    """Return the employees whom the latest cases that this person sees are about, by name."""
    cases = (
        select(CaseRecord.id)
        .where(cases_within(who, "case.see", now, TOLD))
        .order_by(CaseRecord.opened_at.desc())
        .limit(MOST_CASES)
    )
    query = (
        select(HarassedRecord.person_id, HarassedRecord.name)
        .where(
            HarassedRecord.case_id.in_(cases),
            HarassedRecord.person_id.is_not(None),
            HarassedRecord.removed_at.is_(None),
        )
        .distinct()
        .order_by(HarassedRecord.name)
    )
    return [(row.person_id, row.name) for row in session.execute(query) if row.person_id]


def _wish(session: Session, who: Principal, query: Query, filters: Filters, now: datetime) -> Wish:
    told = reach_of(session, who, "evidence.see", now, TOLD)
    levels = {reach.level for reach in who.reaches("evidence.see")}
    return Wish(
        query,
        told=told,
        seen=told if levels <= TOLD else reach_of(session, who, "evidence.see", now),
        numbers=_numbers(session, who, query.terms, now),
        filters=_tokens(session, who, filters, now),
        account=account_of(session, who, filters.account, now),
        since=filters.since,
        until=filters.until,
        let_in=let_in(session, who, "evidence.see", now, TOLD) if told is None else (),
    )


def _arrived(session: Session, who: Principal, wish: Wish, now: datetime) -> list[Hit]:
    if not anything_arrived(session):
        return []
    open_to = evidence_within(who, "evidence.see", now, TOLD)
    if wish.numbers:
        named = [one for tokens in wish.numbers.values() for one in tokens]
        open_to = or_(open_to, and_(_named(named), evidence_within(who, "evidence.see", now)))
    return find_arrivals(session, wish, open_to)


def _numbers(
    session: Session, who: Principal, terms: Sequence[Term], now: datetime
) -> dict[Term, Tokens]:
    """Return by term which case or piece it names, as far as this person may see that case."""
    found: dict[Term, Tokens] = {}
    for term in terms:
        if _CASE.fullmatch(term.typed):
            cases = select(CaseRecord.id).where(
                is_or_goes_on(term.typed), cases_within(who, "case.see", now)
            )
            found[term] = tuple(case_token(one) for one in session.scalars(cases))
        elif (piece := numbered(session, term.typed)) is not None:
            found[term] = (piece_token(piece),)
    return {term: tokens for term, tokens in found.items() if tokens}


def _tokens(
    session: Session, who: Principal, filters: Filters, now: datetime
) -> tuple[Tokens, ...]:
    if not filters.chosen:
        return ()
    chosen: list[Tokens] = [
        (token(sort, value),)
        for sort, value in (("k", filters.kind), ("s", filters.state))
        if value
    ]
    if filters.channel:
        doors = CHANNELS.get(filters.channel, ())
        chosen.append(tuple(token("d", door) for door in doors))
    if filters.unit:
        chosen.append((unit_token(filters.unit), shut_unit_token(filters.unit)))
    cases = open_cases(who, now)
    if filters.employee:
        concerned = select(HarassedRecord.case_id).where(
            HarassedRecord.person_id == filters.employee,
            HarassedRecord.removed_at.is_(None),
        )
        told_cases = cases.where(cases_within(who, "case.see", now, TOLD))
        chosen.append(tokens_of(session, told_cases.where(CaseRecord.id.in_(concerned))))
    if filters.case:
        chosen.append(tokens_of(session, cases.where(is_or_goes_on(filters.case))))
    return tuple(chosen)


def _named(tokens: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition on evidence that a number of its own names it."""
    pieces = [UUID(hex=one[1:]) for one in tokens if one.startswith("e")]
    return EvidenceRecord.id.in_(pieces)


def _hints(session: Session, wish: Wish) -> tuple[Hint, ...]:
    """Where nothing has all of it: what each part finds by itself, so that it can be put right."""
    terms = wish.query.terms
    parts = wish.query.wanted[:MOST_HINTS] if len(terms) > 1 or wish.filters or wish.account else ()
    hints = []
    alone = replace(wish, filters=(), account=None)
    for term in parts:
        number, exact = count(session, replace(alone, query=Query((term,))))
        hints.append(Hint(_spelt(term), number, exact))
    if len(terms) == 1 and terms[0].in_any_form:
        longer = replace(terms[0], beginning=True)
        number, exact = count(session, replace(wish, query=Query((longer,))))
        if number:
            hints.append(Hint(_spelt(longer), number, exact))
    return tuple(hints)


def _spelt(term: Term) -> str:
    """Write a term as it would be typed."""
    typed = f'"{term.typed}"' if term.as_written else term.typed
    return f"{typed}*" if term.beginning else typed
