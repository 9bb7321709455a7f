"""The phones that are connected: one's own, and everybody's for those who run Værn."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from service.access.phones import every_phone, make_link, phones_of, revoke
from service.access.principal import Principal
from service.errors import PhoneNotFound
from service.web.dependencies import FormModel, House, Now, PageRight, Reading
from service.web.frames import frame_for
from service.web.phone_codes import code_of
from service.web.views.phone import PhoneLine, PhonesView
from service.web.wording import notice_for

router = APIRouter(include_in_schema=False)
Own = Annotated[Principal, Depends(PageRight("phone.own"))]
Every = Annotated[Principal, Depends(PageRight("phone.see"))]


@router.get("/my-phones")
def own(request: Request, who: Own, house: House, now: Now, said: str | None = None) -> Response:
    """Show one's own phones."""
    return _own(request, house, who, now, said=said)


@router.post("/my-phones/link")
def link(
    request: Request, who: Own, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Make a link for oneself and show it, this once."""
    form.check(who)
    person = _person(who)
    with house.database.writing() as session:
        secret = make_link(session, person, now, actor=who.actor)
    base = (house.settings.url or str(request.base_url)).rstrip("/")
    return _own(request, house, who, now, made=f"{base}/phone/link/{secret}")


@router.post("/my-phones/{phone_id}/end")
def end_own(
    phone_id: UUID, who: Own, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """End one of one's own phones."""
    form.check(who)
    with house.database.writing() as session:
        revoke(session, phone_id, now, actor=who.actor, owner=_person(who))
    return RedirectResponse("/my-phones?said=phone_ended", HTTPStatus.SEE_OTHER)


@router.get("/phones")
def every(
    request: Request, who: Every, session: Reading, now: Now, said: str | None = None
) -> Response:
    """Show every connected phone: whose, since when, when last used."""
    lines = tuple(
        PhoneLine(
            row.label,
            row.enrolled_at,
            row.expires_at,
            row.last_used_at,
            f"/phones/{row.id}/end",
            person.name,
        )
        for row, person in every_phone(session, now)
    )
    return _page(request, who, PhonesView(lines, own=False), said)


@router.post("/phones/{phone_id}/end")
def end_any(
    phone_id: UUID, who: Every, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """End anybody's phone: one that was lost, or that nobody knows."""
    form.check(who)
    with house.database.writing() as session:
        revoke(session, phone_id, now, actor=who.actor)
    return RedirectResponse("/phones?said=phone_ended", HTTPStatus.SEE_OTHER)


def _own(
    request: Request,
    house: House,
    who: Principal,
    now: Now,
    *,
    said: str | None = None,
    made: str | None = None,
) -> Response:
    with house.database.reading() as session:
        lines = tuple(
            PhoneLine(
                row.label,
                row.enrolled_at,
                row.expires_at,
                row.last_used_at,
                f"/my-phones/{row.id}/end",
            )
            for row in phones_of(session, _person(who), now)
        )
    code = code_of(made) if made else None
    every = who.may("phone.see")
    view = PhonesView(lines, own=True, link=made, code=code, sees_every=every)
    return _page(request, who, view, said)


def _person(who: Principal) -> UUID:
    if who.person_id is None:
        raise PhoneNotFound("a program has no phone")
    return who.person_id


def _page(request: Request, who: Principal, view: PhonesView, said: str | None) -> Response:
    frame = frame_for(request, who)
    frame = frame_for(request, who, notice=notice_for(frame.language, said))
    answer: Response = request.app.state.templates.response(
        request, "phones.html", {"frame": frame, "view": view}
    )
    answer.headers["Referrer-Policy"] = "no-referrer" if view.link else "same-origin"
    return answer
