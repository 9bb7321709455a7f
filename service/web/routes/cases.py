"""Sag: the list, one case with its steps, ending a step, closing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import AwareDatetime, ConfigDict
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.cases.closing import close_case
from service.casework.cases.finding import case_for, find_case
from service.casework.cases.listing import list_cases, own_cases
from service.casework.cases.merged import goes_on_in
from service.casework.cases.restricting import shut_to
from service.casework.cases.steps import end_case_step, state_known_facts
from service.errors import CaseNotReady, FormInvalid
from service.procedure.errors import FieldInvalid, FieldMissing, ProcedureError, ReasonMissing
from service.procedure.model import Outcome
from service.web.dependencies import FormModel, House, Now, PageRight, Reading
from service.web.frames import frame_for
from service.web.screens.cases import case_rows, case_view, close_view
from service.web.screens.paging import place_of
from service.web.views.case import CasesView, ShutCase, Tab
from service.web.views.frame import FieldError, FormState, Notice, Place
from service.web.wording import gettext_of, notice_for
from service.web.words import local_moment

router = APIRouter(include_in_schema=False)
MOST_ENTRIES = 2**63 - 1
"""No entry of the ledger stands beyond the widest number that the databases keep."""
See = Annotated[Principal, Depends(PageRight("case.see"))]
Step = Annotated[Principal, Depends(PageRight("case.step"))]
Close = Annotated[Principal, Depends(PageRight("case.close"))]


class StepFormModel(FormModel):
    """A step's form: its own fields are named `field-…` by the procedure."""

    model_config = ConfigDict(extra="allow", str_strip_whitespace=True)

    outcome: Outcome
    reason: str = ""


class KnownForm(FormModel):
    """What holds in a case, and when it happened."""

    holds: list[str] = []
    incident: str = ""


class CloseFormModel(FormModel):
    """The last question before closing."""

    summary: str = ""


@router.get("/cases")
def show_all(
    request: Request,
    who: See,
    session: Reading,
    now: Now,
    closed: bool = False,
    before: AwareDatetime | None = None,
    after: UUID | None = None,
) -> Response:
    """Show the cases that this person may see, the latest first."""
    found = list_cases(session, who, now, closed=closed, before=place_of(before, after))
    language = frame_for(request, who).language
    rows, more = case_rows(session, who, found, now, language, closed=closed)
    shut = () if closed or before else shut_to(session, who, now)
    view = CasesView(
        rows=rows,
        closed=closed,
        more_url=more,
        shut=tuple(ShutCase(one, at, f"/cases/{one}/glass") for one, at in shut),
    )
    context = {"frame": frame_for(request, who, Place.CASES), "view": view}
    answer: Response = request.app.state.templates.response(request, "cases.html", context)
    return answer


@router.get("/cases/{number}")
def show(
    request: Request,
    number: str,
    who: See,
    session: Reading,
    now: Now,
    step: str | None = None,
    tab: Tab = Tab.DOCUMENTATION,
    said: str | None = None,
    before: AwareDatetime | None = None,
    after: UUID | None = None,
    entry: Annotated[int | None, Query(ge=0, le=MOST_ENTRIES)] = None,
    as_it_was: bool = False,
) -> Response:
    """Show one case; the open tab goes on from a row (`before`, `after`) or a ledger's `entry`.

    A case that was merged leads to the one in which it goes on, but `as_it_was`.
    """
    if who.main_role == "employee" and number in {one.number for one in own_cases(session, who)}:
        return RedirectResponse(f"/my-case/{number}", HTTPStatus.SEE_OTHER)
    if not as_it_was and (into := goes_on_in(session, who, number, now)) is not None:
        return RedirectResponse(f"/cases/{into}", HTTPStatus.SEE_OTHER)
    notice = notice_for(frame_for(request, who).language, said)
    return _page(
        request,
        who,
        session,
        now,
        number=number,
        step=step,
        tab=tab,
        notice=notice,
        place=place_of(before, after),
        entry=entry,
    )


@router.post("/cases/{number}/steps/{step_id}")
def end_step(
    request: Request,
    number: str,
    step_id: str,
    who: Step,
    form: Annotated[StepFormModel, Form()],
    house: House,
    now: Now,
) -> Response:
    """End a step; what is missing is said beside its field, and nothing typed is lost."""
    form.check(who)
    typed = {str(key): str(value) for key, value in (form.model_extra or {}).items()}
    unknown = [name for name in typed if not name.startswith("field-")]
    if unknown:
        raise FormInvalid(unknown[0])
    values = {name.removeprefix("field-"): value for name, value in typed.items() if value}
    try:
        with house.database.writing() as session:
            end_case_step(
                session,
                who,
                number,
                step_id,
                outcome=form.outcome,
                now=now,
                reason=form.reason,
                values=values,
            )
    except ProcedureError as refused:
        state = FormState(
            values={**typed, "reason": form.reason}, errors=_errors(request, who, refused)
        )
        with house.database.reading() as session:
            return _page(
                request, who, session, now, number=number, step=step_id, form=state, refused=True
            )
    return RedirectResponse(f"/cases/{number}?said=step_ended", HTTPStatus.SEE_OTHER)


@router.post("/cases/{number}/circumstances")
def state_known(
    request: Request,
    number: str,
    who: Step,
    form: Annotated[KnownForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Note what holds in a case; each change is a statement of its own."""
    form.check(who)
    language = frame_for(request, who).language
    moment = local_moment(form.incident)
    if form.incident and (moment is None or moment > now):
        _ = gettext_of(language)
        state = FormState(
            values={"incident": form.incident},
            errors=(FieldError("incident", _("This is not a time that has been.")),),
        )
        with house.database.reading() as session:
            return _page(
                request,
                who,
                session,
                now,
                number=number,
                step=None,
                known=state,
                ticked=frozenset(form.holds),
                refused=True,
            )
    with house.database.writing() as session:
        state_known_facts(
            session, who, number, holds=frozenset(form.holds), incident=moment, now=now
        )
    return RedirectResponse(f"/cases/{number}?said=circumstance_stated", HTTPStatus.SEE_OTHER)


@router.get("/cases/{number}/close")
def ask_to_close(request: Request, number: str, who: Close, session: Reading, now: Now) -> Response:
    """Show what is missing, or ask for the last time."""
    return _closing(request, who, session, now, number, HTTPStatus.OK)


@router.post("/cases/{number}/close")
def close(
    request: Request,
    number: str,
    who: Close,
    form: Annotated[CloseFormModel, Form()],
    house: House,
    now: Now,
) -> Response:
    """Close the case; refused with the list of what is missing."""
    form.check(who)
    try:
        with house.database.writing() as session:
            close_case(session, who, number, now, summary=form.summary)
    except CaseNotReady:
        with house.database.reading() as session:
            return _closing(request, who, session, now, number, HTTPStatus.CONFLICT)
    return RedirectResponse(f"/cases/{number}?said=case_closed", HTTPStatus.SEE_OTHER)


def _closing(
    request: Request,
    who: Principal,
    session: Session,
    now: datetime,
    number: str,
    status: HTTPStatus,
) -> Response:
    case = case_for(session, who, number, "case.close", now)
    frame = frame_for(request, who, Place.CASES)
    view = close_view(session, who, case, now, frame.language)
    answer: Response = request.app.state.templates.response(
        request, "close_case.html", {"frame": frame, "view": view}, status_code=status.value
    )
    return answer


def _page(
    request: Request,
    who: Principal,
    session: Session,
    now: datetime,
    *,
    number: str,
    step: str | None,
    tab: Tab = Tab.DOCUMENTATION,
    form: FormState | None = None,
    known: FormState | None = None,
    ticked: frozenset[str] = frozenset(),
    notice: Notice | None = None,
    refused: bool = False,
    place: tuple[datetime, UUID] | None = None,
    entry: int | None = None,
) -> Response:
    found = find_case(session, who, number, now)
    frame = frame_for(request, who, Place.CASES, notice=notice)
    view = case_view(
        session,
        who,
        found,
        now,
        language=frame.language,
        step=step,
        tab=tab,
        form=form,
        place=place,
        entry=entry,
    )
    if known is not None:
        typed = tuple(replace(one, holds=one.id in ticked) for one in view.circumstances)
        view = replace(view, known_form=known, circumstances=typed)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    answer: Response = request.app.state.templates.response(
        request, "case.html", {"frame": frame, "view": view}, status_code=status.value
    )
    return answer


def _errors(request: Request, who: Principal, refused: ProcedureError) -> tuple[FieldError, ...]:
    _ = gettext_of(frame_for(request, who).language)
    if isinstance(refused, ReasonMissing):
        return (FieldError("reason", _("Give the reason.")),)
    if isinstance(refused, FieldMissing):
        return tuple(FieldError(f"field-{one}", _("Fill in this field.")) for one in refused.names)
    if isinstance(refused, FieldInvalid):
        return (FieldError(f"field-{refused.name}", _("This is not accepted here.")),)
    return (FieldError("step-title", _("This step cannot be ended like that now.")),)
