"""From one element to what it says: author, address, time, text. Pure.

Meaning comes first: what the page marks as author, time, text (microdata,
microformats, `rel`, `<time>`, an ARIA label). Where it marks nothing, the order in
which people are used to read a post helps: a short line with the name, then the
words, then things to press.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urldefrag

from capture.readers import wording
from capture.readers.facts import Candidate, Link, Run
from capture.readers.times import rfc3339

_LONGEST_NAME = 80
_TEXT_PROPERTIES = frozenset({"text", "articleBody", "commentText", "reviewBody"})
_TIME_PROPERTIES = ("datePublished", "dateCreated", "commentTime", "dateReceived")
_CHROME = frozenset({"button", "time", "navigation", "unseen", "author"})


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
    text = _text(candidate, name, name_runs)
    words = " ".join(run.text for run in candidate.runs)
    beside = " ".join(run.text for run in candidate.runs if run.text not in text)
    return Draft(
        author=name,
        author_url=author_url,
        permalink=_permalink(candidate, page_url),
        time=time,
        time_stated=stated,
        text=text,
        words=words,
        is_advert=wording.is_advert(f"{candidate.label} {beside}"),
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
    blocks = [block for block in _blocks(candidate) if _has_words(block)]
    for block in blocks[:3]:
        first = next(run for run in block if _is_wordy(run))
        name = wording.name_alone(first.text)
        if labelled and labelled in first.text:
            # The label may have been cut at a number: "Kommentar fra Borger 42 i går".
            return (name if name.startswith(labelled) else labelled), first
        if not name or len(name) > _LONGEST_NAME or wording.is_stated_time(name):
            continue
        set_apart = first.marks & {"link", "heading", "strong", "header"}
        has_time = any("time" in r.marks for r in candidate.runs if abs(r.block - first.block) <= 2)  # noqa: PLR2004  # the line itself, or the next one
        more = any(_speaks(run) for run in candidate.runs if run is not first)
        titled = first.marks & {"heading", "header"} and not labelled
        if titled and not (has_time and wording.is_like_a_name(name)):
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
                if run.property not in _TEXT_PROPERTIES and wording.is_stated_time(run.text)
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
    if link.property in _TEXT_PROPERTIES or "paragraph" in link.marks:
        return False
    own_fragment = candidate.element_id and urldefrag(link.href or "")[1] == candidate.element_id
    return bool(
        link.is_time
        or own_fragment
        or wording.is_permalink_word(link.text)
        or wording.is_stated_time(link.text)
    )


def _text(candidate: Candidate, name: str | None, name_runs: frozenset[Run]) -> str:
    marked = [run for run in candidate.runs if run.property in _TEXT_PROPERTIES]
    if marked:
        shown = [run for run in marked if not run.marks & {"button", "unseen"}]
        return _joined(shown)
    kept = [
        run
        for block in _blocks(candidate)
        if not _is_chrome_block(block, name)
        for run in _without_signs(
            [
                run
                for run in block
                if not run.property and not run.marks & _CHROME and run not in name_runs
            ]
        )
    ]
    for edge in ("header", "footer"):
        within = [run for run in kept if edge not in run.marks]
        if wording.squeeze(_joined(within)):
            kept = within
    lines = _joined(kept).split("\n")
    return "\n".join(line for line in lines if not wording.is_stated_time(line)).lstrip(":, \n")


def _without_signs(runs: list[Run]) -> list[Run]:
    """Nothing, where only separators are left of a line; a paragraph "112" is text."""
    text = "".join(run.text for run in runs)
    spoken = any("paragraph" in run.marks for run in runs)
    return [] if wording.is_only_signs(text) and not spoken else runs


def _is_chrome_block(block: list[Run], name: str | None) -> bool:
    words = [run for run in block if run.text.strip() and not run.marks & _CHROME]
    text = wording.squeeze("".join(run.text for run in words))
    if not words:
        return True
    if wording.is_only_signs(text):
        return "paragraph" not in words[0].marks
    if name and text == name:
        return True
    pressable = [run for run in words if not wording.is_only_signs(run.text)]
    return bool(pressable) and all(wording.is_action(run.text) for run in pressable)


def _blocks(candidate: Candidate) -> Iterator[list[Run]]:
    for _, runs in groupby(candidate.runs, key=lambda run: run.block):
        yield list(runs)


def _joined(runs: list[Run]) -> str:
    blocks = ("".join(run.text for run in group) for _, group in groupby(runs, lambda r: r.block))
    return wording.squeeze("\n".join(blocks))


def _has_words(block: list[Run]) -> bool:
    return any(_is_wordy(run) for run in block)


def _is_wordy(run: Run) -> bool:
    return (
        not run.marks & (_CHROME - {"author"})
        and any(ch.isalpha() for ch in run.text)
        and not wording.is_action(run.text)
    )


def _speaks(run: Run) -> bool:
    """Whether a run could be of the text: words, emoji, or a paragraph that is only a number."""
    text = run.text.strip()
    if run.marks & _CHROME or not text or wording.is_action(text) or wording.is_stated_time(text):
        return False
    return "paragraph" in run.marks or not wording.is_only_signs(text)


def _href(candidate: Candidate, run: Run) -> str | None:
    return None if run.link is None else candidate.links[run.link].href


def _link_named(candidate: Candidate, name: str) -> str | None:
    return next((link.href for link in candidate.links if link.text == name), None)
