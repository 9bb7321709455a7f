"""How well and how fast the shipped rules judge: `run()` prints both.

The floor is what bare pyahocorasick with a boundary check does with the same terms and names on the
same posts in the same run; times are the process's own, so that a busy machine does not blur them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

import ahocorasick

from moderation.engine import Engine, compile_rules
from moderation.rules import read_rules
from moderation.shipped import default_engine, default_policy, default_rules
from moderation.values import Post, RosterEntry
from tests.moderation.material import ROSTER, Sample, files, held_out, judge, read

_POSTS, _NAMES, _ROUNDS = 5_000, 5_000, 3
_MANY_RULES, _MANY_NAMES = 1_000, 20_000
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
        tuned = [sample for name in files(language) for sample in read(name)]
        _print_quality(engine, f"{language}, tuned on", tuned)
        _print_quality(engine, f"{language}, held out", read(held_out(language)))
    _print_speed()
    _print_compiling()


def _print_quality(engine: Engine, which: str, samples: Sequence[Sample]) -> None:
    score = judge(engine, samples)
    print(f"moderation, {which}: {len(samples)} made-up comments")
    print(f"  any must-clause         recall {score.any_recall:.3f}  ({score.must})")
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
    engine = default_engine(names, unlearned=True)
    built = time.process_time() - start
    learned = default_engine(names)
    posts = _corpus(rnd, names)
    terms = [term.words for signal in default_rules().signals for term in signal.terms]
    bare = _bare([*terms, *(entry.name.lower() for entry in names)])
    floor = _rate(lambda: [bare(post.text) for post in posts])
    ours = _rate(lambda: [engine.judge(post) for post in posts])
    print(f"moderation, {len(terms)} terms and {_NAMES} names compiled in {built:.2f} s")
    print(f"  judge {ours:,.0f} posts/s, bare automaton {floor:,.0f}, ratio {ours / floor:.2f}")
    taught = _rate(lambda: [learned.judge(post) for post in posts])
    print(f"  with what is learned {taught:,.0f} posts/s, ratio {taught / floor:.2f}")


def _print_compiling() -> None:
    rnd = random.Random(8)  # noqa: S311 - the same rules each time
    names = [
        RosterEntry(f"{_word(rnd).capitalize()} {_word(rnd).capitalize()}")
        for _ in range(_MANY_NAMES)
    ]
    text = "\n".join(
        f'[[signal]]\nid = "s{n}"\n[[signal.group]]\nsource = "made up"\n'
        f'terms = ["{_word(rnd)}", "{_word(rnd)}~", "{_word(rnd)} {_word(rnd)}"]\n'
        f'[[rule]]\nid = "r{n}"\nclause = "unsuitable"\nversion = 1\nstate = "live"\n'
        f'when = "near(s{n}, s{max(n - 1, 0)}; 5) and not s{n // 2}"\n'
        for n in range(_MANY_RULES)
    )
    start = time.process_time()
    compile_rules(default_policy(), read_rules(text), names)
    taken = time.process_time() - start
    print(f"  {_MANY_RULES} rules and {_MANY_NAMES} names read and compiled in {taken:.2f} s")


if __name__ == "__main__":
    run()
