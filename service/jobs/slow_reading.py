"""The slow reading job: text in pictures and on scanned pages, in a lane of its own.

Its child gives way to everything else on the machine, its starter is there
only while something waits, and no mail ever waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, select

from archive.confinement.errors import ConfinementLost, ReadingFailed
from archive.errors import CommitUnknown, EvidenceErased, ObjectMissing, SealBroken
from archive.reading.language_data import LanguageDataMissing, is_ready, unpack
from archive.reading.parameters import with_size
from archive.records.evidence import EvidenceRecord
from archive.records.readings import SlowReadingRecord
from archive.search.following import searchable
from service.casework.evidence.indexing import words_of_reading
from service.casework.evidence.reading_plan import PICTURE_TEXT, made_with, slow_limits
from service.casework.evidence.readings import (
    Result,
    ToRead,
    add_reading,
    discard,
    latest_reading,
    seal_facts,
    to_read,
)
from service.casework.evidence.slow_readings import FAILED, megapixels_of, together
from service.installation import Installation
from service.jobs.claims import Claim, done, given_up, held
from service.jobs.errors import FenceMoved, TryLater
from service.jobs.kinds import Kind, Wake
from service.log_lines import logger

NAME: Final = "slow_reading"
_AGAIN: Final = 2
"""So often is one tried that took too long; the machine may have been busy."""


def waiting() -> ColumnElement[bool]:
    """Return the condition that a slow reading waits, and may be made."""
    sealed_off = select(EvidenceRecord.id).where(
        EvidenceRecord.id == SlowReadingRecord.evidence_id,
        EvidenceRecord.sealed_off_at.is_not(None),
    )
    return SlowReadingRecord.ended_at.is_(None) & ~sealed_off.exists()


def perform(installation: Installation, claim: Claim, wake: Wake) -> None:
    """Read the text of one picture or document, and add it to what is known."""
    del wake
    _require_language_data()
    with installation.database.reading() as session:
        row = session.get_one(SlowReadingRecord, claim.id)
        reader = row.reader
        try:
            item = to_read(session, installation.vault, row.evidence_id)
            quick = latest_reading(session, installation.vault, row.evidence_id)
        except EvidenceErased:
            quick = None
    if quick is None:
        _nothing_to_do(installation, claim)
        return
    slow, reason = _confined(installation, claim, item, reader, quick.facts)
    facts = together(quick.facts, slow)
    if reason is not None:
        facts["text_reason"] = reason
    sealed = seal_facts(installation.vault, item.key, facts)
    result = Result(reader, made_with(reader), None, (sealed,))
    try:
        _finish(installation, claim, result, facts)
    except CommitUnknown:
        raise  # the rows may stand, and then this object is theirs
    except Exception:
        discard(installation.vault, result.derived)
        raise
    state = str(facts.get("text_state"))
    logger().info("evidence.text_read", evidence=item.id, reader=reader, state=state, reason=reason)


def give_up(installation: Installation, claim: Claim, code: str) -> None:
    """Leave the text unread; the picture itself has been read and stands."""
    with installation.database.writing() as session:
        row = held(session, SlowReadingRecord, claim)
        row.ended_at = installation.clock.now()
        given_up(row, code)


def _require_language_data() -> None:
    if is_ready():
        return
    try:
        unpack()
    except LanguageDataMissing as missing:
        raise TryLater(missing.code) from missing


def _confined(
    installation: Installation,
    claim: Claim,
    item: ToRead,
    reader: str,
    quick: Mapping[str, Any],
) -> tuple[dict[str, Any], str | None]:
    """Return what was told, and why it ended early where it did."""
    try:
        reading = installation.confinement.read(
            reader,
            item.stream(installation.vault),
            media_type=with_size(item.media_type, item.original.size),
            limits=slow_limits(megapixels_of(quick), item.media_type),
        )
    except ReadingFailed as failed:
        if failed.reason == "too_slow" and claim.attempts < _AGAIN:
            raise TryLater(failed.reason) from failed
        told = dict(failed.reading.facts)
        if reader == PICTURE_TEXT and "text_state" not in told:
            told["text_state"] = FAILED
        return told, failed.reason
    except ConfinementLost as lost:
        raise TryLater(lost.code) from lost
    except (SealBroken, ObjectMissing) as broken:
        logger().error("evidence.not_readable", evidence=item.id, code=type(broken).__name__)
        return {"text_state": FAILED}, "seal_broken"
    return reading.facts, None


def _finish(
    installation: Installation, claim: Claim, result: Result, facts: Mapping[str, Any]
) -> None:
    now = installation.clock.now()
    words = words_of_reading(result.reader, facts)
    with installation.database.writing() as session:
        row = held(session, SlowReadingRecord, claim)
        evidence = session.get_one(EvidenceRecord, row.evidence_id)
        if evidence.erased_at is not None or evidence.sealed_off_at is not None:
            raise FenceMoved(f"{evidence.id} may no longer be read")
        add_reading(session, evidence, result, now)
        searchable(session, evidence.id, words)
        row.ended_at = now
        done(row)


def _nothing_to_do(installation: Installation, claim: Claim) -> None:
    with installation.database.writing() as session:
        row = held(session, SlowReadingRecord, claim)
        row.ended_at = installation.clock.now()
        done(row)


SLOW_READING: Final = Kind(
    name=NAME,
    table=SlowReadingRecord,
    waiting=waiting,
    perform=perform,
    give_up=give_up,
    at_once=2,
)
