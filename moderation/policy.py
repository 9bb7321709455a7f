"""The published page rules: what must be deleted, what may be, and from when.

A *must* is a duty of the municipality (ISHOJ-DEL.1-3). A *may* is a judgement that needs a
written reason and a second person (ISHOJ-DEL.4-5). Each decision cites a clause in the version
that was valid when the post was written (ISHOJ-RULE.3), so a policy never changes: a new one
with a later date takes its place.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from moderation.errors import PolicyError


class Duty(StrEnum):
    """Whether a clause binds the municipality to delete, or merely lets it."""

    MUST = "must"
    MAY = "may"


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of the page rules, in the municipality's own words."""

    id: str
    duty: Duty
    title: str
    text: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """The page rules in one version; from `valid_until` on they no longer hold."""

    version: str
    valid_from: date
    clauses: tuple[Clause, ...]
    valid_until: date | None = None
    language: str = "da"

    def __post_init__(self) -> None:
        ids = [clause.id for clause in self.clauses]
        for clause_id in ids:
            if ids.count(clause_id) > 1:
                raise PolicyError(f"clause {clause_id!r} stands twice")
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            raise PolicyError(f"policy {self.version!r} ends before it begins")

    def clause(self, clause_id: str) -> Clause:
        """Return the clause, or say which ones exist."""
        for clause in self.clauses:
            if clause.id == clause_id:
                return clause
        known = ", ".join(clause.id for clause in self.clauses)
        raise PolicyError(f"no clause {clause_id!r} in policy {self.version}; it has {known}")

    def holds_on(self, day: date) -> bool:
        """Whether this version was in force on that day."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)


def policy_valid_on(policies: Iterable[Policy], day: date) -> Policy:
    """Return the version in force on a day; the latest begun wins where two overlap."""
    in_force = [policy for policy in policies if policy.holds_on(day)]
    if not in_force:
        raise PolicyError(f"no page rules were in force on {day.isoformat()}")
    return max(in_force, key=lambda policy: policy.valid_from)


def read_policy(text: str, source: str = "policy") -> Policy:
    """Read a policy from TOML; PolicyError tells what is missing."""
    try:
        data: dict[str, Any] = tomllib.loads(text)
        return Policy(
            version=data["version"],
            valid_from=data["valid_from"],
            valid_until=data.get("valid_until"),
            language=data.get("language", "da"),
            clauses=tuple(
                Clause(
                    id=entry["id"],
                    duty=Duty(entry["duty"]),
                    title=entry["title"],
                    text=entry["text"].strip(),
                    sources=tuple(entry.get("sources", ())),
                )
                for entry in data["clause"]
            ),
        )
    except tomllib.TOMLDecodeError as problem:
        raise PolicyError(f"{source}: {problem}") from problem
    except (KeyError, TypeError, ValueError) as problem:
        raise PolicyError(f"{source}: {problem!r} is missing or wrong") from problem
