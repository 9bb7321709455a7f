"""The text of a post: what somebody said, without the name, the time and the things to press. Pure.

Leaving out a word that was said would falsify evidence; leaving in a button is only
untidy. So a block is left out where it can be nothing but chrome, paragraphs are
trusted more than other blocks, and if all were left out, all is taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from capture.readers import wording
from capture.readers.facts import Candidate, Run

TEXT_PROPERTIES = frozenset({"text", "articleBody", "commentText", "reviewBody"})
CHROME = frozenset({"button", "time", "navigation", "unseen", "author"})
_NEVER_SAID = frozenset({"button", "navigation", "unseen"})
_SEPARATORS = " \n·•|–—-,:"


def text_of(
    candidate: Candidate, *, name: str | None, name_runs: frozenset[Run], stated: str | None
) -> str:
    """The text of a candidate whose author and stated time are known already."""
    marked = [run for run in candidate.runs if run.property in TEXT_PROPERTIES]
    if marked:
        return joined([run for run in marked if not run.marks & {"button", "unseen"}])

    def is_name(run: Run) -> bool:
        return run in name_runs or (run.link is not None and run.link in links)

    links = {run.link for run in name_runs} - {None}
    kept: list[Run] = []
    for block in blocks_of(candidate):
        kept += _said_in(block, is_name, name=name, stated=stated)
    for edge in ("header", "footer"):
        within = [run for run in kept if edge not in run.marks]
        if joined(within):
            kept = within
    if not joined(kept):
        kept = [
            run
            for run in candidate.runs
            if not run.property and not run.marks & CHROME and not is_name(run)
        ]
    return joined(kept).lstrip(":, \n")


def is_spoken(run: Run) -> bool:
    """Whether a run is surely what somebody said: a paragraph, a marked text."""
    return "paragraph" in run.marks or run.property in TEXT_PROPERTIES


def blocks_of(candidate: Candidate) -> Iterator[list[Run]]:
    """The candidate's runs, block by block."""
    for _, runs in groupby(candidate.runs, key=lambda run: run.block):
        yield list(runs)


def joined(runs: list[Run]) -> str:
    """Runs as text, a line for each block."""
    blocks = ("".join(run.text for run in group) for _, group in groupby(runs, lambda r: r.block))
    return wording.squeeze("\n".join(blocks))


def _said_in(
    block: list[Run], is_name: Callable[[Run], bool], *, name: str | None, stated: str | None
) -> list[Run]:
    """The runs of a block that are text; none where the block is chrome."""
    own = [run for run in block if not run.property and not run.marks & CHROME and not is_name(run)]
    rest = wording.squeeze("".join(run.text for run in own))
    if not rest or (len(own) < len(block) and wording.is_byline_rest(rest)):
        return []
    if any(is_spoken(run) for run in own):
        # A time or a name within a sentence belongs to it.
        return [run for run in block if not run.marks & _NEVER_SAID and not is_name(run)]
    bare = rest.strip(_SEPARATORS)
    pressable = [run for run in own if not wording.is_only_signs(run.text)]
    is_chrome = (
        wording.is_only_signs(rest)
        or bare in {name, stated}
        or wording.is_badge(bare)
        or all(wording.is_action(run.text) for run in pressable)
    )
    return [] if is_chrome else own
