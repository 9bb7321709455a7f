"""The virus scanner: a real socket that speaks clamd's protocol, there or away."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from io import BufferedRWPair
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from archive.errors import EvidenceNotFound
from archive.intake.receive import About, Envelope
from archive.intake.scanner import Scanner, ScannerAway
from archive.records.evidence import EvidenceRecord
from archive.records.readings import ScanRecord
from archive.vault.objects import LocalObjects
from archive.vault.vault import segment_name
from service.casework.evidence.originals import object_of
from service.casework.evidence.readings import object_of as latest_object
from service.casework.evidence.scans import is_infected, scan_of
from service.casework.evidence.viewing import note_viewing
from service.installation import Installation
from service.jobs.reading import READING
from service.jobs.scanning import SCANS, ask_for_older
from tests.service.conftest import Time, Town
from tests.service.jobs.following import every, only, picture, work_off

EVIL = b"X5O!P%@AP"
LARGEST = 300_000
SOON = 20.0


class Clamd:
    """As much of clamd as we speak to: PING, VERSION, INSTREAM with a limit of size."""

    def __init__(self, listening: socket.socket) -> None:
        self.listening = listening
        self.received: list[bytes] = []
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self.listening.accept()
            except OSError:
                return
            link.settimeout(SOON)
            with link, suppress(ConnectionError), link.makefile("rwb") as stream:
                if (answer := self._answer(stream)) is not None:
                    stream.write(answer + b"\0")

    def stop(self) -> None:
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.thread.join(SOON)
        assert not self.thread.is_alive()

    def _answer(self, stream: BufferedRWPair[Any, Any]) -> bytes | None:
        """Answer one command; None where it was broken off."""
        command = b"".join(iter(lambda: stream.read(1).rstrip(b"\0"), b"")) + b"\0"
        if command == b"zPING\0":
            return b"PONG"
        if command == b"zVERSION\0":
            return b"ClamAV 1.4.2/27500/Sat Nov 21 10:00:00 2026"
        assert command == b"zINSTREAM\0"
        data = b""
        while len(length := stream.read(4)) == 4:
            (size,) = struct.unpack(">I", length)
            if not size:
                break
            data += stream.read(size)
            if len(data) > LARGEST:
                return b"INSTREAM size limit exceeded. ERROR"
        else:
            return None
        self.received.append(data)
        return b"stream: Eicar-Test-Signature FOUND" if EVIL in data else b"stream: OK"


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    with TemporaryDirectory(prefix="clamd-") as folder:
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listening.bind(f"{folder}/s")
        listening.listen(8)
        running = Clamd(listening)
        yield running
        running.stop()


def address_of(clamd: Clamd) -> str:
    return f"unix:{clamd.listening.getsockname()}"


def with_scanner(installation: Installation, address: str) -> Installation:
    return replace(
        installation, settings=installation.settings.model_copy(update={"clamd": address})
    )


def test_the_scanner_is_asked_over_its_own_protocol(clamd: Clamd) -> None:
    scanner = Scanner(address_of(clamd))

    assert scanner.answers()
    assert scanner.scan([b"hej ", b"med dig"]).verdict == "clean"
    assert clamd.received == [b"hej med dig"]
    said = scanner.scan([EVIL])
    assert (said.verdict, said.says) == ("infected", "Eicar-Test-Signature")
    assert said.scanner.startswith("ClamAV 1.4.2")
    large = scanner.scan(bytes(100_000) for _ in range(200))
    assert (large.verdict, large.says) == ("not_scanned", "size limit exceeded")


def test_a_scanner_may_be_reached_over_tcp() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    running = Clamd(listening)
    host, port = listening.getsockname()

    assert Scanner(f"{host}:{port}").scan([b"x"]).verdict == "clean"
    running.stop()
    assert not Scanner(f"{host}:{port}").answers()
    with pytest.raises(ScannerAway):
        Scanner("unix:/nowhere").scan([b"x"])


def test_what_the_scanner_says_stands_beside_and_an_infected_picture_is_kept_and_not_shown(
    installation: Installation, time: Time, town: Town, asks: object, clamd: Clamd
) -> None:
    house = with_scanner(installation, address_of(clamd))
    bad = house.intake.receive(picture() + EVIL, About(), Envelope(door="upload"), time.now)
    good = house.intake.receive(picture(), About(), Envelope(door="upload"), time.now)
    who = asks(town.archivist)  # type: ignore[operator]  # the fixture's function

    work_off(house, READING)
    work_off(house, SCANS)

    note_viewing(house, who, bad.id, case_id=None, purpose="archivist:archive", now=time.now)
    note_viewing(house, who, good.id, case_id=None, purpose="archivist:archive", now=time.now)
    with house.database.reading() as session:
        said = scan_of(session, bad.id)
        assert said is not None
        assert (said.verdict, said.says) == ("infected", "Eicar-Test-Signature")
        assert is_infected(session, bad.id)
        assert not is_infected(session, good.id)
        assert session.get_one(EvidenceRecord, bad.id).state == "read"
        shown = latest_object(session, good.id, "preview").name
        hidden = latest_object(session, bad.id, "preview").name
        object_of(session, house.vault, who, evidence_id=good.id, name=shown, now=time.now)
        with pytest.raises(EvidenceNotFound):
            object_of(session, house.vault, who, evidence_id=bad.id, name=hidden, now=time.now)
    assert sorted(clamd.received) == sorted([picture() + EVIL, picture()])


def test_while_the_scanner_is_away_everything_is_received_and_waits_for_it(
    installation: Installation, time: Time, tmp_path: Path, clamd: Clamd
) -> None:
    away = with_scanner(installation, f"unix:{tmp_path}/nobody")
    away.intake.receive(picture(), About(), Envelope(door="upload"), time.now)

    work_off(away, READING)
    work_off(away, SCANS)
    waiting = only(away, ScanRecord)
    time.pass_by(waiting.next_attempt_at - time.now)
    work_off(with_scanner(installation, address_of(clamd)), SCANS)

    assert (waiting.verdict, waiting.last_error) == (None, "scanner_away")
    assert only(installation, ScanRecord).verdict == "clean"


def test_what_our_own_storage_cannot_give_just_now_is_asked_about_again(
    installation: Installation, time: Time, clamd: Clamd
) -> None:
    """A disk that fails is no fault of the scanner's, and no word about the original."""
    house = with_scanner(installation, address_of(clamd))
    kept = house.intake.receive(picture(), About(), Envelope(door="upload"), time.now)
    work_off(house, READING)
    with house.database.reading() as session:
        original = latest_object(session, kept.id, "original").name
    objects = house.vault.objects
    assert isinstance(objects, LocalObjects)
    stored = objects.path(segment_name(original, 0))
    data = stored.read_bytes()
    stored.unlink()
    stored.mkdir()  # the disk says something else than "it is not there"

    work_off(house, SCANS)
    waiting = only(house, ScanRecord)
    stored.rmdir()
    stored.write_bytes(data)
    time.pass_by(waiting.next_attempt_at - time.now)
    work_off(house, SCANS)

    assert (waiting.verdict, waiting.last_error) == (None, "original_not_read")
    assert only(house, ScanRecord).verdict == "clean"
    assert clamd.received == [picture()]


def test_what_was_kept_before_a_scanner_was_set_is_scanned_too(
    installation: Installation, time: Time, clamd: Clamd
) -> None:
    installation.intake.receive(picture(), About(), Envelope(door="upload"), time.now)
    work_off(installation, READING)
    assert every(installation, ScanRecord) == []

    house = with_scanner(installation, address_of(clamd))
    ask_for_older(house)
    ask_for_older(house)
    work_off(house, SCANS)

    assert only(house, ScanRecord).verdict == "clean"
