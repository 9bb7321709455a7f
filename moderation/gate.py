"""The cheap first look: can any rule fire on this text at all?

A rule cannot fire without certain signals ("anchors"): of two joined by `and`, the rarer one is
enough to look for. The gate searches a text for the longest word of each anchor's terms, anywhere,
also inside other words; so it may open in vain, and never stays shut wrongly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import ahocorasick

from moderation.checks import BUILT_IN
from moderation.expression import Call, Expression, Join, Not, Signal
from moderation.rules import Rule, SignalDefinition
from moderation.signals.personal_data import HINT
from moderation.terms import Term
from moderation.text import Reading

NUMERIC = frozenset(
    name
    for name in BUILT_IN
    if name not in ("employee", "employee-ref", "reported", "you-plural", "private-name")
)
"""The built-in signals that `HINT` foretells."""
_COMMON_COST, _NAME_COST = 10_000, 1_000


def anchors_of(
    expression: Expression, signals: Mapping[str, SignalDefinition]
) -> tuple[int, frozenset[str]]:
    """Return (cost of looking, the leaf signals of which at least one must be present)."""
    if isinstance(expression, Signal):
        return _leaf(expression.name, signals)
    if isinstance(expression, Not):
        return _COMMON_COST * 100, frozenset()
    operands = [part for part in expression.operands if not isinstance(part, Not)]
    if isinstance(expression, Call):
        needed = {"not_after": 1, "not_before": 1, "outside": 1, "aimed": 2}
        operands = operands[: needed.get(expression.function)]
    found = [anchors_of(part, signals) for part in operands]
    if isinstance(expression, Join) and expression.operator == "or":
        return sum(cost for cost, _ in found), frozenset().union(*(names for _, names in found))
    return min(found, key=lambda pair: (pair[0], sorted(pair[1])))


def _leaf(name: str, signals: Mapping[str, SignalDefinition]) -> tuple[int, frozenset[str]]:
    signal = signals.get(name)
    if signal is None:
        return (1 if name in NUMERIC else _NAME_COST), frozenset((name,))
    if signal.expression is not None:
        return anchors_of(signal.expression, signals)
    return (_COMMON_COST if signal.common else 1), frozenset((name,))


class Gate:
    """One automaton over the anchors of all rules that are in force."""

    def __init__(
        self,
        rules: Iterable[Rule],
        anchors: Mapping[str, frozenset[str]],
        signals: Mapping[str, SignalDefinition],
    ) -> None:
        wanted = frozenset().union(*(anchors[rule.id] for rule in rules))
        leaves = [signals[name] for name in wanted if name in signals]
        self._numeric = bool(wanted & NUMERIC)
        # Lemmas, patterns and bare names cannot be foretold by a word: then look at everything.
        self._always = bool(wanted - NUMERIC - set(signals)) or any(
            leaf.pattern is not None or any(term.lemma for term in leaf.terms) for leaf in leaves
        )
        self._automaton = ahocorasick.Automaton()
        for leaf in leaves:
            for term in leaf.terms:
                self._automaton.add_word(_longest_word(term), True)
        self._filled = len(self._automaton) > 0
        if self._filled:
            self._automaton.make_automaton()

    def opens(self, reading: Reading) -> bool:
        """Whether some rule may fire on this reading."""
        if self._always:
            return True
        if self._numeric and HINT.search(reading.text):
            return True
        return self._filled and next(self._automaton.iter(reading.text), None) is not None


def _longest_word(term: Term) -> str:
    return max(term.words.split(), key=len)
