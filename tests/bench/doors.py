"""How fast the doors say yes, against the bare floor with the same client in the same run.

Also how much memory a large upload and an idle service take.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from tests.bench.figures import Figure

CONNECTIONS = 8
ROUNDS = 9
"""The machine's own speed swings by a third between two rounds; the median of few would too."""
LOOK_SECONDS, MOST_LOOKS, RESTS_BELOW = 0.5, 600, 0.06
"""A service rests that uses less than so much of one processor for half a second."""
MIB = 1024 * 1024
VAERN = Path(sys.executable).with_name("vaern")


@dataclass(frozen=True)
class Running:
    """A service under test: where its doors are, a token, its process."""

    http: str
    smtp: str
    token: str
    pid: int


def run() -> Iterator[Figure]:
    """Measure both doors and the memory."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with service(folder / "service") as running:
            idle = _memory(running.pid)
            yield Figure("idle service, MiB (PSS, with its starter)", idle, 250, at_most=True)
            yield _http(running, folder)
            yield _smtp(running, folder, size=20_000, count=40, bar=0.6)
            yield _smtp(running, folder, size=2_000_000, count=4, bar=0.8)
            yield _large_upload(running)


def _http(running: Running, folder: Path) -> Figure:
    body, boundary = _multipart(200_000)
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    ours = _HttpClient(running.http, "/api/v1/evidence", headers, running.token)
    with floor("http", folder / "http") as address:
        bare = _HttpClient(address, "/", headers, "")
        share, told = _race(
            lambda: ours.send_all(body, 25),
            lambda: bare.send_all(body, 25),
            25 * CONNECTIONS,
            running.pid,
        )
    return Figure("receive 200 kB over HTTP, 8 at a time", share, 0.6, told)


def _smtp(running: Running, folder: Path, *, size: int, count: int, bar: float) -> Figure:
    with floor("smtp", folder / f"smtp-{size}") as address:
        share, told = _race(
            lambda: _mail_all(running.smtp, size, count),
            lambda: _mail_all(address, size, count),
            count * CONNECTIONS,
            running.pid,
        )
    return Figure(f"receive {size // 1000} kB over SMTP, 8 connections", share, bar, told)


def _race(
    ours: Callable[[], None], bare: Callable[[], None], count: int, pid: int
) -> tuple[float, str]:
    """Take turns, and return the median of the shares of the floor's speed.

    What was handed in is read once the doors are quiet. A floor that ran meanwhile would be
    slowed by that, and we should look the faster for it: so each waits until the other rests.
    """
    ours(), bare()
    shares, speeds = [], []
    for _ in range(ROUNDS):
        _until_it_rests(pid)
        floor = _seconds(bare)
        mine = _seconds(ours)
        shares.append(floor / mine)
        speeds.append((count / mine, count / floor))
    best = max(speeds)
    return statistics.median(shares), f"best {best[0]:.0f}/s, floor then {best[1]:.0f}/s"


def _until_it_rests(pid: int) -> None:
    """Wait until a service and what it has started use hardly any processor for a while."""
    process = psutil.Process(pid)
    before = _spent(process)
    for _ in range(MOST_LOOKS):
        time.sleep(LOOK_SECONDS)
        spent = _spent(process)
        if spent - before < RESTS_BELOW * LOOK_SECONDS:
            return
        before = spent
    raise RuntimeError("the service is never at rest")


def _spent(process: psutil.Process) -> float:
    """Return the processor's seconds of a process and of what it has started."""
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def _seconds(act: Callable[[], None]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


class _HttpClient:
    """Eight kept-open connections that send one body again and again."""

    def __init__(self, address: str, path: str, headers: dict[str, str], token: str) -> None:
        self._address, self._path = address, path
        self._headers = dict(headers)
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def send_all(self, body: bytes, each: int) -> None:
        """Send `each` bodies over each of the connections; every one must be acknowledged."""
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(lambda _: self._send(body, each), range(CONNECTIONS)))

    def _send(self, body: bytes, each: int) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=60)
        for _ in range(each):
            # Fresh bytes each time: equal ones would be a retry, and join the first.
            fresh = body.replace(b"@" * 32, secrets.token_hex(16).encode(), 1)
            connection.request("POST", self._path, fresh, self._headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.HTTPStatus.CREATED:
                raise RuntimeError(f"the door said {answer.status}")
        connection.close()


def _mail_all(address: str, size: int, each: int) -> None:
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(lambda _: _mail(address, size, each), range(CONNECTIONS)))


def _mail(address: str, size: int, each: int) -> None:
    host, _, port = address.partition(":")
    lines = (secrets.token_hex(35) + "\r\n") * (size // 72)
    with smtplib.SMTP(host, int(port), timeout=120) as door:
        for _ in range(each):
            head = f"From: x@mail.example\r\nMessage-ID: <{secrets.token_hex(8)}@b>\r\n\r\n"
            door.sendmail("x@mail.example", ["arkiv@vaern.local"], head + lines)


def send_mail(address: str, content: str) -> None:
    """Send one mail to the archive."""
    host, _, port = address.partition(":")
    with smtplib.SMTP(host, int(port), timeout=120) as door:
        door.sendmail("x@mail.example", ["arkiv@vaern.local"], content.encode())


def _large_upload(running: Running) -> Figure:
    """Send 2 GB and watch how far the process rises above its size before."""
    before = highest = _memory(running.pid)
    boundary, block = secrets.token_hex(8), os.urandom(MIB)
    head = _part_head(boundary)
    tail = f"\r\n--{boundary}--\r\n".encode()
    connection = http.client.HTTPConnection(running.http, timeout=600)
    connection.putrequest("POST", "/api/v1/evidence")
    connection.putheader("Authorization", f"Bearer {running.token}")
    connection.putheader("Content-Type", f"multipart/form-data; boundary={boundary}")
    connection.putheader("Content-Length", str(len(head) + 2048 * MIB + len(tail)))
    connection.endheaders(head)
    for number in range(2048):
        connection.send(block)
        if number % 32 == 0:
            highest = max(highest, _memory(running.pid))
    connection.send(tail)
    status = connection.getresponse().status
    if status != http.HTTPStatus.CREATED:
        raise RuntimeError(f"the door said {status}")
    return Figure("rise during a 2 GB upload, MiB", highest - before, 64, at_most=True)


def _memory(pid: int) -> float:
    """Return the proportional memory of a process and its children, in MiB."""
    process = psutil.Process(pid)
    total = 0
    for one in (process, *process.children(recursive=True)):
        try:
            total += one.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return total / MIB


def _multipart(size: int) -> tuple[bytes, str]:
    boundary = secrets.token_hex(8)
    data = b"@" * 32 + os.urandom(size - 32)
    return _part_head(boundary) + data + f"\r\n--{boundary}--\r\n".encode(), boundary


def _part_head(boundary: str) -> bytes:
    return (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="a.bin"\r\n\r\n'
    ).encode()


@contextmanager
def floor(kind: str, folder: Path) -> Iterator[str]:
    folder.mkdir()
    command = [sys.executable, "-m", "tests.bench.floors", kind, str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as floor:
        yield _first_line(floor.stdout)
        floor.communicate(timeout=30)


def _first_line(stream: IO[str] | None) -> str:
    if stream is None:
        raise RuntimeError("the floor has no output")
    return stream.readline().strip()


@contextmanager
def service(folder: Path) -> Iterator[Running]:
    """Start the real service in a folder of its own."""
    folder.mkdir()
    doors = dict.fromkeys(("VAERN_HTTP", "VAERN_EVIDENCE_HTTP", "VAERN_SMTP"), "127.0.0.1:0")
    environment = {**os.environ, **doors, "VAERN_DATA": str(folder / "data")}
    made = subprocess.run(
        [VAERN, "token", "add", "--role", "archivist"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
    )
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen([VAERN, "serve"], env=environment, stderr=log, cwd=folder) as process,
    ):
        try:
            listening = folder / "data" / "listening.json"
            for _ in range(600):
                if listening.exists():
                    break
                time.sleep(0.1)
            doors = json.loads(listening.read_bytes())
            yield Running(
                doors["http"].removeprefix("http://"),
                doors["smtp"],
                made.stdout.strip(),
                process.pid,
            )
        finally:
            process.terminate()
            process.wait(60)
