"""A thousand screenshots handed in at once: received, read and told of, on two processors.

`VAERN_BENCH_SHOTS` says how many, for a look in passing.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache
from pathlib import Path

from sqlalchemy import func, select

from archive.database import Database
from archive.reading.language_data import unpack
from archive.records.evidence import ReadingRecord
from archive.records.readings import SlowReadingRecord
from service.casework.evidence.reading_plan import PICTURE_TEXT
from service.casework.operations.verifications import texts_waiting
from tests.archive.reading.screenshots import Look, made
from tests.bench.doors import Running, service
from tests.bench.figures import Figure
from tests.bench.readings import bare_seconds

_SHOTS = int(os.environ.get("VAERN_BENCH_SHOTS", "1000"))
_LONGEST = 3_600.0
_EVERY = 20.0
_FACES = 4
_BASES = 60


def run() -> Iterator[Figure]:
    """Hand the screenshots in, print how far the line is, and measure it against bare Tesseract."""
    unpack()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        floor = _floor(folder)
        for number in range(_BASES):
            _base(number)
        with (
            service(folder / "service") as running,
            closing(Database(f"sqlite:///{folder / 'service' / 'data' / 'vaern.db'}")) as database,
        ):
            start = time.perf_counter()
            handed = _hand_in_all(running)
            most_told = _follow(database, start)
            seconds = time.perf_counter() - start
            read = _read(database)
        floor = (floor + _floor(folder)) / 2  # the machine may have been busy at either end
    if read != _SHOTS:
        raise RuntimeError(f"{read} of {_SHOTS} screenshots have been read")
    told = (
        f"{_SHOTS} in {seconds:.0f} s, {_SHOTS / seconds:.1f} a second; all received after "
        f"{handed:.0f} s, then up to {most_told} told as waiting"
    )
    ratio = seconds / (floor * _SHOTS)
    yield Figure(
        "screenshots through the service, with all else: time to bare Tesseract",
        ratio,
        2.0,
        told,
        True,
    )


@cache
def _base(number: int) -> bytes:
    look = Look(face=number % _FACES, width=750, comments=3, dark=number % 3 == 1, kind="JPEG")
    return made(look, number).data


def _shot(number: int) -> bytes:
    """Return one of the pictures, with a comment (ITU-T T.81 §B.2.4.5) that makes it its own."""
    data, comment = _base(number % _BASES), str(number).encode()
    return data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + data[2:]


def _floor(folder: Path) -> float:
    """Return the seconds for a picture where two bare processes share the machine."""
    paths = []
    for number in range(0, _BASES, 3):  # the light ones, which bare Tesseract reads as well
        paths.append(folder / f"{number}.jpg")
        paths[-1].write_bytes(_shot(number))
    with ThreadPoolExecutor(2) as pool:
        each = pool.map(bare_seconds, (paths[::2], paths[1::2]))
        return sum(each) / 2 / len(paths)


def _hand_in_all(running: Running) -> float:
    start = time.perf_counter()
    connection = http.client.HTTPConnection(running.http, timeout=60)
    for number in range(_SHOTS):
        boundary = secrets.token_hex(8)
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="files"; '
            f'filename="{number}.jpg"\r\n\r\n'
        )
        body = head.encode() + _shot(number) + f"\r\n--{boundary}--\r\n".encode()
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Authorization": f"Bearer {running.token}",
        }
        connection.request("POST", "/api/v1/evidence", body, headers)
        answer = connection.getresponse()
        told = answer.read()
        if answer.status != http.HTTPStatus.CREATED:
            raise RuntimeError(f"the door said {answer.status}: {json.loads(told)}")
    connection.close()
    return time.perf_counter() - start


def _follow(database: Database, start: float) -> int:
    """Print what *Operations* tells until nothing waits; return the most that it said waits."""
    most, next_line = 0, 0.0
    while (passed := time.perf_counter() - start) < _LONGEST:
        with database.reading() as session:
            waiting, read, _ = texts_waiting(session)
            known = session.scalar(select(func.count()).select_from(SlowReadingRecord)) or 0
        most = max(most, waiting)
        if passed >= next_line:
            print(f"     {passed:5.0f} s  {waiting} wait, {read} read", flush=True)
            next_line = passed + _EVERY
        if known == _SHOTS and not waiting:
            return most
        time.sleep(0.5)
    raise RuntimeError(f"{waiting} still wait after {_LONGEST:.0f} s")


def _read(database: Database) -> int:
    query = select(func.count(ReadingRecord.evidence_id.distinct())).where(
        ReadingRecord.reader == PICTURE_TEXT, ReadingRecord.reason.is_(None)
    )
    with database.reading() as session:
        return session.scalar(query) or 0
