"""Who came back: an account's confirmed violations within a window, and when there are too many.

Counted are only violations that a person confirmed (B22): findings, and decisions that were
overturned, say nothing about anybody. What follows is a person's decision too: this tells that the
threshold is reached, and by which posts, so that a time-limited block can be proposed with its
evidence and approved by somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Violation:
    """One post whose breach of a clause a person confirmed; `when` is when it was posted."""

    account: str
    post: str
    clause: str
    when: datetime
    severity: int = 1


@dataclass(frozen=True, slots=True)
class Threshold:
    """From when on it is *repeated*: so many posts within so long, of at least that severity.

    The page rules say "gross and repeated"; three within ninety days is a suggestion, which the
    municipality's own rules replace.
    """

    posts: int = 3
    window: timedelta = timedelta(days=90)
    least_severity: int = 1
    clauses: frozenset[str] = frozenset(("harasses-named", "personal-information", "unlawful"))


@dataclass(frozen=True, slots=True)
class Repetition:
    """An account that reached the threshold: the violations that count, oldest first."""

    account: str
    violations: tuple[Violation, ...]

    @property
    def first(self) -> datetime:
        """When the first that counts was posted."""
        return self.violations[0].when

    @property
    def last(self) -> datetime:
        """When the last that counts was posted."""
        return self.violations[-1].when


def repetitions(
    violations: Iterable[Violation], now: datetime, threshold: Threshold | None = None
) -> tuple[Repetition, ...]:
    """Return the accounts that reached the threshold in the window before now, most posts first.

    A post counts once, however many clauses it breaks; what is yet to come does not count.
    """
    limit = threshold or Threshold()
    by_account: dict[str, dict[str, Violation]] = {}
    for violation in violations:
        if violation.clause not in limit.clauses or violation.severity < limit.least_severity:
            continue
        if not now - limit.window <= violation.when <= now:
            continue
        posts = by_account.setdefault(violation.account, {})
        posts[violation.post] = min(posts.get(violation.post, violation), violation, key=_gravest)
    found = [
        Repetition(account, tuple(sorted(posts.values(), key=lambda v: (v.when, v.post))))
        for account, posts in by_account.items()
        if len(posts) >= limit.posts
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.violations), one.account)))


def _gravest(violation: Violation) -> tuple[int, str, datetime]:
    return -violation.severity, violation.clause, violation.when
