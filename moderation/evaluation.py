"""How well posts are told apart: by what is learned, by the rules, and by both, on labelled posts.

What is learned is judged on posts that it has not seen (folds), its threshold chosen on posts that
it learned from; so the figures hold for posts to come, as far as those labelled are like them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from moderation.engine import Engine
from moderation.errors import ModelError
from moderation.intervals import drawn_again
from moderation.labelled import Labelled
from moderation.learned.model import Learned
from moderation.learned.training import Lesson, learn
from moderation.policy import Duty

FAULT = "fault"
"""The one label of an evaluation."""
_INNER, _SEED = 3, 7
_GRID = tuple(step / 100 for step in range(20, 85, 2))

Pair = tuple[bool, bool]
"""What a person said of a post, and what was said of it here."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of DESIGN §5, and what was learned from all rows, to be kept or tried."""

    figures: dict[str, object]
    learned: Learned


def evaluate(
    rows: Sequence[Labelled],
    engine: Engine,
    folds: int = 5,
    progress: Progress = lambda _done, _of: None,
) -> Evaluation:
    """Evaluate on labelled rows; ModelError where there are too few to learn from."""
    lessons = [
        engine.lesson(row.text, (FAULT,) if row.faulty else (), signals=True) for row in rows
    ]
    truth = [row.faulty for row in rows]
    by_rules = [_by_rules(engine, row.text) for row in rows]
    parts = _folds(truth, folds)
    likely = [0.0] * len(rows)
    limits = [0.0] * len(rows)
    thresholds: list[float] = []
    for number, part in enumerate(parts):
        progress(number, folds)
        rest = sorted(set(range(len(rows))).difference(part))
        taught = [lessons[n] for n in rest]
        threshold = _threshold(taught)
        thresholds.append(threshold)
        for n, value in zip(part, _likely(learn(taught, (FAULT,)), lessons, part), strict=True):
            likely[n], limits[n] = value, threshold
    progress(folds, folds)
    by_words = [value >= limit for value, limit in zip(likely, limits, strict=True)]
    must = [faulty for faulty, _ in by_rules]
    both = [one or other for one, other in zip(by_words, must, strict=True)]
    middle = sorted(thresholds)[len(thresholds) // 2]
    return Evaluation(
        {
            "rows": len(rows),
            "positives": sum(truth),
            "folds": folds,
            "learned": {
                **_figures(list(zip(truth, by_words, strict=True))),
                "thresholds": thresholds,
            },
            "rules": _figures([(t, any(r)) for t, r in zip(truth, by_rules, strict=True)]),
            "both": _figures(list(zip(truth, both, strict=True))),
        },
        learn(lessons, (FAULT,), {FAULT: middle}),
    )


def _by_rules(engine: Engine, text: str) -> tuple[bool, bool]:
    """Return whether a *must* and whether a *may* is held to be broken."""
    duties = {finding.duty for finding in engine.judge_text(text)}
    return Duty.MUST in duties, Duty.MAY in duties


def _folds(truth: Sequence[bool], folds: int) -> list[list[int]]:
    """Return the numbers of the rows of each fold, both labels spread evenly."""
    smallest = min(sum(truth), len(truth) - sum(truth))
    if smallest < folds:
        raise ModelError(f"{smallest} rows of one label are too few for {folds} folds")
    draws = random.Random(_SEED)  # noqa: S311 - the same folds each time, no secret
    parts: list[list[int]] = [[] for _ in range(folds)]
    for wanted in (True, False):
        numbers = [n for n, faulty in enumerate(truth) if faulty is wanted]
        draws.shuffle(numbers)
        for place, number in enumerate(numbers):
            parts[place % folds].append(number)
    return parts


def _likely(learned: Learned, lessons: Sequence[Lesson], numbers: Sequence[int]) -> list[float]:
    return [learned.probabilities(lessons[n].words, lessons[n].signals)[0] for n in numbers]


def _threshold(lessons: Sequence[Lesson]) -> float:
    """Return the threshold that tells these apart best, each judged by what the others teach."""
    truth = [FAULT in lesson.labels for lesson in lessons]
    likely = [0.0] * len(lessons)
    for part in _folds(truth, _INNER):
        rest = set(range(len(lessons))).difference(part)
        learned = learn([lessons[n] for n in sorted(rest)], (FAULT,))
        for n, value in zip(part, _likely(learned, lessons, part), strict=True):
            likely[n] = value

    def score(limit: float) -> float:
        return macro_f1([(t, value >= limit) for t, value in zip(truth, likely, strict=True)])

    return max(_GRID, key=score)


def macro_f1(pairs: Sequence[Pair]) -> float:
    """Return the mean of the F1 scores of both labels."""
    hit = sum(truth and said for truth, said in pairs)
    missed = sum(truth and not said for truth, said in pairs)
    false = sum(said and not truth for truth, said in pairs)
    free = len(pairs) - hit - missed - false
    wrong = missed + false
    return (_f1(hit, wrong) + _f1(free, wrong)) / 2


def _f1(right: int, wrong: int) -> float:
    return 2 * right / (2 * right + wrong) if right else 0.0


def _figures(pairs: Sequence[Pair]) -> dict[str, object]:
    hit = sum(truth and said for truth, said in pairs)
    said = sum(said for _, said in pairs)
    faulty = sum(truth for truth, _ in pairs)
    return {
        "macro_f1": round(macro_f1(pairs), 4),
        "interval": drawn_again(pairs, macro_f1),
        "precision": round(hit / said, 4) if said else None,
        "recall": round(hit / faulty, 4) if faulty else None,
    }
