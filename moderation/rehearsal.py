"""Reading posts to try rules on, and putting a new rule in the place of the one it replaces."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from moderation.backtest import Judged
from moderation.errors import LabelledError
from moderation.rules import RuleSet
from moderation.values import Post


def replaced(rules: RuleSet, newer: RuleSet) -> RuleSet:
    """Return the rules with each of `newer` in the place of the rule that bears its id."""
    ids = {rule.id for rule in newer.rules}
    kept = tuple(rule for rule in rules.rules if rule.id not in ids)
    return RuleSet((*rules.signals, *newer.signals), (*kept, *newer.rules))


def read_posts(lines: Iterable[str], source: str = "posts") -> Iterator[Judged]:
    """Yield the posts of a JSON Lines file, as `judge` reads them.

    `clauses` (a list) says what a person found broken; LabelledError names the line at fault.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            data: Any = json.loads(line.lstrip("\ufeff"))
        except (ValueError, RecursionError) as problem:
            raise LabelledError(f"{source}, line {number}: not JSON") from problem
        if not isinstance(data, dict) or not isinstance(data.get("text"), str):
            raise LabelledError(f"{source}, line {number}: text is missing or no text")
        clauses = data.get("clauses")
        if clauses is not None and not isinstance(clauses, list):
            raise LabelledError(f"{source}, line {number}: clauses is a list")
        author, time = data.get("author"), data.get("time")
        yield Judged(
            Post(
                str(data.get("id", number)),
                data["text"],
                None if author is None else str(author),
                None if time is None else str(time),
            ),
            None if clauses is None else frozenset(map(str, clauses)),
        )
