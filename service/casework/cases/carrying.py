"""What a case that is merged hands over to the other: evidence, names, facts, and steps that ended.

What was there already is left as it is; what came over says from where.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.alerts import AlertRecord
from archive.records.cases import (
    CaseEvidenceRecord,
    CaseRecord,
    EndingRecord,
    HarassedRecord,
)
from archive.records.evidence import EvidenceRecord
from archive.records.pages import VisitRecord
from service.access.principal import Principal
from service.casework.cases.alerts import end_alerts, raise_alert, raise_anew
from service.casework.cases.circumstances import keep_circumstance
from service.casework.cases.course import course_of
from service.casework.cases.listing import accounts_in, harassed_in
from service.casework.cases.opening import AccountSeen, add_account, join_evidence
from service.procedure.endings import in_force
from service.procedure.model import Step


@dataclass(frozen=True, slots=True)
class Joining:
    """Two cases that become one: `source` goes on in `target`, by whom (`person_id`), when."""

    session: Session
    source: CaseRecord
    target: CaseRecord
    who: Principal
    person_id: UUID
    now: datetime


def may_be_taken_over(session: Session, source: CaseRecord, target: CaseRecord) -> list[Step]:
    """Return the steps that ended in one case and not in the other, and may count there too.

    What is done for each employee counts only where the other concerns nobody else; and a step
    is taken over only with all that it waits for. Where the procedures differ, none is.
    """
    if source.procedure != target.procedure:
        return []
    here, there = course_of(session, source), course_of(session, target)
    done, standing = set(in_force(here.endings)), set(in_force(there.endings))
    same = there.facts.harassed <= here.facts.harassed
    found: dict[str, Step] = {}
    for step in there.procedure.all_steps:
        if step.id in done and step.id not in standing and (same or not step.each):
            found[step.id] = step
    while refused := [
        one
        for one in found.values()
        if any(
            need in done and need not in standing and need not in found
            for need in there.procedure.requirements(one)
        )
    ]:
        for one in refused:
            del found[one.id]
    return list(found.values())


def chosen_of(offered: Iterable[Step], chosen: frozenset[str]) -> list[Step]:
    """Return the steps that were chosen among those offered."""
    return [one for one in offered if one.id in chosen]


def carry_evidence(joining: Joining) -> int:
    """Let every piece of the one belong to the other too, and return how many are new there."""
    session, target = joining.session, joining.target
    there = select(CaseEvidenceRecord.evidence_id).where(CaseEvidenceRecord.case_id == target.id)
    rows = session.scalars(
        select(EvidenceRecord)
        .join(CaseEvidenceRecord, CaseEvidenceRecord.evidence_id == EvidenceRecord.id)
        .where(CaseEvidenceRecord.case_id == joining.source.id, EvidenceRecord.id.not_in(there))
        .order_by(EvidenceRecord.received_at, EvidenceRecord.id)
    ).all()
    for row in rows:
        join_evidence(session, target, row, joining.now, joining.who.actor)
    return len(rows)


def carry_accounts(joining: Joining) -> int:
    """Name the accounts of the one in the other; return how many there were."""
    rows = accounts_in(joining.session, joining.source)
    for one in rows:
        seen = AccountSeen(one.platform, one.name, one.address, one.known)
        add_account(joining.session, joining.target, seen, joining.now, joining.who.actor)
    return len(rows)


def carry_visits(joining: Joining) -> int:
    """Captures that are still awaited, and posts that wait for review, are the other's now.

    One that is being kept just now waits for the case, and then follows by itself (`keeping`).
    """
    query = select(VisitRecord).where(VisitRecord.case_id == joining.source.id)
    query = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    rows = joining.session.scalars(query).all()
    for row in rows:
        row.case_id = joining.target.id
    return len(rows)


def carry_facts(joining: Joining) -> None:
    """What held in either holds; of each event the earlier counts, and of the openings too."""
    session, source, target = joining.session, joining.source, joining.target
    here, there = course_of(session, source), course_of(session, target)
    known = {one.id for one in there.procedure.circumstances}
    for name in sorted((here.facts.holds - there.facts.holds) & known):
        keep_circumstance(session, target, name, joining.now, actor=joining.who.actor)
        if name == "serious":
            target.serious = True
    events = {one.id for one in there.procedure.events}
    for name, moment in sorted(here.facts.moments.items()):
        standing = there.facts.moments.get(name)
        if name in events and (standing is None or moment < standing):
            keep_circumstance(
                session, target, name, joining.now, actor=joining.who.actor, moment=moment
            )
    target.counts_from = min(here.facts.opened, there.facts.opened)


def carry_alerts(joining: Joining) -> int:
    """Let those on duty be told on until somebody takes it; return how many still waited.

    Who said that they are in danger, and where they are, goes along: nobody can help whom they
    cannot find.
    """
    session, source, target = joining.session, joining.source, joining.target
    waiting = select(AlertRecord).where(
        AlertRecord.case_id == source.id, AlertRecord.over_at.is_(None)
    )
    # Whoever is taking one just now is waited for: then nobody has to be told again.
    rows = session.scalars(waiting.order_by(AlertRecord.raised_at).with_for_update()).all()
    end_alerts(session, source, joining.now, actor=joining.who.actor)
    for row in rows:
        if row.person_id is None:
            raise_alert(session, target, joining.now, actor=joining.who.actor)
            continue
        raise_anew(session, target, row, joining.now, actor=joining.who.actor)
    return len(rows)


def carry_steps(joining: Joining, steps: Sequence[Step]) -> None:
    """Take endings over as they were: who ended it, when, and what was filled in."""
    session, source, target = joining.session, joining.source, joining.target
    query = select(EndingRecord).where(EndingRecord.case_id == source.id)
    last = {row.step: row for row in session.scalars(query.order_by(EndingRecord.number))}
    first = max((one.number for one in course_of(session, target).endings), default=0) + 1
    for number, step in enumerate(steps, first):
        row = last[step.id]
        session.add(
            EndingRecord(
                id=uuid4(),
                case_id=target.id,
                step=row.step,
                number=number,
                outcome=row.outcome,
                reason=row.reason,
                fields=dict(row.fields),
                person_id=row.person_id,
                at=row.at,
                from_case=row.from_case or source.id,
            )
        )


def carry_names(joining: Joining) -> int:
    """Whom either case concerns, both do; who reported it is known as such in the other too."""
    session, source, target = joining.session, joining.source, joining.target
    standing = {(one.kind, one.person_id, one.unit_id) for one in harassed_in(session, target)}
    count = 0
    for one in harassed_in(session, source):
        if one.kind != "family" and (one.kind, one.person_id, one.unit_id) in standing:
            continue
        count += 1
        session.add(
            HarassedRecord(
                id=uuid4(),
                case_id=target.id,
                kind=one.kind,
                person_id=one.person_id,
                unit_id=one.unit_id,
                name=one.name,
                added_at=joining.now,
                added_by=one.added_by,
                reason=one.reason,
            )
        )
    record(
        session,
        "case.taken_over",
        at=joining.now,
        actor=joining.who.actor,
        subject=target,
        case_id=target.id,
        number=source.number,
    )
    return count
