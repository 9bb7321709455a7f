"""Opening again what was sealed off: what was judged, its copies, and what lay shut for it alone.

A seal is lifted from the pictures that the DPO has judged. What they lie in opens by itself
once nothing in it is sealed any more, and not before: a mail's original holds them all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.evidence import EvidenceRecord
from archive.shutting import batched
from service.access.principal import Principal
from service.casework.evidence.reading_again import read_again
from service.casework.evidence.sealed_together import (
    BESIDE,
    SUSPICION,
    above,
    screenshots_beside,
    shown_with,
)
from service.casework.evidence.sealing_off import LIFT, sealed_piece
from service.errors import ReasonMissing

Blockers = Mapping[UUID, set[UUID]]
"""By piece, the sealed pieces that must be open before it may be."""


def lift_seal(
    session: Session, who: Principal, evidence_id: UUID, reason: str, now: datetime
) -> tuple[UUID, ...]:
    """Open again what was judged, as far as nothing else in it is sealed; it is read anew.

    Returns what was opened: without the piece itself where that stays shut for something else.
    Raises `NotPermitted`, `ReasonMissing`, `EvidenceNotFound`.
    """
    who.require(LIFT)
    if not reason.strip():
        raise ReasonMissing("say why it may be opened again")
    root = sealed_piece(session, who, evidence_id, now, LIFT)
    rows = _locked(session, _reached(session, _judged(session, root)))
    opened = _without_held(rows.keys(), _blockers(session, list(rows.values())))
    for one in (rows[each] for each in sorted(opened, key=str)):
        one.sealed_off_at = one.sealed_off_by = one.sealed_off_reason = None
        record(
            session,
            "evidence.seal_lifted",
            at=now,
            actor=who.actor,
            subject=one,
            reason=reason.strip(),
        )
        if one.kind != "capture":
            read_again(session, one.id, now, who.actor)
    return tuple(sorted(opened, key=str))


def _judged(session: Session, root: EvidenceRecord) -> list[UUID]:
    """Return the piece with what lies in it and was shut in the same act.

    What somebody else suspects as well is not judged with it: that has to be opened by itself.
    """
    found = [root]
    mails = [root.id]
    while mails:
        query = _sealed_rows().where(EvidenceRecord.parent_id.in_(mails), _same_act(root))
        parts = list(session.scalars(query))
        found += parts
        mails = [one.id for one in parts]
    digests = {one.sha256 for one in found if one.sha256 not in {None, root.sha256}}
    elsewhere = select(EvidenceRecord.sha256).where(
        EvidenceRecord.sha256.in_(digests),
        EvidenceRecord.sealed_off_reason == SUSPICION,
        ~_same_act(root),
    )
    suspected = set(session.scalars(elsewhere))
    return [one.id for one in found if one.sha256 not in suspected]


def _reached(session: Session, judged: Sequence[UUID]) -> set[UUID]:
    """Return what may open with these: copies, what those lie in, what followed their act."""
    found, fresh = set(judged), set(judged)
    while fresh:
        rows = _among(session, EvidenceRecord.id, fresh)
        reached = {one.id for one in _among(session, EvidenceRecord.sha256, _digests(rows))}
        reached.update(above(session, list(fresh)))
        reached.update(one.id for one in session.scalars(_sealed_rows().where(_following(rows))))
        shown = _among(session, EvidenceRecord.id, shown_with(session, fresh))
        reached.update(one.id for one in shown if one.sealed_off_reason == BESIDE)
        fresh = reached - found
        found |= reached
    return found


def _locked(session: Session, ids: Iterable[UUID]) -> dict[UUID, EvidenceRecord]:
    """Return those that are sealed, each locked, in the order in which sealing off locks them.

    Whoever seals something in one of them meanwhile waits, and shuts it again.
    """
    found: dict[UUID, EvidenceRecord] = {}
    for some in batched(sorted(ids, key=str)):
        query = _sealed_rows().where(EvidenceRecord.id.in_(some)).order_by(EvidenceRecord.id)
        locked = query.with_for_update().execution_options(populate_existing=True)
        found |= {one.id: one for one in session.scalars(locked)}
    return found


def _blockers(session: Session, rows: Sequence[EvidenceRecord]) -> Blockers:
    found: dict[UUID, set[UUID]] = defaultdict(set)
    ids = [one.id for one in rows]
    for part in _among(session, EvidenceRecord.parent_id, ids):
        if part.parent_id is not None:
            found[part.parent_id].add(part.id)
    same: dict[str | None, set[UUID]] = defaultdict(set)
    for one in _among(session, EvidenceRecord.sha256, _digests(rows)):
        same[one.sha256].add(one.id)
    pairs = screenshots_beside(session, [one.id for one in rows if one.kind == "capture"])
    shut = {one.id for one in _among(session, EvidenceRecord.id, {each for _, each in pairs})}
    for capture, screenshot in pairs:
        if screenshot in shut:
            found[capture].add(screenshot)
    for one in rows:
        found[one.id] |= same[one.sha256]
        if one.sealed_off_reason == BESIDE:
            act = _sealed_rows().where(_same_act(one), EvidenceRecord.sealed_off_reason != BESIDE)
            found[one.id].update(each.id for each in session.scalars(act))
    return found


def _without_held(ids: Iterable[UUID], blockers: Blockers) -> set[UUID]:
    """Return the pieces that nothing holds which is not among them."""
    opened = set(ids)
    while held := {one for one in opened if not blockers.get(one, set()) <= opened}:
        opened -= held
    return opened


def _same_act(one: EvidenceRecord) -> ColumnElement[bool]:
    return and_(
        EvidenceRecord.sealed_off_at == one.sealed_off_at,
        EvidenceRecord.sealed_off_by == one.sealed_off_by,
    )


def _following(rows: Sequence[EvidenceRecord]) -> ColumnElement[bool]:
    """Return the condition on what was shut only because some act that these belong to was."""
    acts = {(one.sealed_off_at, one.sealed_off_by): _same_act(one) for one in rows}
    return and_(EvidenceRecord.sealed_off_reason == BESIDE, or_(false(), *acts.values()))


def _digests(rows: Iterable[EvidenceRecord]) -> set[str]:
    return {one.sha256 for one in rows if one.sha256 is not None}


def _sealed_rows() -> Select[EvidenceRecord]:
    return select(EvidenceRecord).where(
        EvidenceRecord.sealed_off_at.is_not(None), EvidenceRecord.erased_at.is_(None)
    )


def _among(session: Session, column: Any, values: Iterable[Any]) -> list[EvidenceRecord]:
    """Return the sealed pieces with one of these values in a column."""
    found: list[EvidenceRecord] = []
    for some in batched(values):
        found += session.scalars(_sealed_rows().where(column.in_(some)))
    return found
