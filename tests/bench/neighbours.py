"""Who stands beside a flood of hostile files: a small text and a small mail, one a second each.

Two hundred hostile files go through the real door, forty at a time, again and again, while a
neighbour's are timed: until the door says yes, and until they have been read.
"""

from __future__ import annotations

import http.client
import os
import secrets
import smtplib
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from tests.archive.reading.hostile import by_name
from tests.bench.doors import VAERN, Running, service
from tests.bench.figures import Figure

AT_ONCE = 40
QUIET_SECONDS = 8
FLOOD_SECONDS = 40
LONGEST = 120.0
BAR = 1.0
_LOOK = 0.02
_READ = """
    SELECT coalesce(e.filename, json_extract(d.envelope, '$.mail_from'))
    FROM evidence e JOIN deliveries d ON d.evidence_id = e.id
    WHERE e.received_at >= ? AND e.state IN ('read', 'unreadable')
"""
Waits = list[float]


@dataclass
class Neighbour:
    """What one neighbour waited: for the door's yes, and until the thing had been read."""

    receipts: Waits = field(default_factory=list)
    readings: Waits = field(default_factory=list)
    unread: dict[str, Sent] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """When something was sent: for measuring, and as its row may say it."""

    since: float
    at: str


def run() -> Iterator[Figure]:
    """Print by how much the flood delays a neighbour, beside what the same took before it began."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "service"
        with service(folder) as running, closing(_database(folder)) as link:
            _neighbours(running, link, 1)  # the first of all waits for what a start puts off
            quiet = _neighbours(running, link, QUIET_SECONDS)
            with _flood(running.http, _token(folder)) as poured:
                beside = _neighbours(running, link, FLOOD_SECONDS)
    told = f"{poured.value} hostile files, {AT_ONCE} at a time"
    for kind in ("text", "mail"):
        for what, until in (("receipts", "the door says yes"), ("readings", "it has been read")):
            waits, before = getattr(beside[kind], what), getattr(quiet[kind], what)
            yield Figure(
                f"a neighbour's {kind} beside hostile files, until {until}: p95 of delay, seconds",
                p95(waits) - median(before),
                BAR,
                f"p95 {p95(waits):.2f}, median {median(waits):.2f}, worst {max(waits):.2f} of"
                f" {len(waits)}; without them median {median(before):.2f}; {told}",
                at_most=True,
            )


def p95(waits: Waits) -> float:
    """Return the wait that one in twenty exceeds."""
    return quantiles(waits, n=20, method="inclusive")[-1]


@contextmanager
def _flood(address: str, token: str) -> Iterator[Any]:
    """Pour hostile files in from a process of its own; yields the count of those kept."""
    spawned = get_context("spawn")
    ended, poured = spawned.Event(), spawned.Value("i", 0)
    process = spawned.Process(target=_pour, args=(address, token, ended, poured))
    process.start()
    try:
        while process.is_alive() and not poured.value:
            time.sleep(_LOOK)
        yield poured
        if process.exitcode is not None:
            raise RuntimeError("the flood broke off")
    finally:
        ended.set()
        process.join()


def _pour(address: str, token: str, ended: Any, poured: Any) -> None:
    """Hand in forty at a time, each over a connection of its own, until told to stop."""
    files = cycle(by_name().items())
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while not ended.is_set():
            wave = [(f"{poured.value}-{name}", data) for name, data in islice(files, AT_ONCE)]
            list(pool.map(lambda one: _post(address, token, *one), wave))
            poured.value += len(wave)


def _neighbours(running: Running, link: sqlite3.Connection, seconds: int) -> dict[str, Neighbour]:
    """Hand in one text and one mail a second, and wait until all have been read."""
    both = {"text": Neighbour(), "mail": Neighbour()}
    with ThreadPoolExecutor(len(both)) as pool:
        sending = [
            pool.submit(_each_second, act, both[kind], seconds)
            for kind, act in (("text", partial(_text, running)), ("mail", partial(_mail, running)))
        ]
        end = time.monotonic() + seconds + LONGEST
        while any(one.unread for one in both.values()) or not all(one.done() for one in sending):
            if time.monotonic() > end:
                raise TimeoutError("a neighbour's was never read")
            _look(link, list(both.values()))
            time.sleep(_LOOK)
        for one in sending:
            one.result()
    return both


def _each_second(act: Callable[[str], None], neighbour: Neighbour, seconds: int) -> None:
    begin = time.perf_counter()
    for number in range(seconds):
        time.sleep(max(0.0, begin + number - time.perf_counter()))
        name = f"nabo-{secrets.token_hex(6)}@mail.example"
        sent = Sent(time.perf_counter(), f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}")
        neighbour.unread[name] = sent
        act(name)
        neighbour.receipts.append(time.perf_counter() - sent.since)


def _look(link: sqlite3.Connection, both: Collection[Neighbour]) -> None:
    """See from outside which have been read by now."""
    waiting = [one for each in both for one in list(each.unread.values())]
    if not waiting:
        return
    read = {name for (name,) in link.execute(_READ, (min(one.at for one in waiting),))}
    now = time.perf_counter()
    for each in both:
        for name in read & set(each.unread):
            each.readings.append(now - each.unread.pop(name).since)


def _text(running: Running, name: str) -> None:
    words = f"Kære kommune, her er en seddel om støj fra havnen.\n{name}\n"
    _post(running.http, running.token, name, words.encode())


def _mail(running: Running, name: str) -> None:
    host, _, port = running.smtp.partition(":")
    with smtplib.SMTP(host, int(port), timeout=120) as door:
        door.sendmail(
            name,
            ["arkiv@vaern.local"],
            f"From: Bo Ravn <{name}>\r\nTo: arkiv@vaern.local\r\nSubject: Fortov\r\n"
            f"Message-ID: <{name}>\r\n\r\nHej, fortovet er glat.\r\n",
        )


def _post(address: str, token: str, name: str, content: bytes) -> None:
    """Hand one file in; raises where it was not kept."""
    boundary = secrets.token_hex(8)
    body = (
        (
            f"--{boundary}\r\nContent-Disposition: form-data; "
            f'name="files"; filename="{name}"\r\n\r\n'
        ).encode()
        + content
        + f"\r\n--{boundary}--\r\n".encode()
    )
    connection = http.client.HTTPConnection(address, timeout=120)
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": f"multipart/form-data; boundary={boundary}",
    }
    with closing(connection):
        connection.request("POST", "/api/v1/evidence", body, headers)
        answer = connection.getresponse()
        told = answer.read()
    if answer.status != http.HTTPStatus.CREATED:
        raise RuntimeError(f"the door said {answer.status}: {told[:200]!r}")


def _token(folder: Path) -> str:
    """Return a token of somebody else's than the neighbour's."""
    made = subprocess.run(
        [VAERN, "token", "add", "--role", "archivist"],
        env={**os.environ, "VAERN_DATA": str(folder / "data")},
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.strip()


def _database(folder: Path) -> sqlite3.Connection:
    path = folder / "data" / "vaern.db"
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)
