"""From blocks of one shape to what each says: author, time, text, by where it stands. Pure.

What stands at the same path in every block means the same. The path of the time is the
one whose words are times; that of the author the one whose words are short, differ, lead
to people or bear a telling class; the text is what is left, and the same in no two.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from capture.readers import wording
from capture.readers.authors import leads_to_profile
from capture.readers.bylines import read_byline
from capture.readers.drafts import Draft, read_draft
from capture.readers.facts import Candidate
from capture.readers.pieces import Piece, lines_of, pieces_of, tells_other_time, text_of, time_in
from capture.readers.stated_times import is_stated_time
from capture.readers.times import rfc3339

_LONGEST_NAME = 60
_LONG_LINE = 120  # letters; who is named in so long a line is spoken of
_MOST_NAME_WORDS = 6
_LEAST_TIMED = 0.25  # a day that few of them name is one of which they speak
_SAME_SHARE = 0.6  # what so many blocks have in common is the site's, not theirs
_LEAST_COMMON = 3
_TWO = 2
_SPOKEN = re.compile(
    r"[.>](?:[\w-]*[-_])?(?:body|content|text|message|msg|copy|tekst|innhold|indhold|inhalt|bbwrapper)"
    r"(?:$|[.>:])",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:^|[-_.>])(?:author|user-?name|user-?link|user|display-?name|poster|byline|nick(?:name)?"
    r"|member|forfatter|bruger(?:navn)?|navn|name|autor|verfasser|författare|skribent|avsender|fn)"
    r"(?:$|[-_.>:])",
    re.IGNORECASE,
)
_PRESSED = re.compile(
    r"[.>](?:[\w-]*[-_])?(?:button|toolbar|actions?|controls?|footer|reactions?|votes?)(?:$|[-_.>:])"
    r"|>button\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"[.>](?:[\w-]*[-_])?(?:sign?(?:ature)?|avatar|badge|rank|usertitle|userextras?|postprofile)"
    r"(?:$|[-_.>:])",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"^[\s–—»›•|-]*(?:(?:skrevet|postet|oprettet|indsendt|indlæg|innlegg|posted|written|submitted"
    r"|geschrieben|verfasst|skrivet|kommentar|comment)\s)?(?:af|av|by|fra|from|von)\b:?\s+"
    r"|^(?:forfatter|navn|author|name|user|bruger|autor|von|namn|af|av|by)\s*:\s*",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\s+(?:skrev|skriver|siger|sier|sagde|svarer|svarede|svarte|säger|schrieb|schreibt|sagt|sagte"
    r"|meint|wrote|writes|says|said|replied|commented|kommenterede|kommenterte)\b.*$",
    re.IGNORECASE | re.DOTALL,
)
_FROM = re.compile(r"\s(?:aus|fra|från|from)\s\S+$")
_EDGE = " \n·•|–—-,:;»«›▪"
_OF_PERSON = re.compile(
    r"(?:antal )?(?:indlæg|innlegg|inlägg|posts?|messages?|beiträge|svar|point|karma|likes?|location"
    r"|sted|by|bor|bosted|wohnort|ort|fra|from|køn|alder|age|rang|rank|status|gruppe|group)\s*:?\s*"
    r"[\d.,]*|(?:location|sted|by|bosted|wohnort|ort|fra|from|køn|alder|rang|rank)\s*:.*"
    r"|[\d.,]+\s(?:point|points|poeng|poäng|punkte|indlæg|posts?|innlegg|inlägg|beiträge|likes?)",
    re.IGNORECASE,
)
_NOT_NAMES = re.compile(
    r"^(?:siger|sier|skriver|skrev|säger|sagt|schrieb|says|said|wrote|svarede|svarer)$|^(?:re:|sv:|aw:|citat|citér|quote|svar|indlæg|innlegg|posts?|beiträge|kommentar|gæst|emne"
    r"|subject|titel|tema|besked|hjemmeside|website|email|e-mail|offline|online|køn|by|fra|sted"
    r"|location|wohnort|bosted|joined|medlem)\b.{0,3}$|^re:|^sv:",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a group, with its pieces."""

    candidate: Candidate
    pieces: list[Piece]


def read_group(candidates: Sequence[Candidate], page_url: str) -> list[Draft]:
    """What each of a group's blocks says."""
    blocks = [Block(candidate, pieces_of(candidate)) for candidate in candidates]
    common = _common(blocks)
    time_paths = _ranked(blocks, _time_value)
    times = [_first_at(block, time_paths, _told_time) for block in blocks]
    author_paths = _author_paths(blocks, times, common)
    drafts = []
    names = [_author(block, author_paths, time) for block, time in zip(blocks, times, strict=True)]
    heads = {p.path for _, found in names for p in found} | {t.path for t in times if t}
    body = _body_path(blocks, heads, names, times, common)
    for block, (name, found), time in zip(blocks, names, times, strict=True):
        drafts.append(_draft(block, name, found, time, body, common, page_url))
    return drafts


def _common(blocks: Sequence[Block]) -> frozenset[tuple[str, str]]:
    """Words that most blocks show at the same path: labels and things to press."""
    seen = Counter(
        one
        for block in blocks
        for one in {(piece.path, wording.squeeze(piece.text)) for piece in block.pieces}
    )
    if len(blocks) == _TWO:
        # Of two, both may have said the same: only what no words of theirs would stand in.
        spoken = {
            (p.path, wording.squeeze(p.text))
            for block in blocks
            for p in block.pieces
            if "paragraph" in p.marks or _SPOKEN.search(p.path)
        }
        return frozenset(one for one, count in seen.items() if count == _TWO and one not in spoken)
    least = max(_LEAST_COMMON, _SAME_SHARE * len(blocks))
    return frozenset(one for one, count in seen.items() if count >= least)


def _is_common(piece: Piece, common: frozenset[tuple[str, str]]) -> bool:
    return (piece.path, wording.squeeze(piece.text)) in common


def _ranked(blocks: Sequence[Block], value: Callable[[Block, Piece], float]) -> list[str]:
    """Paths by how well the first words at each serve, best first; those that serve none left out."""
    worth: Counter[str] = Counter()
    first: dict[str, int] = {}
    for block in blocks:
        best: dict[str, float] = {}
        for nth, piece in enumerate(block.pieces):
            worthy = value(block, piece)
            best[piece.path] = max(best.get(piece.path, 0.0), worthy)
            first[piece.path] = min(first.get(piece.path, nth), nth)
        worth.update(best)  # type: ignore[arg-type]  # a Counter adds fractions too
    least = _LEAST_TIMED * len(blocks)
    return sorted((p for p in worth if worth[p] >= least), key=lambda p: (-worth[p], first[p]))


def _time_value(block: Block, piece: Piece) -> float:
    if _told_time(piece) is None:
        return 0.0
    line = "".join(other.text for other in block.pieces if other.line == piece.line)
    if tells_other_time(line) and not is_stated_time(line.strip()):
        return 0.1
    clock = re.search(r"\d[:.]\d\d\b", piece.text) is not None
    spoken = "paragraph" in piece.marks and len(line) > len(piece.text) * 3
    return 1.0 + 0.3 * ("time" in piece.marks) + 0.1 * clock - 0.6 * spoken


def _told_time(piece: Piece) -> str | None:
    if "time" in piece.marks:
        return " ".join(piece.text.split()).strip("· •|,") or None
    return time_in(piece.text)


def _first_at(
    block: Block, paths: Iterable[str], told: Callable[[Piece], str | None]
) -> Piece | None:
    for path in paths:
        for piece in block.pieces:
            if piece.path == path and told(piece) is not None:
                return piece
    return None


def _name_in(text: str) -> str:
    """The name that a short piece says, without the words around it; empty where it says none."""
    words = " ".join(text.split())
    led = _LEADS.match(words)
    words = words[led.end() :] if led else words
    words = wording.without_badge(_SAID.sub("", words).strip(_EDGE)).strip(_EDGE)
    words = re.sub(r"\s*\(?@[\w.@-]+\)?$", "", words) or words
    fits = (
        0 < len(words) <= _LONGEST_NAME
        and len(words.split()) <= _MOST_NAME_WORDS
        and any(ch.isalpha() for ch in words)
        and not wording.is_action(words)
        and not wording.is_badge(words)
        and not is_stated_time(words)
        and not _NOT_NAMES.match(words)
        and not re.search(r"[!?]$|\.\.|\w{4}\.$", words)
    )
    return words if fits else ""


def _name_beside(time: Piece) -> str:
    """The name that stands in one piece with the time ("Ole Hansen, 3. nov. 2026")."""
    rest = " ".join(time.text.split()).replace(_told_time(time) or "\0", " ")
    name = _FROM.sub("", _name_in(rest))
    return name if is_like_people(name) else ""


def _author_paths(
    blocks: Sequence[Block],
    times: Sequence[Piece | None],
    common: frozenset[tuple[str, str]],
) -> list[str]:
    worth: Counter[str] = Counter()
    count: Counter[str] = Counter()
    names: dict[str, set[str]] = {}
    for block, time in zip(blocks, times, strict=True):
        seen: set[str] = set()
        wordy = 0
        for piece in block.pieces:
            pressed = "button" in piece.marks and piece.link is None
            if piece.path in seen or (pressed and not _NAMED.search(piece.path)):
                continue
            seen.add(piece.path)
            name = _name_in(piece.text) if piece is not time else _name_beside(piece)
            if not name:
                wordy += any(ch.isalpha() for ch in piece.text) and piece is not time
                continue
            count[piece.path] += 1
            names.setdefault(piece.path, set()).add(name)
            worth[piece.path] += _worth(block, piece, name, time, wordy)
            wordy += 1
    n = len(blocks)
    ranked = []
    for path, held in count.items():
        share = held / n
        value = worth[path] / held + 3 * share
        if len(names[path]) == 1 and held >= _LEAST_COMMON and n >= _LEAST_COMMON:
            value -= 3  # the same in all of them
        ranked.append((value, path))
    ranked.sort(reverse=True)
    least = 4.0
    return [path for value, path in ranked if value >= least]


def _worth(block: Block, piece: Piece, name: str, time: Piece | None, before: int) -> float:
    """How much words look like an author, by what they are and where they stand."""
    value = 0.0
    told = block.candidate.shape.author if block.candidate.shape else ""
    value += 5 * (bool(told) and told == name)
    if _NAMED.search(piece.path) or piece.marks & {"named", "author"}:
        value += 2.5
    if piece.link is not None:
        value += 2.5 if leads_to_profile(block.candidate, piece.run) else 0.5
    value += 1.0 * bool(piece.marks & {"strong", "heading"})
    value += 1.0 if is_like_people(name) else -1.5 * (len(name.split()) > 1)
    value += max(0.0, 1.2 - 0.4 * before)
    value += 1.0 * (_LEADS.match(piece.text) is not None or _SAID.search(piece.text) is not None)
    value += 0.8 * piece.text.rstrip().endswith(":")
    if time is not None:
        apart = abs(piece.line - time.line)
        value += 1.0 if apart == 0 else 0.6 if apart <= 2 else 0.0
    value -= 2.0 * piece.text.lstrip().startswith("@")
    line = sum(len(other.text) for other in block.pieces if other.line == piece.line)
    value -= 1.5 * (line > _LONG_LINE and not piece.text.rstrip().endswith(":"))
    value -= 1.5 * bool(_PRESSED.search(piece.path) or _ASIDE.search(piece.path))
    value -= 1.0 * ("paragraph" in piece.marks and not piece.marks & {"strong", "link", "named"})
    return value


def is_like_people(name: str) -> bool:
    """Whether a name could be a person's or an account's: "Version 1.0" and titles are none."""
    words = name.split()
    numbered = len(words) > 1 and any(word[0].isdigit() for word in words)
    return bool(words) and wording.is_like_a_name(name) and not numbered


def _author(
    block: Block, paths: Sequence[str], time: Piece | None
) -> tuple[str | None, list[Piece]]:
    """The name, and the pieces that say it."""
    told = block.candidate.shape.author if block.candidate.shape else ""
    for path in paths:
        for piece in block.pieces:
            if piece.path == path:
                name = _name_in(piece.text) if piece is not time else _name_beside(piece)
                if name:
                    return name, [piece]
                break
    for line in lines_of(block.pieces)[:4]:
        byline = read_byline("".join(piece.text for piece in line))
        if byline is not None and (byline.is_sure or byline.is_likely or time in line):
            return byline.name, line
    return (told or None), []


def _under(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix + ">")


def _body_path(
    blocks: Sequence[Block],
    heads: set[str],
    names: Sequence[tuple[str | None, list[Piece]]],
    times: Sequence[Piece | None],
    common: frozenset[tuple[str, str]],
) -> str | None:
    """The outermost path beneath which most of the blocks' own words stand, and no name or time."""
    letters: Counter[str] = Counter()
    held: Counter[str] = Counter()
    total = 0
    for block, (_, found), time in zip(blocks, names, times, strict=True):
        seen: set[str] = set()
        for piece in block.pieces:
            if piece in found or piece is time or _is_chrome(block, piece, common):
                continue
            size = len(piece.text.strip())
            total += size
            steps = piece.path.split(">")
            for depth in range(2, len(steps) + 1):
                prefix = ">".join(steps[:depth])
                letters[prefix] += size
                if prefix not in seen:
                    seen.add(prefix)
                    held[prefix] += 1
    fits = [
        prefix
        for prefix in letters
        if held[prefix] >= 0.8 * len(blocks)
        and letters[prefix] >= 0.6 * total
        and not any(_under(head, prefix) for head in heads)
        and (prefix.count(">") == 1 or True)
    ]
    return min(fits, key=lambda prefix: (-letters[prefix], len(prefix)), default=None)


def _is_chrome(block: Block, piece: Piece, common: frozenset[tuple[str, str]]) -> bool:
    """Whether words are surely not what somebody said."""
    text = wording.squeeze(piece.text)
    if "button" in piece.marks or _is_common(piece, common):
        return True
    if _ASIDE.search(piece.path) or ("paragraph" not in piece.marks and _is_of_person(text)):
        return True
    pressed = piece.link is not None or _PRESSED.search(piece.path) is not None
    return pressed and (wording.is_action(text) or wording.is_permalink_word(text))


def _is_of_person(text: str) -> bool:
    """Whether a short line tells of the one who wrote: "Medlem siden: jan 2019", "Indlæg: 31"."""
    words = text.split()
    labelled = _OF_PERSON.fullmatch(text) is not None
    return len(words) <= _MOST_NAME_WORDS and (labelled or (tells_other_time(text) and ":" in text))


def _draft(
    block: Block,
    name: str | None,
    found: list[Piece],
    time: Piece | None,
    body: str | None,
    common: frozenset[tuple[str, str]],
    page_url: str,
) -> Draft:
    plain = read_draft(block.candidate, page_url)
    stated = _stated(block, time, found) if time is not None else plain.time_stated
    text = _text(block, found, time, body, common)
    if not text:
        text = plain.text if plain.text != name else ""
    url = next(
        (block.candidate.links[p.link].href for p in found if p.link is not None),
        next((k.href for k in block.candidate.links if name and k.text == name), None),
    )
    return replace(
        plain,
        author=name or None,
        author_url=url,
        permalink=plain.permalink or _permalink(block),
        time=_moment(block, stated) or (plain.time if stated == plain.time_stated else None),
        time_stated=stated,
        text=text,
    )


def _stated(block: Block, time: Piece, found: list[Piece]) -> str | None:
    """The time as shown; the whole line where day and hour stand in elements of their own."""
    line = [p for p in block.pieces if p.line == time.line and p not in found]
    at = line.index(time) if time in line else 0
    for beside in (line, line[max(0, at - 1) : at + 1], line[at : at + 2]):
        whole = " ".join("".join(piece.text for piece in beside).split()).strip(_EDGE)
        if len(beside) > 1 and is_stated_time(whole):
            return whole
    return _told_time(time)


def _moment(block: Block, stated: str | None) -> str | None:
    """The moment written for machines at the time that was chosen; else what is shown, if exact."""
    for time in block.candidate.times:
        shown = {" ".join(time.text.split()).strip("· •|,"), time_in(time.text)}
        if stated in shown or (not time.text and stated is None):
            return rfc3339(time.written) or rfc3339(stated or "")
    return rfc3339(stated) if stated else None


def _permalink(block: Block) -> str | None:
    """A link to a place on the page that only a post has: its number, its own fragment."""
    for piece in block.pieces:
        link = block.candidate.links[piece.link] if piece.link is not None else None
        if (
            link is not None
            and link.href
            and re.fullmatch(r"[#№]\s?\d+|nr\.? ?\d+", piece.text.strip())
        ):
            return link.href
    return None


def _text(
    block: Block,
    found: list[Piece],
    time: Piece | None,
    body: str | None,
    common: frozenset[tuple[str, str]],
) -> str:
    kept = []
    if body is not None:
        kept = [p for p in block.pieces if _under(p.path, body) and "button" not in p.marks]
        kept = [p for p in kept if not (p.link is not None and wording.is_action(p.text))]
        if text_of(kept):
            return text_of(kept)
    header = {piece.line for piece in found} | ({time.line} if time is not None else set())
    for line in lines_of(block.pieces):
        own = [
            p for p in line if p not in found and p is not time and not _is_chrome(block, p, common)
        ]
        rest = wording.squeeze("".join(piece.text for piece in own))
        if line[0].line in header:
            said = "".join(p.text for p in line if p is time and p not in found)
            left = rest + " " + said.replace(_told_time(time) or "\0", "") if time in line else rest
            bare = _SAID.sub("", " " + wording.squeeze(left)).strip(_EDGE + "()#.")
            if not bare or wording.is_byline_rest(bare) or _is_label(own):
                continue
            rest = rest.lstrip(_EDGE)
            if time in line and not rest:
                continue
            kept += own
        elif rest and not _is_only_pressed(own):
            kept += own
    return text_of(kept).lstrip(":, \n")


def _is_label(own: Sequence[Piece]) -> bool:
    """Whether what is left of the line with the name is no more than its surroundings."""
    return all(
        piece.link is not None or "paragraph" not in piece.marks and len(piece.text.split()) <= 3
        for piece in own
    )


def _is_only_pressed(own: Sequence[Piece]) -> bool:
    worded = [piece for piece in own if not wording.is_only_signs(piece.text)]
    if not worded:
        return "paragraph" not in own[0].marks
    return all(wording.is_action(piece.text) for piece in worded)
