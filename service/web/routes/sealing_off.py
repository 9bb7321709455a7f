"""One act shuts what may be a sexual picture of somebody under 18; the DPO does the rest."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from service.access.principal import Principal
from service.casework.evidence.lifting import lift_seal
from service.casework.evidence.listing import HAND_TO_POLICE, list_evidence
from service.casework.evidence.originals import name_of
from service.casework.evidence.sealing_off import (
    LIFT,
    SEAL_OFF,
    ForPolice,
    clear_shut,
    for_police,
    hand_to_police,
    seal_off,
)
from service.casework.evidence.viewing import note_viewing
from service.casework.moderation.sealing_posts import SEAL_OFF as SEAL_OFF_POST
from service.casework.moderation.sealing_posts import seal_off_post
from service.errors import ReasonMissing
from service.installation import Installation
from service.jobs.reading import NAME as READING
from service.web.dependencies import FormModel, House, Now, PageRight, Reading
from service.web.disposition import attachment
from service.web.frames import frame_for
from service.web.routes.evidence import evidence_page
from service.web.screens.evidence import evidence_rows
from service.web.standing import asked_again, while_standing
from service.web.views.evidence import EvidenceListView
from service.web.views.frame import FieldError, FormState, Place
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False)
Seal = Annotated[Principal, Depends(PageRight(SEAL_OFF))]
SealPost = Annotated[Principal, Depends(PageRight(SEAL_OFF_POST))]
Lift = Annotated[Principal, Depends(PageRight(LIFT))]
Police = Annotated[Principal, Depends(PageRight(HAND_TO_POLICE))]


class SealingForm(FormModel):
    """A suspicion: nothing has to be typed; `back` is where it was told."""

    back: Literal["", "triage"] = ""


class LiftForm(FormModel):
    """Why it may be opened again."""

    reason: str = ""


class PoliceForm(FormModel):
    """To whom in the police it goes, and why."""

    recipient: str = ""
    reason: str = ""


@router.post("/evidence/{evidence_id}/sealing-off")
def shut(
    evidence_id: UUID,
    who: Seal,
    form: Annotated[SealingForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Shut a piece and its copies, at once and for everybody."""
    form.check(who)
    with house.database.writing() as session:
        done = seal_off(session, who, evidence_id, now)
    clear_shut(house, done)
    back = "/triage" if form.back == "triage" else f"/evidence/{evidence_id}"
    return RedirectResponse(f"{back}?said=sealed_off", HTTPStatus.SEE_OTHER)


@router.post("/posts/{post_id}/sealing-off")
def shut_post(
    post_id: UUID, who: SealPost, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Shut all that shows a post; its card then says what to do."""
    form.check(who)
    with house.database.writing() as session:
        done = seal_off_post(session, who, post_id, now)
    clear_shut(house, done)
    return RedirectResponse(f"/queue?post={post_id}&said=sealed_off", HTTPStatus.SEE_OTHER)


@router.post("/evidence/{evidence_id}/sealing-off/lift")
def lift(
    request: Request,
    evidence_id: UUID,
    who: Lift,
    form: Annotated[LiftForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Open it again, with the DPO's written reason."""
    form.check(who)
    try:
        with house.database.writing() as session:
            opened = lift_seal(session, who, evidence_id, form.reason, now)
    except ReasonMissing:
        _ = gettext_of(frame_for(request, who).language)
        error = FieldError("lift-reason", _("Write why it is no such picture."))
        state = FormState({"lift-reason": form.reason}, (error,))
        return evidence_page(request, house, who, evidence_id, now, form=state)
    request.app.state.engine.wake(READING)
    said = "seal_lifted" if evidence_id in opened else "seal_held"
    return RedirectResponse(f"/evidence/{evidence_id}?said={said}", HTTPStatus.SEE_OTHER)


@router.post("/evidence/{evidence_id}/police")
def to_police(
    request: Request,
    evidence_id: UUID,
    who: Police,
    form: Annotated[PoliceForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Hand the original out for the police; the ledger says to whom and why before it leaves."""
    form.check(who)
    try:
        handed = hand_to_police(
            house, who, evidence_id, recipient=form.recipient, reason=form.reason, now=now
        )
    except ReasonMissing:
        return evidence_page(
            request, house, who, evidence_id, now, form=_what_is_missing(request, who, form)
        )
    note_viewing(house, who, evidence_id, case_id=None, purpose=f"{who.main_role}:police", now=now)
    return _original(request, house, evidence_id, handed)


@router.get("/sealed-off")
def show_all(request: Request, who: Police, session: Reading, now: Now) -> Response:
    """List what is sealed off, for whoever hands it to the police."""
    found = list_evidence(session, who, now, sealed_only=True)
    frame = frame_for(request, who, Place.EVIDENCE)
    view = EvidenceListView(
        rows=evidence_rows(session, found.rows, frame.language),
        count=found.count,
        count_is_exact=found.count_is_exact,
        sealed_only=True,
    )
    answer: Response = request.app.state.templates.response(
        request, "evidence_list.html", {"frame": frame, "view": view}
    )
    return answer


def _what_is_missing(request: Request, who: Principal, form: PoliceForm) -> FormState:
    _ = gettext_of(frame_for(request, who).language)
    errors = []
    if not form.recipient:
        errors.append(FieldError("police-recipient", _("Write who in the police gets it.")))
    if not form.reason:
        errors.append(FieldError("police-reason", _("Write why, or the police's own number.")))
    typed = {"police-recipient": form.recipient, "police-reason": form.reason}
    return FormState(typed, tuple(errors))


def _original(
    request: Request, house: Installation, evidence_id: UUID, handed: ForPolice
) -> Response:
    with house.database.reading() as session:
        name = name_of(session, evidence_id)

    def still() -> None:
        for_police(house, asked_again(request, house), evidence_id, house.clock.now())

    sent = while_standing(house.vault.stream(handed.key, handed.stored), still, house.clock.now)
    headers = {"Content-Disposition": attachment(name), "Content-Length": str(handed.stored.size)}
    return StreamingResponse(sent, headers=headers, media_type="application/octet-stream")
