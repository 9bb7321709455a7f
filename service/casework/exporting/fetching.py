"""Fetching a finished package: said in the ledger, streamed, stopped when the right ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import EvidenceErased
from archive.ledger.log import record
from archive.records.evidence import EvidenceRecord
from archive.records.exports import ExportItemRecord, ExportRecord, ExportState
from archive.vault.vault import Sealed
from service.access.principal import Principal
from service.casework.exporting.asking import find_export
from service.casework.exporting.making import (
    discard_parts,
    package_key,
    packages_of,
)
from service.casework.exporting.permitting import require_still
from service.errors import ExportEnded, ExportNotFound
from service.installation import Installation

UNFINISHED_FOR = timedelta(days=1)
"""Longer than the making of any package takes."""


@dataclass(frozen=True)
class Fetched:
    """A zip file on its way out: its name, its size, its bytes."""

    name: str
    size: int
    stream: Iterator[bytes]


def fetch_part(
    installation: Installation,
    who: Principal,
    export_id: UUID,
    number: int,
    now: datetime,
) -> Fetched:
    """Return one zip file of a package, its fetching committed before the first byte leaves.

    Whoever sends it looks at the right again meanwhile (`require_fetchable`).
    Raises `ExportNotFound`, `ExportEnded`, `RightEnded`.
    """
    with installation.database.reading() as session:
        export = find_export(session, who, export_id, now)
        _require_ready(export, now)
        require_still(session, who.person_id, export_id, installation.rights, now)
        if not 1 <= number <= len(export.parts):
            raise ExportNotFound(f"{export_id}/{number}")
        part = export.parts[number - 1]
        try:
            key = package_key(session, installation, export)
        except EvidenceErased as gone:
            raise ExportEnded(str(export_id)) from gone
    installation.gate.run(lambda session: _note(session, export, part, who, now))
    sealed = Sealed(
        part["object"], part["size"], part["segments"], part["sha256"], part["sealed_sha256"]
    )
    blocks = installation.vault.over(packages_of(installation)).stream(key, sealed)
    return Fetched(part["name"], part["size"], blocks)


def require_fetchable(
    installation: Installation, who: Principal, export_id: UUID, now: datetime
) -> None:
    """Raise what `fetch_part` would, were it asked now: for a package that is on its way."""
    with installation.database.reading() as session:
        _require_ready(find_export(session, who, export_id, now), now)
        require_still(session, who.person_id, export_id, installation.rights, now)


def _require_ready(export: ExportRecord, now: datetime) -> None:
    if export.state != ExportState.READY or export.ends_at is None or export.ends_at <= now:
        raise ExportEnded(str(export.id))


def _note(
    session: Session, export: ExportRecord, part: dict[str, Any], who: Principal, now: datetime
) -> None:
    record(
        session,
        "export.fetched",
        at=now,
        actor=who.actor,
        subject=f"exports:{export.id}",
        case_id=export.case_id,
        file=part["name"],
        sha256=part["sha256"],
        recipient=export.recipient,
    )


def end_exports(installation: Installation, now: datetime) -> int:
    """Remove packages whose time is over, or of which a piece was erased or sealed off since.

    Returns how many.
    """
    erased = (
        select(ExportItemRecord.export_id)
        .join(EvidenceRecord, EvidenceRecord.id == ExportItemRecord.evidence_id)
        .where(
            EvidenceRecord.erased_at.is_not(None)
            | (EvidenceRecord.sealed_off_at > ExportRecord.asked_at)
        )
        .correlate(ExportRecord)
    )
    over = (
        ExportRecord.state == ExportState.READY,
        ((ExportRecord.ends_at <= now) | ExportRecord.id.in_(erased)),
    )
    with installation.database.reading() as session:
        ending = session.scalars(select(ExportRecord).where(*over)).all()
    objects = packages_of(installation)
    for one in ending:
        with installation.database.writing() as session:
            export = session.get_one(ExportRecord, one.id, with_for_update=True)
            export.state, export.wrapped = ExportState.ENDED, None
            record(session, "export.ended", at=now, subject=export, case_id=export.case_id)
        discard_parts(objects, one.parts)
    return len(ending) + sweep_packages(installation, now)


def sweep_packages(installation: Installation, now: datetime) -> int:
    """Remove sealed files that no standing package names, a day after they were written."""
    with installation.database.reading() as session:
        query = select(ExportRecord.parts).where(ExportRecord.state == ExportState.READY)
        known = {part["object"] for parts in session.scalars(query) for part in parts}
    objects = packages_of(installation)
    swept = 0
    for segment in list(objects.names()):
        old = objects.made_at(segment) < now - UNFINISHED_FOR
        if old and segment.partition(".")[0] not in known:
            objects.delete(segment)
            swept += 1
    return swept
