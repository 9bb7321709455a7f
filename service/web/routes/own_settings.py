"""One's own settings: the language of pages and mails, and how pictures are shown."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.own_settings import ACTION, Pictures, choose_for_oneself
from service.web.dependencies import FormModel, House, Now, PageRight
from service.web.frames import LANGUAGE_COOKIE, frame_for
from service.web.views.own_settings import OwnSettingsView
from service.web.wording import notice_for

router = APIRouter(include_in_schema=False, prefix="/my-settings")
Own = Annotated[Principal, Depends(PageRight(ACTION))]


class SettingsForm(FormModel):
    """What is chosen."""

    language: Literal["da", "nb", "en"]
    pictures: Pictures


@router.get("")
def show(request: Request, who: Own, said: str | None = None) -> Response:
    """Show what is chosen."""
    language = frame_for(request, who).language
    view = OwnSettingsView(who.language, Pictures(who.pictures))
    frame = frame_for(request, who, notice=notice_for(language, said))
    answer: Response = request.app.state.templates.response(
        request, "own_settings.html", {"frame": frame, "view": view}
    )
    return answer


@router.post("")
def choose(who: Own, form: Annotated[SettingsForm, Form()], house: House, now: Now) -> Response:
    """Keep it; the language holds in this browser at once, whatever was chosen there before."""
    form.check(who)
    with house.database.writing() as session:
        choose_for_oneself(session, who, language=form.language, pictures=form.pictures, now=now)
    answer = RedirectResponse("/my-settings?said=settings_kept", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(LANGUAGE_COOKIE, path="/")
    return answer
