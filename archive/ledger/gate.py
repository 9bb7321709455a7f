"""The gate: acts that arrive together are committed together, each in a savepoint of its own.

One FULL commit costs an fsync, whether it carries one act or sixty-four; so
mail, uploads and viewings that wait at the same moment share one. Each is
acknowledged only after that commit; one that fails takes no other with it.
Acts of one kind may also share their statements (`run_together`).
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from copy import copy
from itertools import groupby
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from archive.database import Database, refuse_when_full
from archive.errors import CommitUnknown, GateClosed, StorageFull, TransactionLost
from archive.ledger.log import require_recorded

MOST_TOGETHER = 64
GAP = 0.004
LONGEST_GATHERING = 0.02
"""Seconds for which a group waits for its next act, and for all of them, while the doors are busy:
a commit costs as much as five acts."""
QUIET = 0.1
"""Seconds without an act after which the doors count as quiet."""

T = TypeVar("T")
Item = TypeVar("Item")
Batch = Callable[[Session, Sequence[Item]], Sequence[T]]
"""Does many items of one kind in one go, and returns an answer for each, in their order."""


class _Act(Generic[T]):
    def __init__(self, batch: Batch[Any, T], item: object) -> None:
        self.batch = batch
        self.item = item
        self.future: Future[T] = Future()
        self.answer: T | None = None
        self.failure: BaseException | None = None

    def settle(self) -> None:
        if self.failure is not None:
            self.future.set_exception(self.failure)
        else:
            self.future.set_result(self.answer)  # type: ignore[arg-type]  # set with `run`'s T


class Gate:
    """One thread of one process that commits waiting acts in groups."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: queue.SimpleQueue[_Act[object] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._latest = 0.0
        self._expected = 1
        self._thread = threading.Thread(target=self._work, name="gate", daemon=True)
        self._thread.start()

    def submit(self, act: Callable[[Session], T]) -> Future[T]:
        """Queue an act; its future is done when the commit that holds it is durable."""
        return self._queue(_Act(_one_by_one, act))

    def run_together(self, batch: Batch[Item, T], item: Item) -> T:
        """Do an item with the others of its kind that wait, and wait for their commit.

        Where it fails with others, each is done again by itself.
        """
        return self._queue(_Act(batch, item)).result()

    def _queue(self, act: _Act[T]) -> Future[T]:
        with self._lock:
            if self._closed:
                raise GateClosed("the service is stopping")
            self._latest = time.monotonic()
            self._waiting.put(act)  # type: ignore[arg-type]  # _Act is invariant, the queue is not read as T
        return act.future

    def run(self, act: Callable[[Session], T]) -> T:
        """Submit an act and wait for its commit."""
        return self.submit(act).result()

    @property
    def waiting(self) -> int:
        """How many acts stand before the gate just now."""
        return self._waiting.qsize()

    def give_way(self, longest: float) -> None:
        """Let whoever stands at the doors go first: return when it is quiet, or after `longest` s.

        Background work calls this before it takes up the next row, so that a
        flood of mail is acknowledged before it is read.
        """
        until = time.monotonic() + longest
        while (now := time.monotonic()) < until and now - self._latest < QUIET:
            time.sleep(max(0.001, min(until, self._latest + QUIET) - now))

    def close(self) -> None:
        """Commit what waits, refuse what comes later."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        stopping = False
        while not stopping:
            first = self._waiting.get()
            if first is None:
                return
            group, stopping = self._gather(first)
            self._commit(group)
            # Whoever stood at the doors just now is likely to stand there again.
            self._expected = max(len(group), self._waiting.qsize())

    def _gather(self, first: _Act[object]) -> tuple[list[_Act[object]], bool]:
        """Return acts to commit together, and whether the gate closes after them."""
        group = [first]
        until = time.monotonic() + LONGEST_GATHERING
        while len(group) < MOST_TOGETHER:
            patience = 0.0
            if len(group) < self._expected:
                patience = max(0.0, min(GAP, until - time.monotonic()))
            try:
                more = (
                    self._waiting.get(timeout=patience) if patience else self._waiting.get_nowait()
                )
            except queue.Empty:
                break
            if more is None:
                return group, True
            group.append(more)
        return group, False

    def _commit(self, group: list[_Act[object]]) -> None:
        failed = self._try(group)
        if failed is not None and not isinstance(failed, CommitUnknown) and len(group) > 1:
            for act in group:
                act.failure = self._try([act]) or act.failure
        else:
            for act in group:
                act.failure = failed or act.failure
        for act in group:
            act.settle()

    def _try(self, group: list[_Act[object]]) -> BaseException | None:
        """Commit a group; returns what failed for all of it, in which case none of it stands."""
        for act in group:
            act.failure = None
        runs = list(_runs(group))
        try:
            with self._database.writing() as session:
                if len(runs) == 1:  # whatever fails here fails for the whole transaction
                    _do(session, runs[0])
                else:
                    for run in runs:
                        _attempt(session, run)
        except CommitUnknown as unknown:
            return unknown
        except Exception as failed:  # noqa: BLE001 — the thread must outlive any commit
            return _as_fact(failed)
        except BaseException as failed:  # noqa: BLE001 — the thread must outlive any commit
            return failed
        return None


def _runs(group: list[_Act[object]]) -> Iterator[list[_Act[object]]]:
    """Yield acts that share their statements together, all others alone."""
    found: dict[object, int] = {}
    ordered = sorted(group, key=lambda act: found.setdefault(_kind(act), len(found)))
    for _, run in groupby(ordered, _kind):
        yield list(run)


def _kind(act: _Act[object]) -> object:
    return act if act.batch is _one_by_one else act.batch


def _one_by_one(session: Session, acts: Sequence[Callable[[Session], T]]) -> list[T]:
    return [act(session) for act in acts]


def _do(session: Session, run: list[_Act[object]]) -> None:
    answers = run[0].batch(session, [act.item for act in run])
    require_recorded(session)
    for act, answer in zip(run, answers, strict=True):
        act.answer = answer


def _attempt(session: Session, run: list[_Act[object]]) -> None:
    """Do acts in a savepoint; where it fails, undo what they have left on the session with it."""
    standing = _collected(session)
    try:
        with session.begin_nested():
            _do(session, run)
    except TransactionLost:
        raise
    except Exception as failed:  # noqa: BLE001 — told to the one who waits for this act
        for key in _collected(session):
            del session.info[key]
        session.info.update(standing)
        if len(run) == 1:
            run[0].failure = _as_fact(failed)
        else:
            for act in run:
                _attempt(session, [act])


def _collected(session: Session) -> dict[object, list[object] | dict[object, object] | set[object]]:
    """Copy what acts collect for the commit: entries, rows that changed, words to be found."""
    kept = session.info.items()
    return {key: copy(value) for key, value in kept if isinstance(value, list | dict | set)}


def _as_fact(failed: Exception) -> Exception:
    try:
        refuse_when_full(failed)
    except StorageFull as full:
        return full
    return failed
