"""What happened between two captures of a page: new, edited, gone, back. Pure.

Posts are the same by identity, never by pixels (equal words are drawn with other
pixels, `findings/capture.md` §4c): by permalink, else by id, else by author and
stated time. A text is edited when its words differ, not its white space.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

Entry = Mapping[str, Any]
# A day with its year, and an hour: "3. nov. 2026 kl. 14.03".
_EXACT = re.compile(r"(?=.*(?:\b\d{4}\b|\d[./-]\d{1,2}[./-]\d{2}\b))(?=.*\d[.:]\d\d\b)")


def changes_since(earlier: Mapping[str, bytes], posts: Sequence[Entry]) -> dict[str, Any]:
    """The content of `changes.json` (DESIGN §5).

    `earlier` holds the earlier capture's `posts.json` and, where it had one, its
    `changes.json`, out of whose `missing` we know posts that were gone by then.
    `missing` lists all posts that once stood here and now do not, whole, for the
    next comparison.
    """
    before: list[Entry] = json.loads(earlier["posts.json"])
    was_missing: list[Entry] = []
    if "changes.json" in earlier:
        was_missing = json.loads(earlier["changes.json"]).get("missing", [])
    pairs = _pairs(before, posts)
    rest = [post for post in posts if post["id"] not in {now["id"] for _, now in pairs}]
    back = _pairs(was_missing, rest)
    returned = {now["id"] for _, now in back}
    still = {then["id"] for then, _ in pairs}
    gone = [post for post in before if post["id"] not in still]
    came_back = {id(then) for then, _ in back}
    return {
        "new": [post["id"] for post in rest if post["id"] not in returned],
        "edited": [
            {"id": now["id"], "before": then["text"], "after": now["text"]}
            for then, now in (*pairs, *back)
            if _words(then) != _words(now)
        ],
        "gone": [post["id"] for post in gone],
        "back": [now["id"] for _, now in back],
        "missing": [*gone, *(post for post in was_missing if id(post) not in came_back)],
    }


def _pairs(before: Sequence[Entry], after: Sequence[Entry]) -> list[tuple[Entry, Entry]]:
    """Each post of before with the same one of after, found by ever weaker identity."""
    pairs: list[tuple[Entry, Entry]] = []
    left, right = list(before), list(after)
    for identity in (_by_permalink, _by_id, _by_words, _by_author_and_time):
        waiting: dict[object, list[Entry]] = {}
        for post in right:
            key = identity(post)
            if key is not None:
                waiting.setdefault(key, []).append(post)
        for post in list(left):
            found = waiting.get(identity(post))
            if found:
                now = found.pop(0)
                pairs.append((post, now))
                left.remove(post)
                right = [other for other in right if other is not now]
    return pairs


def _by_permalink(post: Entry) -> object:
    return post["permalink"]


def _by_id(post: Entry) -> object:
    return post["id"]


def _by_words(post: Entry) -> object:
    return (post["author"], post["time"] or post["time_stated"], _words(post))


def _by_author_and_time(post: Entry) -> object:
    """Two facts that a rewording leaves alone; a relative time ("for 2 t.") is none."""
    stated = post["time_stated"] or ""
    at = post["time"] or (stated if _EXACT.search(stated) else None)
    if post["author"] is None or at is None:
        return None
    return (post["author"], at)


def _words(post: Entry) -> str:
    return " ".join(str(post["text"]).split())
