"""One process, three doors: opened together, announced, closed in order, told apart when ill."""

from __future__ import annotations

import json
import shutil
import signal
import smtplib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from service.serving import _listen
from tests.service.beginnings import kept_in
from tests.service.senders import Told, deliver, digest, upload
from tests.service.served import (
    ADDRESS,
    PATIENCE,
    Service,
    called,
    served_to_its_end,
    serving,
)
from tests.service.web.doors import API, KIND, form, part

MAIL = b"From: gert@example.net\r\nSubject: VS: trussel\r\n\r\nDu skal passe p\xc3\xa5.\r\n"


@pytest.fixture
def data(beginning: tuple[Path, str], tmp_path: Path) -> Path:
    copied = Path(shutil.copytree(beginning[0], tmp_path / "data"))
    (copied / "restoring").mkdir()
    (copied / "restoring" / "records.sqlite").write_bytes(b"left by a restore that was killed")
    return copied


@pytest.fixture
def token(beginning: tuple[Path, str]) -> str:
    return beginning[1]


@pytest.fixture
def service(data: Path) -> Iterator[Service]:
    with serving(data) as running:
        yield running


@pytest.fixture
def started(data: Path) -> Iterator[Service]:
    """The same by the installed command itself."""
    with serving(data, started=True) as running:
        yield running


def test_all_doors_accept_when_they_are_announced_and_a_second_service_is_refused(
    started: Service, data: Path, token: str
) -> None:
    service = started
    doors = json.loads((data / "listening.json").read_text())
    assert set(doors) == {"http", "evidence", "smtp", "pid"}
    assert doors["pid"] == service.process.pid
    assert not (data / "restoring").exists()
    assert httpx.get(f"{doors['http']}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{doors['evidence']}/o/x").status_code == 404
    with smtplib.SMTP(*service.smtp, timeout=PATIENCE) as door:
        assert door.noop()[0] == 250
    ports = {httpx.URL(doors["http"]).port, httpx.URL(doors["evidence"]).port, service.smtp[1]}
    assert len(ports) == 3
    assert 0 not in ports

    second = called(data, "serve")

    assert second.returncode == 3
    assert second.stderr.strip() == f"vaern: AlreadyRunning: another process serves {data}"
    assert json.loads((data / "listening.json").read_text()) == doors
    assert upload(service, token, Told(), "still here", tries=1)
    service.signal(signal.SIGTERM)
    assert service.ended() == 0
    assert not (data / "listening.json").exists()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{doors['http']}/healthz")


def test_a_door_is_named_as_tcp_so_that_no_answer_waits_for_a_receipt() -> None:
    for where in ("127.0.0.1:0", "[::1]:0"):
        with _listen("VAERN_HTTP", where) as door:
            assert door.proto == socket.IPPROTO_TCP


def test_a_port_that_is_taken_is_named_and_nothing_is_announced(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for name in ("VAERN_HTTP", "VAERN_SMTP"):
            code, said = served_to_its_end(data, {name: f"127.0.0.1:{port}"})
            assert code == 3, said
            (line,) = [one for one in said.splitlines() if one.startswith("vaern:")]
            assert line == f"vaern: DoorTaken: {name}=127.0.0.1:{port}: Address already in use"
            assert not (data / "listening.json").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=str)
def test_a_stop_lets_an_upload_and_a_mail_that_are_under_way_come_to_their_answer(
    service: Service, token: str, number: signal.Signals
) -> None:
    content = b"under way when the signal came\n" * 100_000
    body = form(part("files", content, "a.txt"))
    address = httpx.URL(service.http)
    head = (
        f"POST {API} HTTP/1.1\r\nHost: {address.host}\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: {KIND}\r\nAuthorization: Bearer {token}\r\n\r\n"
    ).encode()
    told = Told()
    mails = [f"stopping-{turn}" for turn in range(200)]
    delivering = threading.Thread(
        target=lambda: [deliver(service, told, one, tries=1) for one in mails]
    )
    with socket.create_connection((address.host, address.port or 80), PATIENCE) as sender:
        sender.sendall(head + body[:-50_000])
        delivering.start()
        _until(lambda: len(told.kept) > 2)
        service.signal(number)
        _until(lambda: not (service.data / "listening.json").exists())
        delivering.join(PATIENCE)
        time.sleep(0.5)  # the evidence host, which has nothing to do, has ended by now
        sender.sendall(body[-50_000:])
        answer = b""
        while more := sender.recv(65_536):
            answer += more

    assert service.ended() == 0
    assert answer.startswith(b"HTTP/1.1 201"), answer[:200]
    assert digest(content).encode() in answer
    kept = kept_in(service.data)
    for one in (*told.kept, digest(content)):
        assert kept.count(one) == 1


def test_a_mail_whose_end_has_not_come_when_the_service_stops_is_not_acknowledged(
    service: Service,
) -> None:
    with socket.create_connection(service.smtp, PATIENCE) as door:
        spoken = door.makefile("rwb")
        for line in (
            b"",
            b"EHLO here",
            b"MAIL FROM:<gert@example.net>",
            f"RCPT TO:<{ADDRESS}>".encode(),
            b"DATA",
        ):
            if line:
                spoken.write(line + b"\r\n")
                spoken.flush()
            while (said := spoken.readline())[3:4] == b"-":
                pass
        assert said.startswith(b"354")
        spoken.write(MAIL)
        spoken.flush()
        service.signal(signal.SIGTERM)
        rest = spoken.read()
    assert service.ended() == 0
    assert not rest.startswith(b"250")
    assert kept_in(service.data) == []


def test_readiness_tells_of_the_walls_and_of_a_database_that_is_broken(
    service: Service, data: Path
) -> None:
    ready = httpx.get(f"{service.http}/readyz")
    told = ready.json()
    assert (ready.status_code, told["status"]) == (200, "ready")
    assert told["checks"] == dict.fromkeys(("database", "disk", "jobs", "confinement"), True)
    assert told["walls"]

    for name in ("vaern.db", "vaern.db-wal"):
        with (data / name).open("r+b") as file:
            file.write(b"no database any more" * 1000)

    ill = httpx.get(f"{service.http}/readyz", timeout=PATIENCE)
    assert (ill.status_code, ill.json()["status"]) == (503, "not-ready")
    assert ill.json()["checks"]["database"] is False
    assert httpx.get(f"{service.http}/healthz").status_code == 200


def test_a_disk_with_only_the_reserve_left_takes_nothing_and_says_so(
    data: Path, token: str
) -> None:
    everything = str(shutil.disk_usage(data).total)
    told = Told()
    with serving(data, {"VAERN_RESERVE_BYTES": everything}) as service:
        assert not upload(service, token, told, "no room", tries=1)
        assert not deliver(service, told, "no room", tries=1)
        ready = httpx.get(f"{service.http}/readyz")
    assert (told.kept, told.refusals) == (set(), [507, 452])
    assert (ready.status_code, ready.json()["checks"]["disk"]) == (503, False)


def _until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, "it does not come to that"
        time.sleep(0.01)
