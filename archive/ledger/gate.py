"""The gate: acts that arrive together are committed together, each in a savepoint of its own.

One FULL commit costs an fsync, whether it carries one act or sixty-four; so
mail, uploads and viewings that wait at the same moment share one. Each is
acknowledged only after that commit; one that fails takes no other with it.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from archive.database import Database, refuse_when_full
from archive.errors import CommitUnknown, GateClosed, StorageFull, TransactionLost
from archive.ledger.log import require_recorded

MOST_TOGETHER = 64
QUIET = 0.1
"""Seconds without an act after which the doors count as quiet."""

T = TypeVar("T")


class _Act(Generic[T]):
    def __init__(self, run: Callable[[Session], T]) -> None:
        self.run = run
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
        self._thread = threading.Thread(target=self._work, name="gate", daemon=True)
        self._thread.start()

    def submit(self, act: Callable[[Session], T]) -> Future[T]:
        """Queue an act; its future is done when the commit that holds it is durable."""
        item = _Act(act)
        with self._lock:
            if self._closed:
                raise GateClosed("the service is stopping")
            self._latest = time.monotonic()
            self._waiting.put(item)  # type: ignore[arg-type]  # _Act is invariant, the queue is not read as T
        return item.future

    def run(self, act: Callable[[Session], T]) -> T:
        """Submit an act and wait for its commit."""
        return self.submit(act).result()

    def give_way(self, longest: float) -> None:
        """Let whoever stands at the doors go first: return when it is quiet, or after `longest` s.

        Background work calls this before it takes up the next row, so that a
        flood of mail is acknowledged before it is read.
        """
        until = time.monotonic() + longest
        while (now := time.monotonic()) < until and now - self._latest < QUIET:
            time.sleep(QUIET / 2)

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
            group = [first]
            while len(group) < MOST_TOGETHER:
                try:
                    more = self._waiting.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    stopping = True
                    break
                group.append(more)
            self._commit(group)

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
        try:
            with self._database.writing() as session:
                for act in group:
                    _attempt(session, act)
        except BaseException as failed:  # noqa: BLE001 — the thread must outlive any commit
            return failed
        return None


def _attempt(session: Session, act: _Act[object]) -> None:
    """Run one act in a savepoint; undo its entries with it where it fails."""
    entries: list[object] = session.info.setdefault("entries", [])
    standing = len(entries)
    try:
        with session.begin_nested():
            act.answer = act.run(session)
            require_recorded(session)
    except TransactionLost:
        raise
    except Exception as failed:  # noqa: BLE001 — told to the one who waits for this act
        act.failure = _as_fact(failed)
        del entries[standing:]
        session.info["changed"] = {}


def _as_fact(failed: Exception) -> Exception:
    try:
        refuse_when_full(failed)
    except StorageFull as full:
        return full
    return failed
