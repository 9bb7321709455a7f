"""Many at once, faults at every write, poison: one case, one receipt, each part once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from sqlalchemy import Engine as SqlEngine
from sqlalchemy import event, select

from archive.records.cases import (
    CaseEvidenceRecord,
    CaseRecord,
)
from archive.records.evidence import (
    EvidenceRecord,
)
from service.installation import Installation
from service.jobs.claims import LEASE
from service.jobs.engine import Engine, perform_one
from service.jobs.reading import READING
from tests.service.casework.mail.mails import (
    hand_over,
    mail,
    with_picture,
)
from tests.service.conftest import Time
from tests.service.jobs.following import (
    SOON,
    claimed,
    every,
    picture,
    standing,
    work_off,
)


@pytest.mark.usefixtures("town")
def test_two_mails_at_once_get_two_numbers(
    installation: Installation, open_again: Callable[[], Installation]
) -> None:
    people = (("Anna Holm", "anna"), ("Bent Lund", "bent"), ("Ole Anden", "ole"))
    for name, local in people:
        for number in range(3):
            address = f"{local}@kommune.example"
            text = mail().get_content().replace("gert@", f"gert{number}@")
            hand_over(
                installation,
                mail(sender=f"{name} <{address}>", subject=str(number), text=text),
                mail_from=address,
            )

    engines = [Engine(one, (READING,)) for one in (installation, open_again())]
    for engine in engines:
        engine.sweep()
    for engine in engines:
        assert engine.rest(SOON)
        assert engine.stop(SOON)

    numbers = sorted(case.number for case in every(installation, CaseRecord))
    assert numbers == [f"2027-{number:03d}" for number in range(1, 10)]


@pytest.mark.usefixtures("town")
def test_one_persons_mails_about_one_account_at_once_are_one_case(
    installation: Installation, open_again: Callable[[], Installation]
) -> None:
    for number in range(6):
        hand_over(installation, mail(subject=f"VS: {number}"))

    engines = [Engine(one, (READING,)) for one in (installation, open_again())]
    for engine in engines:
        engine.sweep()
    for engine in engines:
        assert engine.rest(SOON)
        assert engine.stop(SOON)

    assert len(every(installation, CaseRecord)) == 1
    assert len(every(installation, CaseEvidenceRecord)) == 6


class Broken(RuntimeError):
    """The fault that a test plants."""


@contextmanager
def writes(engine: SqlEngine, at: int | None) -> Iterator[list[str]]:
    """Count the writing statements of an engine, and fail at one of them."""
    seen: list[str] = []
    lock = threading.Lock()

    def before(_c: object, _k: object, statement: str, *_rest: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "COMMIT")):
            with lock:
                seen.append(statement)
                if at is not None and len(seen) == at + 1:
                    raise Broken(statement[:30])

    event.listen(engine, "before_cursor_execute", before)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", before)


MOST_WRITES = 48


@pytest.mark.faults(one_in=8)
@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("at", range(MOST_WRITES))
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_fault_at_any_write_leaves_one_case_one_receipt_and_each_attachment_once(
    installation: Installation, time: Time, at: int
) -> None:
    kept = hand_over(installation, with_picture(picture()))
    mine = claimed(installation, time)
    assert mine is not None

    with writes(installation.database.engine, at) as seen, suppress(Exception):
        READING.perform(installation, mine, lambda _: None)
    faulty = len(seen) > at
    with installation.database.reading() as session:
        assert (session.get_one(EvidenceRecord, kept.id).state == "reading") is faulty

    time.pass_by(LEASE + timedelta(seconds=1))
    while (again := claimed(installation, time)) is not None:
        perform_one(installation, READING, again)
    assert standing(installation, kept.id) == (["note.txt", "skærmbillede.png"], 1, 1, 1)
    assert len(every(installation, CaseRecord)) == 1


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_faults_reach_the_last_write(installation: Installation, time: Time) -> None:
    hand_over(installation, with_picture(picture()))
    mine = claimed(installation, time)
    assert mine is not None

    with writes(installation.database.engine, None) as seen:
        READING.perform(installation, mine, lambda _: None)

    assert MOST_WRITES / 2 < len(seen) < MOST_WRITES


@pytest.mark.usefixtures("town")
def test_a_late_worker_neither_opens_a_second_case_nor_keeps_a_part_twice(
    installation: Installation, open_again: Callable[[], Installation], time: Time
) -> None:
    kept = hand_over(installation, with_picture(picture()))
    late = claimed(installation, time)
    assert late is not None
    time.pass_by(LEASE)
    work_off(open_again(), READING)

    perform_one(installation, READING, late)

    assert standing(installation, kept.id) == (["note.txt", "skærmbillede.png"], 1, 1, 1)
    assert len(every(installation, CaseRecord)) == 1


POISON = (
    b"",
    b"\x00\xff" * 500,
    b"From: (((((" * 2000 + b"\r\n\r\nx",
    b"From: anna@kommune.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n",
    b"From: anna@kommune.example\r\nContent-Type: text/plain; charset=x-nope\r\n\r\n\xe6\xf8",
    b"From: a@b.example, c@d.example\r\n\r\nto",
    b'To: "\r\nMessage-ID: <[x]@y.example>\r\nFrom: \r\n\r\n',
)


@pytest.mark.usefixtures("town")
def test_a_poison_mail_among_good_ones_harms_only_itself(installation: Installation) -> None:
    kept = []
    for number, poison in enumerate(POISON):
        kept.append(hand_over(installation, poison).id)
        good = mail().get_content().replace("gert@", f"gert{number}@")
        kept.append(hand_over(installation, mail(text=good)).id)

    work_off(installation, READING)

    with installation.database.reading() as session:
        states = [session.get_one(EvidenceRecord, one).state for one in kept]
        cases = session.scalars(
            select(CaseEvidenceRecord.evidence_id).where(
                CaseEvidenceRecord.evidence_id.in_(kept[1::2])
            )
        ).all()
    assert set(states) <= {"read", "unreadable"}
    assert states[1::2] == ["read"] * len(POISON)
    assert len(cases) == len(POISON)
