import pytest

from moderation.errors import LabelledError, ModelError
from moderation.evaluation import evaluate, macro_f1
from moderation.intervals import drawn_again, wilson
from moderation.labelled import Labelled, is_faulty, read_labelled
from moderation.shipped import EXAMPLE_ROSTER, default_engine

EXPECTED = (Labelled("Du er en nar, sagde han", True), Labelled('Tak for "hjælpen"', False))


@pytest.mark.parametrize(
    "text",
    [
        (
            '{"text": "Du er en nar, sagde han", "clauses": ["unsuitable"]}\n'
            '{"text": "Tak for \\"hjælpen\\"", "clauses": []}\n'
        ),
        '\ufeffid\ttweet\tsubtask_a\n1\tDu er en nar, sagde han\tOFF\n2\tTak for "hjælpen"\tNOT\n',
        'text,label\n"Du er en nar, sagde han",1\n"Tak for ""hjælpen""",0\n',
        'U\tDu er en nar, sagde han\n-\tTak for "hjælpen"\n',
        'Tekst;Class\nDu er en nar, sagde han;hateful\n"Tak for ""hjælpen""";neutral\n',
    ],
)
def test_labelled_comments_are_read_in_each_form(text: str) -> None:
    assert read_labelled(text) == EXPECTED


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "empty"), ("kun tekst\nmere\n", "line 1"), ('{"text": "x"}\n', "line 1"),
     ("text\tlabel\na\t1\nb\t0\nc\n", "line 4"), ("text,label\na,1\nb,1\n", "same label"),
     ("text,label\n" + "a" * 200_000 + ",1\nb,0\n", "field limit")],
)  # fmt: skip
def test_a_labelled_file_that_cannot_be_understood_is_told(text: str, said: str) -> None:
    with pytest.raises(LabelledError, match=said):
        read_labelled(text)


def test_a_label_finds_fault_unless_it_says_that_none_is_found() -> None:
    assert all(map(is_faulty, (True, 1, 0.7, "OFF", "1", "HATE", ["unlawful"], "ja", "abusive")))
    assert not any(map(is_faulty, (False, 0, None, "NOT", "0", "not_offensive", [], "-", " no ")))


def test_wilsons_interval_is_that_of_the_book() -> None:
    assert wilson(0, 0) is None
    assert wilson(0, 10) == (0.0, 0.2775)
    assert wilson(10, 10) == (0.7225, 1.0)
    assert wilson(81, 263) == (0.2553, 0.3662)


def test_macro_f1_weighs_both_labels_alike() -> None:
    assert macro_f1([(True, True), (False, False)]) == 1.0
    assert macro_f1([(True, True), (False, True)]) == pytest.approx(1 / 3)
    assert drawn_again([(True, True), (False, False)] * 50, macro_f1) == (1.0, 1.0)


def _rows() -> list[Labelled]:
    faults = ("din møgdyr nummer", "jeg knuser dig nummer", "sikke en led skid nummer")
    free = ("tak for hjælpen nummer", "hvornår kommer bussen nummer", "fin legeplads nummer")
    return [Labelled(f"{text} {n}", text in faults) for n in range(8) for text in (*faults, *free)]


def test_what_is_learned_the_rules_and_both_are_told_apart_by_the_contract() -> None:
    told: list[tuple[int, int]] = []
    engine = default_engine(EXAMPLE_ROSTER, unlearned=True)

    found = evaluate(_rows(), engine, 3, lambda done, of: told.append((done, of)))

    figures = found.figures
    assert (figures["rows"], figures["positives"], figures["folds"]) == (48, 24, 3)
    learned, rules = figures["learned"], figures["rules"]
    assert isinstance(learned, dict)
    assert isinstance(rules, dict)
    assert set(rules) == {"macro_f1", "interval", "precision", "recall"}
    assert set(learned) == {*rules, "thresholds"}
    assert learned["macro_f1"] == 1.0
    assert len(learned["thresholds"]) == 3
    assert told[-1] == (3, 3)
    assert found.learned.signals


def test_too_few_rows_of_a_label_are_told() -> None:
    rows = [Labelled(f"tak {n}", n < 2) for n in range(40)]

    with pytest.raises(ModelError, match="too few"):
        evaluate(rows, default_engine(unlearned=True))
