"""From one element to what it says: author, address, time, text. Pure.

Meaning comes first: what the page marks as author, time, text (microdata,
microformats, `rel`, `<time>`, an ARIA label). Where it marks nothing, the order in
which people are used to read a post helps: a short line with the name, then the
words, then things to press.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urldefrag

from capture.readers import wording
from capture.readers.body import CHROME, TEXT_PROPERTIES, blocks_of, is_spoken, text_of
from capture.readers.facts import Candidate, Link, Run
from capture.readers.times import rfc3339

_LONGEST_NAME = 80
_NEXT_LINES = 2
_TIME_PROPERTIES = ("datePublished", "dateCreated", "commentTime", "dateReceived")


@dataclass(frozen=True, slots=True)
class Draft:
    """What one candidate says by itself. `words` are all that it shows, to check others against."""

    author: str | None
    author_url: str | None
    permalink: str | None
    time: str | None
    time_stated: str | None
    text: str
    words: str
    is_advert: bool


def read_draft(candidate: Candidate, page_url: str) -> Draft:
    """Read one candidate."""
    name, name_runs, author_url = _author(candidate)
    time, stated = _time(candidate)
    text = text_of(candidate, name=name, name_runs=name_runs, stated=stated)
    words = " ".join(run.text for run in candidate.runs)
    advert = any(wording.is_advert(run.text) for run in candidate.runs if not is_spoken(run))
    return Draft(
        author=name,
        author_url=author_url,
        permalink=_permalink(candidate, page_url),
        time=time,
        time_stated=stated,
        text=text,
        words=words,
        is_advert=advert or wording.is_advert(candidate.label),
    )


def _author(candidate: Candidate) -> tuple[str | None, frozenset[Run], str | None]:
    properties = {p.name: p for p in reversed(candidate.properties)}
    for who in ("author", "creator"):
        named = properties.get(f"{who}.name") or properties.get(who)
        if named and wording.squeeze(named.value):
            url = properties.get(f"{who}.url", named).href or (
                properties[who].href if who in properties else None
            )
            name = " ".join(named.value.split())
            return name, frozenset(), url or _link_named(candidate, name)
    marked = [run for run in candidate.runs if "author" in run.marks and run.text.strip()]
    if marked:
        name = " ".join("".join(run.text for run in marked).split())[:_LONGEST_NAME]
        return name, frozenset(marked), _href(candidate, marked[0])
    labelled = wording.name_in_label(candidate.label)
    line = _author_line(candidate, labelled)
    if line is None:
        return labelled, frozenset(), _link_named(candidate, labelled) if labelled else None
    name, run = line
    return name, frozenset({run}), _href(candidate, run)


def _author_line(candidate: Candidate, labelled: str | None) -> tuple[str, Run] | None:
    """The run that names the author: at the start, short, and followed by other words."""
    blocks = [block for block in blocks_of(candidate) if _has_words(block)]
    for block in blocks[:3]:
        first = next(run for run in block if _is_wordy(run))
        name = wording.name_alone(first.text)
        if labelled and labelled in first.text:
            # The label may have been cut at a number: "Kommentar fra Borger 42 i går".
            return (name if name.startswith(labelled) else labelled), first
        if not name or len(name) > _LONGEST_NAME or wording.is_stated_time(name):
            continue
        set_apart = first.marks & {"link", "heading", "strong", "header"}
        has_time = any(_tells_time(run, near=first) for run in candidate.runs)
        more = any(_speaks(run) for run in candidate.runs if run is not first)
        if first.marks & {"heading", "header"} and not labelled:
            known = has_time or candidate.label == name
            if not (known and wording.is_like_a_name(name)):
                return None
        if more and "paragraph" not in first.marks and (set_apart or has_time):
            return labelled or name, first
        return None
    return None


def _time(candidate: Candidate) -> tuple[str | None, str | None]:
    by_property = {p.name: p.value for p in reversed(candidate.properties)}
    shown = [t for t in candidate.times if t.property not in ("dateModified", "updated")]
    shown.sort(key=lambda t: (t.property not in _TIME_PROPERTIES, t.link is None))
    stated = next((t.text or t.title for t in shown if t.text or t.title), None)
    written = [by_property[name] for name in _TIME_PROPERTIES if name in by_property]
    written += [w for t in shown for w in (t.written, t.text, t.title) if w]
    moment = next((m for m in map(rfc3339, written) if m), None)
    if stated is None:
        stated = next(
            (
                " ".join(run.text.split())
                for run in candidate.runs
                if run.property not in TEXT_PROPERTIES and wording.is_stated_time(run.text)
            ),
            None,
        )
    return moment, stated


def _permalink(candidate: Candidate, page_url: str) -> str | None:
    """The post's own address: what the page says it is, or where its time leads."""
    wanted = [p.href or p.value for p in candidate.properties if p.name in ("url", "@id")]
    links = candidate.links
    wanted += [link.href for link in links if link.href and "bookmark" in link.rel]
    wanted += [link.href for link in links if link.href and _leads_to_itself(link, candidate)]
    for href in wanted:
        page, fragment = urldefrag(href)
        bare = not fragment and page == urldefrag(page_url)[0]
        if href.startswith(("http://", "https://")) and not bare:
            return href
    return None


def _leads_to_itself(link: Link, candidate: Candidate) -> bool:
    if link.property in TEXT_PROPERTIES or "paragraph" in link.marks:
        return False
    own_fragment = candidate.element_id and urldefrag(link.href or "")[1] == candidate.element_id
    return bool(
        link.is_time
        or own_fragment
        or wording.is_permalink_word(link.text)
        or wording.is_stated_time(link.text)
    )


def _tells_time(run: Run, *, near: Run) -> bool:
    """Whether a run is a time in the line of another, or in the next one or two."""
    is_time = "time" in run.marks or wording.is_stated_time(run.text)
    return is_time and abs(run.block - near.block) <= _NEXT_LINES


def _has_words(block: list[Run]) -> bool:
    return any(_is_wordy(run) for run in block)


def _is_wordy(run: Run) -> bool:
    return (
        not run.marks & (CHROME - {"author"})
        and any(ch.isalpha() for ch in run.text)
        and not wording.is_action(run.text)
    )


def _speaks(run: Run) -> bool:
    """Whether a run could be of the text: words, emoji, or a paragraph that is only a number."""
    text = run.text.strip()
    if run.marks & CHROME or not text or wording.is_stated_time(text):
        return False
    return "paragraph" in run.marks or not wording.is_only_signs(text)


def _href(candidate: Candidate, run: Run) -> str | None:
    return None if run.link is None else candidate.links[run.link].href


def _link_named(candidate: Candidate, name: str) -> str | None:
    return next((link.href for link in candidate.links if link.text == name), None)
