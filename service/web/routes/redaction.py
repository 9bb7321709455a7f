"""Dæk andre personer: words and boxes are covered in a copy, and the copy is looked at."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from service.access.principal import Principal
from service.casework.exporting.redacting import (
    Box,
    Redacted,
    may_be_covered,
    redact,
    redacted_now,
    show_to_cover,
)
from service.errors import CoverNotFound, NothingToCover, ReasonMissing
from service.installation import Installation
from service.web.dependencies import FormModel, House, Now, PageRight, Reading
from service.web.evidencelinks import link_to
from service.web.frames import frame_for
from service.web.views.bundle import CoverView
from service.web.views.frame import FieldError, FormState, Place
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False)
HandOver = Annotated[Principal, Depends(PageRight("evidence.export"))]
_BOX = re.compile(r"\s*(\d{1,6})[\s,;]+(\d{1,6})[\s,;]+(\d{1,6})[\s,;]+(\d{1,6})\s*")


class CoverForm(FormModel):
    """What is to be covered: words or names, one a line; boxes as four numbers a line."""

    act: Literal["show", "cover"]
    words: str = ""
    boxes: str = ""
    reason: str = ""


@router.get("/evidence/{evidence_id}/redaction")
def ask(request: Request, evidence_id: UUID, who: HandOver, session: Reading, now: Now) -> Response:
    """Say what covering is; the content stays hidden until it is asked for."""
    number = may_be_covered(session, who, evidence_id, now)
    return _page(request, who, _view(evidence_id, number))


@router.post("/evidence/{evidence_id}/redaction")
def cover(
    request: Request,
    evidence_id: UUID,
    who: HandOver,
    form: Annotated[CoverForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Show what is there, or cover it and show the result; each is a viewing."""
    form.check(who)
    with house.database.reading() as session:
        number = may_be_covered(session, who, evidence_id, now)
    # What was typed stays: whoever sees that something was forgotten adds to it.
    typed = {"words": form.words, "boxes": form.boxes, "reason": form.reason}
    state = FormState(typed)
    if form.act == "cover":
        try:
            words = [line for line in map(str.strip, form.words.splitlines()) if line]
            redact(
                house,
                who,
                evidence_id,
                words=words,
                boxes=_boxes(form.boxes),
                reason=form.reason,
                now=now,
            )
        except (ReasonMissing, NothingToCover, CoverNotFound, ValueError) as wrong:
            state = _wrong(form, wrong, frame_for(request, who).language)
    shown = show_to_cover(house, who, evidence_id, now)
    result = _result(house, who, evidence_id)
    view = CoverView(
        number=number,
        url=f"/evidence/{evidence_id}/redaction",
        back_url=f"/evidence/{evidence_id}",
        picture_url=link_to(request, evidence_id, shown.picture.name) if shown.picture else None,
        width=shown.size[0],
        height=shown.size[1],
        text=shown.text,
        shown=True,
        result_url=link_to(request, evidence_id, result.name) if result and result.name else None,
        result_text=result.text if result else None,
        done=form.act == "cover" and not state.errors,
        form=state,
    )
    return _page(request, who, view)


def _result(house: Installation, who: Principal, evidence_id: UUID) -> Redacted | None:
    with house.database.reading() as session:
        return redacted_now(session, house.vault, who, evidence_id)


def _view(evidence_id: UUID, number: str) -> CoverView:
    return CoverView(number, f"/evidence/{evidence_id}/redaction", f"/evidence/{evidence_id}")


def _boxes(text: str) -> list[Box]:
    """Read boxes, one a line; raises `ValueError` for a line that is none."""
    found = []
    for line in text.splitlines():
        if not line.strip():
            continue
        parts = _BOX.fullmatch(line)
        if parts is None:
            raise ValueError(line)
        left, top, width, height = (int(part) for part in parts.groups())
        found.append((left, top, width, height))
    return found


def _wrong(form: CoverForm, wrong: Exception, language: str) -> FormState:
    _ = gettext_of(language)
    if isinstance(wrong, ReasonMissing):
        error = FieldError("reason", _("Write why something is covered."))
    elif isinstance(wrong, CoverNotFound):
        told = _("“%(word)s” was not found. Write it as it stands, or mark it with a box.")
        error = FieldError("words", told % {"word": wrong.word})
    elif isinstance(wrong, NothingToCover):
        error = FieldError("words", _("Write or mark what is to be covered."))
    else:
        error = FieldError("boxes", _("Write each box as four numbers on a line of its own."))
    values = {"words": form.words, "boxes": form.boxes, "reason": form.reason}
    return FormState(values, (error,))


def _page(request: Request, who: Principal, view: CoverView) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if view.form.errors else HTTPStatus.OK
    context = {"frame": frame_for(request, who, Place.EVIDENCE), "view": view}
    answer: Response = request.app.state.templates.response(
        request, "redaction.html", context, status_code=status.value
    )
    return answer
