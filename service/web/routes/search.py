"""Søg: the page, and where the words stand in one hit, once the ledger says who sees it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from service.access.principal import Principal
from service.casework.cases.numbering import COPENHAGEN
from service.casework.evidence.excerpts import reveal_excerpts
from service.casework.evidence.listing import see_evidence
from service.casework.evidence.searching import Filters, search
from service.web.dependencies import FormModel, House, Now, PageRight, Reading
from service.web.frames import frame_for
from service.web.rendering import wants_partial
from service.web.screens.evidence import numbers_of
from service.web.screens.search import FIELDS, search_view, shown_excerpt
from service.web.searchmarks import mark_from, mark_to
from service.web.views.frame import Place
from service.web.views.search import RevealedExcerpts

LONGEST_FIELD = 4000
router = APIRouter(include_in_schema=False)
See = Annotated[Principal, Depends(PageRight("evidence.see"))]
View = Annotated[Principal, Depends(PageRight("evidence.view"))]


class ExcerptsForm(FormModel):
    """What was searched for, and the page's own query to come back to."""

    q: str
    search: str = ""


@router.get("/search")
def show(request: Request, who: See, session: Reading, now: Now) -> Response:
    """Show the field, and what was found. Whatever the address says, it is answered."""
    asked = {name: request.query_params.get(name, "")[:LONGEST_FIELD].strip() for name in FIELDS}
    # PostgreSQL refuses text with NUL; nothing that is kept has one.
    asked = {name: value.replace("\0", " ") for name, value in asked.items()}
    asked["q"] = request.query_params.get("q", "")
    mark = mark_from(request.query_params.get("after", ""))
    results = search(session, who, asked["q"], now, filters=_filters(asked), after=mark)
    frame = frame_for(request, who, Place.SEARCH)
    following = mark_to(results.next) if results.next else None
    view = search_view(
        session, who, asked, results, now, language=frame.language, following=following
    )
    answer: Response = request.app.state.templates.response(
        request, "search.html", {"frame": frame, "view": view}
    )
    return answer


@router.post("/search/{evidence_id}/viewing")
def reveal(
    request: Request,
    evidence_id: UUID,
    who: View,
    form: Annotated[ExcerptsForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Show where the words stand, once the ledger says who sees them."""
    form.check(who)
    found = reveal_excerpts(house, who, evidence_id, form.q, now)
    with house.database.reading() as session:
        number = numbers_of(session, [see_evidence(session, who, evidence_id, now)])[evidence_id]
    revealed = RevealedExcerpts(
        tuple(shown_excerpt(one) for one in found),
        number,
        f"/evidence/{evidence_id}",
        now,
        f"/search?{form.search}",
        f"excerpts-{evidence_id}",
    )
    name = "partials/revealed_excerpts.html" if wants_partial(request) else "search_shown.html"
    context = {"frame": frame_for(request, who, Place.SEARCH), "revealed": revealed}
    answer: Response = request.app.state.templates.response(request, name, context)
    return answer


def _filters(asked: dict[str, str]) -> Filters:
    """Return what was chosen; a value that cannot be one is left out."""
    return Filters(
        kind=asked["kind"],
        channel=asked["channel"],
        state=asked["state"],
        unit=_id(asked["unit"]),
        employee=_id(asked["employee"]),
        account=asked["account"],
        case=asked["case"],
        since=_day(asked["since"]),
        until=_day(asked["until"], last=True),
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str, *, last: bool = False) -> datetime | None:
    """Return the first or last moment of a day on the wall's calendar."""
    try:
        day = date.fromisoformat(text)
        begin = datetime.combine(day, time(), COPENHAGEN)
        return begin if not last else begin + timedelta(days=1, microseconds=-1)
    except (ValueError, OverflowError):
        return None
