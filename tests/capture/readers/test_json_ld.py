from __future__ import annotations

from typing import Any

import pytest

from capture.readers.json_ld import descendants, read_json_ld

PAGE = "https://avis.example/artikel/5"


def comment(text: str, **more: Any) -> dict[str, Any]:
    return {"@type": "Comment", "text": text, **more}


def test_comments_are_found_wherever_they_stand() -> None:
    documents = [
        {"@graph": [{"@type": "NewsArticle", "comment": [comment("et"), comment("to")]}]},
        [{"@type": ["Thing", "https://schema.org/DiscussionForumPosting"], "articleBody": "tre"}],
        {
            "@type": "QAPage",
            "mainEntity": {
                "@type": "Question",
                "text": "fire",
                "suggestedAnswer": [{"@type": "Answer", "text": "fem"}],
            },
        },
    ]
    posts = read_json_ld(documents, PAGE)
    assert [post.text for post in posts] == ["et", "to", "tre", "fire", "fem"]
    assert [post.parent for post in posts] == [None, None, None, None, 3]


def test_a_comment_within_a_comment_answers_it() -> None:
    posts = read_json_ld([comment("a", comment=comment("b", comment=[comment("c")]))], PAGE)
    assert [post.parent for post in posts] == [None, 0, 1]
    assert descendants(posts) == [[1, 2], [2], []]


def test_a_parent_is_found_by_its_address() -> None:
    posts = read_json_ld(
        [comment("a", url="#1"), comment("b", url="#2", parentItem={"@id": "#1"})], PAGE
    )
    assert (posts[1].address, posts[1].parent) == (f"{PAGE}#2", 0)


def test_one_comment_told_twice_is_one_post() -> None:
    posts = read_json_ld([comment("a", url="#1"), {"comment": comment("a", url="#1")}], PAGE)
    assert len(posts) == 1


@pytest.mark.parametrize(
    ("author", "read"),
    [
        ("Anna", ("Anna", None)),
        ({"name": "Anna", "url": "/anna"}, ("Anna", "https://avis.example/anna")),
        ([{"name": "Anna"}, {"name": "Bo"}], ("Anna", None)),
        ({"name": {"@value": "Anna", "@language": "da"}}, ("Anna", None)),
        ({"url": "javascript:alert(1)", "name": "Anna"}, ("Anna", None)),
        (None, (None, None)),
        ([], (None, None)),
        (7, (None, None)),
    ],
)
def test_an_author_in_any_form(author: Any, read: tuple[str | None, str | None]) -> None:
    [post] = read_json_ld([comment("a", author=author)], PAGE)
    assert (post.author, post.author_url) == read


@pytest.mark.parametrize("document", [None, 7, "x", [], {}, {"@type": 3}, {"@type": "Comment"}])
def test_nonsense_is_no_post(document: Any) -> None:
    assert read_json_ld([document], PAGE) == []


def test_a_document_without_bottom_is_read_to_a_depth() -> None:
    deep: dict[str, Any] = comment("bund")
    for _ in range(500):
        deep = {"comment": deep}
    assert read_json_ld([deep], PAGE) == []


def test_counts_may_be_written_as_text() -> None:
    [post] = read_json_ld([comment("a", commentCount="134")], PAGE)
    assert post.comment_count == 134
    [post] = read_json_ld([comment("a", commentCount="9" * 5000)], PAGE)
    assert post.comment_count is None
