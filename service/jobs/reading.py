"""The reading job: an original goes through the confined child, once; a read mail finds its case.

Everything slow (opening, reading, sealing) happens before the one transaction
that writes the reading, the case and the receipt under the claim's fence. So
a mail is read if and only if it has been sorted, however often this runs.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement

from archive.confinement.errors import ConfinementLost, ReadingFailed
from archive.confinement.frames import Reading
from archive.errors import CommitUnknown, EvidenceErased, ObjectMissing, SealBroken
from archive.mailbox.values import Message
from archive.records.evidence import EvidenceRecord, EvidenceState
from service.casework.cases.course import shipped_procedure
from service.casework.evidence.readings import (
    PREVIEW,
    THUMBNAIL,
    Derived,
    Result,
    ToRead,
    discard,
    keep_reading,
    reader_for,
    seal_facts,
    to_read,
)
from service.casework.mail.arrival import KIND as MAIL
from service.casework.mail.attachments import keep_attachments
from service.casework.mail.sorting import Unsorted, leave_unsorted, sort_mail
from service.installation import Installation
from service.jobs import sending
from service.jobs.claims import Claim, done, given_up, held
from service.jobs.errors import TryLater
from service.jobs.kinds import Kind, Wake
from service.jobs.receipting import send_receipt
from service.log_lines import logger
from service.settings import host_and_port

NAME: Final = "reading"
VISITS: Final = "visits"
_AGAIN: Final = 3
"""After so many tries a mail that cannot be sorted is kept as read, to be sorted by hand."""


@dataclass(frozen=True)
class _Found:
    """What the confined child told, whole or up to where it failed."""

    reading: Reading
    reason: str | None = None


def waiting() -> ColumnElement[bool]:
    """Return the condition that evidence has not been read."""
    return EvidenceRecord.state.in_((EvidenceState.RECEIVED, EvidenceState.READING))


def perform(installation: Installation, claim: Claim, wake: Wake) -> None:
    """Read one piece of evidence, and write what was found."""
    try:
        with installation.database.reading() as session:
            item = to_read(session, installation.vault, claim.id)
    except EvidenceErased:
        _nothing_left(installation, claim)
        return
    reader = reader_for(item.media_type)
    if reader is None:
        _finish(installation, claim, item, Result("none", made_with(), "no_reader"), None)
        return
    found = _confined(installation, claim, item, reader)
    message = _message(found) if reader == "message" else None
    if message is not None:
        keep_attachments(
            installation,
            claim.id,
            message,
            found.reading.pieces,
            guard=lambda session: held(session, EvidenceRecord, claim),
        )
    result = _sealed(installation, item, reader, found)
    try:
        _finish(installation, claim, item, result, message)
    except CommitUnknown:
        raise  # the rows may stand, and then these objects are theirs
    except Exception:
        discard(installation.vault, result.derived)
        raise
    logger().info("evidence.done", evidence=claim.id, reader=reader, reason=result.reason)
    for name in (sending.NAME, VISITS, NAME) if message is not None else ():
        wake(name)


def give_up(installation: Installation, claim: Claim, code: str) -> None:
    """Show the evidence as one that could not be read; the original stands as it was."""
    with installation.database.writing() as session:
        evidence = held(session, EvidenceRecord, claim)
        result = Result(reader_for(evidence.media_type) or "none", made_with(), code)
        keep_reading(session, evidence, result, installation.clock.now())
        given_up(evidence, code)
        if evidence.kind == MAIL:
            leave_unsorted(session, evidence, Unsorted.COULD_NOT_BE_READ, installation.clock.now())


@cache
def made_with() -> str:
    """Return the program and versions that stand beside what they made."""
    return (
        f"vaern {version('vaern')}, Pillow {version('pillow')}, Python {platform.python_version()}"
    )


def _confined(installation: Installation, claim: Claim, item: ToRead, reader: str) -> _Found:
    try:
        reading = installation.confinement.read(
            reader, item.stream(installation.vault), media_type=item.media_type
        )
    except ReadingFailed as failed:
        if failed.reason == "too_slow" and claim.attempts < _AGAIN:
            raise TryLater(failed.reason) from failed  # a busy machine, perhaps
        return _Found(failed.reading, failed.reason)
    except ConfinementLost as lost:
        raise TryLater(lost.code) from lost
    except SealBroken:
        logger().error("evidence.seal_broken", evidence=item.id)
        return _Found(Reading(), "seal_broken")
    except ObjectMissing:
        logger().error("evidence.object_missing", evidence=item.id)
        return _Found(Reading(), "object_missing")
    return _Found(reading)


def _message(found: _Found) -> Message | None:
    """Return the mail as far as it was told; a failed reading may have told nothing."""
    try:
        return Message.from_facts(found.reading.facts)
    except ValueError:
        return None


def _sealed(installation: Installation, item: ToRead, reader: str, found: _Found) -> Result:
    """Seal facts and pictures under the evidence's key; attachments are evidence of their own."""
    vault, derived = installation.vault, []
    if found.reading.facts:
        derived.append(seal_facts(vault, item.key, found.reading.facts))
    if reader == "image" and found.reason is None:
        derived += [
            Derived(role, "image/webp", vault.keep(item.key, found.reading.pieces[role]))
            for role in (PREVIEW, THUMBNAIL)
            if role in found.reading.pieces
        ]
    return Result(reader, made_with(), found.reason, tuple(derived))


def _finish(
    installation: Installation,
    claim: Claim,
    item: ToRead,
    result: Result,
    message: Message | None,
) -> None:
    now = installation.clock.now()
    procedure = shipped_procedure(installation.settings.procedure)
    with installation.database.writing() as session:
        evidence = held(session, EvidenceRecord, claim)
        keep_reading(session, evidence, result, now)
        done(evidence)
        if result.reason:
            evidence.last_error = result.reason
        if item.kind != MAIL:
            return
        if message is None or claim.attempts > _AGAIN:
            why = Unsorted.COULD_NOT_BE_READ if message is None else Unsorted.COULD_NOT_BE_SORTED
            leave_unsorted(session, evidence, why, now)
            return
        found = sort_mail(
            session,
            evidence,
            message,
            procedure=procedure,
            now=now,
            own_hosts=_own_hosts(installation),
            listed=frozenset(map(host_and_port, installation.settings.capture_allow)),
        )
        send_receipt(session, installation.settings, evidence, message, found=found, now=now)


def _nothing_left(installation: Installation, claim: Claim) -> None:
    with installation.database.writing() as session:
        done(held(session, EvidenceRecord, claim))


def _own_hosts(installation: Installation) -> frozenset[str]:
    urls = (installation.settings.url, installation.settings.evidence_url)
    return frozenset(host for url in urls if url and (host := urlsplit(url).hostname))


READING = Kind(
    name=NAME,
    table=EvidenceRecord,
    waiting=waiting,
    perform=perform,
    give_up=give_up,
    at_once=2,
    on_claim={"state": EvidenceState.READING.value},
)
