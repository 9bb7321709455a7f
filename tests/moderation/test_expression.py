import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import ExpressionError
from moderation.expression import Call, Join, Not, Signal, names_in, parse


def test_and_binds_closer_than_or() -> None:
    assert parse("a or b and not c") == Join(
        "or", (Signal("a"), Join("and", (Signal("b"), Not(Signal("c")))))
    )


def test_a_sequence_keeps_its_gap_and_what_may_not_stand_between() -> None:
    assert parse("seq(a, !b, c; 2)") == Call(
        "seq", (Signal("a"), Signal("c")), 2, (None, Signal("b"))
    )


@pytest.mark.parametrize(
    ("text", "column"),
    [("a and", 6), ("a b", 3), ("a & b", 3), ("near(a; 2)", 1), ("nonsense(a, b)", 1), ("(a", 3)],
)
def test_a_mistake_is_told_with_its_column(text: str, column: int) -> None:
    with pytest.raises(ExpressionError) as told:
        parse(text)

    assert told.value.column == column


def test_nesting_is_bounded() -> None:
    with pytest.raises(ExpressionError):
        parse("(" * 5_000 + "a" + ")" * 5_000)


@given(st.text("ab(),;!1 nortdseq", max_size=40))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        expression = parse(text)
    except ExpressionError:
        return
    assert names_in(expression)
