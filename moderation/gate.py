"""What must be present before a rule can hold at all, and the cheap first look for it.

Every leaf signal is one bit. A `Need` is what an expression asks of the bits, leaving order,
distance and absence aside; so a need that is not met means that the expression cannot hold, and one
that is met means only that it is worth evaluating. The gate looks for the longest word of each
term, which needs no cutting into words, and lets most posts pass at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

import ahocorasick

from moderation.expression import Call, Expression, Join, Not, Signal
from moderation.rules import SignalDefinition
from moderation.signals.built_in import BUILT_IN
from moderation.signals.personal_data import HINT
from moderation.terms import INFLECTED, OPEN_LEFT, OPEN_RIGHT, Term

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
        return all(
            present & any_of or any(need.met(present) for need in needs)
            for any_of, needs in self.choices
        )


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
    """One automaton over the words without which no rule in force can hold."""

    def __init__(
        self,
        needs: Needs,
        rules: Iterable[Expression],
        signals: Mapping[str, SignalDefinition],
        names: Iterable[Term],
    ) -> None:
        self._rules = tuple({needs.of(rule): None for rule in rules})
        employee = needs.present(("employee", "employee-ref"))
        self._numeric = needs.present(NUMERIC)
        looked_for = self._numeric | employee
        words: dict[str, list[tuple[int, int]]] = {}
        for name in names:
            for part in name.words.split():
                words.setdefault(part, []).append((INFLECTED, employee))
        for signal in signals.values():
            lemma = any(term.lemma for term in signal.terms)
            if signal.common or lemma or not signal.terms:
                continue  # so common, or so hidden, that it is taken to be present
            bit = needs.bits[signal.id]
            looked_for |= bit
            bit |= employee if signal.id in _NAMES_EMPLOYEES else 0
            for term in signal.terms:
                word, marks = _longest_word(term)
                words.setdefault(word, []).append((marks, bit))
        self._taken = ~looked_for & ((1 << len(needs.bits)) - 1)
        self._automaton = ahocorasick.Automaton()
        for word, entries in words.items():
            # One entry per way of being bounded, with all the bits that it stands for.
            bits: dict[int, int] = {}
            for marks, bit in entries:
                bits[marks] = bits.get(marks, 0) | bit
            self._automaton.add_word(word, (len(word), tuple(bits.items())))
        self._filled = bool(words)
        if self._filled:
            self._automaton.make_automaton()

    def opens(self, text: str) -> bool:
        """Whether some rule may hold for this normalised text."""
        present = self._taken
        if HINT.search(text):
            present |= self._numeric
        if self._filled:
            size = len(text)
            for end, (length, entries) in self._automaton.iter(text):
                start = end - length + 1
                left = start == 0 or not text[start - 1].isalnum()
                right = end + 1 == size or not text[end + 1].isalnum()
                for marks, bits in entries:
                    if (left or marks & OPEN_LEFT) and (right or marks & (OPEN_RIGHT | INFLECTED)):
                        present |= bits
        return any(need.met(present) for need in self._rules)


def _longest_word(term: Term) -> tuple[str, int]:
    """Return the longest word of a term, and how that word may go on within another."""
    parts = term.words.split()
    index = max(range(len(parts)), key=lambda n: len(parts[n]))
    marks = term.marks
    if index > 0:
        marks &= ~OPEN_LEFT
    if index < len(parts) - 1:
        marks &= ~(OPEN_RIGHT | INFLECTED)
    return parts[index], marks
