"""Forwards without labels: `On 3 Feb 2021, John <john@…> wrote:` behind a word of forwarding."""

import re
from dataclasses import dataclass
from typing import Final

from archive.mailbox.forward_lines import Lines

_CITATION: Final = re.compile(
    r"^[^\n<>]{0,20}?(?P<date>\d[^\n<>@]{5,80}?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?"
    r"(?:[ \u202f]?[AP]\.?M\.?)?(?:[ ]?(?:UTC|GMT)?[ ]?[+-]\d{2}:?\d{2})?)[,;]?[ \t]+"
    r"(?P<name>[\"'«“]?[^\n<>@:]{0,80}?)[ \t]*"
    r"[<(](?P<address>[^\s<>()@]+@[^\s<>()]+)[>)][^\n:]{0,30}:[ \t\r]*$",
    re.MULTILINE,
)
_VERBS: Final = re.compile(
    r"^(?:skrev|wrote|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|kirjoitti|skrifaði|"
    r"napisał\(a\)|napisał|napsal\(a\)|napísal\(a\)|írta|пишет|писал|написал|пише)\s+",
    re.IGNORECASE,
)
_LEAD: Final = " \t\"'«»“”,;"


@dataclass(frozen=True, slots=True)
class Citation:
    """Who is cited and when, and where that stands."""

    from_name: str | None
    from_address: str
    date: str
    depth: int
    after: int
    spans: dict[str, tuple[int, int]]


def find_citation(lines: Lines, *, forwarded: bool) -> Citation | None:
    """Return the first citation line that stands behind a word of forwarding.

    `forwarded` says that the subject has such a word; else a line must.
    """
    start = 0
    if not forwarded:
        announced = next(
            (number for number in range(lines.count) if lines.announcement(number) == "forwarded"),
            None,
        )
        if announced is None:
            return None
        start = lines.starts[announced]
    found = _CITATION.search(lines.text, start)
    if found is None:
        return None
    number = lines.text.count("\n", 0, found.start())
    name = _VERBS.sub("", found["name"].strip(_LEAD)).strip(_LEAD)
    spans = {"date": found.span("date"), "from_address": found.span("address")}
    if name:
        at = lines.text.index(name, found.start("name"))
        spans["from_name"] = (at, at + len(name))
    return Citation(
        name or None,
        found["address"],
        found["date"].strip(),
        lines.depth(number),
        number + 1,
        spans,
    )
