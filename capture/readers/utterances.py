"""Whether blocks of one shape are what people said, or teasers, goods, events, figures. Pure.

No single mark decides: each speaks for or against, and what stands together is weighed. A
group below the bar is none; one just above it is read, and called unsure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, pstdev
from urllib.parse import urldefrag

from capture.readers.authors import leads_to_profile
from capture.readers.drafts import Draft
from capture.readers.facts import Candidate
from capture.readers.pieces import tells_other_time
from capture.readers.shape_names import is_like_people

_UNPEOPLED = 1.0
_BAR, _SURE, _BAR_ALONE = 4.0, 6.0, 6.0
_MOST = 0.5
_NEARLY_ALL = 0.6
_ALL = 0.9
_FEW_WORDS = 3
_VARIED = 0.25
_CLOCK = re.compile(
    r"\d[:.]\d\d|siden|sedan|\bago\b|\bvor\b|^\d{1,3}\s?[a-zæøåé]{1,4}\.?$|i dag|i går|today|yester"
    r"|heute|gestern|\bnu\b|\bnow\b",
    re.IGNORECASE,
)
_SPOKEN_OF = re.compile(
    r"(?:^|[-_\s])(?:comments?|kommentar\w*|repl(?:y|ies)|svar|answers?|posts?|messages?|msg"
    r"|bericht|indl(?:ae|æ)g|innlegg|inl(?:ä|a)gg|beitr(?:ae|ä|a)g\w*|antwort\w*|reviews?"
    r"|guest-?book\w*|g(?:ae|æ)stebog\w*|gjestebok\w*|g(?:ae|ä)stebuch\w*|debat\w*|discuss\w*"
    r"|thread|forum|disqus|diskussion\w*|responses?|ytring\w*|utterance)(?:$|[-_\s\d])",
    re.IGNORECASE,
)
_TOLD_OF = re.compile(
    r"(?:^|[-_\s])(?:teasers?|cards?|related|products?|prod|vare|events?|calendar|kalender|news"
    r"|nyhed\w*|search|results?|promo\w*|listing|breadcrumb|menu|latest|seneste|recent|sidebar"
    r"|widget|headline|ads?|annonce\w*|sponsor\w*|shop|job\w*|download|files?|staff|kontakt"
    r"|contacts?|login)(?:$|[-_\s\d])",
    re.IGNORECASE,
)
_HEADED = re.compile(
    r"kommentar|comment|svar\b|repl(?:y|ies)|respon[sd]|debat|diskussion|discussion|gæstebog"
    r"|gjestebok|gästbok|gästebuch|guest\s?book|indlæg|innlegg|inlägg|beiträge|antwort|reaktion"
    r"|meninger|hvad siger|reviews?|anmeldelse|bewertung|omdöme",
    re.IGNORECASE,
)
_HEADED_ELSE = re.compile(
    r"læs også|les også|läs också|read (?:also|more)|seneste|siste|senaste|latest|recent|nyhed"
    r"|nyhet|news|relatere|related|anbefal|mest læs|popul|kalender|events?|arrangement|søge"
    r"|resultat|results|produkt|product|varer|mere fra|more from|mehr",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"(?:læs|les|läs|se|read|find|see|view) (?:mer|mere|more|details|hele)\b.*|mehr(?: lesen)?"
    r"|weiterlesen|continue reading|tilmeld(?: dig)?|køb(?: billet\w*)?|download|hent|book"
    r"|ansøg|søg jobbet|kjøp|bestil",
    re.IGNORECASE,
)
_PRICE = re.compile(
    r"(?:kr\.?|dkk|nok|sek|eur|usd|€|\$|£)\s?\d|\d(?:[.,]\d{2})?,?-?\s?(?:kr\b|dkk|nok|sek|€|eur\b)"
    r"|læg i kurv|add to (?:cart|basket)|in den warenkorb|legg i handle",
    re.IGNORECASE,
)
_ANSWER = re.compile(
    r"^(?:be)?svare?\b|^repl(?:y|ies)|^quote|^cit[eé]r|^siter|^zitier|^antwort|^report|^rapport"
    r"|^anmeld|^anmäl|^melde|^flag|^(?:synes godt|like|liker|gilla|gefällt)|^upvote|^downvote"
    r"|^tak\b|^anbefal|^permalink|^link til|^besvar|^citat",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\b(?:skrev|skriver|siger|sier|sagde|svarede|svarte|säger|schrieb|schreibt|sagt|meint|wrote"
    r"|writes|says|said|replied)\b",
    re.IGNORECASE,
)
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|zip|mp3|mp4|csv|odt|ics)(?:$|[?#])")
_NUMERIC = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a group is what people said, and whether that is sure."""

    is_said: bool
    is_sure: bool
    weight: float


def judge(members: Sequence[Candidate], drafts: Sequence[Draft], page_url: str) -> Verdict:
    """Weigh one group."""
    pairs = list(zip(members, drafts, strict=True))
    authored = _share(pairs, lambda _, draft: bool(draft.author))
    timed = _share(pairs, lambda _, draft: bool(draft.time or draft.time_stated))
    worded = _share(pairs, lambda _, draft: any(ch.isalnum() for ch in draft.text) or _emoji(draft))
    people = _share(pairs, _is_of_people) >= _MOST
    refused = authored < _NEARLY_ALL or worded < _NEARLY_ALL or not people
    weight = _for(pairs, timed) - _against(pairs, page_url)
    if not _shows_people(pairs):
        weight -= _UNPEOPLED
    if refused or (timed < _MOST and weight < _SURE):
        return Verdict(is_said=False, is_sure=False, weight=weight)
    bar = _BAR if len(pairs) > 1 else _BAR_ALONE
    return Verdict(weight >= bar, weight >= max(bar, _SURE), weight)


Pair = tuple[Candidate, Draft]


def _share(pairs: Sequence[Pair], holds: Callable[[Candidate, Draft], bool]) -> float:
    return sum(holds(candidate, draft) for candidate, draft in pairs) / len(pairs)


def _emoji(draft: Draft) -> bool:
    return any(ord(ch) > 0x2190 for ch in draft.text)  # noqa: PLR2004  # signs, where letters end


def _for(pairs: Sequence[Pair], timed: float) -> float:
    first = pairs[0][0].shape
    hint = first.hint if first else ""
    own, _, around = hint.partition("|")
    weight = 1.5 * (timed >= _NEARLY_ALL)
    weight += 2.0 if _SPOKEN_OF.search(own) else 1.2 if _SPOKEN_OF.search(around) else 0.0
    weight += 1.5 * bool(first and _HEADED.search(first.heading))
    weight += 2.0 * (_share(pairs, _can_be_answered) >= _MOST)
    weight += 2.0 * (_share(pairs, _leads_to_people) >= _MOST)
    weight += 1.0 * (_share(pairs, lambda c, _: bool(c.shape and c.shape.has_avatar)) >= _MOST)
    weight += 2.0 * (_share(pairs, lambda c, _: bool(c.shape and c.shape.author)) >= _MOST)
    weight += 2.0 * (_share(pairs, _is_said_by) >= _MOST)
    weight += 1.0 * (_share(pairs, lambda _, d: bool(_CLOCK.search(d.time_stated or ""))) >= _MOST)
    weight += 0.5 * (_share(pairs, lambda _, d: "#" in (d.permalink or "")) >= _MOST)
    weight += 1.0 * (_share(pairs, _is_named_as_people) >= _NEARLY_ALL)
    weight += 1.0 * (_share(pairs, lambda c, _: any("named" in r.marks for r in c.runs)) >= _MOST)
    weight += 1.5 * (len(pairs) > 1 and _share(pairs, _is_whole) >= _ALL)
    lengths = [len(draft.text) for _, draft in pairs]
    if len(pairs) > 1:
        weight += 0.5 * (pstdev(lengths) > _VARIED * max(1.0, mean(lengths)))
        weight += 0.5 * (len({draft.author for _, draft in pairs}) > 1)
        weight -= 2.0 * (len({draft.text for _, draft in pairs}) < _MOST * len(pairs))
    return weight


def _against(pairs: Sequence[Pair], page_url: str) -> float:
    first = pairs[0][0].shape
    around = set(first.around) if first else set()
    own, _, outer = (first.hint if first else "").partition("|")
    answered = _share(pairs, _can_be_answered) >= _MOST
    here = urldefrag(page_url).url.partition("?")[0]
    titled = _share(pairs, lambda c, d: _is_titled(c, d, here, answered=answered)) >= _MOST
    elsewhere = titled or _share(pairs, lambda c, d: _is_all_link(c, d, here)) >= _MOST
    weight = (4.0 if answered else 6.0) * elsewhere
    weight += 4.0 * (_share(pairs, lambda c, _: bool(c.shape and c.shape.is_wrapped)) >= _MOST)
    weight += 3.0 * (_share(pairs, _is_priced) >= _MOST)
    weight += 3.0 * (_share(pairs, _asks_to_read_on) >= _MOST)
    weight += 2.5 * bool(_TOLD_OF.search(own)) or 1.5 * bool(_TOLD_OF.search(outer))
    weight += 1.5 * bool(
        first and _HEADED_ELSE.search(first.heading) and not _HEADED.search(first.heading)
    )
    weight += 2.0 * ("footer" in around) + 1.0 * ("aside" in around) + 3.0 * ("nav" in around)
    weight += 3.0 * (_share(pairs, _is_figures) >= _MOST)
    weight += 1.5 * (_share(pairs, lambda _, d: len(d.text.split()) < _FEW_WORDS) > 0.8)  # noqa: PLR2004  # nearly all of them
    weight += 3.0 * (_share(pairs, _leads_to_file) >= _MOST)
    weight += 2.0 * (_share(pairs, lambda _, d: tells_other_time(d.time_stated or "")) >= _MOST)
    return weight


def _is_whole(_: Candidate, draft: Draft) -> bool:
    return bool(draft.author and (draft.time or draft.time_stated) and draft.text)


def _can_be_answered(candidate: Candidate, _: Draft) -> bool:
    labels = candidate.shape.labels if candidate.shape else ()
    pressed = [
        run.text
        for run in candidate.runs
        if (run.link is not None or "button" in run.marks) and len(run.text) < 40  # noqa: PLR2004  # letters of a label
    ]
    return any(_ANSWER.match(" ".join(text.split())) for text in (*pressed, *labels))


def _leads_to_people(candidate: Candidate, _: Draft) -> bool:
    return any(
        run.link is not None and leads_to_profile(candidate, run)
        for run in candidate.runs
        if any(ch.isalpha() for ch in run.text)
    )


def _is_said_by(candidate: Candidate, draft: Draft) -> bool:
    """Whether a line around the name says that somebody wrote."""
    name = draft.author or "\0"
    named = {run.block for run in candidate.runs if name in run.text}
    lines = ("".join(r.text for r in candidate.runs if r.block == block)[:160] for block in named)
    return any(_SAID.search(line) is not None for line in lines)


def _is_named_as_people(_: Candidate, draft: Draft) -> bool:
    name = draft.author or ""
    return is_like_people(name) and not name.isdigit() and name != draft.text


def _is_of_people(candidate: Candidate, draft: Draft) -> bool:
    """Whether the name could be a person's, or is marked as one."""
    marked = any(
        "named" in run.marks and (draft.author or "\0") in run.text for run in candidate.runs
    )
    return is_like_people(draft.author or "") or marked or _leads_to_people(candidate, draft)


def _shows_people(pairs: Sequence[Pair]) -> bool:
    """Whether anything but words in the place of a name tells of people who speak."""
    shape = pairs[0][0].shape
    named = _share(pairs, lambda c, _: any("named" in run.marks for run in c.runs)) >= _MOST
    called = shape is not None and bool(
        _SPOKEN_OF.search(shape.hint) or _HEADED.search(shape.heading) or shape.author
    )
    signs = (_can_be_answered, _leads_to_people, _is_said_by)
    clocked = _share(pairs, lambda _, d: bool(_CLOCK.search(d.time_stated or ""))) >= _MOST
    return named or called or clocked or any(_share(pairs, sign) >= _MOST for sign in signs)


def _is_titled(candidate: Candidate, draft: Draft, here: str, *, answered: bool) -> bool:
    """Whether its title leads to another page, as those of teasers and of search results do."""
    for run in candidate.runs:
        if run.link is None or not any(ch.isalpha() for ch in run.text):
            continue
        href = candidate.links[run.link].href
        if not _is_away(href, here) or href == draft.permalink or leads_to_profile(candidate, run):
            continue
        heads = "heading" in run.marks
        is_name = " ".join(run.text.split()) == draft.author
        if heads and not (is_name and answered):
            return True
        said = run.text in draft.text or "paragraph" in run.marks
        long = "strong" in run.marks or len(run.text.split()) > _FEW_WORDS
        if long and not is_name and not said and href != draft.author_url:
            return True
    return False


def _is_all_link(candidate: Candidate, draft: Draft, here: str) -> bool:
    """Whether most of its words are links to other pages."""
    linked = [
        run.text.strip()
        for run in candidate.runs
        if run.link is not None and _is_away(candidate.links[run.link].href, here)
    ]
    return sum(len(text) for text in linked if text in draft.text) > _MOST * len(draft.text)


def _is_away(href: str | None, here: str) -> bool:
    return bool(href) and urldefrag(href or "").url.partition("?")[0] != here


def _is_priced(candidate: Candidate, _: Draft) -> bool:
    return any(
        _PRICE.search(run.text)
        for run in candidate.runs
        if len(run.text) < 40  # noqa: PLR2004  # letters of a label
    )


def _asks_to_read_on(candidate: Candidate, _: Draft) -> bool:
    return any(
        _MORE.fullmatch(" ".join(run.text.split()).strip(" »›→.…"))
        for run in candidate.runs
        if run.link is not None and (candidate.links[run.link].href or "").partition("#")[0]
    )


def _leads_to_file(candidate: Candidate, draft: Draft) -> bool:
    return any(
        _FILE.search((link.href or "").lower())
        for link in candidate.links
        if link.text not in draft.text
    )


def _is_figures(_: Candidate, draft: Draft) -> bool:
    words = draft.text.split()
    return bool(words) and sum(bool(_NUMERIC.search(word)) for word in words) > _MOST * len(words)
