"""Who wrote a post: marked as such, named by a label, or by the line that it begins with. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from capture.readers import wording
from capture.readers.bylines import read_byline
from capture.readers.facts import Candidate, Run
from capture.readers.lines import CHROME, blocks_of, is_spoken
from capture.readers.stated_times import is_stated_time

_LONGEST_NAME = 80
_NEXT_LINES = 2
_FIRST_LINES = 3
_FULL_NAME = 2  # words
_SET_APART = frozenset({"link", "heading", "strong", "header", "named"})
_PROFILE = re.compile(
    r"/(?:@|~|u/|users?/|profil|author|forfatter|members?/|medlem|bruger|in/|people/|by/|mitglied"
    r"|benutzer|channel/|profile\.php|member(?:list)?\.php|user\?)|[?&;](?:u|uid|userid|user_id)=\d"
    r"|[?&]action=profile",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Author:
    """A name, the runs that say it (with all else of its line), its address, its line's time."""

    name: str | None = None
    runs: frozenset[Run] = frozenset()
    url: str | None = None
    stated: str | None = None


def read_author(candidate: Candidate) -> Author:
    """The author of a candidate that stands in lines; without a name where none is told."""
    return (
        _stated(candidate)
        or _marked(candidate)
        or _in_first_lines(candidate)
        or _in_last_line(candidate)
        or _labelled(candidate)
    )


def _stated(candidate: Candidate) -> Author | None:
    properties = {p.name: p for p in reversed(candidate.properties)}
    for who in ("author", "creator"):
        named = properties.get(f"{who}.name") or properties.get(who)
        if named and wording.squeeze(named.value):
            url = properties.get(f"{who}.url", named).href or (
                properties[who].href if who in properties else None
            )
            name = " ".join(named.value.split())
            return Author(name, frozenset(), url or _link_named(candidate, name))
    return None


def _marked(candidate: Candidate) -> Author | None:
    marked = [run for run in candidate.runs if "author" in run.marks and run.text.strip()]
    if not marked:
        return None
    _, group = next(groupby(marked, key=lambda run: run.block))
    runs = list(group)
    words = "".join(run.text for run in runs if "time" not in run.marks)
    byline = read_byline(words)
    name = byline.name if byline else " ".join(words.split())
    name = wording.without_badge(name.strip(" ,:·|"))[:_LONGEST_NAME]
    if not name:
        return None
    line = [run for run in candidate.runs if run.block == runs[0].block]
    whole = read_byline("".join(run.text for run in line if "button" not in run.marks))
    if whole is not None and whole.name == name:
        return Author(name, frozenset(line), _href(candidate, runs[0]), whole.stated)
    return Author(
        name, frozenset(runs), _href(candidate, runs[0]), byline.stated if byline else None
    )


def _labelled(candidate: Candidate) -> Author:
    name = wording.name_in_label(candidate.label)
    label = wording.squeeze(candidate.label)
    if name is None and len(label.split()) >= _FULL_NAME and wording.is_like_a_name(label):
        name = label
    return Author(name, frozenset(), _link_named(candidate, name) if name else None)


def _in_first_lines(candidate: Candidate) -> Author | None:
    """The line that names the author: at the start, short, and followed by other words."""
    labelled = wording.name_in_label(candidate.label)
    blocks = [block for block in blocks_of(candidate) if any(_is_wordy(run) for run in block)]
    after_title = False
    for block in blocks[:_FIRST_LINES]:
        first = next(run for run in block if _is_wordy(run))
        name = wording.without_badge(wording.name_alone(first.text))
        if labelled and labelled in first.text:
            # The label may have been cut at a number: "Kommentar fra Borger 42 i går".
            name = name if name.startswith(labelled) else labelled
            return Author(name, frozenset({first}), _href(candidate, first))
        line = None if labelled else _byline(candidate, block)
        if line is not None:
            return line
        if not name or len(name) > _LONGEST_NAME or is_stated_time(name):
            continue
        if _is_initials(block, blocks):
            continue
        if first.marks & {"heading", "header"} and not labelled:
            if not _heads_as_name(candidate, first, name):
                after_title = True
                continue
        elif after_title and not leads_to_profile(candidate, first):
            return None
        if _sets_name_apart(candidate, block, first, name):
            return Author(labelled or name, frozenset({first}), _href(candidate, first))
        return None
    return None


def _byline(candidate: Candidate, block: list[Run]) -> Author | None:
    """A line that holds a name, a time and nothing else."""
    said = [run for run in block if not run.marks & {"button", "unseen", "navigation"}]
    byline = read_byline("".join(run.text for run in said))
    others = [run for run in candidate.runs if run not in block and _speaks(run)]
    if byline is None or not others:
        return None
    spoken = any(is_spoken(run) for run in said)
    named = [run for run in said if byline.name in run.text]
    apart = bool(byline.stated and named and named[0].marks & _SET_APART)
    if not (byline.is_sure if spoken else byline.is_likely or apart):
        return None
    linked = next((run for run in said if run.link is not None and byline.name in run.text), None)
    url = _href(candidate, linked) if linked else _link_named(candidate, byline.name)
    return Author(byline.name, frozenset(block), url, byline.stated)


def _in_last_line(candidate: Candidate) -> Author | None:
    """A name signed beneath the words, where the first lines told none."""
    blocks = [block for block in blocks_of(candidate) if any(_is_wordy(run) for run in block)]
    if len(blocks) <= 1 or wording.name_in_label(candidate.label):
        return None
    said = "".join(run.text for run in blocks[-1] if not run.marks & {"button", "unseen"})
    byline = read_byline(said)
    signed = byline is not None and byline.is_sure and byline.stated
    return _byline(candidate, blocks[-1]) if signed else None


def _heads_as_name(candidate: Candidate, first: Run, name: str) -> bool:
    """Whether a heading is a person and not a title."""
    if not wording.is_like_a_name(name):
        return False
    if candidate.label == name or any(_tells_time(run, near=first) for run in candidate.runs):
        return True
    is_full = len(name.split()) >= _FULL_NAME
    if first.link is not None and not leads_to_profile(candidate, first):
        return False  # a title that leads to what it is the title of
    has_time = bool(candidate.times) or any(is_stated_time(run.text) for run in candidate.runs)
    return is_full and (has_time or candidate.has_role or candidate.parent is not None)


def _sets_name_apart(candidate: Candidate, block: list[Run], first: Run, name: str) -> bool:
    """Whether the first words of a line are set apart from what is said."""
    others = [run for run in candidate.runs if run is not first]
    times = [run for run in others if is_stated_time(run.text)]
    if not any(_speaks(run) for run in others) and len(times) <= 1:
        return False  # of two times, one may be what was said: "I dag"
    set_apart = first.marks & _SET_APART
    has_time = candidate.label == name or any(_tells_time(run, near=first) for run in others)
    beside = [run for run in block if run is not first and _speaks(run)]
    following = "".join(run.text for run in beside)
    if is_spoken(first):
        # "Ole Hansen: …" within the paragraph that he wrote.
        colon = first.text.rstrip().endswith(":") or following.lstrip().startswith(":")
        is_person = "link" in first.marks or (has_time and len(name.split()) >= _FULL_NAME)
        return bool(
            colon and following and is_person and set_apart and wording.is_like_a_name(name)
        )
    if beside and not all(wording.is_handle(run.text) for run in beside):
        return bool(set_apart or has_time) and wording.is_like_a_name(name)
    return bool(set_apart or has_time)


def _is_initials(block: list[Run], blocks: list[list[Run]]) -> bool:
    """Whether a line is only the initials of the name in the next one, drawn as a picture."""
    after = blocks.index(block) + 1
    if after >= len(blocks):
        return False
    following = wording.name_alone("".join(run.text for run in blocks[after]))
    shown = "".join(run.text for run in block)
    return bool(following) and wording.is_initials_of(shown, following)


def _tells_time(run: Run, *, near: Run) -> bool:
    """Whether a run is a time in the line of another, or in the next one or two."""
    is_time = "time" in run.marks or is_stated_time(run.text)
    return is_time and abs(run.block - near.block) <= _NEXT_LINES


def _is_wordy(run: Run) -> bool:
    return (
        not run.marks & (CHROME - {"author"})
        and any(ch.isalpha() for ch in run.text)
        and not wording.is_action(run.text)
    )


def _speaks(run: Run) -> bool:
    """Whether a run could be of the text: words, emoji, or a paragraph that is only a number."""
    text = run.text.strip()
    if run.marks & CHROME or not text or is_stated_time(text):
        return False
    return "paragraph" in run.marks or not wording.is_only_signs(text)


def leads_to_profile(candidate: Candidate, run: Run) -> bool:
    """Whether a run is a link to somebody's own page."""
    return _PROFILE.search(_href(candidate, run) or "") is not None


def _href(candidate: Candidate, run: Run) -> str | None:
    return None if run.link is None else candidate.links[run.link].href


def _link_named(candidate: Candidate, name: str) -> str | None:
    return next((link.href for link in candidate.links if link.text == name), None)
