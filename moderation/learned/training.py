"""Learning from comments that people have judged: rarity-weighted pieces, logistic regression.

The only place that needs scikit-learn, which is loaded when something is to be learned: judging
does not need it, so a service that only judges never carries it.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moderation.errors import ModelError
from moderation.learned.features import LOUDNESS, pair_of, pieces_of
from moderation.learned.model import Feature, Learned

_LEAST_POSTS, _LEAST_EACH = 20, 5
_STRENGTH = 20.0
_ROUNDS = 500


@dataclass(frozen=True, slots=True)
class Lesson:
    """One judged comment: its words as `tokens_of` gives them, signals, and the labels it has."""

    words: tuple[str, ...]
    labels: frozenset[str]
    signals: tuple[str, ...] = ()

    def counts(self) -> Counter[str]:
        """Return how often each feature stands in it."""
        found: Counter[str] = Counter()
        for word in self.words:
            found.update(pieces_of(word))
        for name in self.signals:
            found.update(dict.fromkeys(pieces_of(name), LOUDNESS))
        found.update(pair_of(one, other) for one, other in itertools.pairwise(self.words))
        return found


def learn(
    lessons: Sequence[Lesson],
    labels: Sequence[str],
    thresholds: Mapping[str, float] | None = None,
    *,
    least: int = 2,
    source: str = "",
) -> Learned:
    """Return what the lessons teach; a feature must stand in `least` of them.

    `source` is told by what is learned: a digest of the lessons, or the day of the last decision.

    ModelError where there is too little: fewer than 20 comments, or 5 for or against a label.
    """
    if len(lessons) < _LEAST_POSTS:
        raise ModelError(f"{len(lessons)} judged comments; learning needs {_LEAST_POSTS}")
    counted = [lesson.counts() for lesson in lessons]
    spread = Counter(feature for counts in counted for feature in counts)
    names = sorted(feature for feature, posts in spread.items() if posts >= least)
    rarity = [math.log((1 + len(lessons)) / (1 + spread[name])) + 1 for name in names]
    rows = _rows(counted, {name: number for number, name in enumerate(names)}, rarity)
    fitted = [
        _fit(rows, len(names), [label in lesson.labels for lesson in lessons], label)
        for label in labels
    ]
    features = {
        name: Feature(rarity[n], tuple(weights[n] * rarity[n] for weights, _ in fitted))
        for n, name in enumerate(names)
    }
    limits = thresholds or {}
    return Learned(
        labels,
        features,
        [bias for _, bias in fitted],
        [limits.get(label, 0.5) for label in labels],
        signals=any(lesson.signals for lesson in lessons),
        source=source,
    )


Row = tuple[list[int], list[float]]
"""The features of one comment by number, and their values."""


def _rows(
    counted: Sequence[Counter[str]], numbers: Mapping[str, int], rarity: Sequence[float]
) -> list[Row]:
    rows: list[Row] = []
    for counts in counted:
        known = [(numbers[name], count) for name, count in counts.items() if name in numbers]
        length = math.sqrt(sum(count * rarity[n] ** 2 for n, count in known)) or 1.0
        rows.append(([n for n, _ in known], [count * rarity[n] / length for n, count in known]))
    return rows


def _fit(
    rows: Sequence[Row], width: int, wanted: Sequence[bool], label: str
) -> tuple[list[float], float]:
    """Return a label's weight of each feature and its bias."""
    if not _LEAST_EACH <= sum(wanted) <= len(wanted) - _LEAST_EACH:
        raise ModelError(f"{sum(wanted)} of {len(wanted)} comments have {label!r}: too one-sided")
    from scipy.sparse import csr_matrix  # here: only learning carries the numerics
    from sklearn.linear_model import LogisticRegression  # here: as above

    starts = [0]
    for numbers, _ in rows:
        starts.append(starts[-1] + len(numbers))
    matrix = csr_matrix(
        (
            [value for _, values in rows for value in values],
            [number for numbers, _ in rows for number in numbers],
            starts,
        ),
        shape=(len(rows), width),
    )
    judge = LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=_ROUNDS)
    judge.fit(matrix, wanted)
    return [float(weight) for weight in judge.coef_[0]], float(judge.intercept_[0])
