"""Dokumentation: the list, one piece with its proof, showing its content, checking it now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import AwareDatetime
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response, StreamingResponse

from archive.errors import EvidenceErased, EvidenceNotFound
from service.access.principal import Principal
from service.casework.evidence.belongings import case_numbers, cases_of
from service.casework.evidence.beside import beside, check_beside
from service.casework.evidence.checking import ask_for_check, latest_check, note_fetched
from service.casework.evidence.listing import (
    HAND_TO_POLICE,
    SeenEvidence,
    list_evidence,
    see_evidence,
)
from service.casework.evidence.originals import name_of, original_for
from service.casework.evidence.viewing import (
    note_purposeful,
    reveal_media,
    reveal_pictures,
    reveal_text,
)
from service.installation import Installation
from service.jobs.checks import NAME as CHECKS
from service.web.dependencies import (
    Entry,
    EntryRight,
    FormModel,
    House,
    Now,
    PageRight,
    Reading,
    installation_of,
    require_same_origin,
)
from service.web.disposition import attachment
from service.web.evidencelinks import link_to
from service.web.frames import frame_for, language_of
from service.web.played import PLAYED
from service.web.rendering import wants_partial
from service.web.screens.check import check_progress
from service.web.screens.evidence import evidence_rows, evidence_view
from service.web.standing import asked_again, while_standing
from service.web.views.evidence import (
    EvidenceListView,
    RevealedPicture,
    RevealedText,
    Unchanged,
)
from service.web.views.frame import FormState, Notice, Place
from service.web.views.playing import RevealedMedia
from service.web.wording import gettext_of, notice_for

PARTS = frozenset({"text", "picture", "media"})
MOST_ENTRIES = 2**63 - 1
"""No entry of the ledger stands beyond the widest number that the databases keep."""
router = APIRouter(include_in_schema=False)
SEE_ONE = EntryRight("evidence.see")
See = Annotated[Principal, Depends(PageRight("evidence.see"))]
View = Annotated[Principal, Depends(PageRight("evidence.view"))]


class ViewingForm(FormModel):
    """Which part is to be shown."""

    part: str


@router.get("/evidence")
def show_all(
    request: Request,
    who: See,
    session: Reading,
    now: Now,
    q: str = "",
    before: AwareDatetime | None = None,
    after: UUID | None = None,
) -> Response:
    """List what this person may see, the latest first; words are for the search."""
    if q:
        return RedirectResponse(f"/search?q={quote(q)}", HTTPStatus.SEE_OTHER)
    position = (before, after) if before is not None and after is not None else None
    found = list_evidence(session, who, now, after=position)
    frame = frame_for(request, who, Place.EVIDENCE)
    following = None
    if found.next is not None:
        moment, key = found.next
        following = f"/evidence?before={quote(moment.isoformat())}&after={key}"
    view = EvidenceListView(
        rows=evidence_rows(
            session, found.rows, frame.language, case_numbers(session, who, found.rows, now)
        ),
        count=found.count,
        count_is_exact=found.count_is_exact,
        next_url=following,
        sealed_url="/sealed-off" if who.may(HAND_TO_POLICE) else None,
    )
    answer: Response = request.app.state.templates.response(
        request, "evidence_list.html", {"frame": frame, "view": view}
    )
    return answer


@router.get("/evidence/{evidence_id}")
def show(
    request: Request,
    evidence_id: UUID,
    entry: Annotated[Entry, Depends(SEE_ONE)],
    acts: Annotated[int, Query(ge=-1, le=MOST_ENTRIES)] = -1,
    said: str | None = None,
) -> Response:
    """Show the facts, custody (after entry `acts`) and proof of one piece, not its content."""
    house = installation_of(request)
    now = house.clock.now()
    with house.database.reading() as session:
        who = entry.admit(session)
        notice = notice_for(language_of(request, who), said)
        row = see_evidence(session, who, evidence_id, now)
        return _page(request, house, session, who, row, now, acts=acts, notice=notice)


@router.post("/evidence/{evidence_id}/check")
def check(
    request: Request,
    evidence_id: UUID,
    who: See,
    form: Annotated[FormModel, Form()],
    house: House,
    now: Now,
) -> Response:
    """Ask that the sealed original is counted over, to say whether it is unchanged."""
    form.check(who)
    with house.database.writing() as session:
        ask_for_check(session, who, evidence_id, now)
    request.app.state.engine.wake(CHECKS)
    return RedirectResponse(f"/evidence/{evidence_id}#check-progress", HTTPStatus.SEE_OTHER)


@router.get("/evidence/{evidence_id}/check")
def check_so_far(
    request: Request, evidence_id: UUID, who: See, session: Reading, now: Now
) -> Response:
    """Show how far the check is; htmx asks for the partial."""
    row = see_evidence(session, who, evidence_id, now)
    if not wants_partial(request):
        return RedirectResponse(f"/evidence/{row.id}#check-progress", HTTPStatus.SEE_OTHER)
    context = {
        "frame": frame_for(request, who, Place.EVIDENCE),
        "check": check_progress(row.id, latest_check(session, row.id)),
    }
    answer: Response = request.app.state.templates.response(
        request, "partials/check_progress.html", context
    )
    return answer


@router.post("/evidence/{evidence_id}/viewing")
def reveal(
    request: Request,
    evidence_id: UUID,
    who: View,
    form: Annotated[ViewingForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Show text or pictures, once the ledger says who sees them."""
    form.check(who)
    back = f"/evidence/{evidence_id}"
    part = form.part if form.part in PARTS else "text"
    _ = gettext_of(language_of(request, who))
    revealed: RevealedPicture | RevealedText | RevealedMedia
    if part == "media":
        one = reveal_media(house, who, evidence_id, now, playable=PLAYED)
        film = PLAYED[one.media_type].startswith("video/")
        facts = _("Film of the evidence") if film else _("Sound of the evidence")
        url = link_to(request, evidence_id, one.name)
        revealed = RevealedMedia(url, film, facts, now, back, f"media-{evidence_id}")
    elif part == "picture":
        shown = reveal_pictures(house, who, evidence_id, now)
        if not shown:
            raise EvidenceNotFound(str(evidence_id))
        urls = tuple(link_to(request, evidence_id, one.name) for one in shown)
        facts = _("Picture of the evidence")
        revealed = RevealedPicture(urls, facts, now, back, f"picture-{evidence_id}")
    else:
        text = reveal_text(house, who, evidence_id, now)
        revealed = RevealedText(text, now, back, f"text-{evidence_id}")
    name = f"partials/revealed_{part}.html" if wants_partial(request) else "revealed.html"
    context = {"frame": frame_for(request, who, Place.EVIDENCE), "revealed": revealed, "part": part}
    answer: Response = request.app.state.templates.response(request, name, context)
    return answer


@router.get("/evidence/{evidence_id}/original")
def original(request: Request, evidence_id: UUID, who: View, house: House, now: Now) -> Response:
    """Hand out the original as a download, never shown here; the ledger says who fetched it.

    Whoever has it has seen it: it stands among the viewings too. Another site's link opens
    nothing, for nobody is to be written down as having seen what they did not ask for.
    """
    require_same_origin(request)
    with house.database.reading() as session:
        evidence, stored, key = original_for(session, house.vault, who, evidence_id, now)
        name = name_of(session, evidence_id)
        cases = cases_of(session, who, evidence, now)
    case_id = cases[0].id if cases else None
    note_purposeful(house, who, evidence_id, case_id=case_id, now=now)
    note_fetched(house, who, evidence_id, now)
    headers = {
        "Content-Disposition": attachment(name),
        "Content-Length": str(stored.size),
    }

    def still() -> None:
        person = asked_again(request, house)
        with house.database.reading() as session:
            original_for(session, house.vault, person, evidence_id, house.clock.now())

    sent = while_standing(house.vault.stream(key, stored), still, house.clock.now)
    return StreamingResponse(sent, headers=headers, media_type="application/octet-stream")


def evidence_page(
    request: Request,
    house: Installation,
    who: Principal,
    evidence_id: UUID,
    now: datetime,
    *,
    form: FormState | None = None,
) -> Response:
    """Return one piece's page; `form` is what was typed and refused."""
    with house.database.reading() as session:
        row = see_evidence(session, who, evidence_id, now)
        return _page(request, house, session, who, row, now, form=form)


def _page(
    request: Request,
    house: Installation,
    session: Session,
    who: Principal,
    row: SeenEvidence,
    now: datetime,
    *,
    acts: int = -1,
    notice: Notice | None = None,
    form: FormState | None = None,
) -> Response:
    frame = frame_for(request, who, Place.EVIDENCE, notice=notice)
    near = beside(session, row.id) if row.told else check_beside(session, row.id)
    try:
        # What was read names people: where nothing is told, it stays sealed.
        shown = near.reading if row.told and row.sealed_off_at is None else None
        reading = shown.opened(house.vault) if shown else None
    except EvidenceErased:
        reading = None
    check = check_progress(row.id, near.check)
    view = evidence_view(
        session,
        who,
        row,
        now,
        near=near,
        reading=reading,
        language=frame.language,
        unchanged=Unchanged(check.result) if check.result else Unchanged.NOT_CHECKED,
        acts_after=acts,
        form=form,
    )
    view = replace(view, checked_at=check.ended_at if check.result else None)
    answer: Response = request.app.state.templates.response(
        request,
        "evidence.html",
        {"frame": frame, "view": view, "check": check},
        status_code=(HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK).value,
    )
    return answer
