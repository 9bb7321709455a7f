"""Posts that a page tells of in JSON-LD (schema.org). Pure.

Read are `Comment` and its kin, `SocialMediaPosting`, `DiscussionForumPosting`,
`Question` and `Answer`, wherever they stand: at the top, in `@graph`, in the
`comment`, `suggestedAnswer` and similar lists of an article.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from capture.readers.facts import clean
from capture.readers.times import rfc3339

_POST_TYPES = frozenset(
    {
        "Answer",
        "BlogPosting",
        "Comment",
        "CorrectionComment",
        "DiscussionForumPosting",
        "Question",
        "Review",
        "SocialMediaPosting",
        "UserComments",
    }
)
_TEXTS = ("text", "commentText", "articleBody", "reviewBody")
_TIMES = ("dateCreated", "datePublished", "commentTime", "uploadDate")
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class StructuredPost:
    """A post as JSON-LD states it; `parent` is the place of its parent in the same list."""

    kind: str
    address: str | None
    text: str
    author: str | None
    author_url: str | None
    time: str | None
    time_written: str | None
    parent: int | None
    comment_count: int | None


def read_json_ld(documents: list[Any], page_url: str) -> list[StructuredPost]:
    """All posts in the documents, parents before their replies, each once."""
    reader = _Reader(page_url)
    for document in documents:
        reader.read(document, None, 0)
    return reader.posts


def descendants(posts: list[StructuredPost]) -> list[list[int]]:
    """For each post, the places of all posts beneath it."""
    beneath: list[list[int]] = [[] for _ in posts]
    for place in range(len(posts)):
        parent = posts[place].parent
        while parent is not None:
            beneath[parent].append(place)
            parent = posts[parent].parent
    return beneath


class _Reader:
    def __init__(self, page_url: str) -> None:
        self.page_url = page_url
        self.posts: list[StructuredPost] = []
        self._places: dict[str, int] = {}

    def read(self, node: Any, parent: int | None, depth: int) -> None:
        if depth > _DEEPEST:
            return
        if isinstance(node, list):
            for item in node:
                self.read(item, parent, depth + 1)
        elif isinstance(node, dict):
            place = self._take(node, parent) if _types(node) & _POST_TYPES else None
            for name, value in node.items():
                if name not in ("author", "creator", "parentItem"):
                    self.read(value, parent if place is None else place, depth + 1)

    def _take(self, node: Mapping[str, Any], parent: int | None) -> int | None:
        text = next(_strings(node, _TEXTS), "")
        address = next(self._addresses(node), None)
        if not text:
            # A reference by `@id` only, or a post without words; not a second post.
            return self._places.get(address or "")
        key = address or f"{parent}\n{text}"
        if key in self._places and self.posts[self._places[key]].text == text:
            return self._places[key]
        above = node.get("parentItem")
        if isinstance(above, dict):
            known = (self._places.get(one) for one in self._addresses(above))
            parent = next((place for place in known if place is not None), parent)
        written = next(_strings(node, _TIMES), None)
        author, author_url = self._author(node.get("author", node.get("creator")))
        self.posts.append(
            StructuredPost(
                kind=min(_types(node) & _POST_TYPES),
                address=address,
                text=clean(text),
                author=author,
                author_url=author_url,
                time=rfc3339(written) if written else None,
                time_written=clean(written) if written else None,
                parent=parent,
                comment_count=_count(node.get("commentCount", node.get("answerCount"))),
            )
        )
        self._places[key] = len(self.posts) - 1
        return len(self.posts) - 1

    def _author(self, value: Any) -> tuple[str | None, str | None]:
        if isinstance(value, list):
            value = value[0] if value else None
        if isinstance(value, str):
            return clean(value).strip() or None, None
        if not isinstance(value, dict):
            return None, None
        name = next(_strings(value, ("name", "alternateName")), None)
        return clean(name) if name else None, next(self._addresses(value), None)

    def _addresses(self, node: Mapping[str, Any]) -> Iterator[str]:
        for value in _strings(node, ("url", "@id", "mainEntityOfPage")):
            try:
                address = urljoin(self.page_url, clean(value))
                if urlsplit(address).scheme in ("http", "https"):
                    yield address
            except ValueError:
                continue


def _types(node: Mapping[str, Any]) -> set[str]:
    value = node.get("@type")
    names = value if isinstance(value, list) else [value]
    return {name.rpartition("/")[2].rpartition(":")[2] for name in names if isinstance(name, str)}


def _strings(node: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        value = node.get(name)
        if isinstance(value, dict) and isinstance(value.get("@value"), str):
            value = value["@value"]
        if isinstance(value, str) and value.strip():
            yield value.strip()


def _count(value: Any) -> int | None:
    if isinstance(value, str) and len(value) < 10 and value.isascii() and value.isdigit():  # noqa: PLR2004  # no page has a milliard comments
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
