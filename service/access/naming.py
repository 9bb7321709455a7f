"""What the municipality is called: as it is set, or as was said at the first start."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.ways_in import MunicipalityRecord
from service.settings import Settings

_ONLY = 1


def named(session: Session, settings: Settings) -> Settings:
    """Return the settings with what was said at the first start, wherever nothing is set.

    These very settings are returned where that changes nothing.
    """
    row = session.get(MunicipalityRecord, _ONLY)
    if row is None:
        return settings
    said = {"municipality": row.name, "archive_address": row.archive_address}
    new = {name: value for name, value in said.items() if name not in settings.model_fields_set}
    return settings.model_copy(update=new) if new else settings


def keep_names(
    session: Session, name: str, archive_address: str, now: datetime, *, actor: str
) -> None:
    """Keep what the municipality is called and where its staff forward mail."""
    row = MunicipalityRecord(
        id=_ONLY, name=name, archive_address=archive_address.strip().lower(), named_at=now
    )
    session.add(row)
    record(session, "municipality.named", at=now, actor=actor, subject=row)
