"""Ugens stikprøve: a decision that one person took alone, looked at by somebody else."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from service.access.principal import Principal
from service.casework.moderation.sampling import look_again, sample_of
from service.errors import AlreadyDecided, FourEyes, ReasonMissing
from service.web.dependencies import FormModel, House, Now, PageRight, Reading
from service.web.frames import frame_for
from service.web.rendering import wants_partial
from service.web.routes.queue import next_post, queue_page
from service.web.views.frame import FieldError, FormState, Notice, NoticeKind
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False)
Look = Annotated[Principal, Depends(PageRight("post.approve"))]


class SecondLookForm(FormModel):
    """What the second look said."""

    answer: Literal["agree", "disagree"]
    reason: str = ""


@router.get("/queue/samples/{sample_id}")
def show(request: Request, sample_id: UUID, who: Look, session: Reading, now: Now) -> Response:
    """Show a drawn decision with its post."""
    drawn = sample_of(session, who, sample_id, now)
    return queue_page(request, who, session, now, sample=drawn)


@router.post("/queue/samples/{sample_id}")
def look(
    request: Request,
    sample_id: UUID,
    who: Look,
    form: Annotated[SecondLookForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Keep a second look; the next post is already there."""
    form.check(who)
    agrees = form.answer == "agree"
    try:
        with house.database.writing() as session:
            look_again(session, who, sample_id, agrees=agrees, reason=form.reason, now=now)
    except (AlreadyDecided, FourEyes, ReasonMissing) as refused:
        _ = gettext_of(frame_for(request, who).language)
        texts: dict[type[Exception], str] = {
            AlreadyDecided: _("A colleague has just looked at this one."),
            FourEyes: _("Somebody else must answer this one."),
            ReasonMissing: _("Give the reason."),
        }
        text = texts[type(refused)]
        state = FormState(values={"reason": form.reason}, errors=(FieldError("reason", text),))
        status = HTTPStatus.OK if wants_partial(request) else HTTPStatus.UNPROCESSABLE_ENTITY
        with house.database.reading() as session:
            return queue_page(
                request,
                who,
                session,
                now,
                sample=sample_of(session, who, sample_id, now),
                form=state,
                notice=Notice(NoticeKind.REFUSED, text),
                status=status,
            )
    return next_post(request, who, house, now, "looked_agrees" if agrees else "looked_disagrees")
