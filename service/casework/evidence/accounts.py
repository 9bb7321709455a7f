"""Evidence by the account that it came from: named in a case, author of a post, a sender."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from archive.records.cases import AccountRecord, CaseRecord
from archive.records.evidence import EvidenceRecord
from archive.records.pages import PostRecord
from archive.search.documents import case_token, piece_token, sender_words
from archive.search.wish import Account, Tokens
from service.access.principal import Principal
from service.access.visibility import cases_within, evidence_within
from service.casework.evidence.listing import TOLD

MOST_CASES: Final = 500
"""So many cases of one account or employee are looked into, the latest first."""
MOST_PIECES: Final = 500
"""So many captures in which an account posted are looked into, the latest first."""


def open_cases(who: Principal, now: datetime) -> Select[UUID]:
    """Return the cases that may be found, the latest first."""
    return (
        select(CaseRecord.id)
        .where(cases_within(who, "case.see", now))
        .order_by(CaseRecord.opened_at.desc())
        .limit(MOST_CASES)
    )


def account_of(session: Session, who: Principal, account: str, now: datetime) -> Account | None:
    """Return how an account is found: by the cases that name it, and where it wrote or sent.

    From whom a case came is not told at level status: no hit may tell it.
    """
    if not account:
        return None
    named = select(AccountRecord.case_id).where(
        _tells(account, AccountRecord.name, AccountRecord.address)
    )
    cases = open_cases(who, now).where(
        cases_within(who, "case.see", now, TOLD), CaseRecord.id.in_(named)
    )
    pieces = tokens_of(session, cases) + _posted_by(session, who, account, now)
    return Account(pieces, sender_words(account))


def _posted_by(session: Session, who: Principal, account: str, now: datetime) -> Tokens:
    """Return the captures in which an account posted, the latest first.

    The author of a post is content: only whoever may be told of a piece finds it so.
    """
    posted = select(PostRecord.evidence_id).where(
        _tells(account, PostRecord.author, PostRecord.author_url)
    )
    query = (
        select(EvidenceRecord.id)
        .where(EvidenceRecord.id.in_(posted), evidence_within(who, "evidence.see", now, TOLD))
        .order_by(EvidenceRecord.received_at.desc(), EvidenceRecord.id.desc())
        .limit(MOST_PIECES)
    )
    return tuple(piece_token(one) for one in session.scalars(query))


def tokens_of(session: Session, cases: Select[UUID]) -> Tokens:
    """Return the tokens of the evidence of these cases."""
    return tuple(case_token(case_id) for case_id in session.scalars(cases))


def _tells(account: str, *columns: InstrumentedAttribute[str | None]) -> ColumnElement[bool]:
    """Return the condition that one of these columns holds the account, in large or small letters.

    SQLite knows which are the same of A to Z alone: others are asked for as they may be written.
    """
    ways = {account, account.lower(), account.upper(), account.title()}
    if account.isascii():
        ways = {account}
    return or_(*(one.icontains(way, autoescape=True) for one in columns for way in sorted(ways)))
