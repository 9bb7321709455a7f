"""The demonstration from start to end: a fresh folder, the real service, the way through it."""

from __future__ import annotations

import errno
import os
import signal
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from archive.errors import ArchiveError
from service.clock import Clock
from service.demonstration.course import Course, Doors, Say
from service.demonstration.errors import PortTaken
from service.demonstration.folder import make_afresh
from service.demonstration.municipality import (
    ARCHIVE_ADDRESS,
    INHABITANTS,
    new_password,
    settings_for,
    settle,
)
from service.demonstration.town_page import POSTS
from service.demonstration.watching import Watcher
from service.demonstration.website import Website, open_website
from service.errors import ServiceError
from service.serving import serve
from service.settings import Settings

PAGE_PORT: Final = 8002
BUNDLE: Final = "bevispakke"
"""The folder in which the bundle is unpacked, as its recipient would."""


@dataclass
class _Showing:
    """What the course and the service tell one another."""

    settings: Settings
    site: Website
    clock: Clock
    password: str
    once: bool
    say: Say
    failed: Exception | None = None
    _ended: threading.Event = field(default_factory=threading.Event)

    def begin(self, doors: dict[str, object]) -> None:
        """Go the whole way in a thread, now that the doors are open."""
        threading.Thread(target=self._go, args=(doors,), name="demonstration", daemon=True).start()

    def end(self) -> None:
        """The service has stopped; what the course cannot do any more is no failure."""
        self._ended.set()

    def _go(self, doors: dict[str, object]) -> None:
        watcher = Watcher(self.settings.database)
        where = Doors(http=str(doors["http"]), smtp=str(doors["smtp"]))
        try:
            course = Course(
                where,
                self.password,
                site=self.site,
                watcher=watcher,
                clock=self.clock,
                say=self.say,
                packed=self.settings.data / BUNDLE,
            )
            case = course.run()
        except (ServiceError, ArchiveError, OSError) as barred:
            if self._ended.is_set():
                return
            self.failed = barred
            self.say(f"Demonstrationen gik i stå: {barred}")
            os.kill(os.getpid(), signal.SIGTERM)
            return
        finally:
            watcher.close()
        self.say("")
        if self.once:
            self.say("Alt er vist.")
            os.kill(os.getpid(), signal.SIGTERM)
        else:
            self._invite(where, case.number)

    def _invite(self, doors: Doors, number: str) -> None:
        self.say("Nu er det din tur. Alle har samme adgangskode i denne demonstration:")
        self.say("")
        self.say(f"  {self.password}")
        self.say("")
        for one in INHABITANTS:
            self.say(f"  {one.email:<20} {one.name:<16} {one.does}")
        self.say("")
        self.say(f"  Værn               {doors.http}")
        self.say(f"  Sagen              {doors.http}/cases/{number}")
        self.say(f"  Til vurdering      {doors.http}/queue")
        self.say(f"  Kommunens side     {self.site.url()}")
        self.say(f"  Bevispakken        {self.settings.data / BUNDLE}")
        self.say(f"  Send selv en mail  til {ARCHIVE_ADDRESS} ved {doors.smtp}")
        self.say(f"  Kvitteringer       {self.settings.data / 'outbox'}")
        self.say("")
        self.say("Stop med Ctrl-C. Næste start begynder forfra med en ny adgangskode.")


def show(data: Path, *, once: bool, any_ports: bool, say: Say) -> None:
    """Show the whole way, then go on serving until a signal; with `once`, stop when it is shown.

    Raises `NotADemonstration`, `PortTaken`, and whatever barred the way.
    """
    try:
        _show(data, once=once, any_ports=any_ports, say=say)
    except OSError as failed:
        if failed.errno == errno.EADDRINUSE:
            raise PortTaken("another program listens there; stop it, or use --port-free") from None
        raise


def _show(data: Path, *, once: bool, any_ports: bool, say: Say) -> None:
    clock = Clock()
    make_afresh(data)
    with open_website(0 if any_ports else PAGE_PORT, clock.now()) as site:
        settings = settings_for(data, page=site.place, any_ports=any_ports)
        say("Havn Kommune: en demonstration af Værn. Alle navne, numre og tekster er opdigtede.")
        say("")
        password = new_password()
        settle(settings, password, tuple((site.url(one.path), one.title) for one in POSTS))
        showing = _Showing(settings, site, clock, password, once, say)
        try:
            serve(settings, announce=showing.begin)
        finally:
            showing.end()
    if showing.failed is not None:
        raise showing.failed
