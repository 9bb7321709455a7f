"""Samples: the search, empty, with hits, with choices made, and where nothing was found."""

from collections.abc import Mapping
from typing import Any

from service.web.views.evidence import EvidenceKind, EvidenceRow, EvidenceState, Mark
from service.web.views.frame import Place
from service.web.views.search import (
    RevealedExcerpts,
    SearchChoices,
    SearchedTerm,
    SearchHint,
    SearchHit,
    SearchView,
    ShownExcerpt,
)
from tests.service.web.samples.around import CASE, ago, frame, page

_FRAME = frame(Place.SEARCH)
_FOLDED = SearchChoices(
    kinds=(("mail", "Mail"), ("picture", "Billede")),
    channels=(("mail", "Med mail"), ("upload", "Indsendt her")),
    states=(("read", "Er læst"),),
    units=(("u1", "Borgerservice"), ("u2", "Biblioteket")),
    employees=(("p1", "Anna Holm"),),
)
_CHOSEN = SearchChoices(
    kinds=_FOLDED.kinds,
    channels=_FOLDED.channels,
    states=_FOLDED.states,
    units=_FOLDED.units,
    employees=_FOLDED.employees,
    kind="mail",
    since="2027-01-01",
)
_TERMS = (
    SearchedTerm("trussel", "forms", ("true", "tru")),
    SearchedTerm("hvor du bor", "exact"),
    SearchedTerm("politi", "beginning"),
    SearchedTerm("spam", "forms", without=True),
)
_HITS = tuple(
    SearchHit(
        f"e{number}",
        EvidenceRow(
            f"D-00{number}",
            f"/evidence/e{number}",
            kind,
            state,
            ago(hours=number),
            source,
            48_213,
            case=case,
        ),
        as_written=number == 42,
        may_reveal=number != 31,
    )
    for number, kind, state, source, case in (
        (42, EvidenceKind.MAIL, EvidenceState.READ, "Mail til arkivet", CASE),
        (43, EvidenceKind.PICTURE, EvidenceState.RECEIVED, "skærmbillede-fra-telefon.png", None),
        (31, EvidenceKind.PAGE, EvidenceState.UNREADABLE, "https://debat.example/opslag/17", CASE),
    )
)
_SHOWN = RevealedExcerpts(
    (
        ShownExcerpt("Det er ingen trussel, men jeg ved hvor du bor.", (Mark(13, 20),), True, True),
        ShownExcerpt("Han truede igen", (Mark(4, 10),)),
    ),
    "D-0042",
    "/evidence/e42",
    ago(seconds=2),
    "/search?q=trussel",
    "excerpts-e42",
)

SAMPLES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "search": ("search.html", page(SearchView(_FOLDED), _FRAME)),
    "search_hits": (
        "search.html",
        page(
            SearchView(
                _FOLDED,
                'trussel "hvor du bor" politi* -spam %',
                asked=True,
                terms=_TERMS,
                left_out=("%",),
                hits=_HITS,
                count=1000,
                count_is_exact=False,
                next_url="/search?q=trussel&after=x",
                search="q=trussel",
            ),
            _FRAME,
        ),
    ),
    "search_chosen": (
        "search.html",
        page(
            SearchView(
                _CHOSEN,
                "trussel",
                asked=True,
                terms=_TERMS[:1],
                hits=_HITS[:1],
                count=1,
                is_cut=True,
                wider=SearchHint("trussel", "/search?q=trussel*", 0, count_is_exact=False),
            ),
            _FRAME,
        ),
    ),
    "search_nothing": (
        "search.html",
        page(
            SearchView(
                _FOLDED,
                "trussel zebra a*",
                asked=True,
                terms=(_TERMS[0], SearchedTerm("zebra", "forms"), SearchedTerm("a", "forms")),
                too_short=("a",),
                cut=True,
                hints=(
                    SearchHint("trussel", "/search?q=trussel", 17, count_is_exact=True),
                    SearchHint("a", "/search?q=a", 1000, count_is_exact=False),
                    SearchHint("zebra", "/search?q=zebra", 0, count_is_exact=True),
                ),
            ),
            _FRAME,
        ),
    ),
    "search_no_word": (
        "search.html",
        page(SearchView(_FOLDED, "%%", asked=True, left_out=("%%",)), _FRAME),
    ),
    "search_shown": ("search_shown.html", {"frame": _FRAME, "revealed": _SHOWN}),
    "search_shown_facts_only": (
        "search_shown.html",
        {
            "frame": _FRAME,
            "revealed": RevealedExcerpts(
                (), "D-0042", "/evidence/e42", ago(seconds=2), "/search", "excerpts-e42"
            ),
        },
    ),
}
