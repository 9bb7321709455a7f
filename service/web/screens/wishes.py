"""The page of one wish, filled."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.access.principal import Principal
from service.casework.cases.finding import concerns, find_case, may_on
from service.casework.cases.listing import harassed_in, names_of
from service.casework.cases.wishes import ACTION, find_wish
from service.casework.evidence.listing import see_evidence
from service.casework.evidence.readings import lengths_of
from service.casework.evidence.viewing import may_view
from service.errors import NotPermitted
from service.web.screens.evidence import numbers_of
from service.web.screens.person import answer_view
from service.web.views.case import WishView
from service.web.views.evidence import HiddenText
from service.web.views.frame import FormState


def wish_view(
    session: Session,
    who: Principal,
    number: str,
    evidence_id: UUID,
    now: datetime,
    *,
    form: FormState | None = None,
) -> WishView:
    """Return a wish with its answers; the words themselves are hidden until asked for.

    Raises `CaseNotFound`, `EvidenceNotFound`, and `NotPermitted` for who may not answer: a
    closed case's wishes are still shown to whoever might have answered them.
    """
    case = find_case(session, who, number, now).case
    wish = find_wish(session, case, evidence_id)
    if not may_on(session, who, case, ACTION, now, though_closed=True):
        raise NotPermitted(ACTION)
    seen = see_evidence(session, who, evidence_id, now)
    length = lengths_of(session, [evidence_id]).get(evidence_id)
    return WishView(
        number=case.number,
        case_url=f"/cases/{case.number}",
        url=f"/cases/{case.number}/wishes/{evidence_id}",
        evidence_id=str(evidence_id),
        evidence_number=numbers_of(session, [seen])[evidence_id],
        at=wish.at,
        name=", ".join(
            names_of(session, [wish.person_id]).values()
            if wish.person_id is not None
            else (one.name for one in harassed_in(session, case))
        ),
        text=HiddenText(length) if length else None,
        answers=tuple(answer_view(one) for one in wish.answers),
        may_answer=case.closed_at is None and not concerns(session, who, case),
        may_reveal=may_view(session, who, seen, now),
        form=form or FormState(),
    )
