"""A trial of rules in a process of its own: compiled once there, then fed with pieces of posts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache

from moderation.backtest import Counts, Judged, counted
from moderation.engine import Engine, compile_rules
from moderation.learned.model import read_learned
from moderation.rehearsal import replaced
from moderation.rules import read_rules
from moderation.shipped import default_engine, default_learned, default_policy, default_rules
from moderation.values import RosterEntry


@dataclass(frozen=True)
class Trial:
    """What is tried: rules as (text, name of their file), and what was learned, as text."""

    roster: tuple[RosterEntry, ...] = ()
    rules: tuple[str, str] | None = None
    learned: str | None = None

    def engines(self) -> tuple[Engine, Engine]:
        """Return the rules that are tried, and those that are shipped to compare with."""
        before = default_engine(self.roster)
        if self.rules is None and self.learned is None:
            return before, before
        rules = default_rules()
        if self.rules is not None:
            rules = replaced(rules, read_rules(*self.rules))
        learned = default_learned() if self.learned is None else read_learned(self.learned)
        return compile_rules(default_policy(), rules, self.roster, learned=learned), before


_prepared: list[Trial] = []


def prepare(trial: Trial) -> None:
    """Say what this process tries; its rules are compiled with the first piece."""
    _prepared[:] = [trial]


@cache
def _engines(trial: Trial) -> tuple[Engine, Engine]:
    return trial.engines()


def count(piece: list[Judged]) -> Counts:
    """Judge one piece of the posts by the trial that was prepared."""
    engine, before = _engines(_prepared[0])
    return counted(piece, engine, before)


def cores() -> int:
    """Return on how many cores this process may work."""
    return len(os.sched_getaffinity(0))
