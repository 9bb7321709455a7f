"""Whether words hold what is looked for: the one meaning that both databases must have. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from archive.search.lemmas import lemmas_of
from archive.search.query import Query, Term


def holds(query: Query, words: Sequence[str], *, as_written: bool = False) -> bool:
    """Tell whether a piece with these words, in their order, is found.

    `as_written` asks for the words just as they were typed.
    """
    return all(_stands(term, words, as_written=as_written) for term in query.wanted) and not any(
        _stands(term, words, as_written=False) for term in query.unwanted
    )


def places_of(term: Term, words: Sequence[str], *, as_written: bool = False) -> list[int]:
    """Return where a term begins among these words."""
    if term.in_any_form and not as_written:
        wanted = set(lemmas_of(term.words[0]))
        return [at for at, word in enumerate(words) if not wanted.isdisjoint(lemmas_of(word))]
    *whole, last = term.words
    length = len(term.words)
    return [
        at
        for at in range(len(words) - length + 1)
        if (
            words[at + length - 1].startswith(last)
            if term.beginning
            else words[at + length - 1] == last
        )
        and list(words[at : at + length - 1]) == whole
    ]


def _stands(term: Term, words: Sequence[str], *, as_written: bool) -> bool:
    return bool(places_of(term, words, as_written=as_written))
