"""Case numbers: "YYYY-NNN", in the order in which cases were opened, without gaps."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.records.cases import CaseNumberRecord

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def next_number(session: Session, now: datetime) -> str:
    """Take the next number of the year, without gaps: a transaction that fails gives it back.

    The counter's row is locked until the commit, so two cases at once wait for
    each other here and nowhere else before the ledger's head.
    """
    year = now.astimezone(COPENHAGEN).year
    query = (
        select(CaseNumberRecord)
        .where(CaseNumberRecord.year == year)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    counter = session.scalars(query).one_or_none()
    if counter is None:
        try:
            with session.begin_nested():
                session.add(CaseNumberRecord(year=year, last=0))
        except IntegrityError:
            pass  # another transaction has begun the year; its row is the one to wait for
        counter = session.scalars(query).one()
    counter.last += 1
    # Flushed before anything else reads it: the number must come from the locked row.
    session.flush()
    return f"{year}-{counter.last:03d}"
