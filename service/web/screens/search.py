"""Søg, filled: what was understood, the hits with neutral facts, and what may be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from archive.search.query import SHORTEST_BEGINNING, Term
from service.access.principal import Principal
from service.casework.evidence.belongings import case_numbers
from service.casework.evidence.excerpts import Excerpt
from service.casework.evidence.searching import (
    CHANNELS,
    KINDS,
    STATES,
    Results,
    employees_to_choose,
    units_to_choose,
    viewable,
)
from service.web.screens.evidence import evidence_rows
from service.web.views.evidence import Mark
from service.web.views.search import (
    SearchChoices,
    SearchedTerm,
    SearchHint,
    SearchHit,
    SearchView,
    ShownExcerpt,
)
from service.web.wording import gettext_of

FIELDS = ("q", "kind", "channel", "state", "unit", "employee", "account", "case", "since", "until")


def search_view(
    session: Session,
    who: Principal,
    asked: Mapping[str, str],
    results: Results,
    now: datetime,
    *,
    language: str,
    following: str | None,
) -> SearchView:
    """Return the page; `asked` is what stands in its fields, `following` the mark of the next."""
    rows = results.rows
    shown = evidence_rows(session, rows, language, case_numbers(session, who, rows, now))
    open_to_view = viewable(session, who, [row.id for row in rows], now)
    return SearchView(
        choices=_choices(session, who, asked, now, language),
        typed=asked["q"],
        asked=any(asked.values()),
        terms=tuple(_term(term) for term in results.query.terms),
        left_out=results.query.left_out,
        too_short=results.query.too_short,
        cut=results.query.cut,
        hits=tuple(
            SearchHit(str(piece.id), row, piece.id in results.as_written, piece.id in open_to_view)
            for piece, row in zip(rows, shown, strict=True)
        ),
        count=results.count,
        count_is_exact=results.count_is_exact,
        is_cut=results.is_cut,
        hints=tuple(
            SearchHint(hint.typed, url_of({"q": hint.typed}), hint.count, hint.count_is_exact)
            for hint in results.hints
        ),
        wider=_wider(results.query.terms),
        next_url=url_of({**asked, "after": following}) if following else None,
        search=query_of(asked),
    )


def url_of(asked: Mapping[str, str]) -> str:
    """Return the path of a search."""
    return f"/search?{query_of(asked)}"


def query_of(asked: Mapping[str, str]) -> str:
    """Return the query of a search, what is empty left out."""
    return urlencode({name: value for name, value in asked.items() if value})


def shown_excerpt(excerpt: Excerpt) -> ShownExcerpt:
    """Return an excerpt as the page shows it."""
    marks = tuple(Mark(start, end) for start, end in excerpt.marks)
    return ShownExcerpt(
        excerpt.text,
        marks,
        excerpt.goes_on_before,
        excerpt.goes_on_after,
        excerpt.typed,
    )


def _term(term: Term) -> SearchedTerm:
    how = "beginning" if term.beginning else "forms" if term.in_any_form else "exact"
    return SearchedTerm(term.typed, how, term.related, term.without)


def _wider(terms: tuple[Term, ...]) -> SearchHint | None:
    if len(terms) != 1 or not terms[0].in_any_form or len(terms[0].words[0]) < SHORTEST_BEGINNING:
        return None
    word = terms[0].words[0]
    return SearchHint(word, url_of({"q": f"{word}*"}), 0, count_is_exact=False)


def _choices(
    session: Session, who: Principal, asked: Mapping[str, str], now: datetime, language: str
) -> SearchChoices:
    _ = gettext_of(language)
    kinds = {
        "mail": _("E-mail"),
        "picture": _("Picture"),
        "page": _("Page"),
        "document": _("Document"),
        "told": _("Told in words"),
        "sound_or_film": _("Sound or film"),
        "other": _("File"),
    }
    channels = {
        "mail": _("By mail"),
        "upload": _("Handed in here"),
        "capture": _("Secured by Værn"),
        "told": _("Told in words"),
    }
    states = {
        "read": _("Has been read"),
        "unreadable": _("Could not be read"),
        "waiting": _("Waits to be read"),
    }
    chosen = {name: asked[name] for name in FIELDS if name != "q"}
    return SearchChoices(
        kinds=tuple((key, kinds[key]) for key in KINDS),
        channels=tuple((key, channels[key]) for key in CHANNELS),
        states=tuple((key, states[key]) for key in STATES),
        units=tuple((str(key), name) for key, name in units_to_choose(session, who)),
        employees=tuple((str(key), name) for key, name in employees_to_choose(session, who, now)),
        **chosen,
    )
