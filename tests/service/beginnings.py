"""A data folder as a first command leaves it, with a program's token; and what was kept in one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from archive.ledger.verify import Report, verify
from archive.records.evidence import EvidenceRecord
from service.access.people import add_token
from service.installation import opened
from service.settings import Settings


def begun(data: Path) -> str:
    """Make the folder, and return the token: an archivist's, for a day."""
    with opened(Settings(data=data)) as house, house.database.writing() as session:
        now = house.clock.now()
        return add_token(
            session,
            name="program",
            role="archivist",
            unit_id=None,
            expires_at=now + timedelta(days=1),
            now=now,
            actor="system",
        )


def kept_in(data: Path) -> list[str]:
    """Open a folder that nobody serves, and return the digest of every original."""
    with opened(Settings(data=data)) as house, house.database.reading() as session:
        return [str(one) for one in session.scalars(select(EvidenceRecord.sha256))]


def verified(data: Path) -> Report:
    """Check every entry and every original of the folder."""
    with opened(Settings(data=data)) as house:
        return verify(house.database, house.objects)
