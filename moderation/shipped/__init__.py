"""The rules that come with the product: Danish and bokmål, usable from the first day.

The only place of this room that reads files, and only those inside the package.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from moderation.engine import Engine, compile_rules
from moderation.learned.model import Learned, read_learned
from moderation.policy import Policy, read_policy
from moderation.rules import RuleSet, read_rules
from moderation.signals.personal_data import OwnContacts
from moderation.values import RosterEntry

_SIGNAL_FILES = (
    "people.toml",
    "attacks.toml",
    "threats.toml",
    "privacy.toml",
    "hatred.toml",
    "advertising.toml",
    "bokmaal.toml",
    "turns.toml",
    "rules.toml",
)

EXAMPLE_ROSTER = (
    RosterEntry("Mette Sørensen", title="socialrådgiver", unit="Jobcentret"),
    RosterEntry("Lars Hansen", nicknames=("Lasse",), title="vejleder", unit="Borgerservice"),
    RosterEntry("Kirsten Aagaard", title="rektor", unit="Strandskolen"),
    RosterEntry("Bo Lund", title="parkeringsvagt", unit="Teknik og Miljø"),
)
"""The made-up employees of whom the shipped rules' examples speak."""


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


@cache
def shipped_version() -> str:
    """Return the digest of all that is shipped here: judged by another, judged anew."""
    names = ("policy.toml", *_SIGNAL_FILES, "learned.jsonl")
    return hashlib.sha256("".join(map(_text, names)).encode()).hexdigest()


@cache
def default_policy() -> Policy:
    """Return the page rules that the shipped rules are bound to."""
    return read_policy(_text("policy.toml"), "policy.toml")


@cache
def default_rules() -> RuleSet:
    """Return the shipped signals and rules."""
    rules = RuleSet()
    for name in _SIGNAL_FILES:
        rules = rules.joined(read_rules(_text(name), name))
    return rules


@cache
def default_learned() -> Learned:
    """Return what was learned from the made-up comments of `tests/moderation/material`.

    Written by `python -m tests.moderation.teach`; a municipality's own decisions may replace it.
    """
    return read_learned(_text("learned.jsonl"), "learned.jsonl")


def default_engine(
    roster: Iterable[RosterEntry] = (),
    own: OwnContacts | None = None,
    extra: RuleSet | None = None,
    learned: Learned | None = None,
    *,
    unlearned: bool = False,
) -> Engine:
    """Return the shipped rules for a municipality's employees; `extra` adds its own rules.

    `learned` takes the place of what is shipped; `unlearned` leaves both out.
    """
    rules = default_rules() if extra is None else default_rules().joined(extra)
    taught = None if unlearned else learned or default_learned()
    return compile_rules(default_policy(), rules, roster, own, learned=taught)
