"""Holders of heads outside, for tests: how they are written down, and what stands then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from archive.ledger.outside import outside_heads
from archive.mailbox.smtp import Envelope
from archive.records.ledger import OutsideHeadRecord
from archive.records.operations import VerificationRecord
from archive.records.people import PersonRecord
from service.access.people import add_person, give_role
from service.authorities import Authority as Named
from service.casework.operations.outside_standing import Standing, standing
from service.installation import Installation
from service.jobs.sealing import OUTSIDE
from service.jobs.sealing_regularly import seal_regularly
from service.jobs.verifications import VERIFICATIONS
from tests.archive.authority import Authority
from tests.service.conftest import Time
from tests.service.jobs.following import every, work_off

WITNESS = "vidne@nabo.example"
INTERVAL = timedelta(minutes=3)


@dataclass(frozen=True)
class Pair:
    """Two authorities that answer, and how a municipality has written them down."""

    authorities: tuple[Authority, Authority]
    named: tuple[Named, Named]


@dataclass
class Witness:
    """A mail server that takes mail for the witness."""

    address: str
    taken: list[Envelope]


def named(folder: Path, url: str, *pins: str) -> Named:
    """Write an authority down as a municipality does."""
    path = folder / f"pins-{abs(hash((url, pins)))}.pem"
    path.write_text("".join(pins), "ascii")
    return Named(url=url, certificates=(path,))


def with_settings(installation: Installation, **settings: Any) -> Installation:
    given = {"outside_minutes": 3, **settings}
    return replace(installation, settings=installation.settings.model_copy(update=given))


def happen(installation: Installation, time: Time, name: str = "Ny") -> PersonRecord:
    """Let something happen that a head is to speak for."""
    with installation.database.writing() as session:
        return add_person(
            session, name=name, email=None, now=time.now, unit_id=None, actor="system"
        )


def interval(installation: Installation, time: Time, *, something: bool = True) -> None:
    if something:
        happen(installation, time)
    time.pass_by(INTERVAL)
    seal_regularly(installation)
    work_off(installation, OUTSIDE)


def how(installation: Installation, time: Time) -> Standing:
    with installation.database.reading() as session:
        return standing(session, installation.settings, time.now)


def states(installation: Installation) -> list[tuple[str, str, str | None]]:
    rows = sorted(every(installation, OutsideHeadRecord), key=lambda row: (row.size, row.kind))
    return [(row.kind, row.state, row.last_error) for row in rows]


def outside(installation: Installation) -> list[Any]:
    with installation.database.reading() as session:
        return list(outside_heads(session))


def add_operator(installation: Installation, time: Time) -> str:
    with installation.database.writing() as session:
        person = add_person(
            session,
            name="Ib",
            email="ib@kommune.example",
            unit_id=None,
            now=time.now,
            actor="system",
        )
        give_role(session, person, "operator", unit_id=None, now=time.now, actor="system")
    return "ib@kommune.example"


def checked(installation: Installation, time: Time) -> dict[str, Any]:
    with installation.database.writing() as session:
        run = VerificationRecord(
            id=uuid4(), started_at=time.now, started_by="person:1", next_attempt_at=time.now
        )
        session.add(run)
    work_off(installation, VERIFICATIONS)
    with installation.database.reading() as session:
        result = session.get_one(VerificationRecord, run.id).result
    assert result is not None
    return result
