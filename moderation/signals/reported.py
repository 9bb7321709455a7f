"""What a post says that others said: quotations and reported speech.

Who tells of a threat that he received does not threaten. Quotation marks alone prove nothing
("scare quotes"), so a quotation counts only where a word of telling stands by it and the teller
is not the author himself announcing it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from moderation.terms import Place
from moderation.words import Words

_QUOTED = re.compile(
    '"([^"]{2,400})"|“([^”“"]{2,400})[”“"]|”([^”]{2,400})”|„([^“”]{2,400})[“”]'
    "|»([^«]{2,400})«|«([^»]{2,400})»|(?<![^\\W_])['‘’]([^'‘’\\n]{4,400})['’](?![^\\W_])"
)
_BEFORE, _AFTER, _REACH = 12, 6, 14
_SELF_BEFORE = 2


def find_reported(
    words: Words, telling: Mapping[str, list[Place]], employees: list[Place]
) -> list[Place]:
    """Return the stretches that are reported.

    `telling` holds the places of "tell-active" (skrev, råbte), "tell-passive" (blev kaldt, fik at
    vide) and "self" (jeg, vi). An employee as teller does not shield what follows: "Mette skrev
    nej til mig, den kælling".
    """
    passive = telling.get("tell-passive", [])
    active = [
        place
        for place in telling.get("tell-active", [])
        if not _told_by(place, _in_sentence(words, place, telling.get("self", [])), _SELF_BEFORE)
    ]
    if not passive and not active:
        return []
    tellings = sorted((*passive, *active))
    found = [
        (first, last)
        for first, last in _quotations(words)
        if any(0 < first - tell[1] <= _BEFORE or 0 < tell[0] - last <= _AFTER for tell in tellings)
    ]
    for tell in tellings:
        if tell in active and _told_by(tell, employees, _SELF_BEFORE):
            continue
        last = tell[1]
        sentence = words.sentences[last]
        while (
            last + 1 < len(words.words)
            and words.sentences[last + 1] == sentence
            and last - tell[1] < _REACH
        ):
            last += 1
        if last > tell[1]:
            found.append((tell[1] + 1, last))
    return sorted(set(found))


def _in_sentence(words: Words, tell: Place, tellers: list[Place]) -> list[Place]:
    """Leave out whom the sentence before ended with: "Det siger jeg. Han skrev: …"."""
    return [t for t in tellers if words.sentences[t[1]] == words.sentences[tell[0]]]


def _told_by(tell: Place, tellers: list[Place], reach: int) -> bool:
    return any(0 <= tell[0] - teller[1] - 1 < reach for teller in tellers)


def _quotations(words: Words) -> list[Place]:
    found = []
    for match in _QUOTED.finditer(words.reading.text):
        group = match.lastindex or 0
        start, end = match.span(group)
        first, last = words.word_at(start), words.word_at(end - 1)
        if words.starts and words.starts[first] < start:
            first += 1
        if first <= last:
            found.append((first, last))
    return found
