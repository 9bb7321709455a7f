"""The embedded engine: it wakes workers and spreads rows over them; the rows themselves know.

APScheduler (memory store) gives the time: a sweep at start and every five
seconds. `wake` does the same at once, after a commit. Each kind has a bounded
pool; a worker claims one row at a time, so that nothing is claimed and left
lying. Several engines may run on one PostgreSQL: the fence keeps them apart.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from apscheduler.schedulers.background import BackgroundScheduler

from service.installation import Installation
from service.jobs.claims import Claim, any_due, claim_next, put_off, renew
from service.jobs.errors import FenceMoved, TryLater
from service.jobs.kinds import Kind, Picker
from service.log_lines import logger, request_id, told

SWEEP_SECONDS: Final = 5
LONGEST_WORK_SECONDS: Final = 900
"""After so long a claim is no longer renewed: the worker hangs, and another may try."""


@dataclass
class _Lane:
    """One kind's workers: how many are at it, how many of these look, and if there is more."""

    kind: Kind
    pool: ThreadPoolExecutor
    picker: Picker | None
    active: int = 0
    looking: int = 0
    told: bool = False
    held: dict[Claim, float] = field(default_factory=dict)


class Engine:
    """Runs every kind of work of one installation in this process."""

    def __init__(self, installation: Installation, kinds: Iterable[Kind]) -> None:
        self._installation = installation
        self.worker = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._lock = threading.Condition()
        self._stopping = False
        self._lanes = {
            kind.name: _Lane(
                kind,
                ThreadPoolExecutor(kind.at_once, thread_name_prefix=kind.name),
                kind.picker() if kind.picker else None,
            )
            for kind in kinds
        }
        self._scheduler: Any = BackgroundScheduler(  # type: ignore[no-untyped-call]  # APScheduler has no types
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def regularly(self, name: str, act: Callable[[Installation], None], seconds: int) -> None:
        """Do something every so often, first at the start; its failure stops nothing."""

        def guarded() -> None:
            try:
                act(self._installation)
            except Exception as failed:  # noqa: BLE001 — the next time may go better
                logger().error("regular.failed", act=name, **told(failed))

        self._scheduler.add_job(
            guarded,
            "interval",
            seconds=seconds,
            id=name,
            next_run_time=self._installation.clock.now(),
        )

    def start(self) -> None:
        """Look at once for what a stop or crash left, and from then on every five seconds."""
        self._scheduler.add_job(self.sweep, "interval", seconds=SWEEP_SECONDS, id="sweep")
        self._scheduler.start()
        self.sweep()

    @property
    def is_running(self) -> bool:
        """Whether it takes on work."""
        return bool(self._scheduler.running) and not self._stopping

    def wake(self, name: str, about: str | None = None) -> None:
        """Let a worker of this kind look for rows now; a kind that is not run here is no matter.

        `about` is what is known of the rows (a media type): lanes that take no such are let be.
        """
        lanes = [one for one in self._lanes.values() if _is_told(one.kind, name, about)]
        with self._lock:
            if self._stopping:
                return
            for lane in lanes:
                self._spread(lane)

    def sweep(self) -> None:
        """Renew what is being worked on, and wake every kind."""
        self._renew_held()
        for name in self._lanes:
            self.wake(name)

    def stop(self, timeout: float) -> bool:
        """Take on nothing more and wait for the work at hand; False where some is left behind.

        What is left behind is claimed again when its lease ends: nothing is lost.
        """
        last = time.monotonic() + timeout
        with self._lock:
            self._stopping = True
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        with self._lock:
            while any(lane.active for lane in self._lanes.values()):
                left = last - time.monotonic()
                if left <= 0 or not self._lock.wait(left):
                    break
            rested = not any(lane.active for lane in self._lanes.values())
        for lane in self._lanes.values():
            lane.pool.shutdown(wait=rested, cancel_futures=True)
        return rested

    def rest(self, timeout: float) -> bool:
        """Wait until no worker has anything in hand; False after `timeout` seconds."""
        last = time.monotonic() + timeout
        with self._lock:
            while any(lane.active or lane.told for lane in self._lanes.values()):
                left = last - time.monotonic()
                if left <= 0 or not self._lock.wait(left):
                    return False
        return True

    def _work(self, lane: _Lane) -> None:
        """Work off a kind's rows until none waits, or another looks for them."""
        while (claim := self._claimed(lane)) is not None:
            try:
                perform_one(self._installation, lane.kind, claim, self.wake)
            finally:
                with self._lock:
                    lane.held.pop(claim, None)
            with self._lock:
                if lane.looking:
                    lane.active -= 1
                    self._lock.notify_all()
                    return
                lane.looking += 1

    def _claimed(self, lane: _Lane) -> Claim | None:
        """Return a claim; None, this worker counted off, when none waits and none was told of.

        Both stand under one lock: a wake is either seen here or finds a free place. One looks
        for all: it calls the next as soon as it has found something.
        """
        while True:
            with self._lock:
                lane.told = False
            if not self._stopping:
                self._installation.gate.give_way(lane.kind.gives_way)
            claim = None if self._stopping else self._next(lane)
            with self._lock:
                if claim is not None:
                    lane.held[claim] = time.monotonic()
                    lane.looking -= 1
                    self._spread(lane)
                    return claim
                if not lane.told or self._stopping:
                    lane.looking -= 1
                    lane.active -= 1
                    self._lock.notify_all()
                    return None

    def _spread(self, lane: _Lane) -> None:
        """Let a worker of this kind look, where none does and there is room; under the lock."""
        lane.told = True
        if not lane.looking and lane.active < lane.kind.at_once and not self._stopping:
            lane.active += 1
            lane.looking += 1
            lane.pool.submit(self._work, lane)

    def _next(self, lane: _Lane) -> Claim | None:
        kind, now = lane.kind, self._installation.clock.now()
        try:
            while not self._stopping:
                # Looking first costs no writer anything; most looks find nothing.
                only: UUID | None = None
                with self._installation.database.reading() as session:
                    if lane.picker is not None:
                        only = lane.picker.pick(session, now)
                        if only is None:
                            return None
                    elif not any_due(session, kind.table, kind.waiting(), now):
                        return None
                with self._installation.database.writing() as session:
                    claim = claim_next(
                        session,
                        kind.table,
                        kind.waiting(),
                        worker=self.worker,
                        now=now,
                        on_claim=kind.on_claim,
                        only=only,
                    )
                if claim is not None or only is None:
                    return claim
        except Exception as failed:  # noqa: BLE001 — a database that is away for a moment ends no worker
            logger().error("job.claim_failed", kind=kind.name, **told(failed))
        return None

    def _renew_held(self) -> None:
        oldest = time.monotonic() - LONGEST_WORK_SECONDS
        with self._lock:
            held = [
                (lane.kind, claim)
                for lane in self._lanes.values()
                for claim, since in lane.held.items()
                if since > oldest
            ]
        if not held:
            return
        now = self._installation.clock.now()
        try:
            with self._installation.database.writing() as session:
                for kind, claim in held:
                    renew(session, kind.table, claim, now)
        except Exception as failed:  # noqa: BLE001 — the next sweep tries again, well before the lease ends
            logger().error("job.renewal_failed", **told(failed))


def perform_one(installation: Installation, kind: Kind, claim: Claim, wake: object = None) -> None:
    """Do one claimed row's work, and never raise: put off what fails, give up after enough.

    Any driver may call this (a Procrastinate task as well as the embedded engine).
    """
    waker = wake if callable(wake) else _nobody
    request_id.set(f"{kind.name}:{claim.id}:{claim.fence}")
    log = logger()
    try:
        if claim.attempts > kind.most_attempts:
            kind.give_up(installation, claim, "too_many_attempts")
            log.warning("job.given_up", kind=kind.name, id=claim.id, attempts=claim.attempts)
        else:
            kind.perform(installation, claim, waker)
    except FenceMoved:
        log.warning("job.taken_over", kind=kind.name, id=claim.id)
    except Exception as failed:  # noqa: BLE001 — a job that raises never stops the engine
        _after_failure(installation, kind, claim, failed)
    finally:
        request_id.set(None)


def _after_failure(installation: Installation, kind: Kind, claim: Claim, failed: Exception) -> None:
    code = failed.code if isinstance(failed, TryLater) else type(failed).__name__
    log = logger()
    log.warning("job.failed", kind=kind.name, id=claim.id, code=code, **told(failed))
    try:
        if claim.attempts >= kind.most_attempts:
            kind.give_up(installation, claim, code)
            log.error("job.given_up", kind=kind.name, id=claim.id, code=code)
            return
        with installation.database.writing() as session:
            put_off(session, kind.table, claim, code, installation.clock.now())
    except Exception as again:  # noqa: BLE001 — the lease ends by itself; the sweep comes back
        # Not `exception`: the text of an error may quote what was read.
        log.error("job.not_put_off", kind=kind.name, id=claim.id, **told(again))  # noqa: TRY400 — see above


def _is_told(kind: Kind, name: str, about: str | None) -> bool:
    if name not in (kind.name, kind.woken_as):
        return False
    return about is None or kind.takes is None or kind.takes(about)


def _nobody(_kind: str) -> None:
    """Wake no one: the sweep finds the rows."""
