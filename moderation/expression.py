"""The small language in which signals are joined.

    insult and not quoted            both in the same sentence (or post), by the rule's scope
    seq(you, must, die; 3)           in this order, at most 3 other words between neighbours
    seq(is, !article, dumb; 2)       the same, with no article between the two
    near(name, insult; 6)            in any order
    aimed(insult, employee, other)   the insult's nearest person is the employee, not the other
    not_after(insult, negation; 3)   no negation in the 3 words before it
    not_before(hit, idiom; 2)        no idiom in the 2 words after it
    outside(threat, reported)        not begun inside what somebody is reported to have said

Names are signals. An expression is parsed once, when the rules are loaded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from moderation.errors import ExpressionError

_TOKEN = re.compile(r"\s*(?:(?P<name>[a-z][a-z0-9_-]*)|(?P<number>\d+)|(?P<mark>[(),;!]))")
_DEFAULT_GAP = {"seq": 3, "near": 6, "aimed": 12, "not_after": 3, "not_before": 2, "outside": 0}
_OPERANDS = {"aimed": 3, "not_after": 2, "not_before": 2, "outside": 2}
_MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Not:
    """Absence within the scope."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Join:
    """`and` or `or` of two or more."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One of the functions; `forbidden[i]` must not stand between operands i-1 and i (seq)."""

    function: str
    operands: tuple[Expression, ...]
    gap: int
    forbidden: tuple[Expression | None, ...] = ()


Expression = Signal | Not | Join | Call
Scope = Literal["sentence", "post"]
"""Within what `and` and `not` look."""


def parse(text: str) -> Expression:
    """Parse an expression; ExpressionError says at which column it stops making sense."""
    return _Parser(text).whole()


def names_in(expression: Expression) -> frozenset[str]:
    """Return the names of all signals that an expression asks for."""
    if isinstance(expression, Signal):
        return frozenset((expression.name,))
    if isinstance(expression, Not):
        return names_in(expression.operand)
    parts = list(expression.operands)
    if isinstance(expression, Call):
        parts.extend(part for part in expression.forbidden if part is not None)
    return frozenset().union(*(names_in(part) for part in parts))


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str, int]] = []
        position = 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None:
                column = len(text) - len(text[position:].lstrip()) + 1
                raise ExpressionError(column, f"{text[column - 1]!r} means nothing")
            kind = match.lastgroup or ""
            self._tokens.append((kind, match[kind], match.start(kind) + 1))
            position = match.end()
        self._next = 0
        self._depth = 0

    def whole(self) -> Expression:
        expression = self._either()
        if self._next < len(self._tokens):
            _, word, column = self._tokens[self._next]
            raise ExpressionError(column, f"{word!r} stands after the end")
        return expression

    def _peek(self) -> str:
        return self._tokens[self._next][1] if self._next < len(self._tokens) else ""

    def _take(self, wanted: str = "", kind: str = "") -> str:
        if self._next >= len(self._tokens):
            raise ExpressionError(len(self._text) + 1, f"{wanted or kind} is missing at the end")
        found_kind, word, column = self._tokens[self._next]
        if (wanted and word != wanted) or (kind and found_kind != kind):
            raise ExpressionError(column, f"{wanted or kind} expected, {word!r} found")
        self._next += 1
        return word

    def _either(self) -> Expression:
        parts = [self._both()]
        while self._peek() == "or":
            self._take()
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Join("or", tuple(parts))

    def _both(self) -> Expression:
        parts = [self._single()]
        while self._peek() == "and":
            self._take()
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else Join("and", tuple(parts))

    def _single(self) -> Expression:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ExpressionError(self._tokens[self._next - 1][2], "nested too deep")
        try:
            return self._unnested()
        finally:
            self._depth -= 1

    def _unnested(self) -> Expression:
        if self._peek() == "not":
            self._take()
            return Not(self._single())
        if self._peek() == "(":
            self._take()
            inner = self._either()
            self._take(")")
            return inner
        column = self._tokens[self._next][2] if self._next < len(self._tokens) else 0
        name = self._take(kind="name")
        if self._peek() != "(":
            if name in ("and", "or"):
                raise ExpressionError(column, f"{name!r} joins two signals; one is missing")
            return Signal(name)
        if name not in _DEFAULT_GAP:
            raise ExpressionError(column, f"no function {name!r}; there are {sorted(_DEFAULT_GAP)}")
        return self._call(name, column)

    def _call(self, function: str, column: int) -> Expression:
        self._take("(")
        operands: list[Expression] = []
        forbidden: list[Expression | None] = []
        pending: Expression | None = None
        while True:
            if self._peek() == "!":
                self._take()
                pending = self._single()
            else:
                operands.append(self._either())
                forbidden.append(pending)
                pending = None
            if self._peek() != ",":
                break
            self._take()
        gap = _DEFAULT_GAP[function]
        if self._peek() == ";":
            self._take()
            gap = int(self._take(kind="number"))
        self._take(")")
        if pending is not None or (function != "seq" and any(forbidden)):
            raise ExpressionError(column, "! stands only between two parts of seq")
        wanted = _OPERANDS.get(function)
        if (wanted is not None and len(operands) != wanted) or len(operands) < 2:  # noqa: PLR2004 - two make a pair
            raise ExpressionError(column, f"{function} takes {wanted or 'two or more'} parts")
        return Call(function, tuple(operands), gap, tuple(forbidden))
