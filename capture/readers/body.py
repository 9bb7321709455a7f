"""The text of a post: what somebody said, without the name, the time and the things to press. Pure.

Leaving out a word that was said would falsify evidence; leaving in a button is only
untidy. So a block is left out where it can be nothing but chrome, paragraphs are
trusted more than other blocks, and if all were left out, all is taken back.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import groupby

from capture.readers import wording
from capture.readers.authors import Author
from capture.readers.facts import Candidate, Run
from capture.readers.lines import CHROME, TEXT_PROPERTIES, blocks_of, is_spoken
from capture.readers.stated_times import is_stated_time

_NEVER_SAID = frozenset({"button", "navigation", "unseen"})
_SEPARATORS = " \n·•|–—-,:()"
_NEXT_LINES = 2


def text_of(candidate: Candidate, *, author: Author, stated: str | None) -> str:
    """The text of a candidate whose author and stated time are known already."""
    marked = [run for run in candidate.runs if run.property in TEXT_PROPERTIES]
    if not marked and "microdata" in candidate.kinds:
        marked = [run for run in candidate.runs if run.property == "description"]
    if marked:
        return joined([run for run in marked if not run.marks & {"button", "unseen"}])

    line = min((run.block for run in author.runs), default=None)

    is_name = partial(_is_name, candidate=candidate, author=author, line=line)
    kept: list[Run] = []
    for block in blocks_of(candidate):
        if block[0].block <= (line or 0) and author.name and _is_drawn(block, author.name):
            continue
        kept += _said_in(block, is_name, candidate, name=author.name, stated=stated)
    for edge in ("header", "footer"):
        within = [run for run in kept if edge not in run.marks]
        if joined(within):
            kept = within
    if not joined(kept):
        kept = [
            run
            for run in candidate.runs
            if not (run.property or run.marks & CHROME or is_name(run))
            and run.text.strip() != stated
        ]
    return joined(kept).lstrip(":, \n")


def _is_name(run: Run, *, candidate: Candidate, author: Author, line: int | None) -> bool:
    """Whether a run is of the line that names the author: the name, or what leads to him."""
    links = {named.link for named in author.runs} - {None}
    if run in author.runs or (run.link is not None and run.link in links):
        return True
    near = line is not None and abs(run.block - line) <= _NEXT_LINES and not is_spoken(run)
    if not near or run.link is None:
        return near and run.block == line and wording.is_handle(run.text)
    # "Ole Hansen @ole": both lead to him.
    return author.url is not None and candidate.links[run.link].href == author.url


def joined(runs: list[Run]) -> str:
    """Runs as text, a line for each block."""
    blocks = ("".join(run.text for run in group) for _, group in groupby(runs, lambda r: r.block))
    return wording.squeeze("\n".join(blocks))


def _said_in(
    block: list[Run],
    is_name: Callable[[Run], bool],
    candidate: Candidate,
    *,
    name: str | None,
    stated: str | None,
) -> list[Run]:
    """The runs of a block that are text; none where the block is chrome."""
    own = [run for run in block if not run.property and not run.marks & CHROME and not is_name(run)]
    rest = wording.squeeze("".join(run.text for run in own))
    whole = "".join(run.text for run in block)
    if not rest or (len(own) < len(block) and wording.is_byline_rest(rest)):
        return []
    if any(is_spoken(run) for run in own):
        # A time or a name within a sentence belongs to it.
        return [run for run in block if not run.marks & _NEVER_SAID and not is_name(run)]
    bare = rest.strip(_SEPARATORS)
    pressable = [run for run in own if not wording.is_only_signs(run.text)]
    is_chrome = (
        wording.is_only_signs(rest)
        or not {bare, rest}.isdisjoint({name, stated})
        or (is_stated_time(bare) and len(own) < len(block))
        or (wording.tells_whom_it_answers(whole) and _leads_to_post(candidate, own, rest))
        or wording.is_badge(bare)
        or all(wording.is_action(run.text) for run in pressable)
    )
    return [] if is_chrome else own


def _is_drawn(block: list[Run], name: str) -> bool:
    """Whether a line is a person's initials, drawn in place of a picture."""
    return wording.is_initials_of("".join(run.text for run in block), name)


def _leads_to_post(candidate: Candidate, own: list[Run], rest: str) -> bool:
    """Whether "Svar til Ole" ends with a link to a post on the page: nothing was said after it."""
    linked = [run for run in own if run.link is not None]
    if not linked or linked[-1].link is None:
        return False
    ends = rest.rstrip(" :,.").endswith(linked[-1].text.strip(" :,."))
    return ends and "#" in (candidate.links[linked[-1].link].href or "")
