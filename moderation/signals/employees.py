"""Whom a post speaks of: employees by name, nickname, title or place of work, and by pronoun.

A name is a fact, never a fault: no rule may flag on it alone. First names and common surnames
count only beside a title or a place of work, since employees share them with citizens; and a name
that the post itself gives to somebody else ("min fætter Lars Hansen") does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from moderation.terms import NAME, Place, Term, TermIndex, parse_term
from moderation.text import normalise
from moderation.values import RosterEntry
from moderation.words import WORD, Words

# Names that are also ordinary words, or surnames so common that they name nobody by themselves.
_AMBIGUOUS = frozenset({
    "bo", "dan", "my", "may", "liv", "storm", "lund", "dal", "dahl", "holm", "bach", "krog",
    "skov", "bager", "smed", "friis", "rask", "vinter", "sommer", "bjerg", "bjerre", "kær",
    "eng", "mark", "berg", "sten", "steen", "lind", "gran", "bang", "toft", "hede", "ravn",
    "falk", "svane", "due", "bruun", "brun", "hvid", "sort", "lang", "krogh", "munk", "bisp",
    "konge", "prins", "greve", "hauge", "haugen", "lie", "moen", "bakke", "strand", "sol",
    "eik", "vik", "lille", "brandt", "kok", "fisker", "præst", "skytte", "ridder", "ager",
    "vang", "bro", "kirk", "kirke", "mose", "å", "ø", "jul", "juul", "påske", "søndergaard",
})  # fmt: skip
_COMMON_SURNAMES = frozenset({
    "nielsen", "jensen", "hansen", "pedersen", "andersen", "christensen", "larsen", "sørensen",
    "rasmussen", "jørgensen", "petersen", "madsen", "kristensen", "olsen", "thomsen",
    "christiansen", "poulsen", "johansen", "møller", "mortensen", "johnsen", "kristiansen",
    "nilsen", "karlsen", "pettersen", "eriksen", "berntsen",
})  # fmt: skip
_VARIANTS = (("å", "aa"), ("ø", "oe"), ("æ", "ae"), ("ø", "o"), ("æ", "e"))
_CONTEXT = 6
_TWIN_BEFORE, _TWIN_NAMED, _TWIN_AFTER = 2, 6, 3
_REFERENCE_SENTENCES = 2
_NICKNAME_LETTERS = 3
CONTEXT = ("job-title", "workplace", "honorific")
"""The signals that make a first name or a common surname an employee's."""
_UNSURE = ("first", "surname")
_OWN_NAME = 8


def _spellings(words: str) -> frozenset[str]:
    """Return a name in the spellings that keyboards without æ, ø and å lead to."""
    if words.isascii() and "aa" not in words:
        return frozenset((words,))
    found = {words}
    for letter, instead in _VARIANTS:
        found |= {spelling.replace(letter, instead) for spelling in found}
    if "aa" in words:
        found |= {spelling.replace("aa", "å") for spelling in found}
    return frozenset(found)


def _name_forms(entry: RosterEntry) -> Iterator[tuple[str, str]]:
    """Yield (kind, words) for every way in which an employee is named."""
    parts = WORD.findall(normalise(entry.name).text)
    first, last = parts[0], parts[-1]
    if len(parts) > 1:
        yield "full", " ".join(parts)
        yield "full", f"{first} {last}"
        for middle in parts[1:-1]:
            yield "full", f"{first} {middle}"
            yield "full", f"{middle} {last}"
        yield "initial", f"{first} {last[0]}"
        yield "initial", f"{first[0]} {last}"
        weak = last in _AMBIGUOUS or last in _COMMON_SURNAMES
        yield ("surname" if weak else "rare-surname"), last
        yield "first", first
    else:
        yield "first", first
    for nickname in filter(is_usable_name, entry.nicknames):
        words = " ".join(WORD.findall(normalise(nickname).text))
        if len(words) <= _NICKNAME_LETTERS:
            yield ("capitals" if nickname.isupper() else "first"), words
        else:
            yield "nickname", words
        if len(parts) > 1 and " " not in words:
            yield "full", f"{words} {last}"


def is_usable_name(text: str) -> bool:
    """Whether a text holds at least one word to look for."""
    return any(character.isalpha() for character in normalise(text).text)


class Roster:
    """The employees of one municipality, compiled for finding."""

    def __init__(self, entries: Iterable[RosterEntry]) -> None:
        self.entries = tuple(entry for entry in entries if is_usable_name(entry.name))
        forms: dict[tuple[str, str], None] = {}
        context: dict[tuple[str, str], None] = {}
        for entry in self.entries:
            for kind, words in _name_forms(entry):
                for spelling in _spellings(words):
                    forms[kind, spelling] = None
            for text in (entry.title, entry.unit):
                if text and is_usable_name(text):
                    parts = WORD.findall(normalise(text).text)
                    context["context", " ".join(parts) + "~"] = None
                    # "Børnehaven Solstrålen" is called Solstrålen; "Søndre Skole" is not Skole.
                    if len(parts) > 1 and len(parts[-1]) >= _OWN_NAME:
                        context["context", parts[-1] + "~"] = None
        self._forms = tuple((kind, Term(words, NAME)) for kind, words in forms)
        self._context = tuple((kind, parse_term(text)) for kind, text in context)
        self._index = TermIndex((*self._forms, *self._context))

    def words(self) -> Iterator[Term]:
        """Yield each word of the employees' names once, also in the genitive."""
        for word in dict.fromkeys(w for _, form in self._forms for w in form.words.split()):
            yield Term(word)
            yield Term(f"{word}s")

    def signs(self) -> Iterator[tuple[str, Term]]:
        """Yield every form with what it is: "sure", "unsure" (needs context) or "context"."""
        for kind, term in self._forms:
            yield ("unsure" if kind in _UNSURE else "sure"), term
        yield from self._context

    def find(self, words: Words, found: Mapping[str, list[Place]]) -> dict[str, list[Place]]:
        """Return the places of "employee" (by name or post) and "employee-ref" (also pronouns).

        `found` holds the ordinary terms' places; used are "job-title", "leader-title",
        "workplace", "private-relation", "other-role", "pronoun", "you", "other-person".
        """
        named = self._index.find(words)
        strong = self._strong(words, named, found)
        strong.extend(_by_post(words, found))
        strong.extend(_titled_names(words, found))
        strong = [
            place
            for place in strong
            if not any(o != place and o[0] <= place[0] and place[1] <= o[1] for o in strong)
        ]
        employees = sorted(
            {place for place in strong if not _is_somebody_else(words, place, found)}
        )
        if not employees:
            return {}
        references = _references(words, employees, found)
        return {"employee": employees, "employee-ref": sorted({*employees, *references})}

    def _strong(
        self,
        words: Words,
        named: Mapping[str, list[Place]],
        found: Mapping[str, list[Place]],
    ) -> list[Place]:
        strong = [
            place
            for kind in ("full", "rare-surname", "nickname", "initial", "capitals")
            for place in named.get(kind, ())
            if _is_name_here(words, place, kind)
        ]
        context = [
            *named.get("context", ()),
            *(place for name in CONTEXT for place in found.get(name, ())),
        ]
        for kind in ("surname", "first", "capitals"):
            # Initials written small ("rektor jp") are a name only right beside a title.
            reach = 1 if kind == "capitals" else _CONTEXT
            for place in named.get(kind, ()):
                if kind != "capitals" and not _is_name_here(words, place, kind):
                    continue
                if any(_close(words, place, other, reach) for other in context):
                    strong.append(place)
        return strong


def _is_name_here(words: Words, place: Place, kind: str) -> bool:
    first, last = place
    parts = [word.removesuffix("s") for word in words.words[first : last + 1]]
    if kind == "initial":
        return words.original(first)[0].isupper() and words.original(last)[0].isupper()
    if kind == "capitals":
        return words.original(first).isupper()
    if all(part in _AMBIGUOUS for part in parts):
        return all(words.original(number)[0].isupper() for number in range(first, last + 1))
    return True


def _close(words: Words, one: Place, other: Place, reach: int) -> bool:
    if words.sentences[one[0]] != words.sentences[other[0]]:
        return False
    if one[0] <= other[1] and other[0] <= one[1]:
        return False
    return max(one[0] - other[1], other[0] - one[1]) - 1 < reach


def _is_somebody_else(words: Words, place: Place, found: Mapping[str, list[Place]]) -> bool:
    """Whether the post itself says that this is a private person, a celebrity, or a street."""
    for other in found.get("private-relation", ()):
        between = words.words[other[1] + 1 : place[0]]
        named = any(word in ("hedder", "heter", "navn", "navnet") for word in between)
        before = 0 <= place[0] - other[1] - 1 < (_TWIN_NAMED if named else _TWIN_BEFORE)
        after = 0 <= other[0] - place[1] - 1 < 1
        if (before or after) and words.sentences[other[0]] == words.sentences[place[0]]:
            return True
    if any(other[0] == place[1] + 1 for other in found.get("thing-named", ())):
        return True
    for other in found.get("other-role", ()):
        before = 0 <= place[0] - other[1] - 1 < _TWIN_BEFORE
        after = 0 <= other[0] - place[1] - 1 < _TWIN_AFTER
        if (before or after) and words.sentences[other[0]] == words.sentences[place[0]]:
            return True
    return False


def _by_post(words: Words, found: Mapping[str, list[Place]]) -> Iterator[Place]:
    """Yield "lederen af borgerservice": a post that one person holds (PROCEDURE §11.5)."""
    for title in found.get("leader-title", ()):
        for workplace in found.get("workplace", ()):
            if 0 < workplace[0] - title[1] <= _TWIN_AFTER and _close(words, title, workplace, 3):
                yield title[0], workplace[1]


def _titled_names(words: Words, found: Mapping[str, list[Place]]) -> Iterator[Place]:
    """Yield "sagsbehandler Karen Holm": named, though not in the roster."""
    for title in (*found.get("job-title", ()), *found.get("leader-title", ())):
        number = title[1] + 1
        last = title[1]
        while (
            number < len(words.words)
            and number - title[1] <= _TWIN_AFTER
            and words.sentences[number] == words.sentences[title[1]]
            and _is_capitalised(words.original(number))
            and words.between(number - 1, number)
            == f"{words.words[number - 1]} {words.words[number]}"
        ):
            last = number
            number += 1
        if last > title[1] and not any(
            place[0] <= last and title[1] < place[1] + 1 and place != title
            for place in found.get("workplace", ())
        ):
            yield title[1] + 1, last


def _is_capitalised(word: str) -> bool:
    return len(word) > 1 and word[0].isupper() and word[1:].islower()


def _references(
    words: Words, employees: list[Place], found: Mapping[str, list[Place]]
) -> Iterator[Place]:
    """Yield the pronouns that speak of the employee last named, near enough to be sure."""
    others = [
        place
        for place in found.get("other-person", ())
        if not any(e[0] <= place[1] and place[0] <= e[1] for e in employees)
    ]
    for pronoun in found.get("pronoun", ()):
        before = [place for place in employees if place[1] < pronoun[0]]
        if not before:
            continue
        named = before[-1]
        apart = words.sentences[pronoun[0]] - words.sentences[named[0]]
        between = any(named[1] < other[0] and other[1] < pronoun[0] for other in others)
        if apart <= _REFERENCE_SENTENCES and not between:
            yield pronoun
    for you in (*found.get("you", ()), *found.get("your", ())):
        if any(_addresses(words, place, you, others) for place in employees):
            yield you
    yield from _outcries(words, employees, {*others, *found.get("self", ()), *found.get("you", ())})


def _addresses(words: Words, name: Place, you: Place, others: list[Place]) -> bool:
    """Whether "du" speaks to the employee named just before: "Mette Sørensen, du er …"."""
    apart = words.sentences[you[0]] - words.sentences[name[0]]
    if you[0] < name[0]:
        return apart == 0 and name[0] - you[1] <= _CONTEXT
    if apart > 1 or any(name[1] < other[0] and other[1] < you[0] for other in others):
        return False
    after = words.reading.text[words.ends[name[1]] :][:1]
    before = words.reading.text[: words.starts[name[0]]][-1:]
    starts_sentence = name[0] == 0 or words.sentences[name[0] - 1] != words.sentences[name[0]]
    return before == "@" or after in (",", "!", "?", ".", ":", "") or starts_sentence


def _outcries(words: Words, employees: list[Place], others: set[Place]) -> Iterator[Place]:
    """Yield the first word of a short sentence without a person, after one that names somebody.

    "Spørg Mette Sørensen. Det monster."
    """
    named = {words.sentences[place[0]] for place in employees}
    spoken = {words.sentences[place[0]] for place in others} | named
    numbers: dict[int, list[int]] = {}
    for number, sentence in enumerate(words.sentences):
        numbers.setdefault(sentence, []).append(number)
    for sentence, inside in numbers.items():
        if sentence - 1 in named and sentence not in spoken and len(inside) <= _CONTEXT:
            yield inside[0], inside[0]
