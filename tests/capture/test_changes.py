from __future__ import annotations

import json
from typing import Any

from capture.changes import changes_since


def post(name: str, text: str, **more: Any) -> dict[str, Any]:
    base = {"author": "Anna", "permalink": None, "time": None, "time_stated": None}
    return {"id": name, "text": text, **base, **more}


def earlier(*posts: dict[str, Any], changes: Any = None) -> dict[str, bytes]:
    kept = {"posts.json": json.dumps(posts).encode()}
    if changes is not None:
        kept["changes.json"] = json.dumps(changes).encode()
    return kept


def test_new_edited_and_gone_are_told_apart() -> None:
    then = earlier(post("a", "står"), post("b", "før"), post("c", "væk"))
    changes = changes_since(then, [post("a", "står"), post("b", "efter"), post("d", "ny")])
    assert changes["new"] == ["d"]
    assert changes["edited"] == [{"id": "b", "before": "før", "after": "efter"}]
    assert changes["gone"] == ["c"]
    assert changes["back"] == []


def test_white_space_is_no_edit() -> None:
    changes = changes_since(earlier(post("a", "to  ord\n")), [post("a", "to ord")])
    assert changes["edited"] == []


def test_a_post_is_the_same_by_its_address_whatever_its_id() -> None:
    link = "https://kommune.example/c/1"
    changes = changes_since(
        earlier(post("a", "før", permalink=link)), [post("z", "efter", permalink=link)]
    )
    assert changes["edited"] == [{"id": "z", "before": "før", "after": "efter"}]
    assert (changes["new"], changes["gone"]) == ([], [])


def test_an_edited_post_without_an_address_is_known_by_author_and_time() -> None:
    at = "2026-11-20T10:00:00+01:00"
    changes = changes_since(earlier(post("a", "før", time=at)), [post("z", "efter", time=at)])
    assert changes["edited"] == [{"id": "z", "before": "før", "after": "efter"}]


def test_an_edited_post_is_known_by_an_hour_that_only_people_can_read() -> None:
    at = "3. november 2026 kl. 14.03"
    then, now = post("a", "før", time_stated=at), post("z", "efter", time_stated=at)
    assert changes_since(earlier(then), [now])["edited"][0]["id"] == "z"
    then, now = post("a", "før", time_stated="2 t"), post("z", "efter", time_stated="2 t")
    assert changes_since(earlier(then), [now])["gone"] == ["a"]


def test_two_people_with_one_name_are_not_mixed_up_by_it() -> None:
    then = earlier(post("a", "et", time_stated="2 t."), post("b", "to", time_stated="2 t."))
    changes = changes_since(then, [post("b", "to", time_stated="3 t.")])
    assert (changes["gone"], changes["new"], changes["edited"]) == (["a"], [], [])


def test_the_same_words_twice_of_which_one_goes() -> None:
    then = earlier(post("a", "enig"), post("a-2", "enig"))
    changes = changes_since(then, [post("a", "enig")])
    assert (changes["gone"], changes["new"]) == (["a-2"], [])


def test_what_was_gone_is_back() -> None:
    first = earlier(post("a", "hej"), post("b", "dav"))
    gone = changes_since(first, [post("a", "hej")])
    still_gone = changes_since(earlier(post("a", "hej"), changes=gone), [post("a", "hej")])
    assert (still_gone["gone"], still_gone["back"]) == ([], [])
    back = changes_since(
        earlier(post("a", "hej"), changes=still_gone), [post("a", "hej"), post("b", "dav!")]
    )
    assert (back["back"], back["new"]) == (["b"], [])
    assert back["edited"] == [{"id": "b", "before": "dav", "after": "dav!"}]
    assert back["missing"] == []
