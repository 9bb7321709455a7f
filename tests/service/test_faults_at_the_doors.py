"""The real service with a broken disk, or killed: what it acknowledged is kept, and once."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.intake.receive import evidence_key
from archive.ledger.verify import verify
from archive.records.evidence import EvidenceRecord
from service.casework.evidence.originals import original_of
from service.installation import opened
from service.settings import Settings
from tests.faults import all_traced, every_point, need_strace
from tests.service.senders import Told, deliver, digest, everybody, upload
from tests.service.served import PATIENCE, Service, serving

SYNC = "fsync,fdatasync"
"""SQLite makes one or the other, as it was built; each is counted by itself."""
CALLS = ("openat", "write", "pwrite64", SYNC, "link", "unlink")
"""The calls by which what comes in becomes durable: the vault's own, and SQLite's."""
NUMBERS = range(1, 200) if every_point() else (1, 2, 3, 5, 8)
"""Which call of its kind fails, counted in each thread; as far as there are so many."""
_FIRST, _LATER = (
    (range(1, 13), range(13, 131)) if every_point() else ((1, 2, 4, 7), (20, 45, 80, 120))
)
DEATHS = [(call, number) for call in CALLS for number in _FIRST] + [
    ("pwrite64", number) for number in _LATER
]
MISSED = 3
"""After so many numbers that no thread came to, none will come to a higher one."""
NO_ROOM = {507, 452}
MOST_ROUNDS = 12


@pytest.fixture(scope="session", autouse=True)
def strace() -> None:
    need_strace()


@pytest.fixture
def data(beginning: tuple[Path, str], tmp_path: Path) -> Path:
    return Path(shutil.copytree(beginning[0], tmp_path / "data"))


@pytest.fixture
def token(beginning: tuple[Path, str]) -> str:
    return beginning[1]


@contextmanager
def breaking(service: Service, call: str, fault: str, when: str) -> Iterator[Path]:
    """Break a call of the running service until the block ends; yields the log of its calls."""
    log = service.data.parent / "strace.log"
    pid = service.process.pid
    rule = f"inject={call}:{fault}:when={when}"
    command = ["strace", "-qq", "-f", "-p", str(pid), "-o", str(log), "-e", f"trace={call}"]
    tracer = subprocess.Popen([*command, "-e", rule], stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE
        while not all_traced(pid):
            assert tracer.poll() is None, "strace could not attach"
            assert time.monotonic() < until, "strace does not attach"
            time.sleep(0.01)
        yield log
    finally:
        tracer.terminate()
        tracer.wait(PATIENCE)


def check(data: Path, told: Told) -> None:
    """Opened again, every acknowledged original is there, whole and once; the archive verifies."""
    assert told.wrong == []
    with opened(Settings(data=data)) as house, house.database.reading() as session:
        rows = list(session.scalars(select(EvidenceRecord)))
        standing = [str(row.sha256) for row in rows]
        assert sorted(told.kept) == sorted(one for one in standing if one in told.kept)
        assert len(set(standing)) == len(standing)
        assert set(standing) <= told.sent
        for row in rows:
            key = evidence_key(session, house.vault, row.id)
            assert digest(house.vault.read(key, original_of(session, row))) == row.sha256
        assert verify(house.database, house.objects).findings == ()


@pytest.mark.timeout(3600 if every_point() else 180)  # each of hundreds of calls in turn
@pytest.mark.faults(one_in=12)
@pytest.mark.parametrize(("call", "error"), list(product(CALLS, ("EIO", "ENOSPC"))))
def test_a_call_that_fails_loses_nothing_and_the_service_goes_on(
    data: Path, token: str, call: str, error: str
) -> None:
    told, missed = Told(), 0
    with serving(data) as service:
        for number in NUMBERS:
            with breaking(service, call, f"error={error}", str(number)) as log:
                everybody(service, token, told, f"broken-{number}")
                met = "(INJECTED)" in log.read_text(errors="replace")
            assert met or number > 1
            missed = 0 if met else missed + 1
            if missed == MISSED:
                break  # no thread makes so many
            assert upload(service, token, told, f"after-{number}", tries=1), told
            assert deliver(service, told, f"after-{number}", tries=1), told
        service.signal(signal.SIGTERM)
        assert service.ended() == 0

    assert (set(told.refusals) <= {500, 451} | NO_ROOM, told.cut) == (True, [])
    check(data, told)


@pytest.mark.faults(one_in=5)
@pytest.mark.parametrize("call", ["openat", "write", "pwrite64", SYNC, "link"])
def test_a_full_disk_is_told_as_such_and_forgotten_when_there_is_room(
    data: Path, token: str, call: str
) -> None:
    told = Told()
    with serving(data) as service:
        with breaking(service, call, "error=ENOSPC", "1+") as log:
            assert not upload(service, token, told, "full", tries=2)
            assert not deliver(service, told, "full", tries=2)
            assert "(INJECTED)" in log.read_text(errors="replace")
        assert (told.kept, told.refusals) == (set(), [507, 507, 452, 452]), told.cut

        assert upload(service, token, told, "full", tries=1)
        assert deliver(service, told, "full", tries=1)
        everybody(service, token, told, "room again")
        service.signal(signal.SIGTERM)
        assert service.ended() == 0

    check(data, told)


@pytest.mark.faults(one_in=14)
@pytest.mark.parametrize(("call", "number"), DEATHS)
def test_a_service_killed_at_a_call_has_kept_what_it_acknowledged(
    data: Path, token: str, call: str, number: int
) -> None:
    told = Told()
    with serving(data) as service:
        assert upload(service, token, told, "before", tries=1), told
        with breaking(service, call, "signal=KILL", str(number)):
            # Calls are counted in each thread, and who works in which is chance.
            rounds = 0
            while service.process.poll() is None and rounds < MOST_ROUNDS:
                rounds += 1
                everybody(service, token, told, f"dying-{rounds}")
            assert service.ended() == -signal.SIGKILL, "that call was never made"
    with serving(data) as service:
        for number_of_round in range(1, rounds + 1):
            everybody(service, token, told, f"dying-{number_of_round}")
        service.signal(signal.SIGTERM)
        assert service.ended() == 0

    assert told.kept == told.sent, (told.cut, told.refusals)
    check(data, told)
