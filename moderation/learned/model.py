"""What has been learned: how much each piece of a word says for a clause, and where it says it.

Made by `moderation.learned.training` from comments that people have judged; kept as lines of text,
so that a version can be read, compared and told by its digest. Judging needs no package of
numerics: a post costs one look-up per word.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from moderation.errors import ModelError
from moderation.learned.features import (
    EMPLOYEE,
    LOUDNESS,
    SIGNAL,
    pair_of,
    pieces_of,
    segments_of,
    signal_tokens,
)
from moderation.terms import Place
from moderation.words import Words

FORMAT = "learned-1"
_REMEMBERED = 32_768
_TELLING_SHARE, _MOST_TELLING = 0.5, 6
_LEAST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is held of one label: how likely, from 0 to 1, and the words that tell."""

    probability: float
    telling: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Feature:
    """How rare a piece of text is, and how much it says for each label."""

    rarity: float
    weights: tuple[float, ...]


Weight = tuple[float, ...]
"""What a piece, a pair or a word brings: its part of the squared length, then of each label's."""


class Learned:
    """Judges words by what was learned; keeps nothing between posts but words it has weighed."""

    def __init__(
        self,
        labels: Sequence[str],
        features: Mapping[str, Feature],
        biases: Sequence[float],
        thresholds: Sequence[float],
        *,
        signals: bool = False,
        source: str = "",
    ) -> None:
        """`source`: what it was learned from, as whoever taught it names it (a digest, a date)."""
        self.labels = tuple(labels)
        self.biases, self.thresholds = tuple(biases), tuple(thresholds)
        self.signals, self.source = signals, source
        self._features = dict(features)
        self._weights: dict[str, Weight] = {
            name: (feature.rarity**2, *feature.weights) for name, feature in features.items()
        }
        self._nothing: Weight = (0.0,) * (1 + len(self.labels))
        self._weight_of = lru_cache(maxsize=_REMEMBERED)(self._weigh)

    @cached_property
    def version(self) -> str:
        """Twelve digits of the digest of the whole: what was learned is known by it."""
        return hashlib.sha256(self.as_text().encode()).hexdigest()[:12]

    def judge(self, words: Words, places: Mapping[str, Sequence[Place]]) -> dict[str, Verdict]:
        """Return the labels that are held, each by the stretch of the post that says it most.

        `places` holds where the signals stand; "employee" hides the names.
        """
        held: dict[str, Verdict] = {}
        extra = signal_tokens(places) if self.signals else []
        for tokens in segments_of(words, places.get("employee", ())):
            named = sum(word == EMPLOYEE for word, _ in tokens)
            if len(tokens) - named < _LEAST_WORDS + bool(named):
                continue  # a name, alone or greeted, says nothing; nor does "… is an angel"
            told = self.probabilities([word for word, _ in tokens], extra)
            for label, name in enumerate(self.labels):
                likely = told[label]
                if likely < self.thresholds[label]:
                    continue
                if name not in held or held[name].probability < likely:
                    held[name] = Verdict(likely, self._telling(tokens, label))
        return held

    def suspects(self, words: Words) -> frozenset[str]:
        """Return the labels that may be held of a post in which no employee is named."""
        if self.signals:
            return frozenset(self.labels)
        return frozenset(
            label
            for tokens in segments_of(words)
            for label, likely, threshold in zip(
                self.labels,
                self.probabilities([word for word, _ in tokens]),
                self.thresholds,
                strict=True,
            )
            if likely >= threshold
        )

    def probabilities(self, words: Sequence[str], extra: Sequence[str] = ()) -> list[float]:
        """Return how likely each label is, given the words in order (and signals, as `extra`)."""
        weights = [*map(self._weight_of, words), *map(self._weight_of, extra)]
        weights.extend(
            weight
            for one, other in itertools.pairwise(words)
            if (weight := self._weights.get(pair_of(one, other))) is not None
        )
        if not weights:
            return [_likely(bias) for bias in self.biases]
        squared, *sums = map(sum, zip(*weights, strict=True))
        length = math.sqrt(squared) or 1.0
        return [
            _likely(bias + value / length) for bias, value in zip(self.biases, sums, strict=True)
        ]

    def _weigh(self, word: str) -> Weight:
        known = [weight for piece in pieces_of(word) if (weight := self._weights.get(piece))]
        if not known:
            return self._nothing
        times = LOUDNESS if word.startswith(SIGNAL) else 1
        return tuple(times * sum(column) for column in zip(*known, strict=True))

    def _telling(self, tokens: Sequence[tuple[str, int]], label: int) -> tuple[Place, ...]:
        """Return the words that together say half of what speaks for the label, at most six."""
        said: dict[int, float] = {
            number: self._weight_of(word)[label + 1] if word != EMPLOYEE else 0.0
            for word, number in tokens
        }
        for (one, number), (other, following) in itertools.pairwise(tokens):
            pair = self._weights.get(pair_of(one, other), self._nothing)
            said[number] += pair[label + 1] / 2
            said[following] += pair[label + 1] / 2
        loudest = sorted((n for n in said if said[n] > 0), key=lambda n: (-said[n], n))
        enough = _TELLING_SHARE * sum(said[number] for number in loudest)
        chosen: list[int] = []
        for number in loudest[:_MOST_TELLING]:
            chosen.append(number)
            enough -= said[number]
            if enough <= 0:
                break
        return tuple((number, number) for number in sorted(chosen or [tokens[0][1]]))

    def as_text(self) -> str:
        """Return the whole as lines: a head, then one feature a line with its weights."""
        head = {
            "format": FORMAT,
            "labels": self.labels,
            "biases": [round(bias, 4) for bias in self.biases],
            "thresholds": self.thresholds,
            "signals": self.signals,
            "source": self.source,
        }
        lines = [json.dumps(head)]
        lines.extend(
            json.dumps(
                [name, round(feature.rarity, 3), *(round(w, 3) for w in feature.weights)],
                ensure_ascii=False,
            )
            for name, feature in sorted(self._features.items())
        )
        return "\n".join(lines) + "\n"


def _likely(sum_of_weights: float) -> float:
    """Return the logistic function, from 0 to 1; a sum beyond 700 would overflow."""
    return 1 / (1 + math.exp(-max(min(sum_of_weights, 700.0), -700.0)))


def read_learned(text: str, source: str = "learned") -> Learned:
    """Read what `as_text` wrote; ModelError names the line that cannot be understood."""
    lines = text.splitlines()
    try:
        head = json.loads(lines[0])
        labels = [str(label) for label in head["labels"]]
        biases = [float(value) for value in head["biases"]]
        thresholds = [float(value) for value in head["thresholds"]]
        form, signals, taught_by = head["format"], bool(head["signals"]), str(head["source"])
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as problem:
        raise ModelError(f"{source}, line 1: {problem!r}") from problem
    if form != FORMAT:
        raise ModelError(f"{source}: written in {form!r}, this reads {FORMAT!r}")
    if not len(biases) == len(thresholds) == len(labels):
        raise ModelError(f"{source}, line 1: each label has a bias and a threshold")
    features: dict[str, Feature] = {}
    for number, line in enumerate(lines[1:], 2):
        try:
            name, rarity, *weights = json.loads(line)
            features[str(name)] = Feature(float(rarity), tuple(map(float, weights)))
        except (ValueError, TypeError, OverflowError, RecursionError) as problem:
            raise ModelError(f"{source}, line {number}: {problem!r}") from problem
        if not all(map(math.isfinite, (features[str(name)].rarity, *features[str(name)].weights))):
            raise ModelError(f"{source}, line {number}: weights are numbers")
        if len(weights) != len(labels):
            raise ModelError(f"{source}, line {number}: each label has a weight")
    return Learned(labels, features, biases, thresholds, signals=signals, source=taught_by)
