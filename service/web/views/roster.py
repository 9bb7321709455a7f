"""Navneliste: by which names employees are recognised in posts."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.casework.organisation.roster_listing import RosterLine, RosterPage
from service.web.views.frame import FormState
from service.web.views.organisation import ChangeGroup


@dataclass(frozen=True, slots=True)
class RosterView:
    """`roster.html`: names found; `may_change` shows the forms; `days` who left still counts."""

    q: str
    page: RosterPage
    may_change: bool
    days: int
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class NameView:
    """`roster_name.html`: one name, and the path that its forms go to."""

    line: RosterLine
    url: str
    may_change: bool
    days: int
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class NamesFileView:
    """`roster_import.html`: the form, or with a `plan` what a file would change."""

    plan: str | None = None
    apply_url: str | None = None
    groups: tuple[ChangeGroup, ...] = ()
    unusable: tuple[tuple[int, str], ...] = ()
    notes: tuple[str, ...] = ()
    changed_meanwhile: bool = False
    form: FormState = field(default_factory=FormState)
