"""How columns and roles are called in the files that offices have: Danish, Norwegian, English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

EVERYWHERE_SIGN: Final = "*"
EVERYWHERE: Final = frozenset(
    {"everywhere", "helekommunen", "alle", "overalt", "wholemunicipality", "all"}
)
LANGUAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("da", "dansk", "danish", "dadk"), "da"),
        **dict.fromkeys(("nb", "no", "nn", "norsk", "bokmål", "norwegian", "nbno"), "nb"),
        **dict.fromkeys(("en", "engelsk", "english", "engb", "enus"), "en"),
    }
)


class Column(StrEnum):
    """What a cell says."""

    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    NUMBER = "number"
    TITLE = "title"
    PHONE = "phone"
    LANGUAGE = "language"
    UNIT = "unit"
    UNIT_NUMBER = "unit_number"
    PARENT = "parent"
    ROLE = "role"
    ROLE_UNIT = "role_unit"


_NAMES: Final[Mapping[Column, str]] = MappingProxyType(
    {
        Column.NAME: "name fullname displayname navn fuldenavn fulltnavn medarbejder ansatt",
        Column.FIRST_NAME: "firstname givenname fornavn fornavne",
        Column.LAST_NAME: "lastname surname familyname efternavn etternavn",
        Column.EMAIL: "email mail emailaddress mailadresse epost epostadresse emailadresse "
        "arbejdsmail userprincipalname",
        Column.NUMBER: "number employeenumber employeeid staffnumber medarbejdernummer "
        "medarbejdernr tjenestenummer tjenestenr lønnummer lønnr lønnsnummer ansattnummer "
        "ansattnr medarbejderid ansattid",
        Column.TITLE: "title jobtitle position titel tittel stilling stillingsbetegnelse "
        "stillingstittel",
        Column.PHONE: "phone telephone mobile phonenumber telefon telefonnummer tlf mobil "
        "mobilnummer arbejdstelefon",
        Column.LANGUAGE: "language sprog språk",
        Column.UNIT: "unit department workplace orgunit organisationalunit enhed enhet afdeling "
        "avdeling arbejdssted arbeidssted arbeidsplass arbejdsplads organisationsenhed "
        "organisasjonsenhet",
        Column.UNIT_NUMBER: "unitnumber unitid departmentnumber enhedsnummer enhetsnummer "
        "enhedsnr enhetsnr enhedsid enhetsid afdelingsnummer avdelingsnummer orgnr",
        Column.PARENT: "parent parentunit unitabove overenhed overenhet overordnetenhed "
        "overordnetenhet hører under hørerunder tilhørerunder forælder forældreenhed",
        Column.ROLE: "role roles rolle roller",
        Column.ROLE_UNIT: "roleunit roleunits rolleenhed rolleenhet rollensenhed rolleni "
        "rolleområde",
    }
)
_COLUMNS: Final[Mapping[str, Column]] = MappingProxyType(
    {name: column for column, names in _NAMES.items() for name in names.split()}
)
_ROLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        name: role
        for role, names in {
            "employee": "employee medarbejder ansatt ansat",
            "leader": "leader manager leder nærmesteleder nærmesteleder chef enhedsleder "
            "enhetsleder afdelingsleder avdelingsleder",
            "key_person": "keyperson nøgleperson nøkkelperson",
            "archivist": "archivist archive archivefunction arkivar arkiv arkivfunktion "
            "arkivfunksjon",
            "page_team": "pageteam kommunikation kommunikasjon kommunikationsmedarbejder sideteam",
            "it": "it itafdeling itavdeling",
            "amr": "amr safetyrepresentative arbejdsmiljørepræsentant verneombud vo",
            "tr": "tr unionrepresentative tillidsrepræsentant tillitsvalgt",
            "centre_chief": "centrechief centerchef kommunalsjef områdechef",
            "director": "director municipaldirector direktør kommunaldirektør kommunedirektør",
            "mayor": "mayor borgmester ordfører",
            "secretary": "secretary directorssecretary direktionssekretær sekretær sekretær",
            "hr": "hr personale personaleafdeling personalavdeling",
            "insurance": "insurance insuranceunit forsikring forsikringsenhed",
            "lawyer": "lawyer dpo jurist databeskyttelsesrådgiver personvernombud advokat",
            "statistics": "statistics med amo amu statistik statistikk",
            "operator": "operator operations drift systemadministrator",
        }.items()
        for name in names.split()
    }
)
_BETWEEN = re.compile(r"[\s_\-./:'’*()]+")


def plain(name: str) -> str:
    """Return a name as it is compared: small letters, nothing between them."""
    return _BETWEEN.sub("", name.casefold())


def column_of(name: str) -> Column | None:
    """Return what a column is called by, or None where we do not know it."""
    return _COLUMNS.get(plain(name))


def role_of(name: str, roles: tuple[str, ...]) -> str | None:
    """Return the role of the table of rights that a word names, or None."""
    key = _ROLES.get(plain(name))
    return key if key in roles else None


def is_everywhere(name: str) -> bool:
    """Tell whether a unit's cell means the whole municipality."""
    return name.strip() == EVERYWHERE_SIGN or plain(name) in EVERYWHERE
