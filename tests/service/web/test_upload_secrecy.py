"""No byte of an upload lies unsealed anywhere, and one slow sender keeps nobody waiting."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from archive.vault.vault import SEGMENT_SIZE
from tests.service.beginnings import verified
from tests.service.senders import digest
from tests.service.served import PATIENCE, Service, serving, temporary
from tests.service.web.doors import API, BOUNDARY, KIND, form, part

MARKER = b"MARKER-4c1f-d\xc3\xb8dstrussel"
CONTENT = (MARKER + b" og mere af det samme.\n") * 80_000
"""About 3.5 MB: several turns of the stream."""


@pytest.fixture(scope="module")
def service(
    beginning: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Service, str]]:
    data = shutil.copytree(beginning[0], tmp_path_factory.mktemp("secrecy") / "data")
    with serving(data) as running:
        yield running, beginning[1]


@contextmanager
def stalled(service: Service, token: str, body: bytes, length: int) -> Iterator[socket.socket]:
    """Send the beginning of an upload, and leave it there."""
    address = httpx.URL(service.http)
    head = (
        f"POST {API} HTTP/1.1\r\nHost: {address.host}\r\nContent-Length: {length}\r\n"
        f"Content-Type: {KIND}\r\nAuthorization: Bearer {token}\r\n\r\n"
    )
    with socket.create_connection((address.host, address.port or 80), PATIENCE) as sender:
        sender.sendall(head.encode() + body)
        yield sender


def answer_of(sender: socket.socket) -> tuple[int, dict[str, object]]:
    """Read an answer to its end."""
    received = b""
    while b"\r\n\r\n" not in received or not received.rstrip().endswith(b"}"):
        more = sender.recv(65_536)
        if not more:
            break
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def unsealed(service: Service, *markers: bytes) -> list[str]:
    """Name each place where a marker can be read: files, temporary files, logs, deleted files."""
    roots = [service.data, temporary(service.data), Path("/tmp"), Path("/dev/shm")]  # noqa: S108 — looked through, not written
    files = {service.log, *(service.data.parent.glob("*"))}
    for root in roots[:2]:
        files.update(root.rglob("*"))
    for root in roots[2:]:
        files.update(root.glob("*"))  # what a careless library would have put there
    opened = Path(f"/proc/{service.process.pid}/fd")
    files.update(opened.iterdir())  # a file without a name can be read through its descriptor
    return [str(path) for path in sorted(files) if _holds(path, markers)]


def _holds(path: Path, markers: tuple[bytes, ...]) -> bool:
    try:
        content = path.read_bytes() if path.is_file() else b""
    except OSError:
        return False  # gone in the meantime
    return any(marker in content for marker in markers)


def test_no_byte_lies_unsealed_while_an_upload_stalls_nor_after_it(
    service: tuple[Service, str],
) -> None:
    running, token = service
    note = b"Fra NOTE-77 min telefon"
    body = form(part("note", note), part("files", CONTENT, "NAVN-31.txt"))
    cut = len(body) - 900_000
    with stalled(running, token, body[:cut], len(body)) as sender:
        _until_some_of_it_is_read(running)
        assert unsealed(running, MARKER, MARKER.decode().encode("utf-16-le")) == []
        sender.sendall(body[cut:])
        status, told = answer_of(sender)
    assert status == 201, told
    assert told["evidence"][0]["sha256"] == digest(CONTENT)  # type: ignore[index]  # it is plain JSON
    _until_read(running, token, told["evidence"][0]["id"])  # type: ignore[index]  # it is plain JSON

    assert unsealed(running, MARKER) == []
    # The database holds what was said of it; the log holds nothing of either.
    logged = running.log.read_bytes()
    assert not [one for one in (b"NOTE-77", b"NAVN-31", token.encode()) if one in logged]


def _until_some_of_it_is_read(service: Service) -> None:
    """Wait until the service holds the stalled upload in memory: its socket's queue is empty."""
    port = httpx.URL(service.http).port
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        queues = [
            line.split()[4]
            for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
            if line.split()[1].endswith(f":{port:04X}")
        ]
        if all(one.endswith(":00000000") for one in queues):
            return
        time.sleep(0.02)
    raise AssertionError("it does not take what was sent")


def _until_read(service: Service, token: str, evidence: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        state = httpx.get(f"{service.http}{API}/{evidence}", headers=headers).json()["state"]
        if state not in {"received", "reading"}:
            return
        time.sleep(0.05)
    raise AssertionError("it is not read")


def test_a_slow_sender_keeps_nobody_waiting(service: tuple[Service, str]) -> None:
    running, token = service
    headers = {"Authorization": f"Bearer {token}"}
    body = form(part("files", b"slowly" * 1000, "slow.txt"))
    senders = []
    with httpx.Client(base_url=running.http, headers=headers, timeout=PATIENCE) as client:
        # More than may work at once: a turn is only held while there is something to do.
        for _ in range(12):
            held = stalled(running, token, body[:3000], len(body))
            senders.append((held, held.__enter__()))
        for number in range(3):
            quick = client.post(API, files=[("files", (f"{number}.txt", b"%d" % number))])
            assert quick.status_code == 201
            assert client.get("/readyz").status_code == 200
        for held, sender in senders:
            sender.sendall(body[3000:])
            assert answer_of(sender)[0] == 201
            held.__exit__(None, None, None)
        found = client.get(API, params={"q": digest(b"slowly" * 1000)}).json()
    assert [one["filename"] for one in found["items"]] == ["slow.txt"]  # each a retry of the first


def test_a_sender_that_breaks_off_leaves_nothing_of_the_half_file(
    service: tuple[Service, str],
) -> None:
    running, token = service
    half = b"--%s\r\n" % BOUNDARY.encode() + (
        b'Content-Disposition: form-data; name="files"; filename="half.bin"\r\n\r\n'
    )
    # Ten megabytes: the first segment is sealed and stored before the sender goes.
    with stalled(running, token, half + CONTENT * 3, 1 << 30):
        until = time.monotonic() + PATIENCE
        while not _whole_segments(running):
            assert time.monotonic() < until, "no segment was stored"
            time.sleep(0.02)
        assert unsealed(running, MARKER) == []
    until = time.monotonic() + PATIENCE
    while _whole_segments(running):
        assert time.monotonic() < until, "the half file stays"
        time.sleep(0.02)


def _whole_segments(service: Service) -> list[Path]:
    """Return the sealed segments that are full: nothing else here is as large."""
    sizes = {path: _size(path) for path in (service.data / "objects").rglob("*.??????")}
    return [path for path, size in sizes.items() if size > SEGMENT_SIZE]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def test_the_service_ends_well_after_all_this(service: tuple[Service, str]) -> None:
    running, _ = service
    running.signal(signal.SIGTERM)
    assert running.ended() == 0
    assert unsealed_after(running) == []
    assert verified(running.data).findings == ()


def unsealed_after(service: Service) -> list[str]:
    files = (*service.data.rglob("*"), *temporary(service.data).rglob("*"), service.log)
    return [str(path) for path in files if _holds(path, (MARKER,))]
