import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.search.words import LONGEST, located_in, words_in


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Trussel, TRUSSEL!", ["trussel", "trussel"]),
        ("hådefuld hadefuld", ["hådefuld", "hadefuld"]),
        ("a\u030aben åben", ["åben", "åben"]),
        ("Søren æder blåbær", ["søren", "æder", "blåbær"]),
        ("𝐓𝐑𝐔𝐒𝐒𝐄𝐋 ｔｒｕｓｓｅｌ", ["trussel", "trussel"]),
        ("tru\u00adss\u200bel", ["trussel"]),
        ("t\u0336r\u0336u\u0336s\u0336s\u0336e\u0336l\u0336", ["trussel"]),
        ("kom nu 🔪🔪 👍🏽", ["kom", "nu", "🔪", "🔪", "👍"]),
        ("bo.hansen@mail.example", ["bo", "hansen", "mail", "example"]),
        ("skærm_2027-01-14.PNG", ["skærm", "2027", "01", "14", "png"]),
        ("ß ½ ﬁn", ["ss", "1", "2", "fin"]),
        ("угроза 威胁", ["угроза", "威胁"]),
        ("% _ * \" ' \\ \x00 ;--", []),
        ("", []),
    ],
)
def test_a_text_falls_apart_into_words_in_one_form(text: str, words: list[str]) -> None:
    assert words_in(text) == words


def test_a_word_without_end_is_cut() -> None:
    assert words_in("x" * 5000) == ["x" * LONGEST]


def test_each_word_says_where_it_stands_in_the_text_as_it_was_written() -> None:
    text = "Din 𝐓𝐫u\u00adssel, ½"

    assert [(one.word, text[one.start : one.end]) for one in located_in(text)] == [
        ("din", "Din"),
        ("trussel", "𝐓𝐫u\u00adssel"),
        ("1", "½"),
        ("2", "½"),
    ]


@given(
    st.text(
        st.characters(max_codepoint=0x250) | st.sampled_from("\u0301\u200bæøå_½𝐓☀’…€ "), max_size=60
    )
)
def test_a_text_falls_apart_as_its_located_words_do(text: str) -> None:
    assert words_in(text) == [one.word for one in located_in(text)]


@given(st.text(st.characters(max_codepoint=0xFF) | st.sampled_from("’–…€•“"), max_size=60))
def test_plain_letters_fall_apart_as_all_others_do(text: str) -> None:
    assert words_in(text) == words_in(f"{text} угроза")[:-1]
