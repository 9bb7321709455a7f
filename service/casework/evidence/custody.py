"""Custody in plain acts: every entry of the ledger about a piece of evidence, oldest first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Integer, bindparam, literal, select
from sqlalchemy.orm import Session

from archive.asking import Prepared, ask
from archive.records.cases import CaseRecord
from archive.records.ledger import LedgerDetailRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.access.visibility import cases_within
from service.casework.evidence.listing import see_evidence
from service.casework.evidence.numbers import row_key


class Act(StrEnum):
    """What happened to a piece of evidence."""

    RECEIVED = "received"
    DELIVERED_AGAIN = "delivered_again"
    READ = "read"
    COULD_NOT_READ = "could_not_read"
    CAPTURED = "captured"
    JOINED_CASE = "joined_case"
    VIEWED = "viewed"
    DECIDED = "decided"
    CHECKED = "checked"
    DOES_NOT_MATCH = "does_not_match"
    FETCHED = "fetched"
    EXPORTED = "exported"
    ERASED = "erased"
    SEALED_OFF = "sealed_off"
    SEAL_LIFTED = "seal_lifted"
    HANDED_TO_POLICE = "handed_to_police"
    COMPARED = "compared"


_ACTS: Final[Mapping[str, Act]] = MappingProxyType(
    {
        "evidence.received": Act.RECEIVED,
        "evidence.delivered_again": Act.DELIVERED_AGAIN,
        "evidence.read": Act.READ,
        "evidence.could_not_be_read": Act.COULD_NOT_READ,
        "capture.kept": Act.CAPTURED,
        "case.evidence_added": Act.JOINED_CASE,
        "evidence.viewed": Act.VIEWED,
        "post.decided": Act.DECIDED,
        "evidence.checked": Act.CHECKED,
        "evidence.fetched": Act.FETCHED,
        "evidence.exported": Act.EXPORTED,
        "evidence.erased": Act.ERASED,
        "evidence.sealed_off": Act.SEALED_OFF,
        "evidence.seal_lifted": Act.SEAL_LIFTED,
        "evidence.handed_to_police": Act.HANDED_TO_POLICE,
        "evidence.compared": Act.COMPARED,
    }
)
PAGE: Final = 20
"""So many acts stand in the narrow column beside a piece of evidence."""
_ENTRIES: Final = LedgerDetailRecord.__table__.c
_COURSE: Final = Prepared(
    select(
        _ENTRIES.at,
        _ENTRIES.kind,
        _ENTRIES.position,
        _ENTRIES.actor,
        _ENTRIES.case_id,
        _ENTRIES.details,
    )
    .where(
        _ENTRIES.subject == bindparam("subject"),
        _ENTRIES.position > bindparam("after"),
        _ENTRIES.kind.in_([literal(kind) for kind in _ACTS]),
    )
    .order_by(_ENTRIES.position)
    .limit(bindparam("most", type_=Integer))
)
_DETAIL: Final = MappingProxyType(
    {
        Act.RECEIVED: "door",
        Act.JOINED_CASE: "number",
        Act.VIEWED: "purpose",
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One act: when, what, by whom (None for Værn itself), where it stands in the ledger.

    `detail` is a short addition as it stands: a door, a case number, a purpose's code.
    """

    at: datetime
    act: Act
    position: int
    who: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A screenful of custody, oldest first, and after which position it goes on (None: the end)."""

    entries: tuple[Entry, ...]
    next: int | None = None


def custody_of(
    session: Session,
    who: Principal,
    evidence_id: UUID,
    now: datetime,
    *,
    after: int = -1,
    limit: int = PAGE,
) -> Course:
    """Return who had a piece of evidence and what was done with it; raises `EvidenceNotFound`.

    A case that is not this person's to see is not told of: neither that the piece joined it, nor
    to whom and for what it was handed over from there.
    """
    told = see_evidence(session, who, evidence_id, now).told
    asked = {"subject": row_key(evidence_id), "after": after, "most": limit + 1}
    found = ask(session, _COURSE, asked)
    rows = found[:limit]
    hidden = _hidden_cases(session, who, rows, now)
    # Whoever handed it in is often the one it concerns: at level status nobody is named.
    names = names_of(session, {row.actor for row in rows}) if told else {}
    entries = tuple(
        Entry(
            row.at,
            _act(row.kind, row.details),
            row.position,
            names.get(row.actor),
            None if row.case_id in hidden else _detail(_ACTS[row.kind], row.details),
        )
        for row in rows
        if row.case_id not in hidden or _ACTS[row.kind] is not Act.JOINED_CASE
    )
    return Course(entries, rows[-1].position if len(found) > limit else None)


def _hidden_cases(
    session: Session, who: Principal, rows: Sequence[Any], now: datetime
) -> frozenset[UUID]:
    """Return the cases in which one of these acts happened and that this person may not see."""
    told_of = (Act.JOINED_CASE, Act.EXPORTED)
    cases = {row.case_id for row in rows if _ACTS[row.kind] in told_of} - {None}
    if not cases:
        return frozenset()
    query = select(CaseRecord.id).where(
        CaseRecord.id.in_(cases), cases_within(who, "case.see", now)
    )
    return frozenset(cases - set(session.scalars(query)))


def names_of(session: Session, actors: set[str]) -> dict[str, str]:
    """Return the names of those actors of the ledger that are persons."""
    ids = [UUID(actor.removeprefix("person:")) for actor in actors if actor.startswith("person:")]
    if not ids:
        return {}
    rows = session.execute(
        select(PersonRecord.id, PersonRecord.name).where(PersonRecord.id.in_(ids))
    )
    return {f"person:{person}": name for person, name in rows}


def _act(kind: str, details: str) -> Act:
    """A check that found a difference is never told as one that found none."""
    act = _ACTS[kind]
    result = json.loads(details).get("facts", {}).get("result") if act is Act.CHECKED else None
    return Act.DOES_NOT_MATCH if result not in {None, "unchanged"} else act


def _detail(act: Act, details: str) -> str | None:
    name = _DETAIL.get(act)
    if name is None and act is not Act.EXPORTED:
        return None
    facts: dict[str, Any] = json.loads(details).get("facts", {})
    value = facts.get(name) if name else None
    if act is Act.EXPORTED:
        value = f"{facts.get('recipient')} – {facts.get('purpose')}"
    return str(value) if value is not None else None
