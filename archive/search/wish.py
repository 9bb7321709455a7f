"""What is looked for, by whom: the words, what else must hold, and how far the eye may reach.

A right is a list of tokens that stand with each piece of evidence (whose unit, which case, who
handed it in), so that the database itself never finds what may not be seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from archive.search.expression import All, Expression, Has, Part, Some, Without, one_of
from archive.search.lemmas import lemmas_of
from archive.search.query import Query, Term

EVERYTHING: Final = "everything"
"""The token that stands with each piece of evidence."""

SHUT: Final = "shut"
"""The token of what belongs to restricted cases alone: it opens by a case and no other way."""

Tokens = tuple[str, ...]


@dataclass(frozen=True)
class Account:
    """Who wrote or sent: the pieces known to be theirs, and their words as a mail's sender."""

    pieces: Tokens
    words: Tokens


@dataclass(frozen=True)
class Wish:
    """One search.

    `told` are the tokens of which one must stand with a piece whose words may be searched,
    `seen` with one that may be found by its number; None means all evidence, empty none. "All" is
    what is not shut; `let_in` are the tokens by which something shut is open all the same.
    `numbers` says by term which pieces it names (a case's or a piece's number, a digest).
    Each of `filters` is a choice of tokens; all filters must hold, and the `account` where one
    is asked for. `since` and `until` bound the receipt.
    """

    query: Query
    told: Tokens | None
    seen: Tokens | None
    numbers: Mapping[Term, Tokens] = field(default_factory=lambda: MappingProxyType({}))
    filters: tuple[Tokens, ...] = ()
    account: Account | None = None
    since: datetime | None = None
    until: datetime | None = None
    let_in: Tokens = ()

    @property
    def is_plain(self) -> bool:
        """Whether some term also finds other forms than the one that was typed."""
        return any(term.in_any_form for term in self.query.wanted)

    def expression(self, *, as_written: bool = False) -> Expression | None:
        """Return what must hold; None where nothing may be found.

        `as_written` asks for the words just as they were typed: what has them so stands first.
        """
        ways = []
        if not self.query.terms:
            ways.append(self._allowed(self.seen, Has(Part.ABOUT, (EVERYTHING,))))
        else:
            ways.append(self._allowed(self.told, self._words(as_written=as_written)))
            if self._only_numbers:
                named = [one_of(Part.ABOUT, self.numbers[term]) for term in self.query.wanted]
                ways.append(self._allowed(self.seen, All(tuple(named))))
        open_ways = tuple(way for way in ways if way is not None)
        if not open_ways or () in self.filters:
            return None
        found = open_ways[0] if len(open_ways) == 1 else Some(open_ways)
        chosen = [one_of(Part.ABOUT, tokens) for tokens in self.filters]
        if self.account is not None:
            theirs = self._theirs(self.account)
            if theirs is None:
                return None
            chosen.append(theirs)
        return All((found, *chosen)) if chosen else found

    def _theirs(self, account: Account) -> Expression | None:
        """From whom a mail came is content: it is found only where its words may be searched."""
        ways: list[Expression | None] = []
        if account.pieces:
            ways.append(one_of(Part.ABOUT, account.pieces))
        if account.words:
            sent = Has(Part.EXACT, account.words, beginning=True)
            ways.append(self._allowed(self.told, sent))
        open_ways = tuple(way for way in ways if way is not None)
        return Some(open_ways) if open_ways else None

    @property
    def _only_numbers(self) -> bool:
        return not self.query.unwanted and all(self.numbers.get(term) for term in self.query.wanted)

    def _words(self, *, as_written: bool) -> Expression:
        wanted = tuple(self._term(term, as_written=as_written) for term in self.query.wanted)
        there: Expression = Has(Part.ABOUT, (EVERYTHING,))
        if wanted:
            there = wanted[0] if len(wanted) == 1 else All(wanted)
        unwanted = tuple(self._term(term, as_written=False) for term in self.query.unwanted)
        return Without(there, Some(unwanted)) if unwanted else there

    def _term(self, term: Term, *, as_written: bool) -> Expression:
        words: Expression
        if term.in_any_form and not as_written:
            words = one_of(Part.LEMMAS, lemmas_of(term.words[0]))
        else:
            words = Has(Part.EXACT, term.words, term.beginning)
        named = self.numbers.get(term)
        return Some((words, one_of(Part.ABOUT, named))) if named else words

    def _allowed(self, tokens: Tokens | None, what: Expression) -> Expression | None:
        if tokens is None:
            free = Without(what, Has(Part.ABOUT, (SHUT,)))
            if not self.let_in:
                return free
            return Some((free, All((what, one_of(Part.ABOUT, self.let_in)))))
        return All((what, one_of(Part.ABOUT, tokens))) if tokens else None
