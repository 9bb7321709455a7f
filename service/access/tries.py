"""Tries to sign in, counted in the database before the password is looked at (decision 24).

Four counters: account and address together, the address, the account, a known
device. While an account is guessed at from many places, each place that asks
for the first time waits once, by a ticket of its own; the tries of others
never make that wait longer. A browser from which its owner has signed in
before is counted alone. So guessing is slow, and nobody can keep the owner out.

An account that does not exist is counted as one that does.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.people import KnownDeviceRecord, PersonRecord, SignInTryRecord
from service.access import delays
from service.access.delays import Schedule
from service.access.devices import device_of
from service.access.people import person_by_email

TICKET: Final = timedelta(minutes=10)
"""So long after its wait a place may make its try, however much the account is guessed at."""

FORGOTTEN: Final = timedelta(hours=24)
SHOWN: Final = timedelta(hours=1)
"""So long whoever runs the service sees that somebody was guessing."""

_SCHEDULES: Final = {
    "account": delays.ACCOUNT,
    "address": delays.ADDRESS,
    "device": delays.DEVICE,
    "factor": delays.FACTOR,
    "pair": delays.PAIR,
}


@dataclass(frozen=True, slots=True)
class Try:
    """A try that was counted, or one that must wait: then `wait` is in seconds and not 0.

    `next_wait` is what the one after this one would wait if this one fails, in seconds; `large`
    that this is the one that made it so long that others are told.
    """

    keys: tuple[str, ...]
    wait: int = 0
    next_wait: int = 0
    large: bool = False


@dataclass(frozen=True, slots=True)
class Guessing:
    """How many accounts and addresses are made to wait for long."""

    accounts: int
    addresses: int


def begin_try(session: Session, typed: str, address: str, device: str | None, now: datetime) -> Try:
    """Count one more failure for what was typed, or say how long to wait.

    It is a failure until `succeeded` says otherwise, so that many tries at
    once are counted as well as many in a row.
    """
    name = typed.strip().lower()
    known = device_of(session, name, device, now)
    if known is not None:
        return _counted(session, [f"device:{_hash(known.secret_sha256, name)}"], name, address, now)
    # The address first, here and wherever `keys` are gone through: no two tries lock crosswise.
    keys = [f"address:{address}", f"account:{_hash(name)}", f"pair:{_hash(name, address)}"]
    own = _row(session, keys[0], now)
    if _remaining({"address": own}, now) > delays.NONE:
        # Nothing is written for a name that nobody looks at: it may be the ten-thousandth invented.
        pair = session.get(SignInTryRecord, keys[2])
        standing = {"address": own} | ({"pair": pair} if pair is not None else {})
        return Try((), ceil(_remaining(standing, now).total_seconds()))
    rows = {_kind(key): _row(session, key, now) for key in keys}
    if (wait := _remaining(rows, now)) > delays.NONE:
        return Try((), ceil(wait.total_seconds()))
    slow = delays.ACCOUNT.wait(_standing(rows["account"], now))
    if slow > delays.NONE and not _has_ticket(rows["pair"], now):
        rows["pair"].wait_until = now + slow
        return Try((), ceil(slow.total_seconds()))
    return _counted(session, keys, name, address, now)


def begin_factor_try(session: Session, person: PersonRecord, address: str, now: datetime) -> Try:
    """Count one more wrong code for a person whose password was right, or say how long to wait."""
    return _counted(session, [f"factor:{person.id}"], person.email or "", address, now)


def succeeded(session: Session, done: Try) -> None:
    """The password was right: what was counted for this account is forgotten."""
    for key in done.keys:
        if _kind(key) == "address":
            # Others' failures stay: whoever has one password here may still guess at the rest.
            _take_one(session, key)
        else:
            session.execute(delete(SignInTryRecord).where(SignInTryRecord.key == key))


def taken_back(session: Session, done: Try) -> None:
    """The password was never looked at: the try counts for nothing."""
    for key in done.keys:
        _take_one(session, key)


def guessing_now(session: Session, now: datetime) -> Guessing:
    """Return what is being guessed at and made to wait for long."""
    rows = session.execute(
        select(SignInTryRecord.key, SignInTryRecord.last_at, SignInTryRecord.wait_until).where(
            SignInTryRecord.last_at > now - SHOWN
        )
    ).all()
    kinds = [_kind(key) for key, last, until in rows if until and until - last >= delays.LARGE]
    one = 1 if {"pair", "device", "factor"}.intersection(kinds) else 0
    return Guessing(max(kinds.count("account"), one), kinds.count("address"))


def forget_tries(session: Session, now: datetime, kept: timedelta) -> None:
    """Delete counters that have run out, and devices unused for longer than `kept`."""
    session.execute(
        delete(SignInTryRecord).where(
            SignInTryRecord.last_at < now - FORGOTTEN,
            or_(SignInTryRecord.wait_until.is_(None), SignInTryRecord.wait_until < now - FORGOTTEN),
        )
    )
    session.execute(delete(KnownDeviceRecord).where(KnownDeviceRecord.last_used_at < now - kept))


def _counted(session: Session, keys: list[str], name: str, address: str, now: datetime) -> Try:
    rows = {_kind(key): _row(session, key, now) for key in keys}
    if (wait := _remaining(rows, now)) > delays.NONE:
        return Try((), ceil(wait.total_seconds()))
    waits = {kind: _count(kind, row, now) for kind, row in rows.items()}
    if "pair" in rows:
        waits["pair"] = max(waits["pair"], waits["account"])
        rows["pair"].wait_until = now + waits["pair"] if waits["pair"] else None
    grown = [kind for kind, row in rows.items() if _has_grown_large(_SCHEDULES[kind], row.failures)]
    for kind in grown:
        person = person_by_email(session, name) if kind != "address" else None
        _tell(session, rows[kind], person, address, now)
    own = [wait for kind, wait in waits.items() if kind != "account"]
    return Try(tuple(keys), next_wait=ceil(max(own).total_seconds()), large=bool(grown))


def _count(kind: str, row: SignInTryRecord, now: datetime) -> timedelta:
    row.failures = _standing(row, now) + 1
    row.last_at = now
    wait = _SCHEDULES[kind].wait(row.failures)
    row.wait_until = now + wait if wait else None
    return wait


def _remaining(rows: dict[str, SignInTryRecord], now: datetime) -> timedelta:
    """The account's own wait is not counted: it is served by each place's ticket."""
    ends = [row.wait_until for kind, row in rows.items() if kind != "account"]
    return max((end - now for end in ends if end is not None), default=delays.NONE)


def _has_ticket(pair: SignInTryRecord, now: datetime) -> bool:
    return pair.wait_until is not None and pair.wait_until <= now <= pair.wait_until + TICKET


def _has_grown_large(schedule: Schedule, failures: int) -> bool:
    """Tell whether this failure is the one that made the wait large."""
    return schedule.wait(failures) >= delays.LARGE > schedule.wait(failures - 1)


def _tell(
    session: Session, row: SignInTryRecord, person: PersonRecord | None, address: str, now: datetime
) -> None:
    """Put it in the ledger: whose account where there is one, never what was typed."""
    record(
        session,
        "sign_in.delayed",
        at=now,
        subject=person.row_key() if person else None,
        counted=_kind(row.key),
        failures=row.failures,
        address=address,
    )


def _standing(row: SignInTryRecord, now: datetime) -> int:
    return _SCHEDULES[_kind(row.key)].standing(row.failures, now - row.last_at)


def _take_one(session: Session, key: str) -> None:
    row = session.get(SignInTryRecord, key, with_for_update=True, populate_existing=True)
    if row is not None:
        row.failures = max(0, row.failures - 1)
        row.wait_until = None  # the wait before this try has passed: the try was let through


def _row(session: Session, key: str, now: datetime) -> SignInTryRecord:
    """Return a counter, locked; two who ask at once find the same one."""
    query = (
        select(SignInTryRecord)
        .where(SignInTryRecord.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = session.scalars(query).one_or_none()
    if row is not None:
        return row
    try:
        with session.begin_nested():
            session.add(SignInTryRecord(key=key, failures=0, last_at=now))
    except IntegrityError:
        pass  # another has made it in the meantime
    return session.scalars(query).one()


def _kind(key: str) -> str:
    return key.partition(":")[0]


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
