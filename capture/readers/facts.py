"""What a page was seen to hold, before anyone judges which of it is a post. Pure.

`extract.js` and `structured.js` return JSON text out of the browser's sandbox. A
hostile page may have had its hand in it, so that every value is read as of the
type that it should have, or left out.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from capture.readers.posts import Box

_MOST_PARTS = 1_000_000  # elements; more than any page that is walked
_FARTHEST = 10_000_000.0  # pixels; no page that can be drawn is larger


class FactsUnreadable(ValueError):
    """What came out of the page is not what our script returns."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words that stand together: same block, same marks (`link`, `header`, …), same property.

    `part` tells the innermost elements apart, such as three `<span>` in one line.
    """

    block: int
    text: str
    marks: frozenset[str]
    property: str
    link: int | None
    part: int = 0
    path: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """What `shapes.js` saw of a block that is alike in shape to others of its `group`.

    `kind` is what each of them has one of: `time`, `who` (a name) or `reply` (a thing to
    press). `hint` are the classes and ids of the block and what it stands in, `around` the
    names of the elements around it, innermost first, `heading` the last one before it,
    `author` a name that the block bears as an attribute, `inset` where its anchor begins,
    `ids` are those of elements within it.
    """

    group: int
    kind: str
    hint: str
    around: tuple[str, ...]
    heading: str
    author: str
    is_wrapped: bool
    has_avatar: bool
    inset: float
    labels: tuple[str, ...]
    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Link:
    """A web link within a post. `is_time` says that a time stands in or around it."""

    href: str | None
    text: str
    rel: frozenset[str]
    property: str
    marks: frozenset[str]
    is_time: bool


@dataclass(frozen=True, slots=True)
class TimeElement:
    """A `<time>`: as written for machines, as shown, and the link that it stands in."""

    written: str
    text: str
    title: str
    link: int | None
    property: str


@dataclass(frozen=True, slots=True)
class Property:
    """One `itemprop`; `author.name` is the name within the author."""

    name: str
    value: str
    href: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An element that could be a post. `parent` is the candidate that it stands in or under.

    `neighbours` is one number for all that stand side by side in one element;
    `is_page` says that the page's own title (`<h1>`) stands in it; `within` is the candidate
    whose words its own would be if it were none.
    """

    kinds: frozenset[str]
    parent: int | None
    box: Box
    element_id: str
    label: str
    level: int | None
    size: int | None
    in_feed: bool
    structured: int | None
    properties: tuple[Property, ...]
    times: tuple[TimeElement, ...]
    links: tuple[Link, ...]
    runs: tuple[Run, ...]
    pictures: int
    neighbours: int | None = None
    is_page: bool = False
    within: int | None = None
    shape: Shape | None = None

    @property
    def is_by_role(self) -> bool:
        """Whether the page calls it a post on purpose: `role="article"` on another element."""
        return "by-role" in self.kinds

    @property
    def has_role(self) -> bool:
        """Whether it has `role="article"` at all, be it on an `<article>`."""
        return bool(self.kinds & {"by-role", "role"})


@dataclass(frozen=True, slots=True)
class PageFacts:
    """The page as a whole, and the candidates in the page's order. Sizes in CSS pixels.

    `frames` are all that can be seen; `unread` those of them that are large enough
    to hold what people write, and are no film.
    """

    url: str
    title: str
    width: int
    height: int
    text: str
    counts: tuple[str, ...]
    has_password_field: bool
    was_cut: bool
    frames: int
    unread: int
    candidates: tuple[Candidate, ...]


def read_facts(text: str) -> PageFacts:
    """Read what `extract.js` returned.

    Raises:
        FactsUnreadable: it is not an object in JSON.
    """
    page = _object(_parsed(text))
    paths = [clean(path) if isinstance(path, str) else "" for path in _list(page, "paths")]
    candidates = tuple(
        _candidate(_object(item), nth, paths) for nth, item in enumerate(_list(page, "posts"))
    )
    return PageFacts(
        url=_text(page, "url"),
        title=_text(page, "title"),
        width=int(_number(page, "width")),
        height=int(_number(page, "height")),
        text=_text(page, "text"),
        counts=tuple(clean(item) for item in _list(page, "counts") if isinstance(item, str)),
        has_password_field=page.get("password") is True,
        was_cut=page.get("cut") is True,
        frames=_index(page, "frames", _MOST_PARTS) or 0,
        unread=_index(page, "unread", _MOST_PARTS) or 0,
        candidates=candidates,
    )


def read_structured(text: str) -> list[Any]:
    """Read what `structured.js` returned: the page's JSON-LD documents.

    Raises:
        FactsUnreadable: it is not a list in JSON.
    """
    documents = _parsed(text)
    if not isinstance(documents, list):
        raise FactsUnreadable("not a list")
    return documents


def clean(text: str) -> str:
    """The text without halves of characters, so that it can be written as UTF-8."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _candidate(item: Mapping[str, Any], nth: int, paths: list[str]) -> Candidate:
    parent = _index(item, "parent", nth)
    box = _object(item.get("box"))
    links = tuple(_link(_object(link)) for link in _list(item, "links"))
    return Candidate(
        kinds=frozenset(kind for kind in _list(item, "kinds") if isinstance(kind, str)),
        parent=parent,
        box=Box(
            _number(box, "x"), _number(box, "y"), _number(box, "width"), _number(box, "height")
        ),
        element_id=_text(item, "id"),
        label=_text(item, "label"),
        level=_index(item, "level", 1_000),
        size=_index(item, "size", 10_000_000),
        in_feed=item.get("feed") is True,
        structured=_index(item, "structured", 1_000_000),
        properties=tuple(
            Property(clean(p[0]), clean(p[1]), clean(p[2]) if isinstance(p[2], str) else None)
            for p in _list(item, "properties")
            if isinstance(p, list) and len(p) == 3 and all(isinstance(x, str) for x in p[:2])  # noqa: PLR2004  # name, value, address
        ),
        times=tuple(_time(_object(time), len(links)) for time in _list(item, "times")),
        links=links,
        runs=tuple(_run(_object(run), len(links), paths) for run in _list(item, "runs")),
        pictures=int(_number(item, "pictures")),
        neighbours=_index(item, "neighbours", _MOST_PARTS),
        is_page=item.get("page") is True,
        within=_index(item, "within", nth),
        shape=_shape(item["shape"]) if isinstance(item.get("shape"), dict) else None,
    )


def _shape(item: Mapping[str, Any]) -> Shape:
    labels = [clean(label) for label in _list(item, "labels") if isinstance(label, str)]
    return Shape(
        group=_index(item, "group", _MOST_PARTS) or 0,
        kind=_text(item, "kind"),
        hint=_text(item, "hint"),
        around=tuple(_text(item, "around").split()),
        heading=_text(item, "heading"),
        author=" ".join(_text(item, "author").split()),
        is_wrapped=item.get("wrapped") is True,
        has_avatar=item.get("avatar") is True,
        inset=_number(item, "inset"),
        labels=tuple(labels),
        ids=frozenset(clean(name) for name in _list(item, "ids") if isinstance(name, str)),
    )


def _link(item: Mapping[str, Any]) -> Link:
    return Link(
        href=_text(item, "href") or None,
        text=_text(item, "text"),
        rel=frozenset(_text(item, "rel").lower().split()),
        property=_text(item, "property"),
        marks=frozenset(_text(item, "marks").split()),
        is_time=item.get("time") is True,
    )


def _time(item: Mapping[str, Any], links: int) -> TimeElement:
    return TimeElement(
        written=_text(item, "written"),
        text=_text(item, "text"),
        title=_text(item, "title"),
        link=_index(item, "link", links),
        property=_text(item, "property"),
    )


def _run(item: Mapping[str, Any], links: int, paths: list[str]) -> Run:
    path = _index(item, "path", len(paths))
    return Run(
        block=int(_number(item, "block")),
        text=_text(item, "text"),
        marks=frozenset(_text(item, "marks").split()),
        property=_text(item, "property"),
        link=_index(item, "link", links),
        part=_index(item, "part", _MOST_PARTS) or 0,
        path="" if path is None else paths[path],
    )


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FactsUnreadable("not JSON") from error


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise FactsUnreadable("not an object")
    return value


def _list(item: Mapping[str, Any], name: str) -> list[Any]:
    value = item.get(name)
    return value if isinstance(value, list) else []


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    return clean(value) if isinstance(value, str) else ""


def _number(item: Mapping[str, Any], name: str) -> float:
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return 0.0
    return max(-_FARTHEST, min(_FARTHEST, float(value)))


def _index(item: Mapping[str, Any], name: str, below: int) -> int | None:
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < below:
        return None
    return value
