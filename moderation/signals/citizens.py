"""People who are not employees, and the plural *I*: what only capital letters tell.

Danish writes the pronoun *I* (you) with a capital and the preposition *i* (in) without; names of
private persons are told from ordinary words by their capitals and by what stands before them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from moderation.terms import Place
from moderation.words import Words

_VERBS = frozenset({
    "er", "har", "skal", "kan", "må", "vil", "får", "kommer", "burde", "bør", "bliver", "dør",
    "slipper", "tager", "fortjener", "skulle", "ved", "gør", "tror", "troede", "ødelægger",
    "hører", "lyver", "stinker", "går", "finder", "siger", "glemmer", "kunne", "ender",
    "ligner", "var", "opfører", "gider", "tør", "vover", "forstår", "trænger", "to", "alle",
    "der", "sidder", "på",
})  # fmt: skip
_BEFORE_NAME = frozenset({
    "fru", "hr", "frk", "frøken", "herr", "familien", "naboen", "formanden", "kassereren",
    "ægteparret", "nabokonen", "tante", "onkel", "ekskæresten", "kæresten", "eleven",
    "klassekammeraten", "genboen", "ekteparet", "lederen", "styrelederen",
})  # fmt: skip
_NO_NAME = (
    "vej", "vejen", "gade", "gaden", "skole", "skolen", "kommune", "plads", "torv", "park",
    "parken", "hus", "huset", "hallen", "kirke", "forening", "klub", "bekæmpelse", "dag",
    "jul", "strand", "by", "allé", "alle", "havn", "sø", "fjord", "station", "center",
    "centret", "museum", "veg", "vei", "gate", "gata", "partiet", "venstre", "festival",
    "marked", "danmark", "norge",
)  # fmt: skip


def find_plural_you(words: Words) -> list[Place]:
    """Return where *I* addresses several people."""
    found = []
    for number, word in enumerate(words.words):
        if word != "i" or words.original(number) != "I":
            continue
        first = number == 0 or words.sentences[number - 1] != words.sentences[number]
        follows = words.words[number + 1] if number + 1 < len(words.words) else ""
        if not first or follows in _VERBS:
            found.append((number, number))
    return found


def find_private_names(
    words: Words, first_names: list[Place], employees: list[Place]
) -> Iterator[Place]:
    """Yield the names of people who are not employees: "Peter Villadsen", "familien Knudsen"."""
    starts = {first for first, _ in first_names}
    last = -1  # of the run of capitals that was last gone through: all within it end there
    for number in range(len(words.words)):
        if any(first <= number <= last for first, last in employees):
            continue
        known = number in starts and _capital(words, number)
        announced = words.words[number] in _BEFORE_NAME and _capital(words, number + 1, number)
        if not known and not announced:
            continue
        if number > last:
            last = number
            while _capital(words, last + 1, number) and _touches(words, last):
                last += 1
        if not words.words[last].endswith(_NO_NAME):
            yield number, last


def _capital(words: Words, number: int, beside: int | None = None) -> bool:
    if number >= len(words.words):
        return False
    if beside is not None and words.sentences[number] != words.sentences[beside]:
        return False
    word = words.original(number)
    return word[0].isupper() and (len(word) == 1 or word[1:].islower())


def _touches(words: Words, number: int) -> bool:
    gap = words.reading.text[words.ends[number] : words.starts[number + 1]]
    return gap in (" ", "-", ". ")


def add_citizens(words: Words, places: dict[str, list[Place]]) -> None:
    """Add the built-in signals "you-plural" and "private-name" to what has been found."""
    plural = find_plural_you(words)
    if plural:
        places["you-plural"] = plural
    private: Mapping[Place, None] = dict.fromkeys(
        find_private_names(words, places.get("first-name", []), places.get("employee", []))
    )
    if private:
        places["private-name"] = list(private)
