"""Til fordeling: what came in and belongs to no case yet."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework import triage
from service.casework.cases.listing import list_cases, people_in, unit_names
from service.casework.evidence.belongings import senders_of
from service.casework.evidence.sealing_off import SEAL_OFF
from service.errors import (
    AlreadyDecided,
    CaseClosed,
    CaseNotFound,
    NotPermitted,
    PersonNotFound,
    ReasonMissing,
    RowNotFound,
)
from service.installation import Installation
from service.web.dependencies import FormModel, House, Now, PageRight, Reading
from service.web.frames import frame_for
from service.web.screens.evidence import kind_of, numbers_of, source_of
from service.web.views.frame import CaseLink, FieldError, FormState, Place
from service.web.views.triage import TriageItem, TriageView
from service.web.wording import gettext_of, notice_for, unsorted

router = APIRouter(include_in_schema=False)
Sort = Annotated[Principal, Depends(PageRight("triage.sort"))]
ALL = "all"
"""The choice of all of the workplace, beside an employee's id and `unit:ID`."""
NOT_OURS = "It has nothing to do with this work"


class TriageForm(FormModel):
    """Where an arrival belongs."""

    answer: Literal["new_case", "join_case", "not_ours"]
    case: str = ""
    harassed: str = ""


@router.get("/triage")
def show(
    request: Request, who: Sort, session: Reading, now: Now, said: str | None = None
) -> Response:
    """Show what waits to be sorted, oldest first."""
    return _page(request, who, session, now, said=said)


@router.post("/triage/{evidence_id}")
def sort(
    request: Request,
    evidence_id: UUID,
    who: Sort,
    form: Annotated[TriageForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Give an arrival its place."""
    form.check(who)
    try:
        _carry_out(house, who, evidence_id, form, now)
    except (
        AlreadyDecided,
        CaseClosed,
        CaseNotFound,
        NotPermitted,
        PersonNotFound,
        ReasonMissing,
        RowNotFound,
        ValueError,
    ) as refused:
        state = _state(request, who, evidence_id, form, refused)
        with house.database.reading() as session:
            return _page(request, who, session, now, wrong=evidence_id, state=state)
    return RedirectResponse("/triage?said=sorted", HTTPStatus.SEE_OTHER)


def _carry_out(
    house: Installation, who: Principal, evidence_id: UUID, form: TriageForm, now: datetime
) -> None:
    with house.database.writing() as session:
        if form.answer == "join_case":
            triage.join(session, who, evidence_id, form.case, now)
        elif form.answer == "new_case":
            _open(session, house, who, evidence_id, form.harassed, now=now)
        else:
            triage.set_aside(session, who, evidence_id, NOT_OURS, now)


def _open(
    session: Session,
    house: Installation,
    who: Principal,
    evidence_id: UUID,
    harassed: str,
    *,
    now: datetime,
) -> None:
    """Open a case for an employee (an id), a unit (`unit:ID`), or `all` of the workplace."""
    kind, _colon, key = harassed.partition(":")
    if kind not in {"unit", ALL}:
        triage.open_for(
            session,
            who,
            evidence_id,
            UUID(harassed),
            procedure=house.settings.procedure,
            now=now,
        )
        return
    triage.open_for_workplace(
        session,
        who,
        evidence_id,
        None if kind == ALL else UUID(key),
        procedure=house.settings.procedure,
        whole=house.settings.municipality,
        now=now,
    )


def _state(
    request: Request, who: Principal, evidence_id: UUID, form: TriageForm, refused: Exception
) -> FormState:
    _ = gettext_of(frame_for(request, who).language)
    if isinstance(refused, CaseNotFound | CaseClosed):
        field, text = "case", _("There is no such open case.")
    elif isinstance(refused, AlreadyDecided):
        field, text = "item", _("A colleague has just sorted this one.")
    else:
        field, text = "harassed", _("Choose who is concerned; it must be somebody in your unit.")
    return FormState(
        values={"case": form.case, "harassed": form.harassed},
        errors=(FieldError(f"{field}-{evidence_id}", text),),
    )


def _page(
    request: Request,
    who: Principal,
    session: Session,
    now: datetime,
    *,
    said: str | None = None,
    wrong: UUID | None = None,
    state: FormState | None = None,
) -> Response:
    language = frame_for(request, who).language
    waiting, within = triage.waiting(session, who, now), triage.units_to_open_in(who)
    numbers = numbers_of(session, [one.evidence for one in waiting])
    senders = senders_of(session, [one.evidence.id for one in waiting])
    suggested = tuple(
        CaseLink(one.number, f"/cases/{one.number}") for one in list_cases(session, who, now)
    )
    view = TriageView(
        items=tuple(
            TriageItem(
                id=str(one.evidence.id),
                evidence_number=numbers[one.evidence.id],
                evidence_url=f"/evidence/{one.evidence.id}",
                kind=kind_of(one.evidence),
                received_at=one.evidence.received_at,
                source=senders.get(one.evidence.id) or source_of(one.evidence, language),
                why=unsorted(language, one.why),
                suggested=suggested,
                seal_off_url=f"/evidence/{one.evidence.id}/sealing-off"
                if one.evidence.sealed_off_at is None and who.may(SEAL_OFF)
                else None,
                sealed_off=one.evidence.sealed_off_at is not None,
                form=(state or FormState()) if one.evidence.id == wrong else FormState(),
            )
            for one in waiting
        ),
        people=tuple((str(key), name) for key, name in people_in(session, units=within)),
        units=tuple(
            (str(key), name)
            for key, name in sorted(unit_names(session).items(), key=lambda one: one[1])
            if within is None or key in within
        ),
        whole=within is None,
    )
    frame = frame_for(request, who, Place.TRIAGE, notice=notice_for(language, said))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    answer: Response = request.app.state.templates.response(
        request, "triage.html", {"frame": frame, "view": view}, status_code=status.value
    )
    return answer
