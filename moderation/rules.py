"""Rules and signals as they stand in TOML: read, checked, and refused with the line at fault.

[[signal]]                       # a list of terms
id = "insult"
label = "nedværdigende ord"
[[signal.group]]
source = "why these words"
inflected = true                 # as if every term ended in ~
terms = ["idiot", "{tosse}"]

[[signal]]                       # or an expression over other signals, or a pattern
id = "attack"
label = "angreb"
when = "not_after(insult, negation; 3)"

[[rule]]
id = "harasses-named.insult"
clause = "harasses-named"
version = 1
state = "live"                   # draft | shadow | live | retired
severity = 3
owner = "page team"
when = "aimed(attack, employee-ref, other-person)"
match = ["..."]                  # run at load
no_match = ["..."]
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from moderation.errors import ExpressionError, PatternRefused, RuleFileError, TermError
from moderation.expression import Expression, Join, Not, Scope, parse
from moderation.signals.patterns import Pattern
from moderation.terms import Term, parse_term

_ID = re.compile(r"[a-z][a-z0-9._-]{0,63}")
_LINE_IN_MESSAGE = re.compile(r"\(at line (\d+), column \d+\)")
_MAX_SEVERITY = 5


class State(StrEnum):
    """Where a rule is in its life; shadow findings are counted, never shown as findings."""

    DRAFT = "draft"
    SHADOW = "shadow"
    LIVE = "live"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class SignalDefinition:
    """One signal: terms, a pattern, or an expression over others."""

    id: str
    label: str
    terms: tuple[Term, ...] = ()
    pattern: Pattern | None = None
    expression: Expression | None = None
    scope: Scope = "sentence"
    common: bool = False
    place: tuple[str, int] = ("", 0)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, bound to one clause of the policy."""

    id: str
    clause: str
    version: int
    state: State
    severity: int
    when: Expression
    source: str
    scope: Scope = "sentence"
    owner: str = ""
    notes: str = ""
    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()
    place: tuple[str, int] = ("", 0)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Signals and rules of one or more files together."""

    signals: tuple[SignalDefinition, ...] = ()
    rules: tuple[Rule, ...] = ()

    def joined(self, other: RuleSet) -> RuleSet:
        """Return both together; ids that stand twice are found when they are compiled."""
        return RuleSet((*self.signals, *other.signals), (*self.rules, *other.rules))


def read_rules(text: str, source: str = "rules") -> RuleSet:
    """Read one TOML file; RuleFileError names the line of whatever cannot be meant."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        at = _LINE_IN_MESSAGE.search(str(problem))
        line = int(at[1]) if at else text.count("\n") + 1
        raise RuleFileError(source, line, str(problem)) from problem
    lines = _Lines(text, source)
    unknown = set(data) - {"signal", "rule"}
    if unknown:
        raise RuleFileError(source, 1, f"{min(unknown)!r} is neither signal nor rule")
    return RuleSet(
        tuple(_signal(entry, lines, n) for n, entry in enumerate(_tables(data, "signal", lines))),
        tuple(_rule(entry, lines, n) for n, entry in enumerate(_tables(data, "rule", lines))),
    )


def _tables(data: Mapping[str, Any], name: str, lines: _Lines) -> list[dict[str, Any]]:
    tables = data.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(entry, dict) for entry in tables):
        raise lines.error(name, 0, "", f"write [[{name}]]")
    return tables


class _Lines:
    """Finds the line of the nth table of a kind, and of a key in it, for error messages."""

    def __init__(self, text: str, source: str) -> None:
        self.source = source
        self._lines = text.splitlines()
        self._headers: dict[str, list[int]] = {"signal": [], "rule": []}
        for number, line in enumerate(self._lines, 1):
            header = re.match(r"\s*\[\[\s*(signal|rule)\s*\]\]", line)
            if header:
                self._headers[header[1]].append(number)

    def line(self, kind: str, index: int, key: str = "") -> int:
        headers = self._headers[kind]
        if index >= len(headers):
            return 1
        start = headers[index]
        if key:
            for number in range(start, len(self._lines)):
                line = self._lines[number]
                if re.match(r"\s*\[\[\s*(signal|rule)\s*\]\]", line):
                    break
                if re.match(rf"\s*{re.escape(key)}\s*=", line):
                    return number + 1
        return start

    def line_of_text(self, kind: str, index: int, text: str) -> int:
        start = self.line(kind, index)
        for number in range(start, len(self._lines)):
            if f'"{text}"' in self._lines[number]:
                return number + 1
        return start

    def error(self, kind: str, index: int, key: str, message: str) -> RuleFileError:
        return RuleFileError(self.source, self.line(kind, index, key), message)


class _Table:
    """One table of the file, read key by key; whatever is left at the end was not understood."""

    def __init__(self, entry: dict[str, Any], lines: _Lines, kind: str, index: int) -> None:
        self._entry, self._lines, self._kind, self._index = dict(entry), lines, kind, index

    def fail(self, key: str, message: str) -> RuleFileError:
        return self._lines.error(self._kind, self._index, key, message)

    def fail_at_text(self, key: str, text: str, message: str) -> RuleFileError:
        line = self._lines.line_of_text(self._kind, self._index, text)
        return RuleFileError(self._lines.source, line, f"{key!r}, {message}")

    def take(self, key: str, kind: type, default: Any = None) -> Any:
        if key not in self._entry:
            if default is None:
                raise self.fail("", f"this {self._kind} has no {key!r}")
            return default
        value = self._entry.pop(key)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.fail(key, f"{key!r} must be {kind.__name__}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.take(key, list, [])
        if not all(isinstance(value, str) for value in values):
            raise self.fail(key, f"{key!r} is a list of texts")
        return tuple(values)

    def expression(self, key: str, text: str) -> Expression:
        try:
            expression = parse(text)
        except ExpressionError as problem:
            raise self.fail(key, f"{key!r}, {problem}") from problem
        if not _is_grounded(expression):
            raise self.fail(key, f"{key!r}: 'not' needs something beside it that is present")
        return expression

    def identifier(self) -> str:
        value = str(self.take("id", str))
        if not _ID.fullmatch(value):
            raise self.fail("id", f"{value!r} is no id: small letters, digits, dots and dashes")
        return value

    def scope(self) -> Scope:
        value = self.take("scope", str, "sentence")
        if value not in ("sentence", "post"):
            raise self.fail("scope", "scope is 'sentence' or 'post'")
        return cast("Scope", value)

    def finish(self) -> None:
        if self._entry:
            key = min(self._entry)
            raise self.fail(key, f"{key!r} is not known in a {self._kind}")

    def place(self) -> tuple[str, int]:
        return self._lines.source, self._lines.line(self._kind, self._index)


def _is_grounded(expression: Expression) -> bool:
    if isinstance(expression, Not):
        return False
    if isinstance(expression, Join):
        parts = [part for part in expression.operands if not isinstance(part, Not)]
        if not parts or (expression.operator == "or" and len(parts) < len(expression.operands)):
            return False
        return all(_is_grounded(part) for part in parts)
    operands = getattr(expression, "operands", ())
    return all(_is_grounded(part) for part in operands)


def _signal(entry: dict[str, Any], lines: _Lines, index: int) -> SignalDefinition:
    table = _Table(entry, lines, "signal", index)
    identifier = table.identifier()
    label = table.take("label", str, "") or identifier
    common = table.take("common", bool, default=False)
    scope = table.scope()
    terms = tuple(_terms(table))
    pattern: Pattern | None = None
    expression: Expression | None = None
    if source := table.take("pattern", str, ""):
        try:
            pattern = Pattern(source)
        except PatternRefused as problem:
            raise table.fail("pattern", f"'pattern' {problem}") from problem
    if source := table.take("when", str, ""):
        expression = table.expression("when", source)
    table.finish()
    if sum((bool(terms), pattern is not None, expression is not None)) != 1:
        raise table.fail("", f"signal {identifier!r} needs one of: groups of terms, pattern, when")
    return SignalDefinition(
        identifier, label, terms, pattern, expression, scope, common, table.place()
    )


def _terms(table: _Table) -> Iterator[Term]:
    groups: Iterable[Any] = table.take("group", list, [])
    for group in groups:
        if not isinstance(group, dict) or not group.get("source") or not group.get("terms"):
            raise table.fail("", "each group has a source (who judged, why) and terms")
        for text in group["terms"]:
            try:
                yield _term(str(text), inflected=bool(group.get("inflected")))
            except TermError as problem:
                raise table.fail_at_text("terms", str(text), str(problem)) from problem


def _term(text: str, *, inflected: bool) -> Term:
    return parse_term(f"{text}~" if inflected and text[-1:].isalpha() else text)


def _rule(entry: dict[str, Any], lines: _Lines, index: int) -> Rule:
    table = _Table(entry, lines, "rule", index)
    identifier = table.identifier()
    severity = table.take("severity", int, 1)
    if not 1 <= severity <= _MAX_SEVERITY:
        raise table.fail("severity", f"severity is 1 to {_MAX_SEVERITY}")
    version = table.take("version", int)
    if version < 1:
        raise table.fail("version", "versions count from 1")
    state = table.take("state", str, "draft")
    if state not in tuple(State):
        raise table.fail("state", f"state is one of {', '.join(State)}")
    source = table.take("when", str)
    rule = Rule(
        id=identifier,
        clause=table.take("clause", str),
        version=version,
        state=State(state),
        severity=severity,
        when=table.expression("when", source),
        source=source,
        scope=table.scope(),
        owner=table.take("owner", str, ""),
        notes=table.take("notes", str, ""),
        match=table.texts("match"),
        no_match=table.texts("no_match"),
        place=table.place(),
    )
    table.finish()
    return rule
