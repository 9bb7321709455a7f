"""Søg: one field, what was understood, hits without their content."""

from dataclasses import dataclass
from datetime import datetime

from service.web.views.evidence import EvidenceRow, Mark


@dataclass(frozen=True, slots=True)
class SearchedTerm:
    """One thing that was searched for.

    Attributes:
        typed: The word or phrase as it was typed.
        how: `forms` (in all its forms), `exact`, `beginning`.
        related: Other words that it finds as well.
        without: Whether it must not be there.
    """

    typed: str
    how: str
    related: tuple[str, ...] = ()
    without: bool = False


@dataclass(frozen=True, slots=True)
class SearchHint:
    """Another question, and what it finds."""

    typed: str
    url: str
    count: int
    count_is_exact: bool


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A hit: neutral facts, and whether its content may be asked for.

    Attributes:
        id: The evidence's id, in paths.
        row: As in every list.
        as_written: Whether it has the words as they were typed.
        may_reveal: Whether this person may see where they stand.
    """

    id: str
    row: EvidenceRow
    as_written: bool
    may_reveal: bool


@dataclass(frozen=True, slots=True)
class SearchChoices:
    """What may be chosen beside the words: pairs of value and word, and what is chosen now."""

    kinds: tuple[tuple[str, str], ...]
    channels: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]
    units: tuple[tuple[str, str], ...] = ()
    employees: tuple[tuple[str, str], ...] = ()
    kind: str = ""
    channel: str = ""
    state: str = ""
    unit: str = ""
    employee: str = ""
    account: str = ""
    case: str = ""
    since: str = ""
    until: str = ""

    @property
    def chosen(self) -> int:
        """How many choices are made."""
        return sum(
            bool(one)
            for one in (
                self.kind,
                self.channel,
                self.state,
                self.unit,
                self.employee,
                self.account,
                self.case,
                self.since,
                self.until,
            )
        )


@dataclass(frozen=True, slots=True)
class SearchView:
    """`search.html`.

    Attributes:
        typed: What stands in the field.
        asked: Whether anything was asked at all.
        terms: What was searched for; empty where nothing in it is a word.
        left_out: Pieces of the question that hold no word.
        too_short: Beginnings of one letter, which were searched for as words.
        cut: Whether the question was too long and only its first part was used.
        is_cut: Whether older hits are left out of the order.
        hints: Where nothing has all of it, what each part finds.
        wider: The one word as the beginning of longer ones ("trusselsbrev"); not counted.
        search: This page's own query, for the forms to come back to.
    """

    choices: SearchChoices
    typed: str = ""
    asked: bool = False
    terms: tuple[SearchedTerm, ...] = ()
    left_out: tuple[str, ...] = ()
    too_short: tuple[str, ...] = ()
    cut: bool = False
    hits: tuple[SearchHit, ...] = ()
    count: int = 0
    count_is_exact: bool = True
    is_cut: bool = False
    hints: tuple[SearchHint, ...] = ()
    wider: SearchHint | None = None
    next_url: str | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class ShownExcerpt:
    """A part of a text with the words that were found; `typed` from a screenshot, or read."""

    text: str
    marks: tuple[Mark, ...]
    goes_on_before: bool = False
    goes_on_after: bool = False
    typed: bool = False


@dataclass(frozen=True, slots=True)
class RevealedExcerpts:
    """`partials/revealed_excerpts.html`, `search_shown.html`: after the viewing is kept.

    Attributes:
        excerpts: In their order; empty where only facts matched.
        number: The piece's number.
        url: The piece's own page.
        viewed_at: The moment of the viewing that the ledger holds.
        back: The search that it was revealed from.
        target: The id of the element that the partial replaces.
    """

    excerpts: tuple[ShownExcerpt, ...]
    number: str
    url: str
    viewed_at: datetime
    back: str
    target: str
