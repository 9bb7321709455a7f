import re

import pytest

from service.procedure.errors import ProcedureInvalid
from service.procedure.reading import load_procedure
from tests.service.procedure.builders import shipped_text

ISHOEJ = shipped_text("ishoej")


def _refused(text: str) -> ProcedureInvalid:
    with pytest.raises(ProcedureInvalid) as refusal:
        load_procedure(text)
    return refusal.value


def _changed(before: str, after: str) -> str:
    assert before in ISHOEJ
    return ISHOEJ.replace(before, after, 1)


def _line_of(words: str, text: str = ISHOEJ) -> int:
    return text[: text.index(words)].count("\n") + 1


def test_what_is_not_toml_is_refused_with_its_line() -> None:
    refusal = _refused(_changed('duty = "mandatory"', "duty = mandatory"))

    assert f"line {_line_of('duty = ')}" in str(refusal)


@pytest.mark.parametrize("language", ["da", "nb", "en"])
def test_a_missing_language_is_refused_where_it_is_missing(language: str) -> None:
    line = next(one for one in ISHOEJ.splitlines() if one.startswith(f"why.{language}"))
    text = _changed(line + "\n", "")

    refusal = _refused(text)

    assert refusal.where == f"steps[1].why.{language}"
    assert refusal.line == _line_of("why.", text)


def test_an_empty_text_is_as_missing_as_none() -> None:
    refusal = _refused(_changed('da = "Ledelsen får besked"', 'da = " "'))

    assert refusal.where == "steps[1].title.da"


@pytest.mark.parametrize(
    ("before", "after", "where", "problem"),
    [
        ('requires = ["12.2"]', 'requires = ["12.99"]', "steps[3].requires", "'12.99'"),
        ('requires = ["12.5", ', 'requires = ["12.12", ', "steps[11].requires", "itself"),
        ('requires = ["12.2"]', 'requires = ["12.3"]', "steps[3].requires", "itself"),
        ('doer = "leader"', 'doer = "chief"', "steps[1].voices[1].doer", "'chief'"),
        ('"key_person"]', '"chief"]', "steps[5].responsible", "'chief'"),
        ('unless = ["restraining', 'unless = ["moon", "restraining', "steps[7].when", "'moon'"),
        ('starts = ["opened"], origin', 'starts = ["noon"], origin', "steps[1].deadlines", "noon"),
        ('starts = ["opened"], origin', 'starts = ["ended:9"], origin', "steps[1].dead", "ended:9"),
        ('citation = "Straffeloven § 96"', 'citation = " "', "clocks[4].period.citation", "which"),
        ('stopped_by = ["12.9"]', 'stopped_by = ["noon"]', "clocks[1].stopped_by", "noon"),
        ('unit = "working_hours"', 'unit = "moons"', "steps[1].deadlines[1].unit", "moons|hours"),
        ("amount = 4,", 'amount = "4",', "steps[1].deadlines[1].amount", "integer"),
        ("amount = 4,", "amount = -4,", "steps[1].deadlines[1].amount", "greater"),
        ('endings = ["done", "waived"]', 'endings = ["waived"]', "steps[1].endings", "done"),
        (
            'endings = ["done", "waived"]',
            'endings = ["done", "not_relevant"]',
            "steps[1].endings",
            "mandatory",
        ),
        ('id = "12.3"', 'id = "12.2"', "steps[3].id", "twice"),
        ('id = "12.3"', 'identity = "12.3"', "steps[3].id", "required"),
        ('source = "ISHOJ-12.3"', 'sauce = "ISHOJ-12.3"', "steps[3].source", "required"),
        ('duty = "optional"', 'duty = "optional"\nnote = "?"', "steps[8].note", "[Uu]nexpected"),
        ('field = "decision", answers = ["delete"', 'field = "x", answers = ["delete"', "", "'x'"),
        ('answers = ["delete", "hide"]', 'answers = ["burn"]', "steps[3].blanks[2]", "'burn'"),
        ('type = "person"', 'type = "text"', "steps[1].blanks[1].other_than", "person"),
        ('id = "opened", word', 'id = "begun", word', "events", "'opened'"),
        ('steps = ["12.2"]', 'steps = ["12.0"]', "plain[1].steps", "'12.0'"),
        ('country = "DK"', 'country = "XX"', "working_time.country", "DK"),
        ("opens = 08:00:00", "opens = 18:00:00", "working_time", "opens before"),
        ('closed = ["06-05"', 'closed = ["05/06"', "working_time.closed", "pattern"),
    ],
)
def test_what_does_not_hang_together_is_refused_with_its_place(
    before: str, after: str, where: str, problem: str
) -> None:
    refusal = _refused(_changed(before, after))

    assert refusal.where.startswith(where)
    assert re.search(problem, refusal.problem)
    assert refusal.line is not None


def test_a_line_is_found_within_the_part_of_a_step() -> None:
    text = _changed('source = "HUST-7.1.10"\n', 'source = "HUST-7.1.10"\ncolour = "red"\n')

    refusal = _refused(text)

    assert (refusal.where, refusal.line) == (
        "steps[5].parts[1].colour",
        _line_of("colour", text),
    )


def test_a_procedure_without_five_plain_states_is_refused() -> None:
    text = ISHOEJ[: ISHOEJ.rindex("[[plain]]")]

    assert "5 states, not 4" in str(_refused(text))


def test_words_over_several_lines_do_not_move_the_lines_below() -> None:
    text = _changed('do.da = "', 'do.da = """\n[[steps]]\nid = 5\n').replace(
        'direktøren."\ndo.nb', 'direktøren."""\ndo.nb', 1
    )
    load_procedure(text)

    refusal = _refused(text.replace('duty = "optional"', 'duty = "maybe"', 1))

    assert refusal.line == _line_of('duty = "optional"', text)


def test_the_same_text_gives_the_same_procedure() -> None:
    assert load_procedure(ISHOEJ) == load_procedure(ISHOEJ)
    assert hash(load_procedure(ISHOEJ)) == hash(load_procedure(ISHOEJ))
