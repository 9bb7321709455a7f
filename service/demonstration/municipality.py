"""Havn Kommune: its settings, its people and its page. All of it is made up."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from service.access.passwords import Passwords
from service.access.people import add_person, add_unit, give_role
from service.casework.capture.requesting import add_page
from service.installation import opened
from service.settings import Settings

_SYSTEM: Final = "system"
_WORDS: Final = (
    "bro", "båd", "dige", "eng", "fjord", "fyr", "gry", "hegn", "høst", "kaj", "klit", "korn",
    "kyst", "lanterne", "lyng", "lærke", "mark", "mole", "mose", "måge", "nord", "ror", "rug",
    "sejl", "siv", "skov", "sol", "spove", "stork", "strand", "svale", "sæl", "tang", "tov", "å",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inhabitant:
    """Somebody who works in Havn Kommune; `does` says in Danish what to sign in as them for."""

    name: str
    email: str
    title: str
    unit: str
    role: str | None
    does: str
    everywhere: bool = False


EMPLOYEE: Final = Inhabitant(
    "Mette Lindholt", "mette@havn.example", "borgerrådgiver", "Borgerservice", None,
    "berørt medarbejder: Min sag",
)  # fmt: skip
LEADER: Final = Inhabitant(
    "Karen Fuglsang", "karen@havn.example", "leder af Borgerservice", "Borgerservice", "leader",
    "leder: sagen og dens tolv trin",
)  # fmt: skip
MODERATOR: Final = Inhabitant(
    "Jonas Bro", "jonas@havn.example", "kommunikationskonsulent", "Kommunikation", "page_team",
    "kommunikation: Til vurdering", everywhere=True,
)  # fmt: skip
COLLEAGUE: Final = Inhabitant(
    "Aya Strand", "aya@havn.example", "webredaktør", "Kommunikation", "page_team",
    "kommunikation: godkender det, Jonas foreslår", everywhere=True,
)  # fmt: skip
ARCHIVIST: Final = Inhabitant(
    "Else Holm", "else@havn.example", "arkivar", "Sekretariatet", "archivist",
    "arkiv: Til fordeling og al dokumentation", everywhere=True,
)  # fmt: skip
OPERATOR: Final = Inhabitant(
    "Ib Krogh", "ib@havn.example", "driftsansvarlig", "IT", "operator",
    "IT: Drift og kontrol", everywhere=True,
)  # fmt: skip
INHABITANTS: Final = (EMPLOYEE, LEADER, MODERATOR, COLLEAGUE, ARCHIVIST, OPERATOR)

_UNITS: Final = (
    ("Borger og Kultur", None),
    ("Borgerservice", "Borger og Kultur"),
    ("Kommunikation", None),
    ("Sekretariatet", None),
    ("IT", None),
)
ARCHIVE_ADDRESS: Final = "arkiv@havn.example"


def settings_for(data: Path, *, page: str, any_ports: bool) -> Settings:
    """Return the settings of Havn Kommune; ports and the browser's settings stay the machine's.

    Nothing leaves this machine: mail goes to the folder's outbox, the database and the
    keys lie in the folder, and of all private addresses capture reaches only `page`.
    """
    usual = Settings()
    http = "127.0.0.1:0" if any_ports else usual.http
    return Settings(
        data=data,
        http=http,
        evidence_http="127.0.0.1:0" if any_ports else usual.evidence_http,
        smtp="127.0.0.1:0" if any_ports else usual.smtp,
        url=None if http.endswith(":0") else usual.url or f"http://{http}",
        database_url=None,
        vault_key_file=None,
        vault_key_command=None,
        origin="havn.example",
        archive_address=ARCHIVE_ADDRESS,
        sender_address=None,
        smarthost=None,
        municipality="Havn Kommune",
        duty_phone="55 55 01 12",
        guard_phone="55 55 01 14",
        hotline_name="Arbejdstilsynet",
        hotline_phone="55 55 03 10",
        counselling_name="Havn Rådgivning",
        counselling_phone="55 55 02 30",
        counselling_url="https://raadgivning.havn.example/",
        counselling_hours="alle dage 8–22",
        procedure="ishoej",
        rules_file=None,
        capture_allow=(page,),
    )


def new_password() -> str:
    """Return a password for this demonstration alone, easy to type: about 40 bits."""
    words = (secrets.choice(_WORDS) for _ in range(6))
    return "-".join((*words, f"{secrets.randbelow(1000):03d}"))


def settle(settings: Settings, password: str, pages: tuple[tuple[str, str], ...]) -> None:
    """Give the municipality its units, people, roles and pages (address, name)."""
    kept = Passwords().make(password)
    with opened(settings) as house, house.database.writing() as session:
        now = house.clock.now()
        units: dict[str, UUID] = {}
        for name, above in _UNITS:
            parent = units[above] if above else None
            units[name] = add_unit(session, name, now, parent=parent, actor=_SYSTEM).id
        for one in INHABITANTS:
            person = add_person(
                session,
                name=one.name,
                email=one.email,
                unit_id=units[one.unit],
                now=now,
                actor=_SYSTEM,
                title=one.title,
                password_hash=kept,
            )
            if one.role is not None:
                place = None if one.everywhere else units[one.unit]
                give_role(session, person, one.role, unit_id=place, now=now, actor=_SYSTEM)
        for url, name in pages:
            add_page(session, url, name, now, actor=_SYSTEM)
