"""How well and how fast the shipped rules judge: `run()` prints both.

The floor is what bare pyahocorasick with a boundary check does with the same terms and names on the
same posts in the same run; times are the process's own, so that a busy machine does not blur them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

import ahocorasick

from moderation.engine import Engine
from moderation.shipped import default_engine, default_rules
from moderation.values import Post, RosterEntry
from tests.moderation.material import ROSTER, files, judge, read

_POSTS, _NAMES, _ROUNDS = 5_000, 5_000, 3
_SYLLABLES = (
    "ba", "ber", "bo", "dal", "der", "en", "fo", "gar", "gen", "hal", "hu", "kan", "ke", "la",
    "len", "lo", "mar", "me", "no", "ra", "ri", "sa", "so", "te", "va",
)  # fmt: skip
_SMALL = (
    "jeg", "du", "det", "er", "en", "et", "og", "i", "på", "til", "med", "har", "ikke", "vi",
    "som", "af", "for", "der", "at", "de", "den", "kan", "skal", "vil", "så", "om",
)  # fmt: skip


def run() -> None:
    """Print precision and recall per clause, then posts a second as a ratio to the floor."""
    engine = default_engine(ROSTER)
    for language in ("danish", "norwegian"):
        _print_quality(engine, language)
    _print_speed()


def _print_quality(engine: Engine, language: str) -> None:
    samples = [sample for name in files(language) for sample in read(name)]
    score = judge(engine, samples)
    print(f"moderation, {language}: {len(samples)} made-up comments")
    for clause in sorted({*score.right, *score.missed, *score.extra}):
        count = score.right[clause] + score.missed[clause]
        print(
            f"  {clause:22} recall {score.recall(clause):.3f}"
            f"  precision {score.precision(clause):.3f}  ({count})"
        )
    print(f"  lawful flagged as must  {score.lawful_flagged} of {score.lawful}")


def _word(rnd: random.Random) -> str:
    return "".join(rnd.choice(_SYLLABLES) for _ in range(rnd.randint(2, 4)))


def _corpus(rnd: random.Random, names: Sequence[RosterEntry]) -> list[Post]:
    posts = []
    for number in range(_POSTS):
        words = [rnd.choice(_SMALL) if rnd.random() < 0.5 else _word(rnd) for _ in range(36)]
        if rnd.random() < 0.2:
            words.insert(rnd.randrange(36), str(rnd.randint(1, 20_000)))
        if rnd.random() < 0.05:
            words.insert(rnd.randrange(36), rnd.choice(names).name)
        posts.append(Post(str(number), " ".join(words).capitalize() + "."))
    return posts


def _bare(engine_terms: Sequence[str]) -> Callable[[str], int]:
    automaton = ahocorasick.Automaton()
    for term in engine_terms:
        automaton.add_word(term, len(term))
    automaton.make_automaton()

    def count(text: str) -> int:
        low, hits = text.lower(), 0
        for end, length in automaton.iter(low):
            start = end - length + 1
            if (start == 0 or not low[start - 1].isalnum()) and (
                end + 1 == len(low) or not low[end + 1].isalnum()
            ):
                hits += 1
        return hits

    return count


def _rate(work: Callable[[], object]) -> float:
    best = min(_once(work) for _ in range(_ROUNDS))
    return _POSTS / best


def _once(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _print_speed() -> None:
    rnd = random.Random(7)  # noqa: S311 - the same corpus each time
    names = [
        RosterEntry(f"{_word(rnd).capitalize()} {_word(rnd).capitalize()}") for _ in range(_NAMES)
    ]
    start = time.process_time()
    engine = default_engine(names)
    built = time.process_time() - start
    posts = _corpus(rnd, names)
    terms = [term.words for signal in default_rules().signals for term in signal.terms]
    bare = _bare([*terms, *(entry.name.lower() for entry in names)])
    floor = _rate(lambda: [bare(post.text) for post in posts])
    ours = _rate(lambda: [engine.judge(post) for post in posts])
    print(f"moderation, {len(terms)} terms and {_NAMES} names compiled in {built:.2f} s")
    print(f"  judge {ours:,.0f} posts/s, bare automaton {floor:,.0f}, ratio {ours / floor:.2f}")


if __name__ == "__main__":
    run()
