"""What must be present before a rule can hold at all, and the cheap first look for it.

Every leaf signal is one bit. A `Need` is what an expression asks of the bits, leaving order,
distance and absence aside; so a need that is not met means that the expression cannot hold, and one
that is met means only that it is worth evaluating. The gate looks for the
terms alone, keeping no places, and lets most posts pass at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

import ahocorasick

from moderation.expression import Call, Expression, Join, Not, Signal
from moderation.learned.model import Learned
from moderation.rules import SignalDefinition
from moderation.signals.built_in import BUILT_IN, LEARNED
from moderation.signals.employees import CONTEXT, Roster
from moderation.signals.personal_data import HINT, OwnContacts, kinds_in
from moderation.terms import (
    ENDINGS,
    GENITIVES,
    INFLECTED,
    NAME,
    OPEN_LEFT,
    OPEN_RIGHT,
    Term,
)
from moderation.text import Reading
from moderation.words import Words

NUMERIC = (
    "personal-number",
    "phone",
    "email",
    "account-number",
    "case-number",
    "street-address",
    "licence-plate",
)
"""The built-in signals that `HINT` foretells."""
# Whatever stands between two words, unless it is one space already.
_BETWEEN = re.compile(r"[^\w\u2600-\u27BF\U0001F300-\U0001FAFF ]+ *|  +|_+")
_NAMES_EMPLOYEES = ("job-title", "leader-title")
# Of a filtering function only the first parts must be present.
_NEEDED_PARTS = {"not_after": 1, "not_before": 1, "outside": 1, "aimed": 2}


@dataclass(frozen=True, slots=True)
class Need:
    """All bits of `every`, and for each of `choices` one of its bits or one of its needs."""

    every: int
    choices: tuple[tuple[int, tuple[Need, ...]], ...] = ()

    def met(self, present: int) -> bool:
        """Whether the present bits could satisfy it."""
        if present & self.every != self.every:
            return False
        # Loops, not all() and any(): a post asks this a thousand times.
        for any_of, needs in self.choices:
            if present & any_of:
                continue
            for need in needs:
                if need.met(present):
                    break
            else:
                return False
        return True


class Needs:
    """Works out and remembers what each expression over these signals needs."""

    def __init__(self, signals: Mapping[str, SignalDefinition]) -> None:
        self._signals = signals
        leaves = [name for name, s in signals.items() if s.expression is None]
        self.bits = {name: 1 << n for n, name in enumerate((*leaves, *BUILT_IN))}
        self._known: dict[int, tuple[Expression, Need]] = {}

    def of(self, expression: Expression) -> Need:
        """Return the need of an expression."""
        # By identity: hashing a deep expression anew for each post would cost more than it saves.
        # The expression is kept beside its need, so that its identity stays its own.
        known = self._known.get(id(expression))
        if known is None:
            known = expression, self._work_out(expression)
            self._known[id(expression)] = known
        return known[1]

    def present(self, names: Iterable[str]) -> int:
        """Return the bits of the leaf signals named."""
        return reduce(or_, (self.bits[name] for name in names if name in self.bits), 0)

    def _work_out(self, expression: Expression) -> Need:
        if isinstance(expression, Signal):
            signal = self._signals.get(expression.name)
            if signal is not None and signal.expression is not None:
                return self.of(signal.expression)
            return Need(self.bits[expression.name])
        if isinstance(expression, Not):
            return Need(0)
        parts: list[Expression] = [p for p in expression.operands if not isinstance(p, Not)]
        if isinstance(expression, Call):
            parts = parts[: _NEEDED_PARTS.get(expression.function)]
        needs = [self.of(part) for part in parts]
        if isinstance(expression, Join) and expression.operator == "or":
            simple = [n for n in needs if not n.choices and n.every.bit_count() == 1]
            rest = tuple(n for n in needs if n not in simple)
            return Need(0, ((reduce(or_, (n.every for n in simple), 0), rest),))
        every = reduce(or_, (need.every for need in needs), 0)
        return Need(every, tuple(choice for need in needs for choice in need.choices))


class Gate:
    """One automaton over the terms without which no rule in force can hold."""

    def __init__(
        self,
        needs: Needs,
        rules: Iterable[Expression],
        signals: Mapping[str, SignalDefinition],
        roster: Roster,
        own: OwnContacts,
        *,
        learned: Learned | None = None,
    ) -> None:
        self._learned = learned
        self._rules = tuple({needs.of(rule): None for rule in rules})
        self._needs, self._own = needs, own
        employee = needs.present(("employee", "employee-ref"))
        self._employee = employee
        looked_for = needs.present((*NUMERIC, *(n for n in BUILT_IN if n.startswith(LEARNED))))
        looked_for |= employee
        found: dict[str, dict[int, int]] = {}
        # Two bits of the gate's own: a name that needs context, and what may be its context.
        self._unsure = 1 << len(needs.bits)
        self._context = self._unsure << 1
        kinds = {"sure": employee, "unsure": self._unsure, "context": self._context}
        for kind, name in roster.signs():
            _add(found, name, kinds[kind])
        for signal in signals.values():
            lemma = any(term.lemma for term in signal.terms)
            if signal.common or lemma or not signal.terms:
                continue  # so common, or so hidden, that it is taken to be present
            bit = needs.bits[signal.id]
            looked_for |= bit
            bit |= employee if signal.id in _NAMES_EMPLOYEES else 0
            bit |= self._context if signal.id in CONTEXT else 0
            for term in signal.terms:
                _add(found, term, bit)
        self._taken = ~looked_for & ((1 << len(needs.bits)) - 1)
        self._automaton = ahocorasick.Automaton()
        for needle, bits in found.items():
            self._automaton.add_word(
                needle, (bits.get(0, 0), bits.get(INFLECTED, 0), bits.get(NAME, 0))
            )
        self._filled = bool(found)
        if self._filled:
            self._automaton.make_automaton()

    def opens(self, reading: Reading) -> bool:
        """Whether some rule may hold for this reading of a post."""
        present = self._present(reading.text)
        if self.may_hold(present):
            return True
        if self._learned is None:
            return False
        if present & self._employee:
            return True  # what was learned sees names hidden, and only the full look finds them
        held = self._learned.suspects(Words(reading))
        bits = self._needs.present(f"{LEARNED}{label}" for label in held)
        return bool(bits) and self.may_hold(present | bits)

    def may_hold(self, present: int) -> bool:
        """Whether some rule in force may hold where these signals are present."""
        for need in self._rules:  # noqa: SIM110 - a loop, as in Need.met
            if need.met(present):
                return True
        return False

    def _present(self, text: str) -> int:
        present = self._taken
        if HINT.search(text):
            present |= self._needs.present(kinds_in(text, self._own))
        if self._filled:
            # As `Words.stream`, without sentences: it finds all that stands there, and more.
            stream = f" {_BETWEEN.sub(' ', text)} "
            for end, (bits, inflected, named) in self._automaton.iter(stream):
                present |= bits
                if inflected or named:
                    ending = stream[end + 1 : stream.index(" ", end + 1)]
                    present |= inflected if ending in ENDINGS else 0
                    present |= named if ending in GENITIVES else 0
            if present & self._unsure and present & self._context:
                present |= self._employee
        return present


def _add(found: dict[str, dict[int, int]], term: Term, bit: int) -> None:
    """Note the bit under the term as it stands in a stream, by how its end may bend."""
    bends = term.marks & (INFLECTED | NAME)
    if not term.words.isascii() and not term.words.replace(" ", "").isalnum():
        needle, bends = term.words, 0  # pictograms stand without spaces
    else:
        left = "" if term.marks & OPEN_LEFT else " "
        right = "" if term.marks & OPEN_RIGHT or bends else " "
        needle = f"{left}{term.words}{right}"
    bits = found.setdefault(needle, {})
    bits[bends] = bits.get(bends, 0) | bit
