import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.search.query import MOST_TERMS, Term, understand
from archive.search.words import words_in


def told(typed: str) -> list[tuple[str, str]]:
    """Return each term as its words and its signs."""
    return [
        (
            " ".join(term.words),
            "-" * term.without + '"' * term.as_written + "*" * term.beginning,
        )
        for term in understand(typed).terms
    ]


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("trussel mod", [("trussel", ""), ("mod", "")]),
        ('"hvor du bor"', [("hvor du bor", '"')]),
        ("„hvor du bor“ »hej med«", [("hvor du bor", '"'), ("hej med", '"')]),
        ('"hvor du', [("hvor du", '"')]),
        ("truss*", [("truss", "*")]),
        ("trus*brev*", [("trus", "*"), ("brev", "*")]),
        ("-spam hej", [("spam", "-"), ("hej", "")]),
        ('-"god dag"', [("god dag", '-"')]),
        ("bo@b.example", [("bo b example", '"')]),
        ("2027-014 D-0042", [("2027 014", '"'), ("d 0042", '"')]),
        ("(hej, du)", [("hej", ""), ("du", "")]),
        ("NEAR(hej OR du)", [("near", ""), ("hej", ""), ("or", ""), ("du", "")]),
        ("a* b", [("a", ""), ("b", "")]),
        ("hej hej", [("hej", "")]),
        ("hej\x00du", [("hej", ""), ("du", "")]),
        ("🔪", [("🔪", "")]),
    ],
)
def test_what_is_typed_is_understood(typed: str, terms: list[tuple[str, str]]) -> None:
    assert told(typed) == terms


@pytest.mark.parametrize("typed", ["%", '"', '"""', "-", "*", "' OR --", "…", "^^", ":-)"])
def test_what_holds_no_word_is_left_out_and_said(typed: str) -> None:
    query = understand(typed)

    assert query.left_out
    assert all(term.words for term in query.terms)


def test_too_much_is_cut_and_said() -> None:
    many = understand(" ".join(f"ord{number}" for number in range(100)))
    long = understand("ord " * 2500)

    assert (len(many.terms), many.cut) == (MOST_TERMS, True)
    assert (len(long.terms), long.cut) == (1, True)


def test_one_letter_with_a_star_is_taken_as_a_word_and_said() -> None:
    assert understand("a*").too_short == ("a",)


@given(st.text(max_size=80) | st.text('"*-()%_ ¦¶\x00aå🔪:^{}', max_size=40))
def test_nothing_that_can_be_typed_is_an_error_or_unanswered(typed: str) -> None:
    query = understand(typed)

    assert bool(query.terms) == bool(words_in(typed))
    assert all(isinstance(term, Term) and term.words for term in query.terms)
