"""What of a piece of evidence is searchable: its own words, and tokens that say whose it is.

The words that a program read are sealed, and come from whoever has opened them; everything
else stands in the tables and is fetched here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.records.cases import CaseEvidenceRecord, CaseRecord
from archive.records.evidence import DeliveryRecord, EvidenceRecord, EvidenceState
from archive.records.pages import PostRecord, VisitRecord
from archive.search.lemmas import lemmas_of
from archive.search.wish import EVERYTHING, SHUT
from archive.search.words import words_in

FIELD: Final = "¦"
"""Stands between fields, so that no phrase reaches from one into the next."""
TEXT: Final = "¶"
"""Stands before the words that a program read."""
SENDER: Final = "‡"
"""Stands before a field that names who sent a mail, and before each word of it in the index.

So an account is found by a part of its name or address where it sent, not where it is spoken of.
"""
MOST_WORDS: Final = 200_000
MOST_BYTES: Final = 700_000
"""So much of one piece is searchable; PostgreSQL takes a list of a million bytes."""

_OWN_WORDS: Final = frozenset({"told", "wish"})
_WAITING: Final = frozenset({EvidenceState.RECEIVED.value, EvidenceState.READING.value})


@dataclass
class Facts:
    """What the tables tell of one piece of evidence."""

    id: UUID
    received_at: datetime
    fields: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    unit_id: UUID | None = None
    in_own_words: bool = False

    def shut(self) -> None:
        """Say that it belongs to a restricted case: its own unit does not open it."""
        self.tokens.add(SHUT)
        if self.unit_id:
            self.tokens.discard(unit_token(self.unit_id))
            self.tokens.add(shut_unit_token(self.unit_id))

    def words(self) -> list[str]:
        """Return the words of the fields, their ends marked."""
        return marked_words(self.fields)


@dataclass(frozen=True)
class Document:
    """What is written into the index for one piece, each part one text of words with spaces.

    `words` is None where the words that stand there already are these: their basic forms need
    not be found again.
    """

    words: Words | None
    about: str


@dataclass(frozen=True)
class Words:
    """The words of a piece as they stand, and their basic forms."""

    exact: str
    lemmas: str


def marked_words(fields: Iterable[str]) -> list[str]:
    """Return the words of fields, the end of each field marked."""
    return [word for told in fields for word in (*_words_of(told), FIELD)]


def sender_field(told: str) -> str:
    """Return the field of a mail's sender."""
    return SENDER + told


def sender_words(told: str) -> tuple[str, ...]:
    """Return the words of a sender as they stand in the index."""
    return tuple(word for one in words_in(told) for word in (SENDER, one))


def _spoken(told: str) -> str:
    """Return what anybody may have written, so that it cannot pass for a sender."""
    return told.lstrip(SENDER)


def _words_of(told: str) -> Iterable[str]:
    return sender_words(told) if told.startswith(SENDER) else words_in(told)


def facts_of(session: Session, evidence_ids: Sequence[UUID]) -> dict[UUID, Facts]:
    """Return the facts of those pieces that may be searched; what is erased or sealed is not."""
    found = {row.id: _own(row) for row in session.execute(_select_own(evidence_ids))}
    _add_cases(session, found)
    _add_deliveries(session, found)
    _add_pages(session, found)
    return found


def about_of(facts: Facts) -> str:
    """Return the tokens of a piece."""
    return " ".join(sorted(facts.tokens))


def exact_of(facts: Facts, before: str | None, read: Sequence[str] | None) -> str:
    """Return the words of a piece: those of its facts, and those that a program `read` in it.

    Without `read`, those stay that stand in `before`, which was written earlier.
    """
    own = facts.words()
    if read is not None:
        return " ".join(capped([*own, TEXT, *read]))
    told, _, stood = (before or "").partition(TEXT)
    if before is not None and told.rstrip(" ") == " ".join(own):
        return before
    return " ".join(capped([*own, TEXT, *stood.split()]))


def lemmas_in(exact: str) -> str:
    """Return the basic forms of words as they stand."""
    words = {*exact.split(" ")} - {FIELD, TEXT, SENDER, ""}
    return " ".join(sorted({lemma for word in words for lemma in lemmas_of(word)}))


def family_of(kind: str, media_type: str) -> str:
    """Return what a piece is to people: mail, page, told, picture, sound_or_film, document."""
    if kind == "mail" or media_type == "message/rfc822":
        return "mail"
    if kind == "capture":
        return "page"
    if kind in {"told", "wish"}:
        return "told"
    family = media_type.partition("/")[0]
    if family == "image":
        return "picture"
    if family in {"audio", "video"}:
        return "sound_or_film"
    return "document" if family == "text" or "pdf" in media_type else "other"


def token(sort: str, value: object) -> str:
    """Return the token of a thing: a letter for its sort, and letters and digits of its name."""
    return sort + re.sub(r"[^0-9a-z]", "", str(value).lower())


def case_token(case_id: UUID) -> str:
    """Return the token of the evidence of a case."""
    return token("c", case_id.hex)


def shared_token(case_id: UUID) -> str:
    """Return the token of what everybody whom a case concerns may read: no words of one of them."""
    return token("p", case_id.hex)


def piece_token(evidence_id: UUID) -> str:
    """Return the token of one piece of evidence."""
    return token("e", evidence_id.hex)


def unit_token(unit_id: UUID) -> str:
    """Return the token of what is a unit's: its own evidence, and that of its cases."""
    return token("u", unit_id.hex)


def shut_unit_token(unit_id: UUID) -> str:
    """Return the token of what is a unit's too, but opens by a restricted case and no unit."""
    return token("v", unit_id.hex)


def giver_token(actor: str) -> str:
    """Return the token of what somebody handed in."""
    return token("h", actor)


def _select_own(evidence_ids: Sequence[UUID]) -> Any:
    one = EvidenceRecord
    named = (one.filename, one.note, one.source_url, one.sha256)
    told = (one.id, one.kind, one.media_type, one.state, one.received_at, one.unit_id)
    return select(*told, *named).where(
        one.id.in_(evidence_ids), one.erased_at.is_(None), one.sealed_off_at.is_(None)
    )


def _own(row: Any) -> Facts:
    told = (row.filename, row.note, row.source_url, row.sha256)
    state = "waiting" if row.state in _WAITING else row.state
    tokens = {
        EVERYTHING,
        piece_token(row.id),
        token("k", family_of(row.kind, row.media_type)),
        token("s", state),
    }
    if row.unit_id:
        tokens.add(unit_token(row.unit_id))
    return Facts(
        row.id,
        row.received_at,
        [_spoken(one) for one in told if one],
        tokens,
        row.unit_id,
        row.kind in _OWN_WORDS,
    )


def _add_cases(session: Session, found: dict[UUID, Facts]) -> None:
    """What belongs to a restricted case is no unit's by that case, and its own unit's neither."""
    query = (
        select(
            CaseEvidenceRecord.evidence_id,
            CaseRecord.id,
            CaseRecord.unit_id,
            CaseRecord.restricted,
        )
        .join(CaseRecord, CaseRecord.id == CaseEvidenceRecord.case_id)
        .where(CaseEvidenceRecord.evidence_id.in_(found))
        .order_by(CaseRecord.restricted.desc())
    )
    for of, case_id, unit_id, restricted in session.execute(query):
        facts = found[of]
        facts.tokens.add(case_token(case_id))
        if not facts.in_own_words:
            facts.tokens.add(shared_token(case_id))
        if restricted:
            facts.shut()
            if unit_id:
                facts.tokens.add(shut_unit_token(unit_id))
            continue
        facts.tokens.discard(SHUT)
        if unit_id:
            facts.tokens.add(unit_token(unit_id))


def _add_deliveries(session: Session, found: dict[UUID, Facts]) -> None:
    query = (
        select(
            DeliveryRecord.evidence_id,
            DeliveryRecord.door,
            DeliveryRecord.actor,
            DeliveryRecord.envelope,
        )
        .where(DeliveryRecord.evidence_id.in_(found))
        .order_by(DeliveryRecord.at, DeliveryRecord.id)
    )
    for of, door, actor, envelope in session.execute(query):
        found[of].tokens |= {token("d", door), giver_token(actor)}
        sender = envelope.get("mail_from")
        if sender and str(sender) not in found[of].fields:
            found[of].fields += [str(sender), sender_field(str(sender))]


def _add_pages(session: Session, found: dict[UUID, Facts]) -> None:
    visited = select(VisitRecord.evidence_id, VisitRecord.final_url).where(
        VisitRecord.evidence_id.in_(found), VisitRecord.final_url.is_not(None)
    )
    for of, url in session.execute(visited):
        if of is not None and url not in found[of].fields:
            found[of].fields.append(str(url))
    columns = (PostRecord.author, PostRecord.author_url, PostRecord.permalink, PostRecord.text)
    posts = (
        select(PostRecord.evidence_id, *columns)
        .where(PostRecord.evidence_id.in_(found))
        .order_by(PostRecord.evidence_id, PostRecord.number, PostRecord.id)
    )
    said: dict[UUID, list[str]] = defaultdict(list)
    for of, *told in session.execute(posts):
        said[of] += [_spoken(one) for one in told if one]
    for of, texts in said.items():
        found[of].fields += texts


def capped(words: list[str]) -> list[str]:
    """Return the words as far as one piece may have them, each held in memory once."""
    kept, size = [], 0
    known: dict[str, str] = {}
    for word in words[:MOST_WORDS]:
        if word not in known:
            known[word] = word
            size += len(word.encode()) + 8
            if size > MOST_BYTES:
                break
        kept.append(known[word])
    return kept
