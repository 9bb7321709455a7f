"""Runs into lines: which words stand together, where the markup sets nothing apart. Pure.

A site may draw name, time and words as three `<span>` in one line. They are parted
only where one of them alone is a time and what stands before it can be a name;
otherwise spans are nothing but the letters of one sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from capture.readers import wording
from capture.readers.facts import Candidate, Run
from capture.readers.stated_times import is_stated_time

TEXT_PROPERTIES = frozenset({"text", "articleBody", "commentText", "reviewBody"})
CHROME = frozenset({"button", "time", "navigation", "unseen", "author"})
_NEVER = frozenset({"button", "unseen", "navigation"})
_SEPARATORS = " \n·•|–—-,:()"


def in_lines(candidate: Candidate) -> Candidate:
    """The candidate with its blocks counted from 1, spans joined, and its first line parted."""
    lines: list[list[Run]] = []
    is_first = True
    blocks = list(blocks_of(candidate))
    for nth, runs in enumerate(blocks):
        parted = None
        if is_first and not candidate.label:
            goes_on = any(_speaks(block) for block in blocks[nth + 1 :])
            parted = _parted(runs, goes_on=goes_on)
        lines += parted or [runs]
        if any(ch.isalpha() for run in runs for ch in run.text if not run.marks & _NEVER):
            is_first = False
    numbered: list[Run] = []
    number = 0
    for line in lines:
        number += any(run.text.strip() for run in line)
        joined = line if _only_presses(line) else _joined(line)
        numbered += [replace(run, block=max(number, 1)) for run in joined]
    return replace(candidate, runs=tuple(numbered))


def blocks_of(candidate: Candidate) -> Iterator[list[Run]]:
    """The candidate's runs, block by block."""
    for _, runs in groupby(candidate.runs, key=lambda run: run.block):
        yield list(runs)


def is_spoken(run: Run) -> bool:
    """Whether a run is surely what somebody said: a paragraph, a marked text."""
    return "paragraph" in run.marks or run.property in TEXT_PROPERTIES


def _joined(runs: Sequence[Run]) -> list[Run]:
    """Neighbours that differ in nothing but the span that they stand in, as one run."""
    joined: list[Run] = []
    for run in runs:
        last = joined[-1] if joined else None
        if last is not None and _alike(last) == _alike(run):
            joined[-1] = replace(last, text=last.text + run.text)
        else:
            joined.append(run)
    return joined


def _alike(run: Run) -> Run:
    return replace(run, text="", part=0, path="")


def _parted(runs: list[Run], *, goes_on: bool) -> list[list[Run]] | None:
    """Name, time and words of one line, each a line of its own; None where they are not so.

    The words may come in the lines after it, where it `goes_on`.
    """
    said = [run for run in runs if not run.marks & _NEVER]
    if len({run.part for run in said}) < 2 or any("paragraph" in run.marks for run in said):  # noqa: PLR2004  # one part is parted from nothing
        return None
    at = next((n for n, run in enumerate(runs) if _is_time(run)), None)
    if at is None:
        return None
    before, after = runs[:at], runs[at + 1 :]
    words = [run for run in before if _has_letters(run)]
    if not words or any(run.part == words[0].part for run in [*words[1:], *after]):
        return None  # "Mødet <b>i dag</b> er aflyst": the time stands within what is said
    if _speaks(after):
        name = "".join(run.text for run in before).strip(_SEPARATORS)
        said, pressed = _without_actions(after)
        return [before, [runs[at]], said, pressed] if _can_name(name) else None
    first = before.index(words[0])
    named, rest = before[: first + 1], before[first + 1 :]
    # Words that stand in no element of their own are set apart by nothing but their number.
    in_element = words[0].part != 0 or len(words[0].text.split()) > 1
    if not _can_name(words[0].text.strip(_SEPARATORS)) or not (_speaks(rest) or goes_on):
        return None
    return [named, rest, [runs[at]], after] if in_element else None


def _without_actions(runs: list[Run]) -> tuple[list[Run], list[Run]]:
    """What is said, and the things to press at its end."""
    end = len(runs)
    while end and (not _has_letters(runs[end - 1]) or wording.is_action(runs[end - 1].text)):
        end -= 1
    return runs[:end], runs[end:]


def _only_presses(runs: list[Run]) -> bool:
    worded = [run for run in runs if _has_letters(run)]
    return bool(worded) and all(wording.is_action(run.text) for run in worded)


def _is_time(run: Run) -> bool:
    return not run.marks & _NEVER and (
        "time" in run.marks or is_stated_time(run.text.strip(_SEPARATORS))
    )


def _has_letters(run: Run) -> bool:
    return not run.marks & _NEVER and any(ch.isalpha() for ch in run.text)


def _speaks(runs: Sequence[Run]) -> bool:
    return any(
        not run.marks & _NEVER
        and not wording.is_only_signs(run.text)
        and not wording.is_action(run.text)
        for run in runs
    )


def _can_name(text: str) -> bool:
    return any(ch.isalpha() for ch in text) and wording.is_like_a_name(text)
