"""After the commit: remove objects of erased evidence, and what a crash left in the store.

Rows go first, objects after; so a crash in between leaves sealed bytes whose
key is gone, and the next run takes them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from archive.database import Database
from archive.records.evidence import ErasureRecord, ObjectRecord
from archive.search.purging import purge
from archive.vault.objects import Objects
from archive.vault.vault import segment_name

ORPHAN_AGE = timedelta(days=7)
"""Longer than any receipt lasts from its first segment to its commit."""


def clear_erased(database: Database, objects: Objects, now: datetime) -> int:
    """Finish every erasure that was committed; returns how many. Safe to run at any time."""
    with database.reading() as session:
        query = select(ErasureRecord).where(ErasureRecord.cleared_at.is_(None))
        unfinished = session.scalars(query).all()
    for erasure in unfinished:
        for name, segments in erasure.objects:
            for number in range(segments):
                segment = segment_name(name, number)
                if not _named(database, segment):  # a list that names a standing object is wrong
                    objects.delete(segment)
        with database.writing() as session:
            session.get_one(ErasureRecord, erasure.evidence_id).cleared_at = now
    if unfinished:
        purge(database)
        database.forget_deleted()
    return len(unfinished)


def sweep_orphans(
    database: Database, objects: Objects, now: datetime, age: timedelta = ORPHAN_AGE
) -> int:
    """Remove segments that no row names and that have lain longer than any receipt lasts."""
    with database.reading() as session:
        known = set(session.scalars(select(ObjectRecord.name)))
    swept = 0
    for segment in objects.names():
        old = segment.partition(".")[0] not in known and objects.made_at(segment) < now - age
        if old and not _named(database, segment):
            objects.delete(segment)
            swept += 1
    return swept


def _named(database: Database, segment: str) -> bool:
    """Look again: the row may have been committed since the list was read."""
    with database.reading() as session:
        return session.get(ObjectRecord, segment.partition(".")[0]) is not None
