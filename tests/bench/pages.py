"""How long one piece of evidence takes to show, against an empty route and one durable commit.

The empty route is what FastAPI costs that does nothing: a plain `def` route of an application of
its own, under the same uvicorn and the same client. The commit is SQLite's, with FULL
synchronisation, on the same disk. They take turns with the page, so that what disturbs one
disturbs the other. Beside the time on the wall stands that of the processor: on a busy machine
the first tells more of how long everybody waits for a turn.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from archive.database import sqlite_module
from tests.bench import doors
from tests.bench.figures import Figure

WARM, ROUNDS = 50, 300
PASSWORD = "hegn-mose-kyst-sejl-skov-12"
WHO = "maaler@vaern.example"
MAIL = (
    "From: Ravn <ravn@post.example>\r\nTo: arkiv@vaern.local\r\nSubject: Hej\r\n"
    "Message-ID: <{}@bench>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "\r\nDet her er en mail om en sag, med nogle linjer tekst.\r\n"
)


def run() -> Iterator[Figure]:
    """Measure the page of a mail that has been read, as its archivist sees it."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with doors.service(folder / "service") as service:
            cookie = _signed_in(service, folder / "service")
            page = _Page(service.http, _mail_page(service), cookie)
            with doors.floor("page", folder / "floor") as address:
                empty = _Page(address, "/empty", "")
                commit = _commit(folder / "floor.db")
                share, told = _race(
                    _Timed(page.get, service.pid),
                    _Timed(empty.get, _listening_at(address)),
                    _Timed(commit),
                )
    yield Figure("evidence page, × (empty route + bare commit)", share, 3, told, at_most=True)


class _Timed:
    """An act with its times in milliseconds: on the wall, and of the processor that serves it."""

    def __init__(self, act: Callable[[], None], pid: int | None = None) -> None:
        self._act = act
        self._server = psutil.Process(pid) if pid is not None else None
        self._before = self._own = 0.0
        self.wall: list[float] = []

    def begin(self) -> None:
        """Count from here: what went before has warmed everything up."""
        self.wall, self._own, self._before = [], 0.0, self._served()

    def once(self) -> None:
        """Do it once."""
        own, start = time.thread_time(), time.perf_counter()
        self._act()
        self.wall.append((time.perf_counter() - start) * 1000)
        self._own += (time.thread_time() - own) * 1000

    def processor(self) -> float:
        """Return the mean of the serving process; of our own where no other serves."""
        spent = self._served() - self._before if self._server else self._own
        return spent / len(self.wall)

    def _served(self) -> float:
        if self._server is None:
            return 0.0
        times = self._server.cpu_times()
        return float(times.user + times.system) * 1000


def _race(page: _Timed, empty: _Timed, commit: _Timed) -> tuple[float, str]:
    for count in (WARM, ROUNDS):
        for one in (page, empty, commit):
            one.begin()
        for _ in range(count):
            for one in (page, empty, commit):
                one.once()
    mine = statistics.median(page.wall)
    least = statistics.median(map(sum, zip(empty.wall, commit.wall, strict=True)))
    ours, theirs = page.processor(), empty.processor() + commit.processor()
    said = f"processor {ours / theirs:.2f} ({ours:.1f} ms, floor {theirs:.1f} ms)"
    return mine / least, f"{mine:.1f} ms, floor {least:.1f} ms; {said}"


def _listening_at(address: str) -> int:
    """Return which of our own children serves at an address."""
    port = int(address.rpartition(":")[2])
    for child in psutil.Process().children(recursive=True):
        if any(one.laddr.port == port for one in child.net_connections("tcp") if one.laddr):
            return int(child.pid)
    raise RuntimeError(f"nobody serves at {address}")


class _Page:
    """One kept-open connection that asks for one page again and again."""

    def __init__(self, address: str, path: str, cookie: str) -> None:
        self._connection = http.client.HTTPConnection(address, timeout=60)
        self._path, self._headers = path, {"Cookie": cookie} if cookie else {}

    def get(self) -> None:
        """Ask once; anything but 200 is a fault of the benchmark."""
        self._connection.request("GET", self._path, headers=self._headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{self._path} said {answer.status}")


def _commit(path: Path) -> Callable[[], None]:
    database = sqlite_module().connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE kept (name TEXT)")

    def commit() -> None:
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO kept VALUES ('x')")
        database.execute("COMMIT")

    return commit


def _signed_in(service: doors.Running, folder: Path) -> str:
    """Add an archivist and sign in as a browser does; returns the cookies."""
    command = (doors.VAERN, "user", "add", WHO, "--name", "Måler", "--role", "archivist")
    environment = {**os.environ, "VAERN_DATA": str(folder / "data")}
    subprocess.run(
        [*command, "--password-stdin"],
        env=environment,
        input=PASSWORD,
        text=True,
        check=True,
        capture_output=True,
        cwd=folder,
    )
    connection = http.client.HTTPConnection(service.http, timeout=60)
    form = urllib.parse.urlencode({"email": WHO, "password": PASSWORD})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", form, headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != http.HTTPStatus.SEE_OTHER:
        raise RuntimeError(f"signing in said {answer.status}")
    return _cookies(answer)


def _cookies(answer: http.client.HTTPResponse) -> str:
    found = answer.headers.get_all("Set-Cookie") or []
    return "; ".join(one.partition(";")[0] for one in found)


def _mail_page(service: doors.Running) -> str:
    """Hand in a mail, and return its page once it has been read."""
    doors.send_mail(service.smtp, MAIL.format(os.urandom(8).hex()))
    connection = http.client.HTTPConnection(service.http, timeout=60)
    headers = {"Authorization": f"Bearer {service.token}"}
    for _ in range(600):
        connection.request("GET", "/api/v1/evidence", headers=headers)
        items = json.loads(connection.getresponse().read())["items"]
        if items and items[0]["state"] == "read":
            return f"/evidence/{items[0]['id']}"
        time.sleep(0.1)
    raise RuntimeError("the mail was never read")
