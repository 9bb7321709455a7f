import io
import json
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # the package ships no types
import pytest

from archive.confinement.confinement import Confinement
from archive.confinement.errors import ConfinementLost, ReadingFailed, UnknownReader
from archive.confinement.frames import END_FRAME
from archive.confinement.limits import MIB, Limits

SHORT = Limits(wall_seconds=0.5)


def starter_of(confinement: Confinement) -> psutil.Process:
    running = confinement._quick._running
    assert running is not None
    return psutil.Process(running.process.pid)


def wait_until(true: Callable[[], bool], seconds: float = 20) -> bool:
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        if true():
            return True
        time.sleep(0.02)
    return False


def why(confinement: Confinement, reader: str, item: bytes = b"", **limits: float) -> ReadingFailed:
    with pytest.raises(ReadingFailed) as failed:
        confinement.read(reader, item, limits=Limits(**limits))  # type: ignore[arg-type]  # ints and floats of one table
    return failed.value


def test_a_child_can_reach_no_file_no_socket_no_process(
    confinement: Confinement, tmp_path: Path
) -> None:
    evidence = tmp_path / "evidence"
    evidence.write_bytes(b"secret")
    evidence.chmod(0o644)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and "pytest" in str(folder):
            folder.chmod(0o755)

    reading = confinement.read("try_everything", f"{evidence}\n{os.getpid()}".encode())

    outcomes = reading.facts["outcomes"]
    # Without Landlock and seccomp a file's size can still be asked for.
    if confinement.layers().seccomp or confinement.layers().landlock:
        outcomes.pop("stat")
    assert "done" not in outcomes.values(), outcomes
    assert set(reading.facts["environment"]) <= {"PATH", "LANG", "LC_CTYPE", "OMP_THREAD_LIMIT"}


def test_a_child_of_root_is_nobody(confinement: Confinement, tmp_path: Path) -> None:
    reading = confinement.read("try_everything", f"{tmp_path}\n1".encode())

    assert confinement.layers().own_user == (os.getuid() == 0)
    assert reading.facts["user"] != 0


def test_every_wall_that_is_missing_is_named(confinement: Confinement) -> None:
    layers = confinement.layers()

    assert layers.no_new_privileges
    assert layers.resource_limits
    assert set(layers.missing()) <= {"own_user", "landlock", "seccomp"}


@pytest.mark.parametrize(
    ("reader", "reason"),
    [
        ("sleep", "too_slow"),
        ("ignore_signals_and_sleep", "too_slow"),
        ("segfault", "crashed"),
        ("eat_memory", "too_much_memory"),
    ],
)
def test_what_was_told_before_a_failure_is_kept(
    confinement: Confinement, reader: str, reason: str
) -> None:
    failed = why(confinement, reader, wall_seconds=4.0 if reason == "too_slow" else 60.0)

    assert failed.reason == reason
    assert failed.reading.facts == {"before": True}


def test_a_spinning_parser_is_stopped_by_its_share_of_the_processor(
    confinement: Confinement,
) -> None:
    assert why(confinement, "spin", cpu_seconds=1, wall_seconds=120.0).reason == "too_slow"


def test_an_endless_answer_is_cut(confinement: Confinement) -> None:
    assert why(confinement, "talk", output=MIB).reason == "too_much_output"


def test_an_item_above_its_limit_is_not_read(confinement: Confinement) -> None:
    assert why(confinement, "count", b"x" * (MIB + 1), input=MIB).reason == "could_not_be_read"


def test_endless_recursion_is_an_ordinary_failure(confinement: Confinement) -> None:
    assert why(confinement, "recurse").reason == "could_not_be_read"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"?",
        b"Z\0\0\0\0",
        struct.pack(">cI", b"F", 2**31),
        struct.pack(">cI", b"F", 4) + b"[1] ",
        struct.pack(">cI", b"F", 3) + b"{\xff}",
        struct.pack(">cI", b"P", 0),
        struct.pack(">cI", b"P", 3) + b"\x02\xff\xff",
        struct.pack(">cI", b"F", 200_000) + b'{"a":' + b"[" * 199_995,
        struct.pack(">cI", b"X", 7) + b"success",
        struct.pack(">cI", b"P", 3) + b"\x01ab",
    ],
)
def test_an_answer_that_no_reader_of_ours_writes_is_a_crash(
    confinement: Confinement, answer: bytes
) -> None:
    assert why(confinement, "lie", answer).reason == "crashed"


def test_text_that_no_database_can_hold_is_made_harmless(confinement: Confinement) -> None:
    facts = json.dumps({"a\0": ["x\0y", "\ud800z", {"b": "\udfff"}]}).encode()
    frame = struct.pack(">cI", b"F", len(facts)) + facts + END_FRAME

    reading = confinement.read("lie", frame)

    assert reading.facts == {"a\u2400": ["x\u2400y", "\ufffdz", {"b": "\ufffd"}]}


def test_a_reader_that_nobody_wrote_is_refused(confinement: Confinement) -> None:
    with pytest.raises(UnknownReader):
        confinement.read("nobody", b"")


def test_the_item_may_come_as_bytes_as_a_stream_or_in_pieces(confinement: Confinement) -> None:
    item = b"abc" * 100_000
    pieces = [item[:7], b"", item[7:]]

    for source in (item, io.BytesIO(item), iter(pieces)):
        assert confinement.read("count", source).facts == {"bytes": len(item)}


def test_a_source_that_fails_midway_fails_the_reading_and_leaves_nothing(
    confinement: Confinement,
) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * MIB
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - the source's own error, whatever it says
        confinement.read("count", broken())

    assert wait_until(lambda: not starter_of(confinement).children())


def test_a_large_item_does_not_stay_in_the_service(confinement: Confinement) -> None:
    before = psutil.Process().memory_info().rss

    reading = confinement.read(
        "count", (b"x" * MIB for _ in range(300)), limits=Limits(input=400 * MIB)
    )

    assert reading.facts == {"bytes": 300 * MIB}
    assert psutil.Process().memory_info().rss - before < 32 * MIB


def test_a_killed_child_leaves_no_process_and_no_descriptor(confinement: Confinement) -> None:
    confinement.read("count", b"")
    before = psutil.Process().num_fds()

    for reader in ("sleep", "ignore_signals_and_sleep", "segfault", "count"):
        for _ in range(3):
            try:
                confinement.read(reader, b"x" * 100_000, limits=SHORT)
            except ReadingFailed:
                continue

    assert wait_until(lambda: not starter_of(confinement).children())
    assert psutil.Process().num_fds() == before
    assert starter_of(confinement).num_fds() < 16


def test_neighbours_of_poison_are_read(confinement: Confinement) -> None:
    poison = ("sleep", "segfault", "eat_memory", "talk", "lie")

    def one(number: int) -> str:
        if number % 2:
            return why(confinement, poison[number % 5], wall_seconds=1.0, output=MIB).reason
        return str(confinement.read("count", b"x" * number).facts["bytes"])

    with ThreadPoolExecutor(10) as threads:
        outcomes = list(threads.map(one, range(40)))

    assert outcomes[::2] == [str(number) for number in range(0, 40, 2)]


def test_a_starter_that_died_is_started_again() -> None:
    with Confinement(at_once=2) as confinement:
        first = starter_of(confinement)
        first.kill()
        first.wait(10)
        assert wait_until(
            lambda: confinement._quick._running is None or confinement._quick._running.lost
        )

        assert confinement.read("type", b"%PDF-1.7").facts["media_type"] == "application/pdf"
        assert starter_of(confinement).pid != first.pid


def test_a_reading_under_a_dying_starter_may_be_asked_for_again() -> None:
    sleeper = {"sleep": f"{Path(__file__).parent / 'probes.py'}:sleep"}
    with Confinement(readers=sleeper) as confinement, ThreadPoolExecutor(1) as threads:
        lost = threads.submit(confinement.read, "sleep", b"")
        starter = starter_of(confinement)
        assert wait_until(lambda: len(starter.children()) == 1)
        child = starter.children()[0]

        starter.kill()

        with pytest.raises(ConfinementLost):
            lost.result(20)
        assert wait_until(lambda: not child.is_running())


def test_closing_ends_the_starter_and_every_child() -> None:
    sleeper = {"sleep": f"{Path(__file__).parent / 'probes.py'}:sleep"}
    confinement = Confinement(readers=sleeper)
    confinement.start()
    outcome: list[BaseException] = []

    def read() -> None:
        try:
            confinement.read("sleep", b"")
        except ConfinementLost as error:
            outcome.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    starter = starter_of(confinement)
    assert wait_until(lambda: len(starter.children()) == 1)
    child = starter.children()[0]

    confinement.close()
    thread.join(20)

    assert len(outcome) == 1
    assert not starter.is_running()
    assert wait_until(lambda: not child.is_running())
    for reader in ("type", "picture_text"):
        with pytest.raises(ConfinementLost):
            confinement.read(reader, b"")
    assert not confinement.holds_language_data
