"""Drift: traffic lights, and the check of everything that is kept."""

from __future__ import annotations

import shutil
from datetime import datetime
from http import HTTPStatus
from importlib.metadata import version
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.identities import local_sign_ins
from service.access.principal import Principal
from service.access.sealed_account import sealed_standing
from service.access.tries import guessing_now
from service.casework.operations.mail_out import mail_standing
from service.casework.operations.outside import ask_now
from service.casework.operations.outside_standing import Standing, standing
from service.casework.operations.verifications import (
    find_verification,
    last_mail,
    latest_verification,
    start_verification,
    texts_waiting,
    waiting_to_be_read,
)
from service.installation import Installation
from service.web.dependencies import FormModel, House, Now, PageRight, Reading
from service.web.frames import frame_for
from service.web.rendering import wants_partial
from service.web.screens.mail_out import mail_light
from service.web.screens.operations import verify_progress
from service.web.screens.outside import outside_view, seal_light, seal_sentence
from service.web.views.frame import Place
from service.web.views.operations import Light, LightName, LightState, OperationsView, VerifyState
from service.web.views.ways_in import SealedView
from service.web.wording import gettext_of, notice_for

router = APIRouter(include_in_schema=False)
See = Annotated[Principal, Depends(PageRight("operations.see"))]
Verify = Annotated[Principal, Depends(PageRight("ledger.verify"))]


@router.get("/operations")
def show(
    request: Request, who: See, session: Reading, house: House, said: str | None = None
) -> Response:
    """Show the lights and the last check."""
    frame = frame_for(request, who, Place.OPERATIONS)
    notice = notice_for(frame.language, said)
    waiting, oldest = waiting_to_be_read(session)
    texts, texts_read, texts_since = texts_waiting(session)
    run = latest_verification(session)
    how = standing(session, house.settings, frame.now)
    sealed = seal_sentence(how, frame.language, frame.now)
    view = OperationsView(
        lights=lights_of(request, session, house, how, frame.now, frame.language),
        version=version("vaern"),
        database="SQLite" if house.database.is_sqlite else "PostgreSQL",
        waiting_rows=waiting,
        oldest_waiting=oldest,
        waiting_texts=texts,
        texts_read=texts_read,
        texts_since=texts_since,
        verify=verify_progress(run, sealed) if run else None,
        outside=outside_view(how, frame.language, frame.now),
        sealed=_sealed(session, who),
    )
    context = {
        "frame": frame_for(request, who, Place.OPERATIONS, notice=notice),
        "view": view,
    }
    answer: Response = request.app.state.templates.response(request, "operations.html", context)
    return answer


@router.post("/operations/verify")
def check(
    request: Request, who: Verify, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Begin a check of everything."""
    form.check(who)
    with house.database.writing() as session:
        start_verification(session, who, now)
    request.app.state.engine.wake("verifications")
    return RedirectResponse("/operations?said=check_started", HTTPStatus.SEE_OTHER)


@router.post("/operations/seal")
def seal(
    request: Request, who: Verify, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Send the head as it stands to everyone outside who is to hold it."""
    form.check(who)
    with house.database.writing() as session:
        asked = ask_now(session, who, house.settings, now)
    request.app.state.engine.wake("outside")
    said = "seal_sent" if asked else "seal_nothing_new"
    return RedirectResponse(f"/operations?said={said}", HTTPStatus.SEE_OTHER)


@router.get("/operations/verify/{run_id}")
def progress(request: Request, run_id: UUID, who: See, session: Reading, house: House) -> Response:
    """Show how far a check is; htmx asks for the partial."""
    found = find_verification(session, run_id)
    if not wants_partial(request):
        return RedirectResponse("/operations", HTTPStatus.SEE_OTHER)
    frame = frame_for(request, who, Place.OPERATIONS)
    how = standing(session, house.settings, frame.now)
    run = verify_progress(found, seal_sentence(how, frame.language, frame.now))
    context = {"frame": frame, "progress": run}
    answer: Response = request.app.state.templates.response(
        request, "partials/verify_progress.html", context
    )
    if run.state is not VerifyState.RUNNING:
        # The lights tell of the check too: the whole page is asked for anew.
        answer.headers["HX-Redirect"] = "/operations?said=check_ended"
    return answer


def lights_of(
    request: Request,
    session: Session,
    house: Installation,
    how: Standing,
    now: datetime,
    language: str,
) -> tuple[Light, ...]:
    """Return every light, those that need somebody first."""
    _ = gettext_of(language)
    missing = house.confinement.layers().missing()
    room = shutil.disk_usage(house.data).free > 4 * house.settings.reserve_bytes
    run = latest_verification(session)
    lights = [
        Light(LightName.MAILBOX, LightState.GREEN, last_mail(session)),
        Light(LightName.READING, LightState.GREEN, now)
        if request.app.state.engine.is_running
        else Light(LightName.READING, LightState.STOPPED, cause=_("The worker has stopped.")),
        Light(LightName.DISK, LightState.GREEN)
        if room
        else Light(LightName.DISK, LightState.STOPPED, cause=_("The disk is nearly full.")),
        Light(LightName.CONFINEMENT, LightState.GREEN)
        if not missing
        else Light(
            LightName.CONFINEMENT,
            LightState.AMBER,
            cause=_("This machine's kernel lacks: %(walls)s.") % {"walls": ", ".join(missing)},
        ),
        _sign_in_light(session, house, now, language),
        _check_light(run.ended_at if run else None, run.result if run else None, language),
        seal_light(how, language, now),
        _mail_light(session, house, now, language),
    ]
    order = (LightState.STOPPED, LightState.AMBER, LightState.GREEN, LightState.OFF)
    return tuple(sorted(lights, key=lambda one: order.index(one.state)))


def _sign_in_light(session: Session, house: Installation, now: datetime, language: str) -> Light:
    """Say that somebody guesses passwords, or came in past the provider; whose is not said."""
    _ = gettext_of(language)
    found = guessing_now(session, now)
    causes = []
    if found.accounts or found.addresses:
        guessed = _(
            "Somebody is guessing passwords (accounts: %(accounts)s, addresses: %(addresses)s). "
            "Whoever does it waits longer each time. The ledger has the addresses."
        )
        causes.append(guessed % {"accounts": found.accounts, "addresses": found.addresses})
    sealed = sealed_standing(session)
    if sealed is not None and sealed.opened_at is not None:
        told = _("The sealed account has been opened, and must be sealed anew under Operations.")
        causes.append(told)
    past = local_sign_ins(session, now) if house.settings.signs_in_by_provider else 0
    if past:
        told = _(
            "In the last 24 hours somebody signed in with a password of Værn instead of the "
            "municipality's own sign-in (times: %(times)s). The ledger says who."
        )
        causes.append(told % {"times": past})
    if not causes:
        return Light(LightName.SIGN_IN, LightState.GREEN)
    return Light(LightName.SIGN_IN, LightState.AMBER, cause=" ".join(causes))


def _sealed(session: Session, who: Principal) -> SealedView:
    found = sealed_standing(session)
    may_seal = who.may("organisation.change")
    if found is None:
        return SealedView(None, None, may_seal)
    return SealedView(found.made_at, found.opened_at, may_seal)


def _mail_light(session: Session, house: Installation, now: datetime, language: str) -> Light:
    leaves = house.settings.smarthost is not None
    return mail_light(mail_standing(session, now), language, leaves=leaves)


def _check_light(
    ended_at: datetime | None, result: dict[str, object] | None, language: str
) -> Light:
    _ = gettext_of(language)
    if ended_at is None or result is None:
        return Light(LightName.CHECK, LightState.AMBER, cause=_("Nothing has been checked yet."))
    if result.get("ok"):
        return Light(LightName.CHECK, LightState.GREEN, ended_at)
    return Light(LightName.CHECK, LightState.STOPPED, ended_at, _("Something does not fit."))
