"""Claims: one worker at a time, and the fence that keeps a late one out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import cast
from uuid import UUID, uuid4

import pytest
from sqlalchemy import ColumnElement

from archive.ledger.log import record
from archive.records.cases import NoticeRecord
from service.installation import Installation
from service.jobs.claims import (
    LEASE,
    LONGEST_WAIT,
    Claim,
    claim_next,
    held,
    put_off,
    renew,
    wait_after,
)
from service.jobs.errors import FenceMoved
from tests.service.conftest import Time

WAITING = cast("ColumnElement[bool]", NoticeRecord.sent_at.is_(None))


def queue(installation: Installation, time: Time, count: int = 1) -> list[UUID]:
    ids = [uuid4() for _ in range(count)]
    with installation.database.writing() as session:
        for number, one in enumerate(ids):
            session.add(
                NoticeRecord(
                    id=one,
                    kind="receipt",
                    recipient="a@b.example",
                    message="x",
                    made_at=time.now,
                    next_attempt_at=time.now - timedelta(seconds=count - number),
                )
            )
        record(session, "notice.made", at=time.now)
    return ids


def claim(installation: Installation, time: Time, worker: str = "one") -> Claim | None:
    with installation.database.writing() as session:
        return claim_next(session, NoticeRecord, WAITING, worker=worker, now=time.now)


def test_the_row_that_has_waited_longest_is_claimed_first(
    installation: Installation, time: Time
) -> None:
    ids = queue(installation, time, 3)

    claimed = [claim(installation, time) for _ in range(4)]

    assert [one.id if one else None for one in claimed] == [*ids, None]


def test_a_claimed_row_is_nobody_elses_until_its_lease_ends(
    installation: Installation, time: Time
) -> None:
    queue(installation, time)
    first = claim(installation, time)
    time.pass_by(LEASE - timedelta(seconds=1))
    assert claim(installation, time, "two") is None

    time.pass_by(timedelta(seconds=1))
    second = claim(installation, time, "two")

    assert first is not None
    assert second == Claim(first.id, first.fence + 1, 2)


def test_a_renewed_claim_stands_longer(installation: Installation, time: Time) -> None:
    queue(installation, time)
    mine = claim(installation, time)
    assert mine is not None
    time.pass_by(LEASE - timedelta(seconds=1))
    with installation.database.writing() as session:
        assert renew(session, NoticeRecord, mine, time.now)

    time.pass_by(LEASE - timedelta(seconds=1))

    assert claim(installation, time, "two") is None


def test_the_result_of_a_worker_that_was_overtaken_is_refused(
    installation: Installation, time: Time
) -> None:
    queue(installation, time)
    slow = claim(installation, time)
    time.pass_by(LEASE)
    quick = claim(installation, time, "two")
    assert slow is not None
    assert quick is not None

    with pytest.raises(FenceMoved), installation.database.writing() as session:
        held(session, NoticeRecord, slow).sent_at = time.now
    with installation.database.writing() as session:
        assert not renew(session, NoticeRecord, slow, time.now)
        assert held(session, NoticeRecord, quick).sent_at is None


def test_what_is_put_off_comes_back_after_its_wait(installation: Installation, time: Time) -> None:
    queue(installation, time)
    mine = claim(installation, time)
    assert mine is not None
    with installation.database.writing() as session:
        put_off(session, NoticeRecord, mine, "smtp_451", time.now)
    assert claim(installation, time) is None

    time.pass_by(wait_after(1))

    again = claim(installation, time)
    assert again is not None
    assert again.attempts == 2
    with installation.database.reading() as session:
        assert session.get_one(NoticeRecord, mine.id).last_error == "smtp_451"


def test_waits_double_up_to_an_hour() -> None:
    waits = [wait_after(attempts) for attempts in range(1, 40)]

    assert waits[:4] == [timedelta(seconds=s) for s in (5, 10, 20, 40)]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT


def test_many_workers_on_two_connections_share_the_rows_without_overlap(
    installation: Installation, open_again: Callable[[], Installation], time: Time
) -> None:
    ids = queue(installation, time, 24)
    workers = (installation, open_again(), installation, open_again())
    claimed: list[UUID] = []

    def work(one: Installation, name: str) -> None:
        while (mine := claim(one, time, name)) is not None:
            claimed.append(mine.id)

    threads = [
        threading.Thread(target=work, args=(one, str(number))) for number, one in enumerate(workers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(claimed) == sorted(ids)
