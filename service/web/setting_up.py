"""Setting up an authenticator app: its page, at the door and afterwards, and the form it sends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from fastapi import Request
from pydantic import Field
from starlette.responses import Response

from service.access.code_apps import AppDraft, address_of, draft_app, draft_from, step_of
from service.installation import Installation
from service.web.dependencies import FormModel
from service.web.frames import frame_for_anyone
from service.web.passkey_asking import party_at
from service.web.phone_codes import code_of
from service.web.views.frame import FieldError, FormState
from service.web.views.security import AppView, CodesView, SetUpView
from service.web.wording import gettext_of


class AppForm(FormModel):
    """The first code of an app, and the wrapped key that its page was made with."""

    kept: str = Field(max_length=4096)
    code: str = Field(max_length=60)


class NewPasskeyForm(FormModel):
    """What the browser's authenticator has made, as JSON, and what its owner calls it."""

    credential: str = Field(max_length=32_768)
    name: str = Field(default="", max_length=60)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an app is set up: whose it is, where the forms lead, whether that is at the door."""

    email: str
    path: str
    at_door: bool


def app_in(house: Installation, form: AppForm, now: datetime) -> tuple[AppDraft, int | None]:
    """Return the app of a form, and the step of its code; None where the code is not right.

    Raises `FormInvalid`.
    """
    draft = draft_from(house.vault, form.kept)
    return draft, step_of(draft.secret, form.code, now)


def set_up_page(
    request: Request,
    house: Installation,
    place: Place,
    draft: AppDraft | None = None,
    *,
    refused: bool = False,
) -> Response:
    """Return the page that sets up an app: a new one, or (`draft`) again one whose code was wrong.

    At the door a passkey may be made instead; `refused` says that it was not.
    """
    frame = frame_for_anyone(request)
    _ = gettext_of(frame.language)
    errors: tuple[FieldError, ...] = ()
    if draft is not None:
        text = _("The code is not right. Wait for the next one, and see that the phone's clock is.")
        errors = (FieldError("code", text),)
    shown = draft or draft_app(house.vault)
    address = address_of(shown, place.email, house.settings.municipality)
    app = AppView(
        action=f"{place.path}/app",
        kept=shown.text,
        typed=shown.typed,
        address=address,
        picture=code_of(address),
        form=FormState(errors=errors),
    )
    passkeys = place.at_door and party_at(request, house) is not None
    view = SetUpView(
        app=app,
        at_door=place.at_door,
        passkey=f"{place.path}/passkey" if passkeys else None,
        refused=refused,
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors or refused else HTTPStatus.OK
    answer: Response = request.app.state.templates.response(
        request, "set_up.html", {"frame": frame, "view": view}, status_code=status.value
    )
    return answer


def codes_page(request: Request, codes: tuple[str, ...], next_path: str) -> Response:
    """Return the page that shows recovery codes, this once."""
    context = {"frame": frame_for_anyone(request), "view": CodesView(codes, next_path)}
    answer: Response = request.app.state.templates.response(request, "recovery_codes.html", context)
    return answer
