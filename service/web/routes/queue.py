"""Til vurdering: the queue, decisions, approvals, and revealing a post."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.moderation.day import decided_today, exposures_today
from service.casework.moderation.deciding import REMOVING, Proposed, approve, decide
from service.casework.moderation.queue import (
    card_of,
    count_waiting,
    shut_among,
    waiting_posts,
)
from service.casework.moderation.revealing import reveal_post
from service.casework.moderation.sampling import Drawn, waiting_samples
from service.casework.moderation.verifying import check_preserved
from service.errors import (
    AlreadyDecided,
    AlreadySecured,
    ClauseMissing,
    FourEyes,
    NotYetCaptured,
    PostNotFound,
    ReasonMissing,
)
from service.web.dependencies import FormModel, House, Now, PageRight, Reading
from service.web.evidencelinks import link_to
from service.web.frames import frame_for
from service.web.rendering import wants_partial
from service.web.screens.queue import decision_card, queue_rows, sample_rows
from service.web.views.evidence import Mark, RevealedPicture, RevealedText
from service.web.views.frame import FieldError, FormState, Notice, NoticeKind, Place
from service.web.views.queue import Outcome, QueueView
from service.web.wording import gettext_of, notice_for

router = APIRouter(include_in_schema=False)
See = Annotated[Principal, Depends(PageRight("queue.see"))]
Decide = Annotated[Principal, Depends(PageRight("post.decide"))]
Approve = Annotated[Principal, Depends(PageRight("post.approve"))]


class DecisionForm(FormModel):
    """One of the four acts, with clause and reason."""

    decision: Outcome
    reason: str = ""
    clause: str | None = None


class ApprovalForm(FormModel):
    """The second person's answer."""

    answer: Literal["approve", "refuse"]
    reason: str = ""


class PostViewingForm(FormModel):
    """Which part of a post is to be shown."""

    part: str


@router.get("/queue")
def show(
    request: Request,
    who: See,
    session: Reading,
    now: Now,
    post: UUID | None = None,
    said: str | None = None,
) -> Response:
    """Show the queue with one post open: the wanted one, else the worst."""
    notice = notice_for(frame_for(request, who).language, said)
    return queue_page(request, who, session, now, opened=post, notice=notice)


@router.post("/posts/{post_id}/decision")
def post_decision(
    request: Request,
    post_id: UUID,
    who: Decide,
    form: Annotated[DecisionForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Record a decision; the next post is already there."""
    form.check(who)
    removing = form.decision in REMOVING
    with house.database.reading() as session:
        card_of(session, who, post_id, now)
    preserved = check_preserved(house, post_id) if removing else None
    proposed = Proposed(str(form.decision), form.reason, form.clause)
    try:
        with house.database.writing() as session:
            decision = decide(session, who, post_id, proposed, preserved=preserved, now=now)
            waits = decision.needs_approval
    except (
        NotYetCaptured,
        ReasonMissing,
        ClauseMissing,
        FourEyes,
        AlreadyDecided,
        AlreadySecured,
    ) as refused:
        return _refused(request, who, house, now, post_id, form, refused)
    return next_post(request, who, house, now, "proposed" if waits else "decided")


@router.post("/posts/{post_id}/approval")
def post_approval(
    request: Request,
    post_id: UUID,
    who: Approve,
    form: Annotated[ApprovalForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Approve or refuse a colleague's proposal."""
    form.check(who)
    agrees = form.answer == "approve"
    with house.database.reading() as session:
        card_of(session, who, post_id, now)
    preserved = check_preserved(house, post_id) if agrees else None
    try:
        with house.database.writing() as session:
            approve(
                session,
                who,
                post_id,
                agrees=agrees,
                preserved=preserved,
                reason=form.reason,
                now=now,
            )
    except (NotYetCaptured, ReasonMissing, FourEyes, AlreadyDecided) as refused:
        return _refused(request, who, house, now, post_id, form, refused)
    return next_post(request, who, house, now, "approved" if agrees else "refused")


@router.post("/posts/{post_id}/viewing")
def reveal(
    request: Request,
    post_id: UUID,
    who: See,
    form: Annotated[PostViewingForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Show a post's text or picture, once its viewing is in the ledger."""
    form.check(who)
    part = "picture" if form.part == "picture" else "text"
    shown = reveal_post(house, who, post_id, now, part)
    back = f"/queue?post={post_id}"
    revealed: RevealedPicture | RevealedText
    if part == "picture":
        if shown.picture_name is None:
            raise PostNotFound(str(post_id))
        url = link_to(request, shown.evidence_id, shown.picture_name)
        _ = gettext_of(frame_for(request, who).language)
        revealed = RevealedPicture(
            (url,), _("Picture of the post"), now, back, f"picture-{post_id}"
        )
    else:
        marks = tuple(Mark(start, end) for start, end in shown.marks)
        revealed = RevealedText(shown.text, now, back, f"text-{post_id}", marks, typed=shown.typed)
    name = f"partials/revealed_{part}.html" if wants_partial(request) else "revealed.html"
    context = {"frame": frame_for(request, who, Place.QUEUE), "revealed": revealed, "part": part}
    answer: Response = request.app.state.templates.response(request, name, context)
    return answer


def queue_page(
    request: Request,
    who: Principal,
    session: Session,
    now: datetime,
    *,
    opened: UUID | None = None,
    sample: Drawn | None = None,
    form: FormState | None = None,
    notice: Notice | None = None,
    broken: bool = False,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """Answer with the queue and one card open: the wanted post, a drawn decision, or the worst."""
    waiting = waiting_posts(session, who, now)
    total = count_waiting(session, who, now)
    samples = waiting_samples(session, who, now)
    first = opened or (waiting[0].post.id if waiting else None)
    if sample is not None:
        first = sample.post.id
    frame = frame_for(request, who, Place.QUEUE, notice=notice, waiting={Place.QUEUE: total})
    card = card_of(session, who, first, now) if first else None
    looked = sample.sample.id if sample else None
    view = QueueView(
        rows=tuple(queue_rows(who, waiting, None if sample else first, frame.language)),
        card=(
            decision_card(session, who, card, frame.language, form, broken=broken, sample=sample)
            if card
            else None
        ),
        more=max(0, total - len(waiting)),
        decided_today=decided_today(session, who, now),
        exposures_today=exposures_today(session, who, now),
        samples=tuple(
            sample_rows(
                who,
                samples,
                looked,
                frame.language,
                shut_among(session, [one.post.id for one in samples]),
            )
        ),
    )
    name = "partials/queue.html" if wants_partial(request) else "queue.html"
    answer: Response = request.app.state.templates.response(
        request, name, {"frame": frame, "view": view}, status_code=status.value
    )
    return answer


def next_post(request: Request, who: Principal, house: House, now: datetime, said: str) -> Response:
    """Answer an act that is done: the next post is already there."""
    if not wants_partial(request):
        return RedirectResponse(f"/queue?said={said}", HTTPStatus.SEE_OTHER)
    notice = notice_for(frame_for(request, who).language, said)
    with house.database.reading() as session:
        return queue_page(request, who, session, now, notice=notice)


def _refused(
    request: Request,
    who: Principal,
    house: House,
    now: datetime,
    post_id: UUID,
    form: DecisionForm | ApprovalForm,
    refused: Exception,
) -> Response:
    _ = gettext_of(frame_for(request, who).language)
    texts: dict[type[Exception], tuple[str, str]] = {
        NotYetCaptured: ("reason", _("It cannot be deleted before it is secured.")),
        ReasonMissing: ("reason", _("Give the reason.")),
        ClauseMissing: ("clause", _("Choose the rule that it rests on.")),
        FourEyes: ("reason", _("Somebody else must answer this one.")),
        AlreadyDecided: ("reason", _("A colleague has just decided this post.")),
        AlreadySecured: ("reason", _("The post is secured. Decide about it as it stands.")),
    }
    field, text = texts[type(refused)]
    values = {"reason": form.reason}
    if isinstance(form, DecisionForm):
        values["clause"] = form.clause or ""
    state = FormState(values=values, errors=(FieldError(field, text),))
    notice = Notice(NoticeKind.REFUSED, text)
    status = HTTPStatus.OK if wants_partial(request) else HTTPStatus.UNPROCESSABLE_ENTITY
    with house.database.reading() as session:
        return queue_page(
            request,
            who,
            session,
            now,
            opened=post_id,
            form=state,
            notice=notice,
            broken=isinstance(refused, NotYetCaptured),
            status=status,
        )
