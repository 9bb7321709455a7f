"""Where an expression holds in one reading: pure evaluation over the places of the signals."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from moderation.expression import Call, Expression, Join, Not, Scope, Signal
from moderation.gate import Needs
from moderation.terms import Place
from moderation.words import Words

# A person named after the word is a less likely target than one named before it.
_AFTER_COSTS = 3


class Hit(NamedTuple):
    """A stretch of words where something holds, and the places in it worth marking."""

    first: int
    last: int
    marks: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Composite:
    """A signal that is an expression over others; `and` in it means within its scope."""

    expression: Expression
    scope: Scope = "sentence"


class Matcher:
    """Evaluates expressions over one reading; each signal is worked out at most once."""

    def __init__(
        self,
        words: Words,
        places: Mapping[str, list[Place]],
        composites: Mapping[str, Composite],
        needs: Needs,
    ) -> None:
        self._needs = needs
        self._present = needs.present(places)
        self._words = words
        self._places = places
        self._composites = composites
        self._known: dict[str, list[Hit]] = {}
        self._functions: dict[str, Callable[[Call, Scope], list[Hit]]] = {
            "seq": self._seq,
            "near": self._near,
            "aimed": self._aimed,
            "not_after": self._not_after,
            "not_before": self._not_before,
            "outside": self._outside,
        }

    def hits(self, expression: Expression, scope: Scope = "sentence") -> list[Hit]:
        """Return where the expression holds, in reading order."""
        if isinstance(expression, Signal):
            return self._signal(expression.name)
        if isinstance(expression, Not):
            return []  # alone it marks nothing; `and` asks for its absence
        if not self._needs.of(expression).met(self._present):
            return []
        if isinstance(expression, Call):
            return self._functions[expression.function](expression, scope)
        if expression.operator == "or":
            found = {hit for part in expression.operands for hit in self.hits(part, scope)}
            return sorted(found)
        return self._and(expression, scope)

    def _signal(self, name: str) -> list[Hit]:
        if name not in self._known:
            composite = self._composites.get(name)
            if composite is None:
                hits = [Hit(*place, (place,)) for place in self._places.get(name, ())]
            else:
                hits = self.hits(composite.expression, composite.scope)
            self._known[name] = hits
        return self._known[name]

    def _and(self, join: Join, scope: Scope) -> list[Hit]:
        wanted: list[Expression] = [part for part in join.operands if not isinstance(part, Not)]
        unwanted = [part.operand for part in join.operands if isinstance(part, Not)]
        by_part: list[dict[int, list[Hit]]] = []
        for part in wanted:
            grouped = self._by_sentence(self.hits(part, scope), scope)
            if not grouped:
                return []
            by_part.append(grouped)
        common = set.intersection(*(set(grouped) for grouped in by_part)) if by_part else set()
        for part in unwanted:
            common -= set(self._by_sentence(self.hits(part, scope), scope))
        found = []
        for sentence in sorted(common):
            together = [hit for grouped in by_part for hit in grouped[sentence]]
            marks = tuple(dict.fromkeys(mark for hit in together for mark in hit.marks))
            first, last = min(h.first for h in together), max(h.last for h in together)
            found.append(Hit(first, last, marks))
        return found

    def _by_sentence(self, hits: list[Hit], scope: Scope) -> dict[int, list[Hit]]:
        grouped: dict[int, list[Hit]] = {}
        for hit in hits:
            key = 0 if scope == "post" else self._words.sentences[hit.first]
            grouped.setdefault(key, []).append(hit)
        return grouped

    def _same_sentence(self, one: Hit, other: Hit) -> bool:
        return self._words.sentences[one.first] == self._words.sentences[other.first]

    def _seq(self, call: Call, scope: Scope) -> list[Hit]:
        chains = self.hits(call.operands[0], scope)
        for operand, barred in zip(call.operands[1:], call.forbidden[1:], strict=True):
            if not chains:
                return []
            following = sorted(self.hits(operand, scope))
            begins = [after.first for after in following]
            bars = self.hits(barred, scope) if barred is not None else []
            chains = [
                Hit(chain.first, after.last, ((chain.first, after.last),))
                for chain in chains
                for after in following[
                    bisect_left(begins, chain.last + 1) : bisect_right(
                        begins, chain.last + 1 + call.gap
                    )
                ]
                if self._same_sentence(chain, after)
                and not any(chain.last < bar.first and bar.last < after.first for bar in bars)
            ]
        return sorted(set(chains))

    def _near(self, call: Call, scope: Scope) -> list[Hit]:
        groups = self.hits(call.operands[0], scope)
        for operand in call.operands[1:]:
            if not groups:
                return []
            others = self.hits(operand, scope)
            groups = [
                Hit(min(a.first, b.first), max(a.last, b.last), (*a.marks, *b.marks))
                for a in groups
                for b in others
                if _distance(a, b) <= call.gap and self._same_sentence(a, b)
            ]
        return sorted(set(groups))

    def _aimed(self, call: Call, scope: Scope) -> list[Hit]:
        attacks = self.hits(call.operands[0], scope)
        if not attacks:
            return []
        targets = self.hits(call.operands[1], scope)
        if not targets:
            return []
        rivals = [
            rival
            for rival in self.hits(call.operands[2], scope)
            if not any(t.first <= rival.last and rival.first <= t.last for t in targets)
        ]
        found = []
        for attack in attacks:
            near = [t for t in targets if self._same_sentence(attack, t)]
            if not near:
                continue
            target = min(near, key=lambda person: _person_distance(attack, person))
            distance = _person_distance(attack, target)
            closer = any(
                _person_distance(attack, rival) < distance
                for rival in rivals
                if self._same_sentence(attack, rival)
            )
            if distance <= call.gap and not closer:
                first, last = min(attack.first, target.first), max(attack.last, target.last)
                marks = tuple(dict.fromkeys((*target.marks, *attack.marks)))
                found.append(Hit(first, last, marks))
        return sorted(set(found))

    def _not_after(self, call: Call, scope: Scope) -> list[Hit]:
        hits = self.hits(call.operands[0], scope)
        bars = self.hits(call.operands[1], scope) if hits else []
        return [
            hit
            for hit in hits
            if not any(
                0 <= hit.first - bar.last - 1 < call.gap and self._same_sentence(hit, bar)
                for bar in bars
            )
        ]

    def _not_before(self, call: Call, scope: Scope) -> list[Hit]:
        hits = self.hits(call.operands[0], scope)
        bars = self.hits(call.operands[1], scope) if hits else []
        return [
            hit
            for hit in hits
            if not any(
                0 <= bar.first - hit.last - 1 < call.gap and self._same_sentence(hit, bar)
                for bar in bars
            )
        ]

    def _outside(self, call: Call, scope: Scope) -> list[Hit]:
        hits = self.hits(call.operands[0], scope)
        bars = self.hits(call.operands[1], scope) if hits else []
        return [
            hit
            for hit in hits
            if not any(
                bar.first <= hit.first <= bar.last or bar.first <= hit.last <= bar.last
                for bar in bars
            )
        ]


def _distance(one: Hit, other: Hit) -> int:
    return max(one.first - other.last, other.first - one.last, 1) - 1


def _person_distance(attack: Hit, person: Hit) -> int:
    distance = _distance(attack, person)
    return distance + _AFTER_COSTS if person.first > attack.last else distance
