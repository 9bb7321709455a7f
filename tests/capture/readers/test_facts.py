from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.readers.facts import FactsUnreadable, read_facts, read_structured
from capture.readers.json_ld import read_json_ld
from capture.readers.read import read_posts

PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(
    PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)
NAMES = ("kinds", "parent", "box", "id", "label", "level", "runs", "links", "times", "properties")
POST = st.fixed_dictionaries({"box": st.just({}) | st.dictionaries(st.text(), PLAIN)}).flatmap(
    lambda base: st.dictionaries(st.sampled_from(NAMES), JSON).map(lambda more: {**more, **base})
)


@settings(max_examples=40, deadline=None)
@given(st.lists(POST, max_size=4))
def test_whatever_a_page_returns_is_read_or_refused(posts: list[dict[str, Any]]) -> None:
    try:
        facts = read_facts(json.dumps({"url": "https://a.example/", "posts": posts}))
    except FactsUnreadable:
        return
    for post in read_posts(facts, []).posts:
        post.text.encode()


@settings(max_examples=40, deadline=None)
@given(st.lists(JSON, max_size=4))
def test_whatever_json_ld_says_is_read(documents: list[Any]) -> None:
    for post in read_json_ld(documents, "https://a.example/"):
        post.text.encode()


@pytest.mark.parametrize("text", ["", "[]", "null", "7", "[" * 100_000, '{"posts": [1]}'])
def test_what_is_not_our_scripts_answer_is_refused(text: str) -> None:
    with pytest.raises(FactsUnreadable):
        read_facts(text)


def test_half_a_character_does_not_stop_the_reading() -> None:
    facts = read_facts('{"url": "https://a.example/", "text": "halv \\ud83d", "posts": []}')
    assert facts.text.encode().decode() == "halv \ufffd"


def test_json_ld_must_be_a_list_of_documents() -> None:
    with pytest.raises(FactsUnreadable):
        read_structured("{}")
