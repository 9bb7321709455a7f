"""Rights as tokens of the search index: what `evidence_within` says, in words that it can look up.

Whose a piece is stands with it in the index and follows every change in the same transaction
(`archive.search.following`). Whom somebody may see is asked anew for each search.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.records.cases import CaseRecord
from archive.search.documents import case_token, giver_token, shared_token, unit_token
from archive.search.wish import Tokens
from service.access.principal import Principal, Reach
from service.access.rights import Level, Scope
from service.access.visibility import reached_cases


def reach_of(
    session: Session,
    who: Principal,
    action: str,
    now: datetime,
    levels: frozenset[Level] = frozenset(Level),
) -> Tokens | None:
    """Return the tokens of which a piece must have one to be open.

    None means that every piece is, unless it is shut (`let_in`).
    """
    found: set[str] = set()
    for reach in who.reaches(action):
        if reach.level in levels:
            tokens = _tokens(session, who, reach, now)
            if tokens is None:
                return None
            found |= tokens
    return tuple(sorted(found))


def let_in(
    session: Session,
    who: Principal,
    action: str,
    now: datetime,
    levels: frozenset[Level] = frozenset(Level),
) -> Tokens:
    """Return the tokens by which a piece of restricted cases is open to this person."""
    shut = CaseRecord.restricted.is_(True)
    tokens: set[str] = set()
    for reach in who.reaches(action):
        if reach.level not in levels:
            continue
        cases = select(CaseRecord.id).where(shut, reached_cases(who, reach, now))
        own = reach.scope is Scope.SELF
        tokens |= {(shared_token if own else case_token)(one) for one in session.scalars(cases)}
        if own:
            tokens.add(giver_token(who.actor))
    return tuple(sorted(tokens))


def _tokens(session: Session, who: Principal, reach: Reach, now: datetime) -> set[str] | None:
    if reach.condition is None and reach.scope is Scope.ALL:
        return None
    cases = select(CaseRecord.id).where(reached_cases(who, reach, now))
    if reach.condition is None and reach.scope is Scope.UNIT:
        restricted = cases.where(CaseRecord.restricted.is_(True))
        tokens = {case_token(case_id) for case_id in session.scalars(restricted)}
        return tokens | {unit_token(unit) for unit in reach.units or ()}
    if reach.scope is Scope.SELF:
        own = {shared_token(case_id) for case_id in session.scalars(cases)}
        return own | {giver_token(who.actor)} if reach.condition is None else own
    return {case_token(case_id) for case_id in session.scalars(cases)}
