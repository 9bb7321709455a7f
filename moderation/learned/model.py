"""What has been learned: how much each piece of a word says for a clause, and where it says it.

Made by `moderation.learned.training` from comments that people have judged; kept as lines of text,
so that a version can be read, compared and told by its digest. Judging needs no package of
numerics: a post costs one look-up per word.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
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
_REMEMBERED = 16_384
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


@dataclass(frozen=True, slots=True)
class _Weight:
    """What a word brings: its part of the squared length, and of each label's sum."""

    squared: float
    sums: tuple[float, ...]


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
            if sum(word != EMPLOYEE for word, _ in tokens) < _LEAST_WORDS:
                continue  # a name, alone or greeted, says nothing
            told = self.probabilities([word for word, _ in tokens], extra)
            for label, name in enumerate(self.labels):
                likely = told[label]
                if likely < self.thresholds[label]:
                    continue
                if name not in held or held[name].probability < likely:
                    held[name] = Verdict(likely, self._telling(tokens, label))
        return held

    def suspects(self, words: Words) -> bool:
        """Whether any label would be held of a post in which no employee is named."""
        return self.signals or bool(self.judge(words, {}))

    def probabilities(self, words: Sequence[str], extra: Sequence[str] = ()) -> list[float]:
        """Return how likely each label is, given the words in order (and signals, as `extra`)."""
        squared, sums = 0.0, [0.0] * len(self.labels)
        for weight in self._weights(words, extra):
            squared += weight.squared
            for label, value in enumerate(weight.sums):
                sums[label] += value
        length = math.sqrt(squared) or 1.0
        return [
            1 / (1 + math.exp(-bias - value / length))
            for bias, value in zip(self.biases, sums, strict=True)
        ]

    def _weights(self, words: Sequence[str], extra: Sequence[str]) -> Iterable[_Weight]:
        yield from map(self._weight_of, words)
        yield from map(self._weight_of, extra)
        features = self._features
        for one, other in zip(words, words[1:], strict=False):
            feature = features.get(pair_of(one, other))
            if feature is not None:
                yield _Weight(feature.rarity**2, feature.weights)

    def _weigh(self, word: str) -> _Weight:
        known = [f for f in map(self._features.get, pieces_of(word)) if f is not None]
        times = LOUDNESS if word.startswith(SIGNAL) else 1
        return _Weight(
            times * sum(feature.rarity**2 for feature in known),
            tuple(times * sum(f.weights[n] for f in known) for n in range(len(self.labels))),
        )

    def _telling(self, tokens: Sequence[tuple[str, int]], label: int) -> tuple[Place, ...]:
        """Return the words that together say half of what speaks for the label, at most six."""
        said: dict[int, float] = {
            number: self._weight_of(word).sums[label] if word != EMPLOYEE else 0.0
            for word, number in tokens
        }
        for (one, number), (other, following) in zip(tokens, tokens[1:], strict=False):
            feature = self._features.get(pair_of(one, other))
            if feature is not None:
                said[number] += feature.weights[label] / 2
                said[following] += feature.weights[label] / 2
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


def read_learned(text: str, source: str = "learned") -> Learned:
    """Read what `as_text` wrote; ModelError names the line that cannot be understood."""
    lines = text.splitlines()
    number = 1
    try:
        head = json.loads(lines[0])
        if head["format"] != FORMAT:
            raise ModelError(f"{source}: written in {head['format']!r}, this reads {FORMAT!r}")
        labels = [str(label) for label in head["labels"]]
        features: dict[str, Feature] = {}
        for number, line in enumerate(lines[1:], 2):
            name, rarity, *weights = json.loads(line)
            if len(weights) != len(labels):
                raise ValueError(weights)
            features[str(name)] = Feature(float(rarity), tuple(map(float, weights)))
        biases, thresholds = ([float(v) for v in head[key]] for key in ("biases", "thresholds"))
        if not len(biases) == len(thresholds) == len(labels):
            raise ValueError(biases)
        return Learned(
            labels,
            features,
            biases,
            thresholds,
            signals=bool(head["signals"]),
            source=str(head["source"]),
        )
    except (ValueError, KeyError, TypeError, IndexError) as problem:
        raise ModelError(f"{source}, line {number}: {problem!r}") from problem
