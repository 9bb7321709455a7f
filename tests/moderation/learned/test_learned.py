import subprocess
import sys
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import ModelError
from moderation.learned.features import EMPLOYEE, SEGMENT, segments_of, tokens_of
from moderation.learned.model import Learned, read_learned
from moderation.learned.training import Lesson, learn
from moderation.shipped import EXAMPLE_ROSTER, default_engine, default_learned
from moderation.text import normalise
from moderation.words import Words
from tests.moderation.teach import LEARNED, taught

FREE = ("tak for den flotte nye legeplads", "hvornår åbner biblioteket på lørdag",
        "vejen er glat ved skolen i dag", "det er en dårlig plan for byen")  # fmt: skip
RUDE = ("jeg knuser dig i aften", "nu knuser jeg din bil", "vent til jeg knuser jer alle",
        "jeg kommer og knuser dit hus")  # fmt: skip


@cache
def small() -> Learned:
    lessons = [
        Lesson(tuple(f"{text} {n}".split()), frozenset(("unlawful",) if text in RUDE else ()))
        for n in range(4)
        for text in (*FREE, *RUDE)
    ]
    return learn(lessons, ["unlawful"])


def test_what_was_learned_is_told_apart_and_marked_by_the_words_that_tell() -> None:
    text = "Pas på, jeg knuser dit vindue i nat"
    words = Words(normalise(text))

    verdict = small().judge(words, {})["unlawful"]

    assert verdict.probability > 0.5
    assert "knuser" in {text[slice(*words.span(*place))] for place in verdict.telling}
    assert small().judge(Words(normalise("Hvornår åbner den nye legeplads?")), {}) == {}


def test_it_is_the_same_after_it_was_written_and_read() -> None:
    again = read_learned(small().as_text())

    assert (again.version, again.as_text()) == (small().version, small().as_text())
    assert len(again.version) == 12


def test_learning_the_same_twice_gives_the_same_version() -> None:
    assert learn(_lessons(), ["unlawful"]).version == learn(_lessons(), ["unlawful"]).version


def _lessons() -> list[Lesson]:
    return [
        Lesson(tuple(text.split()), frozenset(("unlawful",) if text in RUDE else ()))
        for text in (*FREE, *RUDE) * 3
    ]


@pytest.mark.parametrize(
    ("lessons", "said"), [(_lessons()[:10], "needs 20"), (_lessons()[:4] * 6, "one-sided")]
)
def test_too_little_to_learn_from_is_told(lessons: list[Lesson], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        learn(lessons, ["unlawful"])


@pytest.mark.parametrize(
    ("broken", "line"),
    [(lambda t: t.replace('"learned-1"', '"learned-0"'), "learned-0"),
     (lambda t: "{}\n" + t, "line 1"),
     (lambda t: t + '["x", 1.0, 2.0, 3.0]\n', "line "),
     (lambda t: t + "nonsense\n", "line "),
     (lambda t: t + '["x", 1.0, NaN]\n', "are numbers"),
     (lambda t: t + "[" * 100_000, "line "),
     (lambda _t: "", "line 1")],
)  # fmt: skip
def test_a_file_that_cannot_be_meant_is_refused(broken: Callable[[str], str], line: str) -> None:
    with pytest.raises(ModelError, match=line):
        read_learned(broken(small().as_text()))


def test_no_name_of_an_employee_is_learned() -> None:
    engine = default_engine(EXAMPLE_ROSTER, unlearned=True)

    lesson = engine.lesson("Mette Sørensen er sød, og Mette Sørensen har nr. 4711")

    assert "sørensen" not in lesson.words
    assert lesson.words.count(EMPLOYEE) == 2
    assert "0000" in lesson.words


@given(st.lists(st.sampled_from(["ord", "to", ".", "!", "\n", "længere"]), max_size=200))
@settings(max_examples=60, deadline=None)
def test_a_post_is_cut_into_stretches_that_lose_and_double_no_word(pieces: list[str]) -> None:
    words = Words(normalise(" ".join(pieces)))

    parts = list(segments_of(words))

    assert [token for part in parts for token in part] == tokens_of(words)
    for part in parts:
        sentences = {words.sentences[number] for _, number in part}
        assert len(part) <= SEGMENT or len(sentences) == 1


def test_a_threat_is_heard_at_the_end_of_a_long_and_friendly_post() -> None:
    threat = "Du skulle bare vide hvad jeg har planlagt med dig og din familie."
    friendly = "Tak for den flotte nye legeplads ved skolen, børnene er glade. " * 30

    rules = {f.rule for f in default_engine().judge_text(friendly + threat)}

    assert "unlawful.learned" in rules


def test_word_choice_speaks_only_where_no_rule_can() -> None:
    engine = default_engine(EXAMPLE_ROSTER)

    (finding,) = engine.judge_text("Mette Sørensen er det rene møl, hun ødelægger alt og alle")
    named = engine.judge_text("Mette Sørensen er en idiot og det rene møl, hun ødelægger alt")

    assert (finding.rule, finding.learned) == ("harasses-named.learned", default_learned().version)
    assert finding.full_version == f"1.{default_learned().version}"
    assert [f.rule for f in named if f.clause == "harasses-named"] == ["harasses-named.insult"]


def test_what_is_shipped_was_learned_from_the_material_as_it_stands() -> None:
    """If this fails: python -m tests.moderation.teach."""
    assert read_learned(LEARNED.read_text("utf-8")).source == taught()


def test_judging_never_loads_the_numerics_of_learning() -> None:
    asked = (
        "import sys; from moderation.shipped import default_engine; "
        "default_engine().judge_text('Du skulle bare vide hvad jeg har planlagt'); "
        "print(sorted({'numpy', 'scipy', 'sklearn'} & set(sys.modules)))"
    )

    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"
