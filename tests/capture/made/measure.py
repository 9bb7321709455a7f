"""How well made pages were read: posts found and rightly so, and each of their facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from capture.readers.posts import Post
from capture.readers.read import ReadPosts
from tests.capture.made.pages import MadePage
from tests.capture.made.people import Said

ARTICLE_BY = "Jo Ravn"
"""Who wrote the article above the threads: by meaning a post of its own, and none of the thread."""


def measured(pages: Iterable[MadePage], found: Mapping[str, ReadPosts]) -> dict[str, float]:
    """Shares of 1 over all posts: `recall`, `precision`, and one for each fact of a post."""
    counts: Counter[str] = Counter()
    for page in pages:
        _count(page, [p for p in found[page.name].posts if p.author != ARTICLE_BY], counts)
    return {
        "recall": counts["hit"] / counts["said"],
        "precision": counts["hit"] / counts["read"],
        "author": counts["author"] / counts["hit"],
        "time": counts["time"] / counts["timed"],
        "parent": counts["parent"] / counts["hit"],
        "permalink": counts["permalink"] / counts["linked"],
    }


def _count(page: MadePage, read: list[Post], counts: Counter[str]) -> None:
    counts["said"] += len(page.posts)
    counts["read"] += len(read)
    pairs: dict[int, Post] = {}
    for said in page.posts:
        alike = [post for post in read if _words(post.text) == _words(said.text)]
        alike.sort(key=lambda post: post.author != said.author)
        if alike:
            pairs[said.nth] = alike[0]
            read.remove(alike[0])
    for said in page.posts:
        post = pairs.get(said.nth)
        if post is not None:
            _count_facts(said, post, pairs, counts)


def _count_facts(said: Said, post: Post, pairs: dict[int, Post], counts: Counter[str]) -> None:
    above = pairs.get(said.above) if said.above is not None else None
    counts["hit"] += 1
    counts["author"] += post.author == said.author
    counts["parent"] += post.parent == (above.id if above else None)
    if said.told_time:
        counts["timed"] += 1
        counts["time"] += _words(post.time_stated or "") == _words(said.stated)
    if said.permalink:
        counts["linked"] += 1
        counts["permalink"] += (post.permalink or "").endswith(said.permalink)


def _words(text: str) -> str:
    return " ".join(text.split())
