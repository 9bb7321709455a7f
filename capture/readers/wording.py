"""The words around a post that are not its text: names in labels, times, things to press. Pure.

Danish, Norwegian, Swedish, German and English, as people who comment on a Danish municipality's
pages meet them.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache

_ACTIONS = re.compile(
    r"(?:be)?svare?|reply|answer|like|liker?|dele?|share|rapport[eé]r|anmeld|report|flag|redig[eé]r"
    r"|edit|slet|slett|delete|permalink|link|cit[eé]r|quote|følg|follow|gem|save|skjul|hide"
    r"|oversæt|translate|redigeret|edited"
    r"|antworte?n?|zitieren|melden|teilen|bearbeiten|löschen|gefällt\ mir|merken|folgen|anzeigen"
    r"|citera|anmäl|anmäla|dela|gilla|gillar|redigera|ta\ bort|radera|spara|følge|sitere?|siter"
    r"|svara(?:\ på)?|kommenter(?:er)?|comment|kommentieren|kommentera|upvote|downvote",
    re.IGNORECASE,
)
_READ_ON = re.compile(
    r"(?:læs|les|läs)\s+(?:mere?|mer|videre|vidare|hele|hela)\b|fortsæt (?:med at )?læs"
    r"|read (?:more|on)\b"
    r"|continue reading|weiterlesen|mehr lesen|se hele (?:artiklen|nyheden|saken)",
    re.IGNORECASE,
)
_ACTION_PHRASES = frozenset(
    {
        "synes godt om",
        "liker dette",
        "direkte link",
        "se mere",
        "se mer",
        "vis mere",
        "vis mer",
        "see more",
        "read more",
        "læs mere",
        "les mer",
        "vis svar",
        "skjul svar",
        "vis flere svar",
        "hide replies",
        "show replies",
        "se oversættelse",
        "see translation",
        "copy link",
        "kopier link",
        "link til kommentar",
        "link to comment",
        "rapportér indlæg",
        "rapporter innlegg",
        "svar med citat",
        "svar med sitat",
        "reply with quote",
        "report post",
        "report this post",
        "report comment",
        "anmeld kommentar",
        "anmeld indlæg",
        "like this",
        "mit zitat antworten",
        "beitrag melden",
        "svar på",
        "svar på denne",
        "besvar kommentar",
        "vis profil",
        "send besked",
        "til toppen",
        "nach oben",
        "citat",
        "ip logget",
        "private message",
        "send pm",
    }
)
_ONLY_SIGNS = re.compile(r"^[\s·•|–—\-,:;#()\d]*$")
_LABEL = re.compile(
    r"""^(?:kommentar|comment|svar|reply|indlæg|innlegg|opslag|post|tråd|thread|answer)
        \s(?:(?:skrevet|written|posted)\s)?(?:fra|af|av|by|from)\s
        (?P<name>.+?)
        (?:\s(?:til|to|på|on|for|about|i\ går|kl\.|den|at|yesterday|\d).*|,.*|:.*)?$""",
    re.IGNORECASE | re.VERBOSE,
)
_POSSESSIVE = re.compile(
    r"^(?P<name>.+?)(?:['’]s?|s)\s(?:kommentar|comment|svar|reply|indlæg|innlegg|opslag|post)\b",
    re.IGNORECASE,
)
_PERMALINK_WORDS = re.compile(
    r"^(?:permalink|permalenke|direkte link|link|#\d*|link til (?:kommentar|indlæg|svar)(?:en|et)?"
    r"|link to (?:comment|post))$",
    re.IGNORECASE,
)
_ADVERT = re.compile(
    r"(?:sponsoreret|sponset|sponsored|annonce|annonse|reklame|promoted)\b.{0,40}", re.IGNORECASE
)
_BADGE_WORDS = (
    r"top-?\ ?fan|forfatter|author|moderator|administrator|admin|redaktør|følger|trådstarter"
    r"|verificeret|verifisert|verified"
)
_BADGE = re.compile(_BADGE_WORDS, re.IGNORECASE)
_ENDS_IN_BADGE = re.compile(rf"(?<=\S)\s+\(?(?:{_BADGE_WORDS})\)?$", re.IGNORECASE)
_HANDLE = re.compile(r"\(?@[\w.@-]+\)?")
_ANSWERS = re.compile(
    r"(?:som\ )?(?:svar|svarer|svarede|in\ reply|replying|reply|replied)\ (?:til|på|to)\b.*",
    re.IGNORECASE | re.VERBOSE,
)
_LONGEST_MARK = 200  # letters
_MOST_ESCAPES = 3
_LINKING_WORDS = re.compile(
    r"\b(?:af|by|skrevet|skrev|written|wrote|posted|oprettet|publiceret|den|d|kl|at|on|fra|from"
    r"|siger|sagde|says|said)\b",
    re.IGNORECASE,
)
_MOST_NAMES = 6
_PARTICLES = frozenset({"af", "al", "da", "de", "den", "der", "di", "el", "la", "van", "von", "zu"})
_AFTER_NAME = re.compile(
    r"\s*(?:[·•|:—–]|,\s|\s-\s|\s(?:skrev|skriver|siger|svarede|sa|wrote|says|said|replied)\b).*$",
    re.DOTALL,
)


_TAGS = re.compile(r"</?[A-Za-z!][^<>]*>")
_BREAKS = re.compile(r"<br\s*/?>|</(?:p|div|li|blockquote)>", re.IGNORECASE)


def squeeze(text: str) -> str:
    """The text with single spaces within its lines, and without empty lines."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def likeness(text: str) -> str:
    """What two writings of the same words share: no white space, no tags, no escapes, one case."""
    return "".join(writings(text)[-1].split()).casefold()


def writings(text: str) -> list[str]:
    """A stated text as it stands, then as HTML, as HTML escaped once more, and so on.

    Sites escape what they put into JSON-LD, some of them twice; only the page tells
    which of these is what somebody wrote.
    """
    found = [squeeze(text)]
    for _ in range(_MOST_ESCAPES):
        text = html.unescape(_TAGS.sub("", _BREAKS.sub("\n", text)))
        words = squeeze(text)
        if words == found[-1]:
            break
        found.append(words)
    return found


def shows(words: str, text: str) -> bool:
    """Whether a text stands among words, letter for letter but for white space."""
    return "".join(text.split()) in "".join(words.split())


def asks_to_read_on(text: str) -> bool:
    """Whether a link's words lead from a teaser to the whole ("Læs mere", "Continue reading")."""
    return _READ_ON.match(text.strip(" \n→»›…")) is not None


def is_action(text: str) -> bool:
    """Whether the words, alone, are something to press beneath a post."""
    return len(text) <= _LONGEST_MARK and _is_action(text)


@lru_cache(maxsize=4096)  # under every post the same
def _is_action(text: str) -> bool:
    words = " ".join(text.lower().split()).strip("· •|()")
    words = re.sub(r"\s*\(?\d+\)?$", "", words)
    return _ACTIONS.fullmatch(words) is not None or words in _ACTION_PHRASES


def is_only_signs(text: str) -> bool:
    """Whether nothing but separators and counts is left."""
    return _ONLY_SIGNS.match(text) is not None


def is_permalink_word(text: str) -> bool:
    """Whether a link with these words leads to the post itself."""
    return _PERMALINK_WORDS.match(" ".join(text.split())) is not None


def is_advert(text: str) -> bool:
    """Whether words that stand alone mark the item as paid for."""
    if len(text) > _LONGEST_MARK:
        return False
    return _ADVERT.fullmatch(squeeze(text)) is not None


def is_badge(text: str) -> bool:
    """Whether words that stand alone tell what somebody is here ("Topfan"), not what they say."""
    return _BADGE.fullmatch(squeeze(text)) is not None


def without_badge(name: str) -> str:
    """The name without what is said of its bearer ("Ole Hansen Moderator")."""
    return _ENDS_IN_BADGE.sub("", name)


def is_handle(text: str) -> bool:
    """Whether words that stand alone are an account's name by its sign ("@ole.hansen")."""
    return _HANDLE.fullmatch(text.strip(" ·•|")) is not None


def tells_whom_it_answers(text: str) -> bool:
    """Whether a line begins as those do that name the post that is answered."""
    return _ANSWERS.fullmatch(" ".join(text.split())) is not None


def is_initials_of(text: str, name: str) -> bool:
    """Whether letters that stand alone are only the initials of a name, drawn as its picture."""
    letters = [word[0] for word in name.split()]
    short = text.strip()
    return len(short) > 1 and short in {"".join(letters), letters[0] + letters[-1]}


def is_byline_rest(text: str) -> bool:
    """Whether only linking words are left of a line that held a name or a time ("Af … den …")."""
    return is_only_signs(_LINKING_WORDS.sub("", text).replace(".", ""))


def is_like_a_name(text: str) -> bool:
    """Whether a heading could name a person: few words, all but the particles capitalised."""
    words = text.split()
    return 0 < len(words) <= _MOST_NAMES and all(
        not word[0].islower() or word.partition("-")[0] in _PARTICLES or len(words) == 1
        for word in words
    )


def name_in_label(label: str) -> str | None:
    """The name in an `aria-label` such as "Kommentar fra Anna Jensen for 2 timer siden"."""
    for pattern in (_LABEL, _POSSESSIVE):
        match = pattern.match(label.strip())
        if match:
            return match["name"].strip() or None
    return None


def name_alone(text: str) -> str:
    """The name at the start of an author line, without what is said of it."""
    return _AFTER_NAME.sub("", squeeze(text)).strip(" \n,;")
