"""Bevispakke: who gets it and what for, how far it is, and the files themselves."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response, StreamingResponse

from service.access.principal import Principal
from service.casework.evidence.unusual import note_unusual
from service.casework.exporting.asking import (
    ask_for_export,
    case_number_of,
    case_to_hand_over,
    find_export,
)
from service.casework.exporting.fetching import fetch_part, require_fetchable
from service.documents.errors import PrivateContact
from service.documents.private import private_in, refuse_private
from service.errors import NothingToHandOver, ReasonMissing
from service.settings import MIB
from service.web.dependencies import FormModel, House, Now, PageRight, Reading, require_same_origin
from service.web.frames import frame_for
from service.web.rendering import wants_partial
from service.web.screens.bundles import bundle_form, bundle_run
from service.web.standing import asked_again, while_standing
from service.web.views.bundle import BundleView
from service.web.views.frame import CaseLink, FieldError, FormState, Place
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False)
HandOver = Annotated[Principal, Depends(PageRight("evidence.export"))]


class BundleForm(FormModel):
    """Who gets it, what for, which pieces, in what shape."""

    recipient_kind: Literal["police", "court", "authority", "lawyer", "other"] = "other"
    recipient: str = ""
    purpose: str = ""
    chosen: list[str] = []
    variant: Literal["whole", "redacted"] = "whole"
    part_mib: Literal["0", "10", "20", "600", "3900"] = "0"
    what: Literal["bundle", "booklet"] = "bundle"
    attached: bool = False


@router.get("/cases/{number}/bundle")
def ask(
    request: Request,
    number: str,
    who: HandOver,
    session: Reading,
    now: Now,
    what: Literal["bundle", "booklet"] = "bundle",
) -> Response:
    """Show the form, every piece ticked, and the earlier bundles."""
    return _form(request, who, session, number, now, form=_offered(what))


@router.post("/cases/{number}/bundle")
def begin(
    request: Request,
    number: str,
    who: HandOver,
    form: Annotated[BundleForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Ask for a bundle; it is made by itself."""
    form.check(who)
    part_size = int(form.part_mib) * MIB
    try:
        refuse_private({"purpose": form.purpose}, house.settings)
        with house.database.writing() as session:
            export_id = ask_for_export(
                session,
                who,
                number,
                _ids(form.chosen),
                recipient=form.recipient,
                purpose=form.purpose,
                now=now,
                redacted=form.variant == "redacted",
                to_police=form.recipient_kind == "police",
                part_size=part_size or None,
                only_booklet=form.what == "booklet",
                attached=form.attached,
            ).id
            if who.person_id is not None:
                note_unusual(session, house.settings, house.rights, who.person_id, now)
    except (ReasonMissing, NothingToHandOver, PrivateContact):
        private = any(private_in(form.purpose, house.settings))
        state = _what_is_missing(form, frame_for(request, who).language, private=private)
        with house.database.reading() as session:
            return _form(request, who, session, number, now, typed=form, form=state)
    request.app.state.engine.wake("exports")
    return RedirectResponse(f"/bundles/{export_id}", HTTPStatus.SEE_OTHER)


@router.get("/bundles/{export_id}")
def show(request: Request, export_id: UUID, who: HandOver, session: Reading, now: Now) -> Response:
    """Show how far a bundle is; htmx asks for the partial while it is made."""
    export = find_export(session, who, export_id, now)
    run = bundle_run(session, export)
    if wants_partial(request):
        context: dict[str, object] = {"frame": frame_for(request, who, Place.CASES), "run": run}
        name = "partials/bundle_progress.html"
    else:
        number = case_number_of(session, export)
        link = CaseLink(number, f"/cases/{number}") if number else None
        context = {"frame": frame_for(request, who, Place.CASES), "view": BundleView(run, link)}
        name = "bundle.html"
    answer: Response = request.app.state.templates.response(request, name, context)
    return answer


@router.get("/bundles/{export_id}/{part}")
def fetch(
    request: Request, export_id: UUID, part: int, who: HandOver, house: House, now: Now
) -> Response:
    """Hand out one zip file; the ledger says who fetched it before its first byte leaves."""
    require_same_origin(request)
    fetched = fetch_part(house, who, export_id, part, now)

    def still() -> None:
        require_fetchable(house, asked_again(request, house), export_id, house.clock.now())

    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(fetched.name)}",
        "Content-Length": str(fetched.size),
    }
    kind = "application/pdf" if fetched.name.endswith(".pdf") else "application/zip"
    sent = while_standing(fetched.stream, still, house.clock.now)
    return StreamingResponse(sent, headers=headers, media_type=kind)


def _offered(what: str) -> FormState:
    """Return what the form begins with: a booklet mostly goes by mail."""
    return FormState({"what": what} | ({"part_mib": "10"} if what == "booklet" else {}))


def _ids(chosen: list[str]) -> list[UUID]:
    try:
        return [UUID(one) for one in chosen]
    except ValueError as bad:
        raise NothingToHandOver("a box that is none of ours") from bad


def _what_is_missing(form: BundleForm, language: str, *, private: bool) -> FormState:
    _ = gettext_of(language)
    errors = []
    if not form.recipient:
        errors.append(FieldError("recipient", _("Write who gets it.")))
    if not form.purpose:
        errors.append(FieldError("purpose", _("Write what it is for.")))
    if private:
        told = _("This looks like a private telephone or address. Take it out: it goes to others.")
        errors.append(FieldError("purpose", told))
    if not errors:
        errors.append(FieldError("chosen", _("Choose at least one piece of evidence.")))
    names = ("recipient_kind", "recipient", "purpose", "variant", "part_mib", "what")
    return FormState({name: str(getattr(form, name)) for name in names}, tuple(errors))


def _form(
    request: Request,
    who: Principal,
    session: Session,
    number: str,
    now: datetime,
    *,
    typed: BundleForm | None = None,
    form: FormState | None = None,
) -> Response:
    case, pieces = case_to_hand_over(session, who, number, now)
    view = bundle_form(
        session, who, case, pieces, now, form=form, chosen=typed.chosen if typed else None
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if typed else HTTPStatus.OK
    answer: Response = request.app.state.templates.response(
        request,
        "bundle_form.html",
        {"frame": frame_for(request, who, Place.CASES), "view": view},
        status_code=status.value,
    )
    return answer
