"""Min sag, filled: five plain states, what happens next, the employee's own evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from archive.vault.vault import Vault
from service.access.principal import Principal
from service.casework.cases.course import Course, course_of
from service.casework.cases.danger import stands_or_stood_lately
from service.casework.cases.glass import glass_of
from service.casework.cases.listing import circle_of, contacts_for, names_of
from service.casework.cases.wishes import Answer, wishes_of
from service.casework.evidence.belongings import pictures_of
from service.casework.evidence.listing import Listed, SeenEvidence
from service.casework.evidence.readers import readers_by
from service.casework.evidence.readings import lengths_of, texts_in
from service.procedure.model import Outcome
from service.procedure.next_acts import next_acts
from service.procedure.plain_states import Progress as Stand
from service.procedure.plain_states import plain_states
from service.web.screens.evidence import kind_of, numbers_of, readers
from service.web.screens.paging import page_query
from service.web.views.evidence import HiddenPicture, HiddenText, Unchanged
from service.web.views.frame import FormState
from service.web.views.person import (
    Contact,
    MyCaseView,
    OwnEvidence,
    Progress,
    Stage,
    Wish,
    WishAnswer,
    WishState,
)
from service.web.wording import gettext_of

INFORMED = "12.1"
"""The step by which a leader has acknowledged (ISHOJ-12.1)."""

if TYPE_CHECKING:
    from archive.records.cases import CaseRecord


def my_case_view(
    session: Session,
    case: CaseRecord,
    cases: Sequence[CaseRecord],
    *,
    vault: Vault,
    evidence: Listed,
    who: Principal,
    now: datetime,
    language: str,
    later: bool = False,
    wish_form: FormState | None = None,
    more_form: FormState | None = None,
) -> MyCaseView:
    """Return the employee's page of one of their cases; `later` on a later screenful."""
    url = f"/my-case/{case.number}"
    course = course_of(session, case)
    handler = names_of(session, [case.handler_id]).get(case.handler_id) if case.handler_id else None
    doing, before = _now(course, handler, now, language)
    return MyCaseView(
        number=case.number,
        url=url,
        handler=handler,
        stages=_stages(course, language),
        hand_in_url=f"/hand-in?case={case.number}",
        now=None if case.closed_at else doing,
        now_before=None if case.closed_at else before,
        danger="danger" in course.facts.holds,
        evidence=_own(session, evidence.rows, language),
        more_url=f"{url}?{page_query(evidence.next)}#evidence" if evidence.next else None,
        first_url=f"{url}#evidence" if later else None,
        wishes=_wishes(session, vault, case, who),
        contacts=tuple(
            Contact(one.name, one.role, one.phone)
            for one in contacts_for(session, case, now, but=who.person_id)
        ),
        circle=_circle(session, case, now),
        opened_by=_opened_by(session, case, now),
        others=tuple(
            (one.number, f"/my-case/{one.number}") for one in cases if one.number != case.number
        ),
        wish_form=wish_form or FormState(),
        more_form=more_form or FormState(),
        told_danger=stands_or_stood_lately(session, who, now),
        closed=case.closed_at is not None,
    )


def _circle(session: Session, case: CaseRecord, now: datetime) -> tuple[str, ...]:
    members = [one.person_id for one in circle_of(session, case, now)]
    return tuple(names_of(session, members).values())


def _opened_by(session: Session, case: CaseRecord, now: datetime) -> tuple[str, ...]:
    standing = [one.person_id for one in glass_of(session, case) if one.until > now]
    return tuple(names_of(session, standing).values())


def _own(session: Session, rows: Sequence[SeenEvidence], language: str) -> tuple[OwnEvidence, ...]:
    """Fill a screenful with as many queries as a single piece takes; nothing is unsealed."""
    ids = [row.id for row in rows]
    numbers, lengths = numbers_of(session, rows), lengths_of(session, ids)
    pictures, read = pictures_of(session, rows), readers_by(session, ids)
    return tuple(
        OwnEvidence(
            id=str(row.id),
            number=numbers[row.id],
            kind=kind_of(row),
            received_at=row.received_at,
            unchanged=Unchanged.NOT_CHECKED,
            text=HiddenText(lengths[row.id]) if row.id in lengths else None,
            picture=HiddenPicture(pages=pictures[row.id]) if row.id in pictures else None,
            readers=readers(read[row.id], language),
            read_count=read[row.id].count,
        )
        for row in rows
    )


def _wishes(session: Session, vault: Vault, case: CaseRecord, who: Principal) -> tuple[Wish, ...]:
    """The employee's own words, the latest wish first; only these are unsealed, nobody else's."""
    if who.person_id is None:
        return ()
    own = wishes_of(session, case, only_of=who.person_id)
    found = sorted(own, key=lambda one: one.at, reverse=True)
    texts = texts_in(session, vault, [one.evidence_id for one in found])
    filled = []
    for one in found:
        answers = tuple(answer_view(answer) for answer in one.answers)
        filled.append(
            Wish(
                text=texts.get(one.evidence_id, ""),
                at=one.at,
                state=answers[0].state if answers else WishState.ASKED,
                answer=answers[0] if answers else None,
                earlier=answers[1:],
            )
        )
    return tuple(filled)


def answer_view(answer: Answer) -> WishAnswer:
    """Return an answer to a wish as it is shown."""
    return WishAnswer(WishState(str(answer.outcome)), answer.reason, answer.by, answer.at)


def _stages(course: Course, language: str) -> tuple[Stage, ...]:
    states = plain_states(course.procedure, course.endings, course.facts, language)
    return tuple(Stage(one.text, Progress(str(one.progress))) for one in states)


def _now(
    course: Course, handler: str | None, now: datetime, language: str
) -> tuple[str | None, datetime | None]:
    """What the employee can expect next: who calls, or what the workplace does."""
    _ = gettext_of(language)
    acknowledged = any(
        one.step_id == INFORMED and one.outcome is Outcome.DONE for one in course.endings
    )
    acts = next_acts(
        course.procedure, course.endings, course.facts, now, most=len(course.procedure.all_steps)
    )
    first = next(iter(acts), None)
    before = first.due.moment if first and first.due else None
    if not acknowledged:
        informed = next((act for act in acts if act.step.id == INFORMED), first)
        before = informed.due.moment if informed and informed.due else None
        if handler is None:
            return _("Somebody reads it and calls you"), before
        return _("%(name)s reads it and calls you") % {"name": handler}, before
    states = plain_states(course.procedure, course.endings, course.facts, language)
    stage = next((one.text for one in states if one.progress is Stand.NOW), None)
    return stage, before if stage else None
