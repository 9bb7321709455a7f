"""Who answers whom, where posts do not stand within each other. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from capture.readers.drafts import Draft
from capture.readers.facts import Candidate
from capture.readers.json_ld import StructuredPost
from capture.readers.posts import Box

_LEAST_INDENT = 8.0  # pixels; less is a border
_MOST_INDENT = 160.0
_SAME_EDGE = 4.0


@dataclass(slots=True)
class Item:
    """A post in the making; `above` is the item that it answers."""

    draft: Draft
    candidate: Candidate | None
    above: Item | None = None
    stated: StructuredPost | None = None
    is_unsure: bool = False


def answer_what_they_name(items: Sequence[Item], page_url: str) -> None:
    """`parentItem`, `in-reply-to`, "Svar til Ole" with a link: the post at that address."""
    places: dict[str, Item] = {}
    for item in items:
        if item.draft.permalink:
            places.setdefault(item.draft.permalink, item)
        if item.candidate is not None and item.candidate.element_id:
            places.setdefault(urljoin(page_url, f"#{item.candidate.element_id}"), item)
    for item in items:
        named = places.get(item.draft.answers or "")
        if item.above is None and named is not None and not is_above(item, named):
            item.above = named


def answer_by_level(items: Sequence[Item]) -> None:
    """ARIA: a deeper `aria-level` answers the last shallower one before it."""
    open_items: list[Item] = []
    for item in items:
        level = item.candidate.level if item.candidate else None
        if level is None:
            continue
        while open_items and (open_items[-1].candidate.level or 0) >= level:  # type: ignore[union-attr]  # only items with a level are put here
            open_items.pop()
        if item.above is None and open_items and not is_above(item, open_items[-1]):
            item.above = open_items[-1]
        open_items.append(item)


def answer_by_indent(items: Sequence[Item]) -> None:
    """A post beneath another, indented from its left edge alone, answers it.

    The right edges must be the same: columns, cards and bubbles are no thread.
    """
    open_items: list[tuple[Item, Box]] = []
    for item in items:
        candidate = item.candidate
        if candidate is None or candidate.level is not None or candidate.box.is_empty:
            continue
        if candidate.is_page:
            continue  # what stands beneath an article answers nobody
        box = candidate.box
        while open_items and not _is_indented(box, open_items[-1][1]):
            open_items.pop()
        if item.above is None and open_items and not is_above(item, open_items[-1][0]):
            item.above = open_items[-1][0]
        open_items.append((item, box))


def answer_by_inset(items: Sequence[Item]) -> None:
    """Blocks of one shape and one width, whose words begin farther in than those before.

    A row of a table is as wide as any other; a picture of no colour pushes what it says in.
    """
    groups: dict[int, list[Item]] = {}
    for item in items:
        shape = item.candidate.shape if item.candidate else None
        if shape is not None and item.candidate is not None and not item.candidate.box.is_empty:
            groups.setdefault(shape.group, []).append(item)
    for group in groups.values():
        edges = {
            (round(i.candidate.box.x), round(i.candidate.box.width)) for i in group if i.candidate
        }
        insets = [i.candidate.shape.inset for i in group if i.candidate and i.candidate.shape]
        steps = [b - a for a, b in itertools.pairwise(insets) if b > a + _SAME_EDGE]
        stepped = all(_LEAST_INDENT <= step <= _MOST_INDENT for step in steps) and bool(steps)
        if len(edges) > 1 or not stepped or min(insets) < insets[0] - _SAME_EDGE:
            continue
        if max(steps) > min(steps) + _SAME_EDGE:
            continue  # names of other lengths before it, not depths
        open_items: list[tuple[Item, float]] = []
        for item, inset in zip(group, insets, strict=True):
            while open_items and open_items[-1][1] > inset - _LEAST_INDENT:
                open_items.pop()
            if item.above is None and open_items and not is_above(item, open_items[-1][0]):
                item.above = open_items[-1][0]
            open_items.append((item, inset))


def _is_indented(box: Box, from_box: Box) -> bool:
    return (
        _LEAST_INDENT <= box.x - from_box.x <= _MOST_INDENT
        and abs((box.x + box.width) - (from_box.x + from_box.width)) <= _SAME_EDGE
        and box.y >= from_box.bottom - _SAME_EDGE
    )


def is_above(item: Item, other: Item) -> bool:
    """Whether `other` already answers `item`, near or far: a page may state a ring."""
    seen: Item | None = other
    while seen is not None:
        if seen is item:
            return True
        seen = seen.above
    return False
