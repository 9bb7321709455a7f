"""The posts of a page: candidates and JSON-LD judged, joined and put in their thread. Pure."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urldefrag, urljoin

from capture.readers import wording
from capture.readers.authors import leads_to_profile
from capture.readers.drafts import Draft, read_draft
from capture.readers.facts import Candidate, PageFacts
from capture.readers.json_ld import StructuredPost
from capture.readers.posts import Box, Post
from capture.readers.recurring import Recurring, given_back, read_recurring, said_by_meaning
from capture.readers.threads import (
    Item,
    answer_by_indent,
    answer_by_inset,
    answer_by_level,
    answer_what_they_name,
    is_above,
)

_LEAST_OWN_HEIGHT = 12.0  # pixels; less than a line of text is no picture of a post
_LEAST_LIKENESS = 20  # letters; shorter beginnings are alike by chance
_COMMENTS = frozenset({"Answer", "Comment", "CorrectionComment", "UserComments"})
# "134 kommentarer", "12 af 134 comments"; the number next to the word.
_COUNTED = re.compile(
    r"(\d{1,3}(?:[. ]\d{3})+|\d{1,7})\s?(?:kommentar|comment|svar|repl|indlæg|innlegg"
    r"|inlägg|beitr|antwort|posts?\b)",
    re.IGNORECASE,
)
_NAMED_ELEMENT = re.compile(r"^[A-Za-z][\w-]*[-_]?\d[\w-]*$")


@dataclass(frozen=True, slots=True)
class ReadPosts:
    """The posts in the page's order, and how many the page says there are (None: it does not).

    `refused` counts what the page sets apart as a post does, but nobody wrote at no time, and
    that is no teaser of another page. `by_shape` are those of the posts that nothing but
    their likeness to one another tells of, `unsure` those of them that might be something else.
    """

    posts: tuple[Post, ...]
    stated: int | None
    refused: int = 0
    by_shape: int = 0
    unsure: int = 0


def read_posts(page: PageFacts, structured: Sequence[StructuredPost]) -> ReadPosts:
    """Read all posts of a page. What JSON-LD states is joined with what the page shows."""
    items, refused = _shown(page)
    shaped = [item for item in items if item.candidate and item.candidate.kinds == {"shape"}]
    _match(items, structured, page.url)
    ordered = _with_unshown(items, structured)
    _settle_parents(ordered, structured)
    posts = _named(ordered, page.url)
    return ReadPosts(
        posts,
        _stated_count(page, structured, len(posts)),
        refused,
        by_shape=len(shaped),
        unsure=sum(item.is_unsure for item in shaped),
    )


def _shown(page: PageFacts) -> tuple[list[Item], int]:
    """The candidates that are posts, each under the nearest one that is; how many were refused."""
    page, recurring = _without_what_is_no_post(page)
    drafts = [
        recurring.drafts.get(place) or read_draft(candidate, page.url)
        for place, candidate in enumerate(page.candidates)
    ]
    taken = _taken(page, drafts, recurring)
    items: dict[int, Item] = {}
    for place in sorted(taken):
        above = next((up for up in _above(page, place) if up in items), None)
        if place in recurring.drafts and above is not None and page.candidates[above].is_page:
            above = None  # what is said beneath an article answers nobody
        parent = None if above is None else items[above]
        items[place] = Item(drafts[place], page.candidates[place], parent)
        items[place].is_unsure = place in recurring.unsure
    answered = {candidate.parent for candidate in page.candidates}
    refused = [
        place
        for place, (candidate, draft) in enumerate(zip(page.candidates, drafts, strict=True))
        if place not in taken
        and _is_left_out(candidate, draft, answered=place in answered)
        and not _leads_away(candidate, page.url)
    ]
    shown = list(items.values())
    answer_what_they_name(shown, page.url)
    answer_by_level(shown)
    answer_by_indent(shown)
    answer_by_inset(shown)
    return shown, len(refused)


def _without_what_is_no_post(page: PageFacts) -> tuple[PageFacts, Recurring]:
    """The page with those blocks alone, of all that recur, that are posts and not so by meaning."""
    recurring = read_recurring(page)
    kept = set(recurring.drafts)
    if kept and len(kept) < len(page.candidates):
        whole, places = given_back(page, ())
        drafts = [read_draft(candidate, page.url) for candidate in whole.candidates]
        taken = _taken(whole, drafts, Recurring({}, frozenset()))
        meant = {old for old, new in places.items() if new in taken}
        kept -= said_by_meaning(page, recurring, meant)
    page, places = given_back(page, kept)
    return page, recurring.moved(places)


def _taken(page: PageFacts, drafts: Sequence[Draft], recurring: Recurring) -> set[int]:
    """The places of the candidates that are posts."""
    answered = {candidate.parent for candidate in page.candidates}
    taken: set[int] = set()
    for place, (candidate, draft) in enumerate(zip(page.candidates, drafts, strict=True)):
        answers = not taken.isdisjoint(_above(page, place))
        if place in recurring.drafts:
            continue
        if _is_teaser(candidate, draft, page.url):
            continue
        if _is_post(candidate, draft, answered=place in answered, answers=answers):
            taken.add(place)
    # An article without a name stands among posts, or it is none: only they can tell.
    deliberate = {page.candidates[place].neighbours for place in taken} - {None}
    for place, (candidate, draft) in enumerate(zip(page.candidates, drafts, strict=True)):
        beside = candidate.has_role and candidate.neighbours in deliberate
        if beside and draft.text and not draft.is_advert:
            taken.add(place)
    return taken | set(recurring.drafts)


def _above(page: PageFacts, place: int) -> Iterator[int]:
    """The candidates that one stands in or under, nearest first."""
    above = page.candidates[place].parent
    while above is not None:
        yield above
        above = page.candidates[above].parent


def _is_post(candidate: Candidate, draft: Draft, *, answered: bool, answers: bool) -> bool:
    if not draft.text and not candidate.pictures:
        return False
    if candidate.kinds & {"microdata", "json-ld"}:
        return True
    if draft.is_advert and draft.time is None:
        return False
    in_thread = candidate.in_feed or candidate.size is not None or answers
    known = draft.author is not None or draft.time is not None or draft.time_stated is not None
    if known or (in_thread and bool(draft.text) and not answered):
        return True
    return candidate.is_by_role and _is_said(candidate, answered=answered)


def _is_teaser(candidate: Candidate, draft: Draft, page_url: str) -> bool:
    """Whether an `<article>` is headed by a link to what it tells of, unsigned or to be read there.

    A journalist's name beneath a title makes no post of a teaser that ends in "Læs mere".
    """
    plain = not candidate.kinds - {"article", "shape"}
    own = draft.permalink or ""
    if not plain or not _leads_away(candidate, page_url):
        return False
    return (draft.author is None and not own) or _asks_to_read_on(candidate)


def _asks_to_read_on(candidate: Candidate) -> bool:
    """Whether another link leads where its title leads, to read the rest there."""
    headed = {
        candidate.links[run.link].href
        for run in candidate.runs
        if run.link is not None and "heading" in run.marks
    }
    return any(
        run.link is not None
        and "heading" not in run.marks
        and candidate.links[run.link].href in headed
        and wording.asks_to_read_on(run.text)
        for run in candidate.runs
    )


def _is_said(candidate: Candidate, *, answered: bool) -> bool:
    """Whether words stand in it that are more than the title of what it holds."""
    return any(
        any(ch.isalpha() for ch in run.text)
        and not run.marks & {"button", "navigation", "unseen"}
        and not (answered and run.marks & {"heading", "header"})
        and not wording.is_action(run.text)
        for run in candidate.runs
    )


def _is_left_out(candidate: Candidate, draft: Draft, *, answered: bool) -> bool:
    """Whether a candidate that is no post could have been one: no advert, not the page's own."""
    return (
        bool(draft.text)
        and not draft.is_advert
        and not candidate.is_page
        and _is_said(candidate, answered=answered)
    )


def _leads_away(candidate: Candidate, page_url: str) -> bool:
    """Whether its title leads to another page: it tells of what stands there, as teasers do."""
    here = urldefrag(page_url).url
    return any(
        "heading" in run.marks
        and run.link is not None
        and not leads_to_profile(candidate, run)
        and urldefrag(candidate.links[run.link].href or here).url != here
        for run in candidate.runs
    )


def _match(items: list[Item], structured: Sequence[StructuredPost], page_url: str) -> None:
    """Give each stated post its shown one: by place, by address, by words; each once."""
    free = dict(enumerate(structured))
    for item in items:
        place = item.candidate.structured if item.candidate else None
        if place in free:
            item.stated = free.pop(place)
    by_address = {stated.address: nth for nth, stated in free.items() if stated.address}
    for item in items:
        if item.stated is None and item.candidate is not None:
            own = (item.draft.permalink, urljoin(page_url, f"#{item.candidate.element_id}"))
            place = next((by_address[a] for a in own if a in by_address), None)
            if place in free and _alike(free[place].text, item.draft.text):
                item.stated = free.pop(place)
    likenesses = {nth: wording.likeness(stated.text) for nth, stated in free.items()}
    for item in items:
        if item.stated is None:
            shown = wording.likeness(item.draft.text)
            place = next((nth for nth in free if _are_alike(likenesses[nth], shown)), None)
            if place is not None:
                item.stated = free.pop(place)


def _alike(stated: str, shown: str) -> bool:
    return _are_alike(wording.likeness(stated), wording.likeness(shown))


def _are_alike(one: str, other: str) -> bool:
    """The same words, or one the beginning of the other (cut off, or with words around it)."""
    if one == other:
        return bool(one)
    shorter, longer = sorted((one.rstrip("…."), other.rstrip("….")), key=len)
    return len(shorter) >= _LEAST_LIKENESS and shorter in longer


def _with_unshown(items: list[Item], structured: Sequence[StructuredPost]) -> list[Item]:
    """Add comments that the page states but does not show, each after the one stated before it."""
    by_stated = {id(item.stated): item for item in items if item.stated is not None}
    ordered = list(items)
    depth = _depth_of_escapes(items)
    at = -1
    for stated in structured:
        item = by_stated.get(id(stated))
        if item is not None:
            at = ordered.index(item)
        elif stated.kind in _COMMENTS:
            written = wording.writings(stated.text)
            text = written[min(depth, len(written) - 1)]
            draft = Draft(None, None, None, None, None, None, text, text, is_advert=False)
            at += 1
            ordered.insert(at, Item(draft, None, stated=stated))
    return ordered


def _depth_of_escapes(items: list[Item]) -> int:
    """How often the page escapes what it states, by those of its posts that it shows too."""
    depths: Counter[int] = Counter()
    for item in items:
        written = wording.writings(item.stated.text) if item.stated is not None else []
        if len(written) > 1:
            shown = (n for n, text in enumerate(written) if wording.shows(item.draft.words, text))
            depths.update(itertools.islice(shown, 1))
    return depths.most_common(1)[0][0] if depths else 0


def _settle_parents(items: list[Item], structured: Sequence[StructuredPost]) -> None:
    by_stated = {id(item.stated): item for item in items if item.stated is not None}
    for item in items:
        if item.stated is not None and item.stated.parent is not None:
            above = by_stated.get(id(structured[item.stated.parent]))
            if above is not None and above is not item and not is_above(item, above):
                item.above = above


def _joined(item: Item) -> Draft:
    """What is shown, with what is stated where that fills a gap or is shown too."""
    draft, stated = item.draft, item.stated
    if stated is None:
        return draft
    author, named = draft.author, None
    if stated.author:
        names = wording.writings(stated.author)
        named = next((name for name in names if name in draft.words), names[0])
        author = named if author is None or named in draft.words else author
    written = wording.writings(stated.text)
    # As HTML, or escaped twice: the page tells which of its writings was meant.
    stated_text = next((text for text in written if wording.shows(draft.words, text)), written[0])
    # The shown words are the evidence; the stated ones tell which of them are the post's.
    same = wording.likeness(stated_text) == wording.likeness(draft.text)
    shown = wording.shows(draft.words, stated_text)
    return replace(
        draft,
        author=author,
        author_url=draft.author_url or (stated.author_url if author == named else None),
        permalink=draft.permalink or stated.address,
        time=stated.time or draft.time,
        time_stated=draft.time_stated or (None if stated.time else stated.time_written),
        text=stated_text if stated_text and shown and not same else draft.text,
    )


def _named(items: list[Item], page_url: str) -> tuple[Post, ...]:
    drafts = [_joined(item) for item in items]
    addresses = Counter(draft.permalink for draft in drafts)
    taken: Counter[str] = Counter()
    names: dict[int, str] = {}
    for item, draft in zip(items, drafts, strict=True):
        element = item.candidate.element_id if item.candidate else ""
        if draft.permalink and addresses[draft.permalink] == 1:
            identity = draft.permalink
        elif _NAMED_ELEMENT.match(element):
            identity = f"{urldefrag(page_url)[0]}#{element}"
        else:
            identity = "\n".join((draft.author or "", draft.time or "", draft.text))
        name = "p" + hashlib.sha256(identity.encode()).hexdigest()[:16]
        taken[name] += 1
        names[id(item)] = name if taken[name] == 1 else f"{name}-{taken[name]}"
    boxes = _own_boxes(items)
    return tuple(
        Post(
            id=names[id(item)],
            author=draft.author,
            author_url=draft.author_url,
            permalink=draft.permalink,
            time=draft.time,
            time_stated=draft.time_stated,
            text=draft.text,
            parent=names[id(item.above)] if item.above is not None else None,
            box=boxes.get(id(item)),
        )
        for item, draft in zip(items, drafts, strict=True)
    )


def _own_boxes(items: list[Item]) -> dict[int, Box]:
    """Each post's part of the page: down to where the first reply within it begins."""
    boxes = {id(i): i.candidate.box for i in items if i.candidate and not i.candidate.box.is_empty}
    own = dict(boxes)
    for item in items:
        box = boxes.get(id(item))
        above = item.above
        while box is not None and above is not None:
            outer = own.get(id(above))
            if outer is not None and outer.y + _LEAST_OWN_HEIGHT <= box.y < outer.bottom:
                own[id(above)] = replace(outer, height=box.y - outer.y)
            above = above.above
    return own


def _stated_count(page: PageFacts, structured: Sequence[StructuredPost], read: int) -> int | None:
    """How many posts the page itself says there are, by ARIA, JSON-LD or words."""
    counts = [c.size for c in page.candidates if c.size and c.parent is None]
    counts += [s.comment_count for s in structured if s.comment_count and s.parent is None]
    for words in page.counts:
        counts += [int(re.sub(r"\D", "", number)) for number in _COUNTED.findall(words)]
    return max(counts) if counts and max(counts) >= read else None
