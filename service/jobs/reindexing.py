"""The search index made anew as a job: asked for by hand, or where pieces are missing from it."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from archive.ledger.log import SYSTEM
from archive.records.search import ReindexRecord
from service.casework.evidence.indexing import missing, reindex
from service.installation import Installation
from service.jobs.claims import Claim, done, given_up, held
from service.jobs.kinds import Kind, Wake
from service.jobs.progress import Progress
from service.log_lines import logger

NAME: Final = "reindexing"


def ask_for_reindexing(session: Session, installation: Installation, actor: str) -> ReindexRecord:
    """Ask that the index be made anew; one that waits already is enough."""
    waits = select(ReindexRecord).where(waiting()).limit(1)
    standing = session.scalars(waits).first()
    if standing is not None:
        return standing
    now = installation.clock.now()
    row = ReindexRecord(id=uuid4(), started_at=now, started_by=actor, next_attempt_at=now)
    session.add(row)
    return row


def look_for_missing(installation: Installation) -> None:
    """Have the index made anew where it lacks what has been read, as after a restore."""
    with installation.database.reading() as session:
        lacking = missing(session)
    if lacking:
        with installation.database.writing() as session:
            ask_for_reindexing(session, installation, SYSTEM)
        logger().info("search.behind", count=lacking)


def waiting() -> ColumnElement[bool]:
    """Return which of them wait."""
    return ReindexRecord.ended_at.is_(None)


def perform(installation: Installation, claim: Claim, wake: Wake) -> None:
    """Make the index anew; how far it is stands in the row."""
    del wake
    pieces = reindex(installation, Progress(installation, ReindexRecord, claim))
    with installation.database.writing() as session:
        run = held(session, ReindexRecord, claim)
        run.done = run.total = pieces
        run.ended_at = installation.clock.now()
        done(run)
    logger().info("search.reindexed", count=pieces)


def give_up(installation: Installation, claim: Claim, code: str) -> None:
    """Leave the index as far as it came: every piece of it is whole."""
    with installation.database.writing() as session:
        run = held(session, ReindexRecord, claim)
        run.ended_at = installation.clock.now()
        given_up(run, code)


REINDEXING = Kind(NAME, ReindexRecord, waiting, perform, give_up, at_once=1, most_attempts=2)
