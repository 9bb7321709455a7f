"""What a file of names would change, in words."""

from __future__ import annotations

from service.organisation.roster import Change, Kind, RosterPlan
from service.web.catalogues import load
from service.web.organisation_words import OrganisationWords
from service.web.screens.organisation import SHOWN
from service.web.views.organisation import ChangeGroup
from service.web.views.roster import NamesFileView
from service.web.wording import gettext_of


def names_file_view(
    plan: RosterPlan, language: str, apply_url: str, *, changed_meanwhile: bool = False
) -> NamesFileView:
    """Return what a file of names would change."""
    _, _n = gettext_of(language), load(language).ngettext
    titles = {
        Kind.ADDED: _("New names"),
        Kind.CHANGED: _("Changed"),
        Kind.BACK: _("Back again"),
        Kind.ENDED: _("Have left"),
    }
    groups = []
    for kind, title in titles.items():
        some = [one for one in plan.changes if one.kind is kind]
        lines = [(one.name, _told(one)) for one in some[:SHOWN]]
        if len(some) > SHOWN:
            lines.append((_("… and %(num)d more") % {"num": len(some) - SHOWN}, ""))
        if lines:
            groups.append(ChangeGroup(f"{title} ({len(some)})", str(kind), tuple(lines)))
    notes = []
    if plan.known:
        said = _n(
            "One row says nothing new: the person is recognised already.",
            "%(num)d rows say nothing new: the people are recognised already.",
            plan.known,
        )
        notes.append(said % {"num": plan.known})
    if plan.missing:
        said = _n(
            "One name from an earlier file is not in this one.",
            "%(num)d names from earlier files are not in this one.",
            plan.missing,
        )
        notes.append(said % {"num": plan.missing})
    if plan.withheld:
        notes.append(
            _(
                "None of them ends: they are more than a fifth, or a row that is left aside may be "
                "theirs. Put the file right, or end them by hand."
            )
        )
    words = OrganisationWords(language)
    return NamesFileView(
        plan=plan.digest,
        apply_url=apply_url if plan.changes else None,
        groups=tuple(groups),
        unusable=tuple((one.line, words.row_fault(one)) for one in plan.unusable),
        notes=tuple(notes),
        changed_meanwhile=changed_meanwhile,
    )


def _told(change: Change) -> str:
    parts = (*change.nicknames, *change.titles, *([change.unit] if change.unit else []))
    return "" if change.kind is Kind.ENDED else ", ".join(parts)
