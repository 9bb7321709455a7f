"""The way through the house, act by act, each told as it happens."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_string
from email.header import decode_header, make_header
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from service.clock import Clock
from service.demonstration.errors import BundleWrong
from service.demonstration.handed_in import forwarded_mail, phone_picture
from service.demonstration.handing_over import hand_over
from service.demonstration.municipality import (
    ARCHIVE_ADDRESS,
    EMPLOYEE,
    LEADER,
    MODERATOR,
    OPERATOR,
)
from service.demonstration.town_page import HARASSING, HARBOUR_FEAST, OPENING_HOURS
from service.demonstration.visitor import Visitor
from service.demonstration.watching import Captured, OpenedCase, Watcher
from service.demonstration.website import Website
from service.settings import host_and_port

_COPENHAGEN: Final = ZoneInfo("Europe/Copenhagen")
_PICTURE: Final = "Skærmbillede.png"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the service's doors are: the web's address, and host:port of the mail door."""

    http: str
    smtp: str


class Course:
    """Goes the whole way once, as the people of Havn Kommune would."""

    def __init__(
        self,
        doors: Doors,
        password: str,
        *,
        site: Website,
        watcher: Watcher,
        clock: Clock,
        say: Say,
        packed: Path,
    ) -> None:
        self._doors = doors
        self._password = password
        self._site = site
        self._watcher = watcher
        self._clock = clock
        self._say = say
        self._packed = packed
        self._number = 0

    def run(self) -> OpenedCase:
        """Go the whole way.

        Raises `DoorRefused`, `NothingCame` or `BundleWrong` where it is barred.
        """
        case = self._mail()
        self._picture(case)
        self._link(case)
        self._page()
        self._decision()
        self._steps(case)
        self._bundle(case)
        self._check()
        return case

    def _mail(self) -> OpenedCase:
        self._begin(f"{EMPLOYEE.name} videresender en mail til {ARCHIVE_ADDRESS}")
        mail = forwarded_mail(self._clock.now(), self._site.url(OPENING_HOURS.path))
        host, port = host_and_port(self._doors.smtp)
        started = time.monotonic()
        with smtplib.SMTP(host, port, timeout=60) as door:
            door.send_message(mail)
        self._tell(f"modtaget og sikret på {1000 * (time.monotonic() - started):.0f} ms")
        case = self._watcher.case()
        self._tell(f"sag {case.number} er åbnet, sagsansvarlig {case.handler or 'mangler'}")
        subject = message_from_string(self._watcher.receipt(case.id))["Subject"]
        self._tell(f"kvittering sendt: »{make_header(decode_header(subject))}«")
        return case

    def _picture(self, case: OpenedCase) -> None:
        self._begin(f"{EMPLOYEE.name} indsender et skærmbillede fra sin telefon")
        employee = self._signed_in(EMPLOYEE.email)
        picture = phone_picture(self._clock.now())
        note = "Den kom på min private telefon i morges."
        employee.hand_in(_PICTURE, picture, {"note": note, "case": case.number})
        self._watcher.read(_PICTURE)
        self._tell(f"sikret, set efter af programmet og lagt i sag {case.number}")

    def _link(self, case: OpenedCase) -> None:
        self._begin("Linket i mailen bliver sikret af sig selv, i en rigtig browser")
        self._told(self._watcher.visit(self._site.url(OPENING_HOURS.path)))
        self._tell(
            f"sag {case.number} har nu {self._watcher.pieces(case.id)} stykker dokumentation"
        )

    def _page(self) -> None:
        self._begin(f"{MODERATOR.name} i kommunikation indsætter adressen på et andet opslag")
        address = self._site.url(HARBOUR_FEAST.path)
        self._signed_in(MODERATOR.email).post("/capture", {"address": address, "case": ""})
        self._told(self._watcher.visit(address))

    def _decision(self) -> None:
        self._begin(f"{MODERATOR.name} afgør en af kommentarerne under »Til vurdering«")
        address = self._site.url(OPENING_HOURS.address_of(HARASSING))
        post = self._watcher.post(address)
        self._signed_in(MODERATOR.email).post(
            f"/posts/{post}/decision",
            {
                "decision": "delete",
                "clause": "harasses-named",
                "reason": "Opfordrer til at jagte en navngiven medarbejder.",
            },
        )
        self._tell("slettes efter sidens regler; optagelsen var kontrolleret først")
        self._site.remove(HARASSING)
        self._tell("taget af siden; resten venter på dig, det værste øverst")

    def _steps(self, case: OpenedCase) -> None:
        self._begin(f"{LEADER.name} går i gang med sagens tolv trin")
        leader = self._signed_in(LEADER.email)
        today = f"{self._clock.now().astimezone(_COPENHAGEN):%Y-%m-%d}"
        told = {
            "outcome": "done",
            "reason": "",
            "field-acknowledged_by": str(self._watcher.person(LEADER.email)),
            "field-told_on": today,
        }
        leader.post(f"/cases/{case.number}/steps/12.1", told)
        self._tell("12.1 Ledelsen har fået besked: udført")
        secured = {
            "outcome": "done",
            "reason": "",
            "field-evidence": "Mailen, skærmbilledet og optagelsen af opslaget",
        }
        leader.post(f"/cases/{case.number}/steps/12.2", secured)
        self._tell("12.2 Dokumentationen er sikret: udført")

    def _bundle(self, case: OpenedCase) -> None:
        self._begin(f"{LEADER.name} laver en bevispakke til politiet")
        made = hand_over(
            self._signed_in(LEADER.email),
            case.number,
            recipient="Havn Politi",
            purpose="Anmeldelse af trusler mod en medarbejder",
            to=self._packed,
        )
        self._tell(f"{made.pieces} stykker dokumentation, {made.files} filer, hentet og pakket ud")
        if made.code:
            self._say(made.said)
            raise BundleWrong(f"check.py sluttede med {made.code}")
        self._tell("pakkens egen check.py: alt er i orden, intet er ændret")

    def _check(self) -> None:
        self._begin(f"{OPERATOR.name} i IT kontrollerer alt det, der er gemt")
        self._signed_in(OPERATOR.email).post("/operations/verify", {})
        whole, entries = self._watcher.verification()
        self._tell(f"{entries} poster: {'alt er uændret' if whole else 'noget passer ikke'}")

    def _signed_in(self, email: str) -> Visitor:
        visitor = Visitor(self._doors.http)
        visitor.sign_in(email, self._password)
        return visitor

    def _told(self, found: Captured) -> None:
        if found.ok:
            self._tell(f"sikret: {found.posts} kommentarer, {found.flagged} markeret af reglerne")
        else:
            self._tell(f"kunne ikke sikres ({found.reason}); det står på sagen")

    def _begin(self, what: str) -> None:
        self._number += 1
        self._say(f"{self._time()}  {self._number}. {what}")

    def _tell(self, what: str) -> None:
        self._say(f"{self._time()}     {what}")

    def _time(self) -> str:
        return f"{self._clock.now().astimezone(_COPENHAGEN):%H.%M.%S}"
