"""Blocks that recur on a page: judged group by group, those that are no posts given back. Pure.

What stands in a block that is no post belongs to the post around it, as if it had never been
set apart. What the page says by meaning comes first: a block around or within such a post, or
that is one, is not read a second time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from capture.readers.drafts import Draft
from capture.readers.facts import Candidate, Link, PageFacts, Run, TimeElement
from capture.readers.shapes import read_group
from capture.readers.utterances import Verdict, judge

_MOST_MEMBERS = 0.5
_LEAST_ARTICLE = 60  # letters
_ONLY_SHAPE = frozenset({"shape"})


@dataclass(frozen=True, slots=True)
class Recurring:
    """The groups of a page that are posts: place of each member → what it says."""

    drafts: Mapping[int, Draft]
    unsure: frozenset[int]

    def moved(self, places: Mapping[int, int]) -> Recurring:
        """The same where the page's candidates have moved; without those that are gone."""
        drafts = {places[old]: draft for old, draft in self.drafts.items() if old in places}
        return Recurring(drafts, frozenset(places[old] for old in self.unsure if old in places))


def read_recurring(page: PageFacts) -> Recurring:
    """Judge every group of blocks that only their shape tells of."""
    groups: dict[int, list[int]] = {}
    for place, candidate in enumerate(page.candidates):
        if candidate.shape is not None:
            groups.setdefault(candidate.shape.group, []).append(place)
    drafts: dict[int, Draft] = {}
    unsure: set[int] = set()
    for places in groups.values():
        members = [page.candidates[place] for place in places]
        if not any(member.kinds == _ONLY_SHAPE for member in members):
            continue
        read = read_group(members, page.url)
        verdict = judge(members, read, page.url)
        for place, member, draft in zip(places, members, read, strict=True):
            if verdict.is_said and member.kinds == _ONLY_SHAPE and _says(member, draft):
                drafts[place] = draft
                unsure |= set() if verdict.is_sure else {place}
    return Recurring(drafts, frozenset(unsure))


def weights(page: PageFacts) -> list[tuple[int, int, Verdict]]:
    """Each group's number, size and verdict: for who tries a page."""
    groups: dict[int, list[Candidate]] = {}
    for candidate in page.candidates:
        if candidate.shape is not None:
            groups.setdefault(candidate.shape.group, []).append(candidate)
    return [
        (number, len(members), judge(members, read_group(members, page.url), page.url))
        for number, members in groups.items()
    ]


def _says(member: Candidate, draft: Draft) -> bool:
    return bool(draft.text or member.pictures) and bool(
        draft.author or draft.time or draft.time_stated
    )


def said_by_meaning(
    page: PageFacts, recurring: Recurring, meant: Collection[int]
) -> frozenset[int]:
    """The members of groups that are posts by meaning already: within one each, or around one."""
    within: dict[int, list[int]] = {}  # a post by meaning → members within it
    around: set[int] = set()
    for place in recurring.drafts:
        above = _nearest(page, place, meant, recurring)
        if above is not None and not page.candidates[above].is_page:
            within.setdefault(above, []).append(place)
    for place in meant:
        above = page.candidates[place].parent
        while above is not None and above not in meant:
            if above in recurring.drafts:
                around.add(above)
                break
            above = page.candidates[above].parent
    alone = {
        places[0]
        for post, places in within.items()
        if len(places) == 1 and not _says_more(page.candidates[post])
    }
    doubled = alone | around
    groups: dict[int, list[int]] = {}
    for place in recurring.drafts:
        shape = page.candidates[place].shape
        groups.setdefault(shape.group if shape else -1, []).append(place)
    dropped: set[int] = set()
    for places in groups.values():
        if sum(place in doubled for place in places) >= _MOST_MEMBERS * len(places):
            dropped |= set(places)
    return frozenset(dropped)


def _says_more(post: Candidate) -> bool:
    """Whether an article says so much besides the block in it that the block answers it."""
    own = sum(len(run.text.strip()) for run in post.runs if "button" not in run.marks)
    return not post.has_role and own > _LEAST_ARTICLE


def _nearest(
    page: PageFacts, place: int, meant: Collection[int], recurring: Recurring
) -> int | None:
    above = page.candidates[place].parent
    while above is not None and above not in meant:
        if above in recurring.drafts:
            return None  # a reply within a post of its own kind
        above = page.candidates[above].parent
    return above


def given_back(page: PageFacts, kept: Iterable[int]) -> tuple[PageFacts, dict[int, int]]:
    """The page without the blocks that are not kept; and each old place's new one.

    The words, links and times of a block that is given back are those of what it stands in.
    """
    keep = set(kept)
    merged: list[Candidate] = list(page.candidates)
    gone = [
        place
        for place, candidate in enumerate(merged)
        if candidate.kinds == _ONLY_SHAPE and place not in keep
    ]
    if not gone:
        return page, {place: place for place in range(len(merged))}
    for place in reversed(gone):  # inner before outer
        above = merged[place].within
        if above is not None:
            merged[above] = _merged(merged[above], merged[place])
    lost = set(gone)
    places: dict[int, int] = {}
    for place in range(len(merged)):
        if place not in lost:
            places[place] = len(places)
    candidates = []
    for place in places:
        parent, within = merged[place].parent, merged[place].within
        while parent is not None and parent in lost:
            parent = merged[parent].parent
        while within is not None and within in lost:
            within = merged[within].within
        moved = replace(
            merged[place],
            parent=None if parent is None else places[parent],
            within=None if within is None else places[within],
        )
        candidates.append(moved)
    return replace(page, candidates=tuple(candidates)), places


def _merged(outer: Candidate, inner: Candidate) -> Candidate:
    links, times = len(outer.links), outer.times
    runs: list[Run] = [
        *outer.runs,
        *(replace(run, link=_moved(run.link, links)) for run in inner.runs),
    ]
    moved: list[Link] = [*outer.links, *inner.links]
    told: list[TimeElement] = [
        *times,
        *(replace(t, link=_moved(t.link, links)) for t in inner.times),
    ]
    return replace(
        outer,
        runs=tuple(sorted(runs, key=lambda run: run.block)),
        links=tuple(moved),
        times=tuple(told),
        properties=(*outer.properties, *inner.properties),
        pictures=outer.pictures + inner.pictures,
    )


def _moved(link: int | None, by: int) -> int | None:
    return None if link is None else link + by
