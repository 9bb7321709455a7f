"""What a set of rules would have done with posts that stand: hits, doubt, overlap, and difference.

The posts come as they are stored, a million or more; each piece of them is judged by itself and
the counts are added up, so that pieces may be judged on several cores (`counted` is what a process
does with one piece, `joined` puts them together).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from moderation.engine import Engine
from moderation.intervals import wilson
from moderation.rules import State
from moderation.values import Post

SECONDS_A_DAY = 86_400
_SHOWN = 50
"""So many ids of posts newly hit, and no longer hit, are kept for each rule."""
_IN_FORCE = (State.LIVE, State.SHADOW)


@dataclass(frozen=True, slots=True)
class Judged:
    """A stored post; `broken` are the clauses that a person found broken, None where none judged.

    An empty set says that a person looked and found nothing.
    """

    post: Post
    broken: frozenset[str] | None = None


@dataclass(slots=True)
class Counts:
    """What was counted over some posts; figures of two pieces may be added."""

    posts: int = 0
    first: float | None = None
    last: float | None = None
    hits: Counter[str] = field(default_factory=Counter)
    judged: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    together: Counter[tuple[str, str]] = field(default_factory=Counter)
    new: dict[str, list[str]] = field(default_factory=dict)
    gone: dict[str, list[str]] = field(default_factory=dict)
    newly: Counter[str] = field(default_factory=Counter)
    no_longer: Counter[str] = field(default_factory=Counter)

    def add(self, other: Counts) -> None:
        """Take another piece's counts in."""
        self.posts += other.posts
        for mine, theirs in (
            (self.hits, other.hits),
            (self.judged, other.judged),
            (self.right, other.right),
            (self.newly, other.newly),
            (self.no_longer, other.no_longer),
        ):
            mine.update(theirs)
        self.together.update(other.together)
        times = [t for t in (self.first, self.last, other.first, other.last) if t is not None]
        self.first, self.last = (min(times), max(times)) if times else (None, None)
        for mine_ids, their_ids in ((self.new, other.new), (self.gone, other.gone)):
            for rule, ids in their_ids.items():
                known = mine_ids.setdefault(rule, [])
                known.extend(ids[: _SHOWN - len(known)])


def counted(posts: Iterable[Judged], engine: Engine, before: Engine | None = None) -> Counts:
    """Judge a piece of the posts; `before` is the rules in force, to tell what changes."""
    counts = Counts()
    for judged in posts:
        _count(judged, counts, engine, before)
    return counts


def _count(judged: Judged, counts: Counts, engine: Engine, before: Engine | None) -> None:
    post = judged.post
    counts.posts += 1
    moment = _seconds(post.time)
    if moment is not None:
        counts.first = moment if counts.first is None else min(counts.first, moment)
        counts.last = moment if counts.last is None else max(counts.last, moment)
    clauses = {f.rule: f.clause for f in engine.judge_text(post.text, states=_IN_FORCE)}
    hit = set(clauses)
    for rule in hit:
        counts.hits[rule] += 1
        if judged.broken is not None:
            counts.judged[rule] += 1
            counts.right[rule] += clauses[rule] in judged.broken
        for other in hit:
            if other != rule:
                counts.together[rule, other] += 1
    if before is None or before is engine:
        return
    earlier = {f.rule for f in before.judge_text(post.text, states=_IN_FORCE)}
    for rules, tally, ids in (
        (hit - earlier, counts.newly, counts.new),
        (earlier - hit, counts.no_longer, counts.gone),
    ):
        for rule in rules:
            tally[rule] += 1
            known = ids.setdefault(rule, [])
            if len(known) < _SHOWN:
                known.append(post.id)


def _seconds(time: datetime | str | None) -> float | None:
    if isinstance(time, str):
        try:
            time = datetime.fromisoformat(time)
        except ValueError:
            return None
    if time is None:
        return None
    # A time without a zone counts as UTC, so that the result is the same on every machine.
    return (time - datetime(1970, 1, 1, tzinfo=time.tzinfo)).total_seconds()


def report(counts: Counts, engine: Engine, before: Engine | None = None) -> dict[str, object]:
    """Return the figures of DESIGN §5 for each rule in force, and each that was before.

    `per_day` is None where the posts tell no two times, `precision` where no hit was judged.
    """
    days = None
    if counts.first is not None and counts.last is not None and counts.last > counts.first:
        days = max((counts.last - counts.first) / SECONDS_A_DAY, 1.0)
    versions = _versions(before) | _versions(engine)
    return {
        "posts": counts.posts,
        "rules": [
            _figures(rule, version, counts, days, compared=before is not None)
            for rule, version in sorted(versions.items())
        ],
    }


def _versions(engine: Engine | None) -> dict[str, int]:
    rules = () if engine is None else engine.rules
    return {rule.id: rule.version for rule in rules if rule.state in _IN_FORCE}


def _figures(
    rule: str, version: int, counts: Counts, days: float | None, *, compared: bool
) -> Mapping[str, object]:
    hits, judged, right = counts.hits[rule], counts.judged[rule], counts.right[rule]
    overlap = {
        other: round(number / hits, 4)
        for (one, other), number in sorted(counts.together.items())
        if one == rule
    }
    return {
        "rule": rule,
        "version": version,
        "hits": hits,
        "per_day": None if days is None else round(hits / days, 3),
        "newly_hit": counts.newly[rule] if compared else None,
        "no_longer_hit": counts.no_longer[rule] if compared else None,
        "newly_hit_posts": counts.new.get(rule, []),
        "no_longer_hit_posts": counts.gone.get(rule, []),
        "judged": judged,
        "precision": round(right / judged, 4) if judged else None,
        "interval": wilson(right, judged),
        "overlap": overlap,
    }
