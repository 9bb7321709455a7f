"""Numbers and addresses that point at a person: CPR, phone, e-mail, account, case, home.

Which of them break the page rules is for the rules to say (a municipality's own switchboard is no
secret); this module only finds what has the shape and the plausibility.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import re2

from moderation.terms import Place
from moderation.words import Words

_LONG_NUMBER = re2.compile(r"(?:\d[ ./-]{0,3}){7}\d")
_MAIL_SIGN = re2.compile(r"@|snabel|[\[(]at[\])]")
_NUMBERED = re2.compile(r"\pL{3}\s(?:nr\.?\s?)?\d{1,3}")
_CASE_SIGN = re2.compile(r"(?:sag|sak|nr|journal|nummer).{0,12}\d")
_PLATE_SIGN = re2.compile(r"\pL\pL\s?\d\d\s?\d{3}")
HINT = re2.compile(
    "|".join(
        sign.pattern for sign in (_LONG_NUMBER, _MAIL_SIGN, _NUMBERED, _CASE_SIGN, _PLATE_SIGN)
    )
)
"""A cheap sign that any of the shapes below may be present at all."""

_CPR = re.compile(r"(?<![\d-])(\d\d)(\d\d)(\d\d)[- ./]{0,3}(\d{4})(?![\d-])")
_CPR_CONTEXT = re.compile(
    r"\b(?:cpr|person(?:ligt )?(?:nr|nummer)|personnr|fødselsnr|fødselsnummer|født|f\.)"
)
_FNR = re.compile(r"(?<!\d)(\d\d)(\d\d)(\d\d)[ ]?(\d{5})(?!\d)")
_PHONE = re.compile(
    r"(?<![\d.,/#-])(?:(?:\+|00)4[57][ .-]?)?"
    r"(\d{8}|\d{2}(?:[ .-]\d{2}){3}|\d{4}[ .-]\d{4}|\d{3}[ .-]\d{2}[ .-]\d{3})(?![\d/]|[.,-]\d)"
)
_PHONE_WORD = re.compile(
    r"\b(?:tlf|telefon\w*|mobil\w*|ring\w*|sms\w*|nummer\w*|nr)\b|\+4[57]|☎|📞"
)
_NOT_PHONE = re.compile(r"\b(?:kr|kroner|mio|j\.?nr|sag\w*|cvr|ordre\w*|faktura\w*)\W*$")
# 70/80: service numbers in Denmark; 8xx: free or paid numbers in Norway.
_SERVICE = re.compile(r"70|80|90")
_EMAIL = re.compile(
    r"(?<![\w.+-])([a-zæøå0-9][\w.+-]*)\s?(?:@|\(at\)|\[at\]|\bsnabel-?a\b)\s?"
    r"([a-zæøå0-9-]+(?:\.[a-zæøå0-9-]+)*\.[a-z]{2,})"
)
_OFFICE = re.compile(
    r"(?:info|kontakt|post|mail|postmottak|borger\w*|kommune\w*|raadhus\w*|rådhus\w*|jobcent\w*|"
    r"presse\w*|redaktion\w*|tilmeld\w*|support|hej|kontor\w*|bibliotek\w*|skole\w*|service\w*|"
    r"admin\w*|sekretariat\w*|formand\w*|bestyrelse\w*|teknik\w*|miljo\w*|miljø\w*|dpo|noreply|affald\w*|vej\w*|park\w*|byg\w*|plan\w*|kultur\w*|fritid\w*|idraet\w*|idræt\w*|sport\w*|sekr\w*|hr|job\w*|personale\w*|kundeservice|salg|booking|billet\w*|kasserer\w*|medlem\w*|frivillig\w*|butik\w*|klub\w*|forening\w*|nyhed\w*|hoering\w*|høring\w*|digital\w*|familie\w*|social\w*|aeldre\w*|ældre\w*|sundhed\w*|dagpleje\w*|boligst\w*|pladsanvisning\w*|ungdom\w*|musik\w*|vand\w*|natur\w*|trafik\w*|driften|drift|servicetorg\w*|arkiv\w*|naering\w*|næring\w*|kirke\w*|menighed\w*|presse|webmaster|team\w*|redaktør\w*)"
)
_ACCOUNT = re.compile(
    r"\b(?:reg\.?\s?(?:nr\.?|nummer)?\W{0,3})?(\d{4})"
    r"(?:[ -/]{1,3}|\W{1,3}konto\w*\W{1,3})(\d{6,10})(?!\d)"
)
_ACCOUNT_WORD = re.compile(r"\b(?:konto\w*|reg\.?\s?n\w*|bank\w*|iban|overfør\w*|mobilepay)\b")
_CASE = re.compile(
    r"\b(?:sags?\s?(?:nr|nummer\w*|id)|saksn(?:umme)?r\w*|j(?:ournal)?\.?\s?(?:nr|nummer\w*))"
    r"(?:\W{1,2}[a-zæøå]{2,6}){0,2}\W{0,4}(\d[\d./-]{2,}\d)"
    r"|\b(?:sag|sagen|sak|saken)\s(?:[a-zæøå]{2,4}\s)?(\d{2,4}[-/]\d{3,})"
)
_ADDRESS = re.compile(
    r"\b((?:[a-zæøå]{1,30}\s){0,2}?[a-zæøå.]{0,40}(?:vej|vejen|vænge|vænget|gade|gaden|allé|alle|stræde|"
    r"strædet|boulevard|plads|pladsen|torv|parken|haven|toften|bakken|stien|krogen|lunden|vangen|"
    r"agre|kæret|engen|gata|gaten|gate|veien|vegen|vei|veg|stien|svingen|tunet|plassen))"
    r"\s(?:nr\.?\s?)?(\d{1,3}\s?[a-hj-z]?)\b(?!\s?(?:kr|procent|%|\.?\d|km|meter|år|timer|gange))"
)
_HOME = re.compile(
    r"\b(?:bor|boede|bodde|bosat|adresse\w*|hjemme|flyttet)\b[^.!?\n]{0,40}?(?:\b(?:på|i|er)|:)\s"
    r"([a-zæøå]{4,}(?:\s[a-zæøå]{3,})?)\s(\d{1,3}\s?[a-h]?)\b(?![\d.]|\s(?:år|sal|km|m|mdr))"
)
_PLATE = re.compile(r"\b([a-zæøå]{2})\s?(\d{2})\s?(\d{3})\b")
_PLATE_WORD = re.compile(r"\b(?:nummerplade\w*|registreringsn\w*|bil\w*|kører|nummerskilt\w*)\b")
_CONTEXT = 40


@dataclass(frozen=True, slots=True)
class OwnContacts:
    """What belongs to the municipality itself and may stand: mail domains and phone numbers."""

    mail_domains: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()


def find_personal_data(words: Words, own: OwnContacts) -> dict[str, list[Place]]:
    """Return the places of every kind found; kinds are the names that rules use."""
    text = words.reading.text
    if not HINT.search(text):
        return {}
    found: dict[str, list[Place]] = {}
    for kind, start, end in _kinds(text, own):
        place = words.word_at(start), words.word_at(end - 1)
        places = found.setdefault(kind, [])
        if place not in places:
            places.append(place)
    return found


def kinds_in(text: str, own: OwnContacts) -> set[str]:
    """Return which kinds stand in a normalised text."""
    return {kind for kind, _, _ in _kinds(text, own)}


def _kinds(text: str, own: OwnContacts) -> Iterator[tuple[str, int, int]]:
    for sign, find in _FINDERS:
        if sign.search(text):
            yield from find(text, own)


def _long_numbers(text: str, own: OwnContacts) -> Iterator[tuple[str, int, int]]:
    numbers = [*_numbers(text), *_accounts(text)]
    yield from numbers
    for match in _PHONE.finditer(text):
        start, end = match.span()
        if any(start < last and first < end for _, first, last in numbers):
            continue
        if _is_personal_phone(text, match, own):
            yield "phone", start, end


def _numbers(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _CPR.finditer(text):
        day, month = int(match[1]), int(match[2])
        if not _is_day(day, month):
            continue
        before = text[max(match.start() - _CONTEXT, 0) : match.start()]
        joined = "-" in match[0] or " " in match[0]
        # Ten digits that begin with a date are common (3 % of random ones): ask for more.
        if joined or _CPR_CONTEXT.search(before) or passes_modulus_11(match[0]):
            yield "personal-number", *match.span()
    for match in _FNR.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        before = text[max(match.start() - _CONTEXT, 0) : match.start()]
        if is_norwegian_number(digits) or _CPR_CONTEXT.search(before):
            yield "personal-number", *match.span()


def _accounts(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _ACCOUNT.finditer(text):
        before = text[max(match.start() - _CONTEXT, 0) : match.end()]
        if _ACCOUNT_WORD.search(before):
            yield "account-number", *match.span()


def _mails(text: str, own: OwnContacts) -> Iterator[tuple[str, int, int]]:
    for match in _EMAIL.finditer(text):
        ours = match[2] in own.mail_domains or "kommune" in match[2]
        if not ours and not _OFFICE.fullmatch(match[1]):
            yield "email", *match.span()


def _addresses(text: str, _own: OwnContacts) -> Iterator[tuple[str, int, int]]:
    for shape in (_ADDRESS, _HOME):
        for match in shape.finditer(text):
            yield "street-address", *match.span()


def _cases(text: str, _own: OwnContacts) -> Iterator[tuple[str, int, int]]:
    for match in _CASE.finditer(text):
        yield "case-number", *match.span()


def _plates(text: str, _own: OwnContacts) -> Iterator[tuple[str, int, int]]:
    for match in _PLATE.finditer(text):
        if _PLATE_WORD.search(text[max(match.start() - _CONTEXT, 0) : match.end() + _CONTEXT]):
            yield "licence-plate", *match.span()


def _is_personal_phone(text: str, match: re.Match[str], own: OwnContacts) -> bool:
    digits = re.sub(r"\D", "", match[1])
    if digits in own.phones or _SERVICE.match(digits) or digits[0] in "01":
        return False
    before = text[max(match.start() - _CONTEXT, 0) : match.start()]
    if _NOT_PHONE.search(before):
        return False
    # Eight digits in a row are as often a sum or a case; they need a word that makes them a phone.
    after = text[match.end() : match.end() + _CONTEXT // 2]
    grouped = not match[0].isdigit()
    return grouped or bool(_PHONE_WORD.search(before) or _PHONE_WORD.search(after))


def _is_day(day: int, month: int) -> bool:
    try:
        date(2000, month, day)
    except ValueError:
        return False
    return True


def passes_modulus_11(number: str) -> bool:
    """Whether a CPR number has the check digit that numbers had until 2007; raises no claim."""
    digits = [int(character) for character in number if character.isdigit()]
    weights = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
    return sum(a * b for a, b in zip(digits, weights, strict=True)) % 11 == 0


def is_norwegian_number(digits: str) -> bool:
    """Whether eleven digits are a Norwegian fødselsnummer or D-number (two check digits)."""
    values = [int(character) for character in digits]
    if not _is_day((values[0] % 4) * 10 + values[1], values[2] * 10 + values[3]):
        return False
    first = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
    second = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
    return (
        sum(a * b for a, b in zip(values[:10], first, strict=True)) % 11 == 0
        and sum(a * b for a, b in zip(values, second, strict=True)) % 11 == 0
    )


_FINDERS = (
    (_LONG_NUMBER, _long_numbers),
    (_MAIL_SIGN, _mails),
    (_NUMBERED, _addresses),
    (_CASE_SIGN, _cases),
    (_PLATE_SIGN, _plates),
)
