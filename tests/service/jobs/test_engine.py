"""The engine wakes and spreads; what fails waits, and never stops the rest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

import pytest
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import NoticeRecord
from service.installation import Installation
from service.jobs.claims import LEASE, Claim, done, given_up, held
from service.jobs.engine import Engine, perform_one
from service.jobs.errors import TryLater
from service.jobs.kinds import Kind, Wake
from tests.service.conftest import Time
from tests.service.jobs.test_claims import queue

SOON = 30.0


@dataclass
class Work:
    """A kind of work whose one act is given by the test."""

    act: Callable[[UUID], None]
    done: list[UUID] = field(default_factory=list)
    most_attempts: int = 3
    at_once: int = 2

    def kind(self) -> Kind:
        return Kind(
            name="notices",
            table=NoticeRecord,
            waiting=lambda: cast("ColumnElement[bool]", NoticeRecord.sent_at.is_(None)),
            perform=self.perform,
            give_up=self.give_up,
            at_once=self.at_once,
            most_attempts=self.most_attempts,
        )

    def perform(self, installation: Installation, claim: Claim, wake: Wake) -> None:
        del wake
        self.act(claim.id)
        with installation.database.writing() as session:
            row = held(session, NoticeRecord, claim)
            row.sent_at = installation.clock.now()
            done(row)
            record(session, "notice.sent", at=row.sent_at, subject=row)
        self.done.append(claim.id)

    def give_up(self, installation: Installation, claim: Claim, code: str) -> None:
        with installation.database.writing() as session:
            given_up(held(session, NoticeRecord, claim), code)


@pytest.fixture
def engines() -> Iterator[list[Engine]]:
    started: list[Engine] = []
    yield started
    for engine in started:
        assert engine.stop(SOON)


def nothing(_: UUID) -> None:
    """Succeed at once."""


def standing(installation: Installation, row_id: UUID) -> tuple[int, str | None, bool]:
    with installation.database.reading() as session:
        row = session.get_one(NoticeRecord, row_id)
        return row.attempts, row.last_error, row.sent_at is not None


def test_what_a_crash_left_waiting_is_done_at_the_start(
    installation: Installation, time: Time, engines: list[Engine]
) -> None:
    ids = queue(installation, time, 5)
    work = Work(nothing)
    engines.append(Engine(installation, [work.kind()]))

    engines[0].start()

    assert engines[0].rest(SOON)
    assert sorted(work.done) == sorted(ids)


def test_a_wake_after_a_commit_does_the_work_at_once(
    installation: Installation, time: Time, engines: list[Engine]
) -> None:
    work = Work(nothing)
    engines.append(Engine(installation, [work.kind()]))
    ids = queue(installation, time, 3)

    engines[0].wake("notices")
    engines[0].wake("no such kind")

    assert engines[0].rest(SOON)
    assert sorted(work.done) == sorted(ids)


def test_a_lane_that_takes_no_such_rows_is_let_be(
    installation: Installation, time: Time, engines: list[Engine]
) -> None:
    mails, pictures = Work(nothing), Work(nothing)
    lanes = [
        replace(mails.kind(), name="a", woken_as="both", takes="mail".__eq__),
        replace(pictures.kind(), name="b", woken_as="both", takes="picture".__eq__),
    ]
    engines.append(Engine(installation, lanes))
    ids = queue(installation, time, 3)

    engines[0].wake("both", "mail")

    assert engines[0].rest(SOON)
    assert (sorted(mails.done), pictures.done) == (sorted(ids), [])
    more = queue(installation, time, 4)
    engines[0].wake("both")
    assert engines[0].rest(SOON)
    assert sorted(mails.done[3:] + pictures.done) == sorted(more)


def test_a_job_that_raises_is_put_off_and_the_others_are_done(
    installation: Installation, time: Time, engines: list[Engine]
) -> None:
    bad, *good = queue(installation, time, 4)

    def act(row_id: UUID) -> None:
        if row_id == bad:
            raise RuntimeError("words that may quote a mail")

    work = Work(act)
    engines.append(Engine(installation, [work.kind()]))
    engines[0].wake("notices")

    assert engines[0].rest(SOON)
    assert sorted(work.done) == sorted(good)
    assert standing(installation, bad) == (1, "RuntimeError", False)


def test_after_enough_attempts_a_row_waits_no_more(
    installation: Installation, time: Time, engines: list[Engine]
) -> None:
    (row_id,) = queue(installation, time)

    def act(_: UUID) -> None:
        raise TryLater("smtp_451")

    engines.append(Engine(installation, [Work(act).kind()]))
    for _ in range(6):
        engines[0].wake("notices")
        assert engines[0].rest(SOON)
        time.pass_by(timedelta(hours=2))

    assert standing(installation, row_id) == (3, "smtp_451", False)


def test_a_row_whose_worker_died_again_and_again_is_given_up(
    installation: Installation, time: Time
) -> None:
    (row_id,) = queue(installation, time)
    work = Work(nothing)

    perform_one(installation, work.kind(), Claim(row_id, 0, attempts=4))

    assert work.done == []
    assert standing(installation, row_id)[1] == "too_many_attempts"


def test_no_more_run_at_once_than_the_kind_allows(
    installation: Installation, time: Time, engines: list[Engine]
) -> None:
    queue(installation, time, 8)
    both_in = threading.Barrier(2)
    inside, most, lock = [0], [0], threading.Lock()

    def act(_: UUID) -> None:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        both_in.wait(SOON)
        with lock:
            inside[0] -= 1

    work = Work(act)
    engines.append(Engine(installation, [work.kind()]))
    engines[0].wake("notices")

    assert engines[0].rest(SOON)
    assert len(work.done) == 8
    assert most[0] == 2


class Looks:
    """Picks nothing by itself, and knows how many looked at one moment."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.now = self.most = self.all = 0
        self.found: list[UUID] = []

    def pick(self, session: Session, now: datetime) -> UUID | None:
        del now
        with self.lock:
            self.all, self.now = self.all + 1, self.now + 1
            self.most = max(self.most, self.now)
        try:
            session.execute(select(NoticeRecord.id)).all()
            with self.lock:
                return self.found.pop() if self.found else None
        finally:
            with self.lock:
                self.now -= 1


def test_one_looks_for_all_and_each_row_is_found(
    installation: Installation, time: Time, engines: list[Engine]
) -> None:
    looks, work = Looks(), Work(nothing)
    kind = replace(work.kind(), at_once=4, picker=lambda: looks, gives_way=0.0)
    engines.append(Engine(installation, [kind]))
    ids = queue(installation, time, 12)

    def call(_: int) -> None:
        engines[0].wake("notices")

    with ThreadPoolExecutor(4) as many:
        list(many.map(call, range(50)))
        with looks.lock:
            looks.found = list(ids)
        list(many.map(call, range(50)))

    assert engines[0].rest(SOON)
    assert sorted(work.done) == sorted(ids)
    assert looks.all >= len(ids) + 1
    assert looks.most == 1


def test_two_engines_on_one_database_do_each_row_once(
    installation: Installation,
    open_again: Callable[[], Installation],
    time: Time,
    engines: list[Engine],
) -> None:
    ids = queue(installation, time, 20)
    work = Work(nothing)
    engines += [Engine(installation, [work.kind()]), Engine(open_again(), [work.kind()])]

    for engine in engines:
        engine.start()

    for engine in engines:
        assert engine.rest(SOON)
    assert sorted(work.done) == sorted(ids)


def test_a_worker_that_was_overtaken_writes_nothing(
    installation: Installation, open_again: Callable[[], Installation], time: Time
) -> None:
    (row_id,) = queue(installation, time)
    other = open_again()

    def overtaken(_: UUID) -> None:
        time.pass_by(LEASE)
        quick = Engine(other, [Work(nothing).kind()])
        quick.wake("notices")
        assert quick.rest(SOON)
        assert quick.stop(SOON)

    slow = Work(overtaken, at_once=1)
    engine = Engine(installation, [slow.kind()])
    engine.wake("notices")

    assert engine.rest(SOON)
    assert engine.stop(SOON)
    assert slow.done == []
    assert standing(installation, row_id) == (2, None, True)


def test_a_stop_waits_for_the_work_at_hand_and_takes_on_no_more(
    installation: Installation, time: Time
) -> None:
    queue(installation, time, 3)
    begun, go_on = threading.Event(), threading.Event()

    def act(_: UUID) -> None:
        begun.set()
        assert go_on.wait(SOON)

    work = Work(act, at_once=1)
    engine = Engine(installation, [work.kind()])
    engine.start()
    assert begun.wait(SOON)
    assert not engine.stop(0.05)
    go_on.set()

    assert engine.stop(SOON)
    engine.wake("notices")
    assert len(work.done) == 1
