import html

from hypothesis import given
from hypothesis import strategies as st

from service.web.marking import marked
from service.web.views.evidence import Mark

MARKS = st.builds(Mark, st.integers(-5, 60), st.integers(-5, 60))


def test_a_mark_wraps_the_words_the_rule_pointed_at() -> None:
    assert marked("du er dum, du", [Mark(6, 9)]) == "du er <mark>dum</mark>, du"


def test_marks_count_code_points_not_bytes() -> None:
    assert marked("å🙂ø!", [Mark(1, 3)]) == "å<mark>🙂ø</mark>!"


def test_text_that_looks_like_a_page_is_only_text() -> None:
    shown = marked("<script>x</script><mark>", [Mark(0, 8)])

    assert shown == "<mark>&lt;script&gt;</mark>x&lt;/script&gt;&lt;mark&gt;"


@given(st.text(max_size=50), st.lists(MARKS, max_size=6))
def test_no_mark_changes_or_hides_a_letter(text: str, marks: list[Mark]) -> None:
    shown = str(marked(text, marks)).replace("<mark>", "").replace("</mark>", "")

    assert html.unescape(shown) == text


@given(st.text(max_size=50), st.lists(MARKS, max_size=6))
def test_marks_open_and_close_in_turn(text: str, marks: list[Mark]) -> None:
    shown = str(marked(text, marks))

    assert shown.count("<mark>") == shown.count("</mark>")
    assert "<mark><mark>" not in shown
    assert "<mark></mark>" not in shown
