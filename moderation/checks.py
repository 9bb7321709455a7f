"""What must be true of a rule set before it is used: every name known, once, and no circles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from moderation.errors import PolicyError, RuleFileError
from moderation.expression import Expression, names_in
from moderation.policy import Policy
from moderation.rules import Rule, SignalDefinition
from moderation.signals.built_in import BUILT_IN


def unique_signals(signals: Iterable[SignalDefinition]) -> dict[str, SignalDefinition]:
    """Return the signals by id; lists of terms of the same id are joined, one per language."""
    by_id: dict[str, SignalDefinition] = {}
    for signal in signals:
        if signal.id in BUILT_IN:
            raise RuleFileError(*signal.place, f"signal {signal.id!r} is built in")
        known = by_id.get(signal.id)
        if known is None:
            by_id[signal.id] = signal
        elif known.terms and signal.terms:
            by_id[signal.id] = SignalDefinition(
                id=signal.id,
                label=known.label if known.label != known.id else signal.label,
                terms=(*known.terms, *signal.terms),
                common=known.common or signal.common,
                place=known.place,
            )
        else:
            raise RuleFileError(*signal.place, f"signal {signal.id!r} stands twice")
    return by_id


def check(signals: Mapping[str, SignalDefinition], rules: tuple[Rule, ...], policy: Policy) -> None:
    """Refuse, with the line at fault, what could not be evaluated or may not be."""
    known = {*signals, *BUILT_IN}
    for signal in signals.values():
        if signal.expression is not None:
            _check_names(signal.expression, known, signal.place)
            _check_circle(signal.id, signals, signal.place)
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise RuleFileError(*rule.place, f"rule {rule.id!r} stands twice")
        seen.add(rule.id)
        try:
            policy.clause(rule.clause)
        except PolicyError as problem:
            raise RuleFileError(*rule.place, str(problem)) from problem
        _check_names(rule.when, known, rule.place)
        # Employees share their names with citizens; a name is never a fault (B15).
        if names_in(rule.when) <= {"employee", "employee-ref"}:
            raise RuleFileError(*rule.place, f"rule {rule.id!r} would flag a name alone")


def _check_names(expression: Expression, known: set[str], place: tuple[str, int]) -> None:
    unknown = sorted(names_in(expression) - known)
    if unknown:
        raise RuleFileError(*place, f"no signal {unknown[0]!r}")


def _check_circle(
    start: str, signals: Mapping[str, SignalDefinition], place: tuple[str, int]
) -> None:
    waiting, seen = [start], set[str]()
    while waiting:
        signal = signals.get(waiting.pop())
        if signal is None or signal.expression is None:
            continue
        for name in names_in(signal.expression):
            if name == start:
                raise RuleFileError(*place, f"signal {start!r} refers to itself")
            if name not in seen:
                seen.add(name)
                waiting.append(name)
