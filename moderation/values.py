"""The plain values that enter and leave this room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from moderation.policy import Duty

Span = tuple[int, int]
"""Start and end in code points of the original text, end not included."""


@dataclass(frozen=True, slots=True)
class Post:
    """One comment as captured; `parent` is the id of the post that it answers."""

    id: str
    text: str
    author: str | None = None
    time: datetime | str | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One clause that one rule holds to be broken, and by which words.

    `severity` is 1 (mild) to 5 (danger to life); the queue shows the highest first.
    `reasons` are the labels of the signals that met, in the language of the rules, so that the
    page team reads *why*: "navngivet medarbejder + nedværdigende ord".
    """

    clause: str
    duty: Duty
    rule: str
    version: int
    spans: tuple[Span, ...]
    deobfuscated: bool
    severity: int = 1
    reasons: tuple[str, ...] = field(default=())
    shadow: bool = False
    learned: str = ""
    """The version of what was learned, where the rule leans on it."""

    @property
    def full_version(self) -> str:
        """The rule's version, and what was learned where the rule leans on it: "1" or "1.3fa…"."""
        return f"{self.version}.{self.learned}" if self.learned else str(self.version)

    @property
    def explanation(self) -> str:
        """The reasons joined, as one line."""
        return " + ".join(self.reasons)


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One employee whom the page rules protect; only the name is needed."""

    name: str
    nicknames: tuple[str, ...] = ()
    title: str | None = None
    unit: str | None = None
