"""The job that brings heads of the ledger out of the house, each row to one holder.

Asking, judging and writing files happen outside any transaction; only what
came of it is written, under the claim's fence.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement

from archive.confinement.errors import ReadingFailed
from archive.confinement.limits import MIB, Limits
from archive.ledger.apart import FolderApart, HeadContradicted, keep_apart
from archive.ledger.asking import NoAnswer, WayOut, ask
from archive.ledger.log import head, record
from archive.ledger.stamps import Expected, Stamp, question
from archive.records.cases import NoticeRecord
from archive.records.ledger import OutsideHeadRecord, OutsideKind, OutsideState
from service.casework.operations.outside import CONTRADICTED, NO_SMARTHOST, NOT_SEALED, SEALED
from service.installation import Installation
from service.jobs import sending
from service.jobs.claims import Claim, done, given_up, held
from service.jobs.errors import TryLater
from service.jobs.kinds import Kind, Wake
from service.notices.composing import AddressUnusable
from service.notices.queueing import queue_notice
from service.notices.sealing import WITNESS, witness_body, witness_subject
from service.notices.wording import DEFAULT_LANGUAGE

NAME: Final = "outside"
_CLOCKS_DIFFER: Final = timedelta(hours=1)
_MAIL_AGAIN: Final = timedelta(seconds=3)
_LIMITS: Final = Limits(input=MIB, output=MIB, memory=256 * MIB, cpu_seconds=5, wall_seconds=10.0)


@dataclass(frozen=True, slots=True)
class _Sent:
    """What one row asks for."""

    kind: str
    holder: str
    size: int
    note: str
    notice_id: UUID | None


@dataclass(frozen=True, slots=True)
class _Got:
    """What a holder gave back."""

    made_at: datetime
    request: bytes | None = None
    token: bytes | None = None
    certificates: str | None = None


def waiting() -> ColumnElement[bool]:
    """Return which heads are on their way."""
    return OutsideHeadRecord.state == OutsideState.WAITING


def perform(installation: Installation, claim: Claim, wake: Wake) -> None:
    """Bring one head to one holder."""
    with installation.database.reading() as session:
        row = session.get_one(OutsideHeadRecord, claim.id)
        sent = _Sent(row.kind, row.holder, row.size, row.note, row.notice_id)
    if sent.kind == OutsideKind.TIMESTAMP:
        _keep(installation, claim, _stamped(installation, sent))
    elif sent.kind == OutsideKind.OBJECT:
        _put(installation, claim, sent)
    elif sent.notice_id is None:
        _mail(installation, claim, sent, wake)
    else:
        _look_for_the_mail(installation, claim, sent.notice_id)


def give_up(installation: Installation, claim: Claim, code: str) -> None:
    """Leave a head that this holder does not get; the next one is tried in its time."""
    now = installation.clock.now()
    with installation.database.writing() as session:
        row = held(session, OutsideHeadRecord, claim)
        row.state = OutsideState.FAILED
        given_up(row, code)
        record(session, NOT_SEALED, at=now, subject=row, size=row.size, code=code[:120])


def _keep(installation: Installation, claim: Claim, got: _Got) -> None:
    now = installation.clock.now()
    with installation.database.writing() as session:
        row = held(session, OutsideHeadRecord, claim)
        row.state, row.made_at = OutsideState.SEALED, got.made_at
        row.request, row.token, row.certificates = got.request, got.token, got.certificates
        done(row)
        record(session, SEALED, at=now, subject=row, size=row.size, to=row.kind)


def _stamped(installation: Installation, sent: _Sent) -> _Got:
    """Ask an authority; its answer is judged in the confined child."""
    settings = installation.settings
    authority = next((one for one in settings.tsa if one.url == sent.holder), None)
    if authority is None:
        raise TryLater("not_set_up")
    message = sent.note.encode()
    asked = question(message, authority.digest)
    try:
        expected = Expected(message, authority.pins(), asked.nonce, authority.policy)
    except (OSError, ValueError) as missing:
        raise TryLater("no_certificate") from missing
    try:
        proxy = settings.outgoing_proxy.get_secret_value() if settings.outgoing_proxy else None
        way = WayOut(proxy, settings.outgoing_certificates)
        answer = ask(authority.url, asked.request, way)
        told = installation.confinement.read(
            "timestamp", expected.packed(answer), limits=_LIMITS
        ).facts
    except NoAnswer as none:
        raise TryLater(none.code) from none
    except ReadingFailed as failed:
        raise TryLater("refused_unreadable") from failed
    if "refused" in told:
        raise TryLater(f"refused_{told['refused']}")
    stamp = Stamp.from_facts(told)
    if abs(stamp.made_at - installation.clock.now()) > _CLOCKS_DIFFER:
        raise TryLater("clocks_differ")
    return _Got(stamp.made_at, asked.request, answer, "".join(stamp.certificates))


def _put(installation: Installation, claim: Claim, sent: _Sent) -> None:
    def now_at() -> int:
        with installation.database.reading() as session:
            return head(session).size

    store = FolderApart(Path(sent.holder))
    try:
        keep_apart(store, sent.note, installation.signer.origin, sent.size, now_at)
    except HeadContradicted:
        give_up(installation, claim, CONTRADICTED)
        return
    except OSError as failed:
        name = errno.errorcode.get(failed.errno or 0, "EIO")
        raise TryLater(f"folder_{name}") from failed
    _keep(installation, claim, _Got(installation.clock.now()))


def _mail(installation: Installation, claim: Claim, sent: _Sent, wake: Wake) -> None:
    """Queue the mail to a witness; the row waits for it to leave."""
    now, settings = installation.clock.now(), installation.settings
    body = witness_body(
        sent.note, installation.signer.public_key, settings.municipality, DEFAULT_LANGUAGE
    )
    try:
        with installation.database.writing() as session:
            row = held(session, OutsideHeadRecord, claim)
            notice = queue_notice(
                session,
                settings=settings,
                kind=WITNESS,
                recipient=sent.holder,
                subject=witness_subject(sent.size, DEFAULT_LANGUAGE),
                body=body,
                language=DEFAULT_LANGUAGE,
                now=now,
            )
            session.flush()  # the notice stands before the row refers to it
            row.notice_id = notice.id
            row.claimed_by = row.claimed_until = None
            row.next_attempt_at = now + _MAIL_AGAIN
    except AddressUnusable:
        give_up(installation, claim, "address")
        return
    wake(sending.NAME)


def _look_for_the_mail(installation: Installation, claim: Claim, notice_id: UUID) -> None:
    with installation.database.reading() as session:
        notice = session.get_one(NoticeRecord, notice_id)
        sent_at, waits, code = notice.sent_at, notice.next_attempt_at, notice.last_error
    if sent_at is None and waits is not None:
        raise TryLater("mail_waits")
    if sent_at is None:
        give_up(installation, claim, f"mail_{code}")
    elif installation.settings.smarthost is None:
        # It lies in our own outbox: somebody may carry it out, but it has not left the house.
        give_up(installation, claim, NO_SMARTHOST)
    else:
        _keep(installation, claim, _Got(sent_at))


OUTSIDE = Kind(NAME, OutsideHeadRecord, waiting, perform, give_up, at_once=2, most_attempts=12)
