"""Lists behind rights, and a crowd at the sign-in: nobody's rights or haste slow the others down.

A leader who sees 10,000 of 1,000,000 cases opens the list as fast as somebody who sees them all;
while a hundred people sign in at once, the pages of others still come.
`BENCH_CASES=100000 ./run bench people` takes fewer cases.
"""

from __future__ import annotations

import http.client
import os
import re
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select

from archive.database import Database
from archive.records.cases import CaseRecord
from archive.records.people import UnitRecord
from tests.bench import doors
from tests.bench.figures import Figure

CASES = int(os.environ.get("BENCH_CASES", "1000000"))
UNITS = 100
"""So a unit has a hundredth of the cases: 10,000 of a million."""
PAGES = 40
ROUNDS = 5
CROWD = 100
QUIET = 100
"""So many pages are asked for while nobody signs in."""
PASSWORD = "hegn-mose-kyst-sejl-skov-12"
LEADER, LAWYER = "leder@vaern.example", "jurist@vaern.example"
"""Who sees the cases of one unit, and who sees them all."""
_BATCH = 20_000
_START = datetime(2020, 1, 1, tzinfo=UTC)
_OLDER = re.compile(r'href="(/cases\?[^"]*before=[^"]*)"')


def run() -> Iterator[Figure]:
    """Measure the list of cases for both people, then a leader's pages beside a crowd."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "service"
        with doors.service(folder) as service:
            _add(folder, LEADER, "--role", "leader", "--unit", "Enhed 0")
            _add(folder, LAWYER, "--role", "lawyer", "--everywhere")
            started = time.perf_counter()
            _fill(folder / "data" / "vaern.db")
            print(f"{CASES} cases written in {time.perf_counter() - started:.0f} s", flush=True)
            yield _lists(service.http)
            yield _crowd(service.http)


def _lists(address: str) -> Figure:
    """Compare the same screens, one after the other, page by page."""
    some, everything = _Browser(address, LEADER), _Browser(address, LAWYER)
    mine, theirs = [], []
    at = ["/cases?closed=1", "/cases?closed=1"]
    for _ in range(PAGES):
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(ROUNDS):
            for own, browser, path in zip(times, (some, everything), at, strict=True):
                own.append(browser.timed(path))
        mine.append(min(times[0]))
        theirs.append(min(times[1]))
        at = [some.older(at[0]), everything.older(at[1])]
    share = _p95(mine) / _p95(theirs)
    told = f"p95 {_p95(mine) * 1000:.1f} ms beside {_p95(theirs) * 1000:.1f} ms; {PAGES} screens"
    return Figure(f"list for one unit of {CASES} cases, × all", share, 1.5, told, at_most=True)


def _crowd(address: str) -> Figure:
    """Ask for a page again and again while a hundred people come in at once."""
    reader = _Browser(address, LEADER)
    quiet = _p95([reader.timed("/cases") for _ in range(QUIET)])
    came = threading.Event()
    with ThreadPoolExecutor(CROWD) as crowd:
        coming = [crowd.submit(_came_in, address, came) for _ in range(CROWD)]
        started = time.perf_counter()
        came.set()
        meanwhile = []
        while not all(one.done() for one in coming):
            meanwhile.append(reader.timed("/cases"))
        took = time.perf_counter() - started
        waited = sum(one.result() for one in coming)
    busy = _p95(meanwhile)
    told = (
        f"p95 {busy * 1000:.0f} ms beside {quiet * 1000:.0f} ms; all in after {took:.1f} s,"
        f" told to wait {waited} times, {len(meanwhile)} pages meanwhile"
    )
    return Figure(f"others' pages while {CROWD} sign in, ×", busy / quiet, 3, told, at_most=True)


def _came_in(address: str, came: threading.Event) -> int:
    """Sign in, waiting as often as the service says; returns how often that was."""
    came.wait(30)
    for waited in range(100):
        answer = _sign_in(address, LAWYER)
        if answer.status == http.HTTPStatus.SEE_OTHER:
            return waited
        if answer.status != http.HTTPStatus.TOO_MANY_REQUESTS:
            raise RuntimeError(f"signing in said {answer.status}")
        time.sleep(float(answer.headers.get("Retry-After", "1")))
    raise RuntimeError("never came in")


class _Browser:
    """One person's kept-open connection."""

    def __init__(self, address: str, who: str) -> None:
        found = _sign_in(address, who).headers.get_all("Set-Cookie") or []
        self._cookie = "; ".join(one.partition(";")[0] for one in found)
        self._connection = http.client.HTTPConnection(address, timeout=60)

    def get(self, path: str) -> str:
        self._connection.request("GET", path, headers={"Cookie": self._cookie})
        answer = self._connection.getresponse()
        page = answer.read().decode()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{path} said {answer.status}")
        return page

    def timed(self, path: str) -> float:
        """Return how many seconds a page takes."""
        start = time.perf_counter()
        self.get(path)
        return time.perf_counter() - start

    def older(self, path: str) -> str:
        """Return where the list goes on."""
        found = _OLDER.search(self.get(path))
        if found is None:
            raise RuntimeError(f"{path} leads no further")
        return unescape(found[1])


def _sign_in(address: str, who: str) -> http.client.HTTPResponse:
    with closing(http.client.HTTPConnection(address, timeout=60)) as connection:
        form = urllib.parse.urlencode({"email": who, "password": PASSWORD})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/sign-in", form, headers)
        answer = connection.getresponse()
        answer.read()
    return answer


def _add(folder: Path, who: str, *more: str) -> None:
    subprocess.run(
        [doors.VAERN, "user", "add", who, "--name", who, *more, "--password-stdin"],
        env={**os.environ, "VAERN_DATA": str(folder / "data")},
        input=PASSWORD,
        text=True,
        check=True,
        capture_output=True,
        cwd=folder,
    )


def _fill(path: Path) -> None:
    """Write cases past the service: what is measured is how they are listed."""
    with closing(Database(f"sqlite:///{path}")) as database:
        with database.reading() as session:
            first = session.scalars(select(UnitRecord.id)).one()
        others = [uuid4() for _ in range(UNITS - 1)]
        with database.engine.begin() as link:
            rows = [{"id": one, "name": f"Enhed {n}"} for n, one in enumerate(others, 1)]
            link.execute(insert(UnitRecord), rows)
        for start in range(0, CASES, _BATCH):
            cases = _cases(range(start, min(CASES, start + _BATCH)), [first, *others])
            with database.engine.begin() as link:
                link.execute(insert(CaseRecord), cases)


def _cases(numbers: range, units: list[UUID]) -> list[dict[str, Any]]:
    rows = []
    for number in numbers:
        opened = _START + timedelta(minutes=3 * number)
        rows.append(
            {
                "id": uuid4(),
                "number": f"{opened.year}-{number:07d}",
                "unit_id": units[number % UNITS],
                "procedure": "ishoej",
                "procedure_version": "1",
                "opened_at": opened,
                "opened_by": "system",
                "closed_at": opened + timedelta(days=40) if number // UNITS % 5 else None,
                "closed_by": "system" if number // UNITS % 5 else None,
            }
        )
    return rows


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]
