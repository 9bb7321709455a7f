"""The organisation's pages, from values to the screen."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request
from starlette.responses import Response

from service.access.principal import Principal
from service.casework.organisation.listing import UnitLine
from service.organisation.plan import Kind, Plan
from service.organisation.roster_rows import is_nicknames
from service.web.frames import frame_for
from service.web.organisation_notices import organisation_notice
from service.web.organisation_words import OrganisationWords
from service.web.views.frame import FieldError, FormState, Place
from service.web.views.organisation import ChangeGroup, Choices, ImportView
from service.web.wording import gettext_of

_NEW_HERE = (Kind.PERSON_ADDED, Kind.PERSON_BACK, Kind.PERSON_CHANGED)
SHOWN = 500
"""So many changes of one sort are listed; the command line lists all."""


def page(
    request: Request,
    who: Principal,
    template: str,
    view: object,
    *,
    said: str | None = None,
    here: Place | None = Place.ORGANISATION,
    status: int = 200,
) -> Response:
    """Answer with one of the organisation's pages."""
    language = frame_for(request, who).language
    frame = frame_for(request, who, here, notice=organisation_notice(language, said))
    answer: Response = request.app.state.templates.response(
        request, template, {"frame": frame, "view": view}, status_code=status
    )
    return answer


def refused(
    request: Request, who: Principal, typed: Mapping[str, object], name: str, code: str
) -> FormState:
    """Return a form as it was typed, with what is wrong at one field."""
    notice = organisation_notice(frame_for(request, who).language, code)
    values = {key: str(value) for key, value in typed.items() if value is not None}
    return FormState(values, (FieldError(name, notice.text if notice else code),))


def unit_choices(units: tuple[UnitLine, ...]) -> Choices:
    """Return the units to choose from, set in by their depth."""
    return tuple((str(one.id), "\u2003" * one.depth + one.name) for one in units)


def days_in_words(weekdays: frozenset[int], language: str) -> str:
    """Return weekdays as people say them."""
    _ = gettext_of(language)
    if weekdays == frozenset(range(1, 8)):
        return _("every day")
    if weekdays == frozenset(range(1, 6)):
        return _("Monday to Friday")
    names = (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )
    return ", ".join(names[day - 1] for day in sorted(weekdays))


def import_view(
    plan: Plan, language: str, apply_url: str | None, *, changed_meanwhile: bool = False
) -> ImportView:
    """Return what a file would change, in words."""
    _, words = gettext_of(language), OrganisationWords(language)
    groups = []
    for kind, count in plan.counts.items():
        some = [one for one in plan.changes if one.kind is kind][:SHOWN]
        lines = [
            (one.name, "; ".join(words.difference(each) for each in one.differences))
            for one in some
        ]
        if count > SHOWN:
            lines.append((_("… and %(num)d more") % {"num": count - SHOWN}, ""))
        groups.append(ChangeGroup(f"{words.kind(kind)} ({count})", str(kind), tuple(lines)))
    notes = [words.keeps(one) for one in plan.keeps]
    if plan.adopted:
        notes.append(words.adopted(len(plan.adopted)))
    if any(is_nicknames(one) for one in plan.other_columns):
        notes.append(_("Nicknames are brought in under Names in posts, by this same file."))
    if plan.other_columns:
        told = ", ".join(plan.other_columns)
        notes.append(_("Columns that say nothing here: %(names)s.") % {"names": told})
    if plan.missing and plan.withheld is None:
        notes.append(words.missing(plan))
    return ImportView(
        plan=plan.digest,
        apply_url=None if plan.is_empty else apply_url,
        groups=tuple(groups),
        unusable=tuple((one.line, words.row_fault(one)) for one in plan.unusable),
        notes=tuple(notes),
        withheld=words.withheld(plan) if plan.withheld else None,
        changed_meanwhile=changed_meanwhile,
        invites=any(kind in plan.counts for kind in _NEW_HERE),
    )
