"""The reading job: an original goes through the confined child, once; a read mail finds its case.

Everything slow (opening, reading, sealing) happens before the one transaction
that writes the reading, the case and the receipt under the claim's fence. So
a mail is read if and only if it has been sorted, however often this runs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from archive.confinement.errors import ConfinementLost, ReadingFailed
from archive.confinement.frames import Reading
from archive.confinement.limits import Limits
from archive.errors import CommitUnknown, EvidenceErased, ObjectMissing, SealBroken
from archive.mailbox.values import Message
from archive.reading.parameters import with_size
from archive.records.evidence import EvidenceRecord, EvidenceState
from archive.search.following import searchable
from service.casework.cases.course import shipped_procedure
from service.casework.evidence.indexing import words_of_reading
from service.casework.evidence.reading_plan import Plan, made_with, plan_for, reader_for
from service.casework.evidence.readings import (
    PREVIEW,
    THUMBNAIL,
    Derived,
    Result,
    ToRead,
    discard,
    has_been_read,
    keep_reading,
    seal_facts,
    to_read,
)
from service.casework.evidence.sealing_off import shut_twin
from service.casework.evidence.slow_readings import (
    WAITING,
    ask_for_slow_reading,
    keep_fingerprint,
    slow_reader_for,
)
from service.casework.mail.arrival import KIND as MAIL
from service.casework.mail.attachments import keep_attachments
from service.casework.mail.sorting import Unsorted, leave_unsorted, sort_mail
from service.installation import Installation
from service.jobs import scanning, sending, slow_reading
from service.jobs.claims import Claim, done, given_up, hand_back, held
from service.jobs.errors import FenceMoved, TryLater
from service.jobs.kinds import Kind, Wake
from service.jobs.receipting import send_receipt
from service.log_lines import logger
from service.settings import host_and_port

NAME: Final = "reading"
VISITS: Final = "visits"
MESSAGE: Final = "message"
_PICTURED: Final = ("image", "pdf")
_AGAIN: Final = 3
"""After so many tries a mail that cannot be sorted is kept as read, to be sorted by hand."""
_SHORT_CPU: Final = 2
_SHORT_WALL: Final = 4.0
"""Seconds for a first reading: what takes longer is read in a lane of its own."""
TAKES_LONG: Final = "takes_long"
TOO_SLOW: Final = "too_slow"


@dataclass(frozen=True)
class _Found:
    """What the confined child told, whole or up to where it failed."""

    reading: Reading
    reason: str | None = None


def waiting() -> ColumnElement[bool]:
    """Return the condition that evidence has not been read, and may be."""
    return EvidenceRecord.state.in_(
        (EvidenceState.RECEIVED, EvidenceState.READING)
    ) & EvidenceRecord.sealed_off_at.is_(None)


def perform(
    installation: Installation,
    claim: Claim,
    wake: Wake,
    *,
    short: bool = False,
    first: bool = False,
) -> None:
    """Read one piece of evidence, and write what was found.

    `short` hands back what takes long; `first` waits for nothing that might, and its child
    gives way to no other.
    """
    if shut_twin(installation, claim.id):
        return
    try:
        with installation.database.reading() as session:
            item = to_read(session, installation.vault, claim.id)
    except EvidenceErased:
        _nothing_left(installation, claim)
        return
    plan = plan_for(item.media_type, item.original.size)
    if plan is None:
        nothing = Result("none", made_with("none"), "no_reader")
        _finish(installation, claim, item, nothing, _Found(Reading(), "no_reader"))
        wake(scanning.NAME)
        return
    reader = plan.reader
    limits = _limits(plan, short=short, first=first)
    found = _confined(installation, item, replace(plan, limits=limits), first=first)
    if found.reason == TOO_SLOW and short:
        _leave_to_the_long(installation, claim)
        wake(NAME)
        return
    if found.reason == TOO_SLOW and claim.attempts < _AGAIN:
        raise TryLater(TOO_SLOW)  # a busy machine, perhaps
    message = _message(found) if reader == MESSAGE else None
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
        _finish(installation, claim, item, result, found)
    except CommitUnknown:
        raise  # the rows may stand, and then these objects are theirs
    except Exception:
        discard(installation.vault, result.derived)
        raise
    logger().info("evidence.done", evidence=claim.id, reader=reader, reason=result.reason)
    mail = (sending.NAME, VISITS, NAME) if message is not None else ()
    for name in (*mail, slow_reading.NAME, scanning.NAME):
        wake(name)


def give_up(installation: Installation, claim: Claim, code: str) -> None:
    """Show the evidence as one that could not be read; the original stands as it was."""
    with installation.database.writing() as session:
        evidence = held(session, EvidenceRecord, claim)
        reader = reader_for(evidence.media_type) or "none"
        result = Result(reader, made_with(reader), code)
        keep_reading(session, evidence, result, installation.clock.now())
        given_up(evidence, code)
        if evidence.kind == MAIL:
            leave_unsorted(session, evidence, Unsorted.COULD_NOT_BE_READ, installation.clock.now())


def _leave_to_the_long(installation: Installation, claim: Claim) -> None:
    with installation.database.writing() as session:
        hand_back(session, EvidenceRecord, claim, TAKES_LONG, installation.clock.now())


def _limits(plan: Plan, *, short: bool, first: bool) -> Limits:
    limits = replace(plan.limits, gives_way=not first)
    if not short:
        return limits
    return replace(
        limits,
        cpu_seconds=min(limits.cpu_seconds, _SHORT_CPU),
        wall_seconds=min(limits.wall_seconds, _SHORT_WALL),
    )


def _confined(installation: Installation, item: ToRead, plan: Plan, *, first: bool) -> _Found:
    try:
        reading = installation.confinement.read(
            plan.reader,
            item.stream(installation.vault),
            media_type=with_size(item.media_type, item.original.size),
            limits=plan.limits,
            first=first,
        )
    except ReadingFailed as failed:
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
    facts = found.reading.facts
    if facts:
        if slow_reader_for(reader, facts) is not None:
            facts = {**facts, "text_state": WAITING}
        derived.append(seal_facts(vault, item.key, facts))
    if reader in _PICTURED:
        derived += [
            Derived(role, "image/webp", vault.keep(item.key, found.reading.pieces[role]))
            for role in (PREVIEW, THUMBNAIL)
            if role in found.reading.pieces
        ]
    return Result(reader, made_with(reader), found.reason, tuple(derived))


def _finish(
    installation: Installation,
    claim: Claim,
    item: ToRead,
    result: Result,
    found: _Found,
) -> None:
    message = _message(found) if result.reader == MESSAGE else None
    now = installation.clock.now()
    procedure = shipped_procedure(installation.settings.procedure)
    words = words_of_reading(result.reader, found.reading.facts)
    with installation.database.writing() as session:
        evidence = held(session, EvidenceRecord, claim)
        if evidence.sealed_off_at is not None:
            raise FenceMoved(f"{evidence.id} has been sealed off")
        again = has_been_read(session, evidence.id)
        keep_reading(session, evidence, result, now)
        searchable(session, evidence.id, words)
        _ask_for_more(session, installation, evidence, result.reader, found)
        done(evidence)
        if result.reason:
            evidence.last_error = result.reason
        if item.kind != MAIL or again:
            return
        if message is None or claim.attempts > _AGAIN:
            why = Unsorted.COULD_NOT_BE_READ if message is None else Unsorted.COULD_NOT_BE_SORTED
            leave_unsorted(session, evidence, why, now)
            return
        sorted_ = sort_mail(
            session,
            evidence,
            message,
            procedure=procedure,
            now=now,
            own_hosts=_own_hosts(installation),
            listed=frozenset(map(host_and_port, installation.settings.capture_allow)),
        )
        send_receipt(session, installation.settings, evidence, message, found=sorted_, now=now)


def _ask_for_more(
    session: Session,
    installation: Installation,
    evidence: EvidenceRecord,
    reader: str,
    found: _Found,
) -> None:
    """Let what follows a first reading wait: the text in pictures, the scanner's look."""
    facts, now = found.reading.facts, installation.clock.now()
    keep_fingerprint(session, evidence.id, facts)
    slow = slow_reader_for(reader, facts)
    if slow is not None:
        ask_for_slow_reading(session, evidence.id, slow, now)
    if installation.settings.clamd is not None:
        scanning.ask_for_scan(session, evidence.id, now)


def _nothing_left(installation: Installation, claim: Claim) -> None:
    with installation.database.writing() as session:
        done(held(session, EvidenceRecord, claim))


def _own_hosts(installation: Installation) -> frozenset[str]:
    urls = (installation.settings.url, installation.settings.evidence_url)
    return frozenset(host for url in urls if url and (host := urlsplit(url).hostname))


READING: Final = Kind(
    name=NAME,
    table=EvidenceRecord,
    waiting=waiting,
    perform=perform,
    give_up=give_up,
    at_once=2,
    on_claim={"state": EvidenceState.READING.value},
)
