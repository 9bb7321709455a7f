"""Work without doors: the same engine as in `serve`, in a process of its own (PostgreSQL only)."""

from __future__ import annotations

import signal
import threading

import structlog

from service.installation import opened
from service.jobs.every_kind import make_engine
from service.settings import Settings

log = structlog.get_logger("vaern.working")


def work_until_stopped(settings: Settings) -> None:
    """Claim and do work until SIGINT or SIGTERM; any number of such processes may run."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with opened(settings) as installation:
        installation.confinement.start()
        engine = make_engine(installation)
        engine.start()
        log.info("working")
        stopping.wait()
        engine.stop(settings.stop_seconds)
