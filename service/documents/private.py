"""The check that nothing private of ours stands in what we write: addresses, telephones, numbers.

Employees are reached at the workplace. Whoever is reported gets to see the
case: a private telephone in it would be the next one that rings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from service.documents.errors import PrivateContact
from service.settings import Settings

_MAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_NUMBER: Final = re.compile(
    # +45 12 34 56 78, 0047 12345678, 12345678, 12 34 56 78, 1234 5678; Norway writes 123 45 678.
    # Within a longer run of digits, or of groups of them, it is a case or an account.
    r"(?<![\w/-])(?<!\d[.:])(?:(?:\+|00)\d{2}[ .-]?)?"
    r"(?:\d{8}|\d{2}(?:[ .-]\d{2}){3}|\d{4}[ .-]\d{4}|\d{3}[ .-]\d{2}[ .-]\d{3})(?![\w/-]|\.\d)"
)
_PERSONAL: Final = re.compile(r"(?<!\d)[0-3]\d[01]\d{3}[ -]?\d{4}(?!\d)")
_STREET: Final = re.compile(
    r"\b[A-ZÆØÅ][\wæøåé.'-]*(?: [A-ZÆØÅ][\wæøåé.'-]*){0,3}?"
    r"(?:vej|gade|allé|alle|vænget|stræde|stien|sti|torv|parken|park|vang|have|bakken|veien|gata|vegen|"
    r" Vej| Gade| Allé| Alle| Torv| Park| Vænge| Stræde) \d{1,4}\s?[A-Za-z]?\b"
)


def refuse_private(fields: Mapping[str, str], settings: Settings) -> None:
    """Raise `PrivateContact` where a field holds what is not the workplace's own."""
    for name, text in fields.items():
        for found in private_in(text, settings):
            raise PrivateContact(name, found)


def private_in(text: str, settings: Settings) -> Iterator[str]:
    """Yield what looks like a private contact: mail, telephone, personal number, home address."""
    domains = workplace_domains(settings)
    for found in _MAIL.findall(text):
        if found.rpartition("@")[2].lower() not in domains:
            yield found
    bare = _MAIL.sub(" ", text)
    yield from (match[0] for match in _PERSONAL.finditer(bare))
    own = {_digits(one) for one in _own_phones(settings)}
    for match in _NUMBER.finditer(bare):
        if _digits(match[0]) not in own:
            yield match[0]
    address = (settings.workplace_address or "").casefold()
    for match in _STREET.finditer(bare):
        if match[0].casefold() not in address:
            yield match[0]


def workplace_domains(settings: Settings) -> frozenset[str]:
    """Return the domains of mail addresses that are the workplace's own."""
    addresses = (settings.archive_address, settings.contact_email, settings.sender_address)
    own = (one.rpartition("@")[2].lower() for one in addresses if one)
    return frozenset((*own, *(one.lower() for one in settings.workplace_domains)))


def _own_phones(settings: Settings) -> tuple[str, ...]:
    numbers = (settings.contact_phone, settings.duty_phone, settings.guard_phone)
    return tuple(one for one in numbers if one)


def _digits(text: str) -> str:
    """Return the last eight digits, by which a telephone is known whatever stands before."""
    return re.sub(r"\D", "", text)[-8:]
