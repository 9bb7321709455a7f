"""A file whose changes were shown and wait for a yes: its sender's alone, for an hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from archive.records.organisation import ImportDraftRecord
from service.access.principal import Principal
from service.errors import DraftNotFound

KEPT: Final = timedelta(hours=1)
ORGANISATION: Final = "organisation"
ROSTER: Final = "roster"


def keep_draft(
    session: Session,
    who: Principal,
    content: bytes,
    now: datetime,
    *,
    end_missing: bool,
    of: str = ORGANISATION,
) -> UUID:
    """Keep a file for an hour, instead of what its sender kept before; returns its id.

    `of` is what it is a file of: a yes to one sort of file is never a yes to another.
    """
    if who.person_id is None:
        raise DraftNotFound("a program shows nobody what it would change")
    mine = delete(ImportDraftRecord).where(
        ImportDraftRecord.person_id == who.person_id, ImportDraftRecord.of == of
    )
    session.execute(mine)
    row = ImportDraftRecord(
        id=uuid4(),
        person_id=who.person_id,
        made_at=now,
        content=content,
        end_missing=end_missing,
        of=of,
    )
    session.add(row)
    session.flush()
    return row.id


def draft_of(
    session: Session, who: Principal, draft_id: UUID, now: datetime, *, of: str = ORGANISATION
) -> ImportDraftRecord:
    """Return a file that waits; raises `DraftNotFound`."""
    row = session.scalars(
        select(ImportDraftRecord).where(
            ImportDraftRecord.id == draft_id,
            ImportDraftRecord.person_id == who.person_id,
            ImportDraftRecord.of == of,
            ImportDraftRecord.made_at > now - KEPT,
        )
    ).first()
    if row is None:
        raise DraftNotFound(str(draft_id))
    return row


def forget_drafts(session: Session, now: datetime) -> None:
    """Delete the files that have waited an hour."""
    session.execute(delete(ImportDraftRecord).where(ImportDraftRecord.made_at <= now - KEPT))
