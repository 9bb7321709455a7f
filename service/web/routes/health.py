"""Health for whoever runs it: `/healthz` (the process lives), `/readyz` (it can do its work)."""

from __future__ import annotations

import shutil
from contextlib import closing
from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse

from archive.confinement.errors import ConfinementLost
from archive.database import Database
from archive.intake.scanner import Scanner
from archive.reading.language_data import is_ready
from service.casework.operations.mail_out import MailState, mail_standing
from service.casework.operations.outside_standing import Seal, standing
from service.installation import Installation
from service.web.dependencies import House, Public

router = APIRouter(tags=["health"])
_DEGRADED = ("away", Seal.LATE, Seal.CONTRADICTED, MailState.PUT_OFF)
_OPEN = Public("a load balancer has no token; nothing is told but that it works")


@router.get("/healthz", dependencies=[Depends(_OPEN)])
def alive() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "ok"}


@router.get("/readyz", dependencies=[Depends(_OPEN)])
def ready(request: Request, house: House) -> JSONResponse:
    """Say whether database, store, disk, confinement and jobs can do their work."""
    checks: dict[str, object] = {
        "database": _database(house),
        "disk": shutil.disk_usage(house.data).free > house.settings.reserve_bytes,
        "jobs": request.app.state.engine.is_running,
    }
    try:
        layers = house.confinement.layers()
        checks["confinement"] = True
        walls: object = layers.as_facts()
    except ConfinementLost:
        checks["confinement"] = False
        walls = None
    more = _beside(house)
    degraded = [name for name, value in more.items() if value in _DEGRADED]
    good = all(value is True for value in checks.values())
    return JSONResponse(
        {"status": "ready" if good else "not-ready", "checks": checks, "walls": walls, **more}
        | ({"degraded": degraded} if degraded else {}),
        HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE,
    )


def _beside(house: Installation) -> dict[str, object]:
    """Say what is away without which the service still does its work."""
    told: dict[str, object] = {
        "text_in_pictures": is_ready(),
        "outside_seal": _seal(house),
        "mail_out": _mail(house),
    }
    if house.settings.clamd is not None:
        told["scanner"] = "answers" if Scanner(house.settings.clamd).answers() else "away"
    return told


def _seal(house: Installation) -> str | None:
    """Say how the ledger stands outside: off, none_yet, sealed, late or contradicted."""
    try:
        with house.database.reading() as session:
            return standing(session, house.settings, house.clock.now()).seal
    except SQLAlchemyError:
        return None


def _mail(house: Installation) -> str | None:
    """Say how mail leaves: leaves, put_off or refused."""
    try:
        with house.database.reading() as session:
            return mail_standing(session, house.clock.now()).state
    except SQLAlchemyError:
        return None


def _database(house: Installation) -> bool:
    """Read from the file or server itself: a connection at hand answers from its own memory."""
    try:
        with closing(Database(house.settings.database)) as anew, anew.reading() as session:
            session.execute(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        return False
    return True
