"""How long one piece of evidence takes to show, against an empty route and one durable commit."""

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

from archive.database import sqlite_module
from tests.bench import doors
from tests.bench.figures import Figure

ROUNDS = 200
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
            with doors.floor("http", folder / "floor") as address:
                empty = _Page(address, "/empty", "")
                commit = _commit(folder / "floor.db")
                share, told = _race(page.get, empty.get, commit)
    yield Figure("evidence page, × (empty route + bare commit)", share, 3, told, at_most=True)


def _race(
    page: Callable[[], None], empty: Callable[[], None], commit: Callable[[], None]
) -> tuple[float, str]:
    for _ in range(20):
        page(), empty(), commit()
    ours, floor = [], []
    for _ in range(ROUNDS):
        ours.append(_milliseconds(page))
        floor.append(_milliseconds(empty) + _milliseconds(commit))
    mine, least = statistics.median(ours), statistics.median(floor)
    return mine / least, f"{mine:.1f} ms, floor {least:.1f} ms"


def _milliseconds(act: Callable[[], None]) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


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
