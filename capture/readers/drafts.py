"""From one element to what it says: author, address, time, text. Pure.

Meaning comes first: what the page marks as author, time, text (microdata,
microformats, `rel`, `<time>`, an ARIA label). Where it marks nothing, the order in
which people are used to read a post helps: a short line with the name, then the
words, then things to press.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urldefrag

from capture.readers import wording
from capture.readers.authors import Author, read_author
from capture.readers.body import text_of
from capture.readers.facts import Candidate, Link
from capture.readers.lines import TEXT_PROPERTIES, blocks_of, in_lines, is_spoken
from capture.readers.stated_times import is_stated_time
from capture.readers.times import rfc3339

_TIME_PROPERTIES = ("datePublished", "dateCreated", "commentTime", "dateReceived")


@dataclass(frozen=True, slots=True)
class Draft:
    """What one candidate says by itself. `words` are all that it shows, to check others against.

    `answers` is the address of the post that it says it answers.
    """

    author: str | None
    author_url: str | None
    permalink: str | None
    answers: str | None
    time: str | None
    time_stated: str | None
    text: str
    words: str
    is_advert: bool


def read_draft(candidate: Candidate, page_url: str) -> Draft:
    """Read one candidate."""
    candidate = in_lines(candidate)
    author = read_author(candidate)
    time, stated = _time(candidate, author)
    text = text_of(candidate, author=author, stated=stated)
    return replace(
        bare_draft(candidate, page_url),
        author=author.name,
        author_url=author.url,
        time=time,
        time_stated=stated,
        text=text,
    )


def bare_draft(candidate: Candidate, page_url: str) -> Draft:
    """What a candidate says of itself by its links alone: who wrote what and when is not read."""
    advert = any(wording.is_advert(run.text) for run in candidate.runs if not is_spoken(run))
    return Draft(
        author=None,
        author_url=None,
        permalink=_permalink(candidate, page_url),
        answers=_answers(candidate),
        time=None,
        time_stated=None,
        text="",
        words=" ".join(run.text for run in candidate.runs),
        is_advert=advert or wording.is_advert(candidate.label),
    )


def _time(candidate: Candidate, author: Author) -> tuple[str | None, str | None]:
    by_property = {p.name: p.value for p in reversed(candidate.properties)}
    shown = [t for t in candidate.times if t.property not in ("dateModified", "updated")]
    shown.sort(key=lambda t: (t.property not in _TIME_PROPERTIES, t.link is None))
    stated = next((t.text or t.title for t in shown if t.text or t.title), None)
    written = [by_property[name] for name in _TIME_PROPERTIES if name in by_property]
    written += [w for t in shown for w in (t.written, t.text, t.title) if w]
    if stated is None:
        worded = [
            run
            for run in candidate.runs
            if run.property not in TEXT_PROPERTIES
            and is_stated_time(run.text)
            and (not is_spoken(run) or "header" in run.marks)
        ]
        # A time that leads somewhere is the post's own; a lone "i dag" may be what was said.
        worded.sort(key=lambda run: run.link is None)
        told = next((" ".join(run.text.split()).strip("· •|,") for run in worded), None)
        stated = author.stated or told
    written += [stated] if stated else []
    moment = next((m for m in map(rfc3339, written) if m), None)
    return moment, stated


def _answers(candidate: Candidate) -> str | None:
    """The address of the post that this one names as the one it answers."""
    stated = next((p for p in candidate.properties if p.name == "parentItem"), None)
    if stated is not None:
        return stated.href or stated.value or None
    for block in blocks_of(candidate):
        links = [run.link for run in block if run.link is not None]
        if links and wording.tells_whom_it_answers("".join(run.text for run in block)):
            return candidate.links[links[0]].href
    return None


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
    own = {candidate.element_id, *(candidate.shape.ids if candidate.shape else ())} - {""}
    own_fragment = urldefrag(link.href or "")[1] in own
    return bool(
        link.is_time
        or own_fragment
        or wording.is_permalink_word(link.text)
        or is_stated_time(link.text)
    )
