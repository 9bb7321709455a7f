"""Heads of the ledger leave the house: to real authorities, a real mail server, a real folder."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from archive.ledger.apart import name_of
from archive.ledger.checkpoint import read_note
from archive.ledger.log import head
from archive.ledger.outside import outside_heads
from archive.ledger.stamps import Expected, judge, question
from archive.mailbox.smtp import Envelope, SmtpDoor
from archive.records.cases import NoticeRecord
from archive.records.ledger import OutsideHeadRecord
from archive.records.operations import VerificationRecord
from archive.records.people import PersonRecord
from service.access.people import add_person, give_role
from service.authorities import Authority as Named
from service.casework.operations.outside import ask, holders
from service.casework.operations.outside_standing import Seal, Standing, standing
from service.installation import Installation
from service.jobs.sealing import OUTSIDE
from service.jobs.sealing_regularly import seal_regularly
from service.jobs.sending import NOTICES
from service.jobs.verifications import VERIFICATIONS
from tests.archive.answering import give, listening, serving
from tests.archive.authority import Authority, found
from tests.service.conftest import Time
from tests.service.jobs.following import every, work_off

WITNESS = "vidne@nabo.example"
INTERVAL = timedelta(minutes=3)


@pytest.fixture(autouse=True)
def now(time: Time) -> None:
    """Authorities have a clock of their own, which is the real one."""
    time.now = datetime.now(UTC)


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, Authority]:
    folder = tmp_path_factory.mktemp("authorities")
    return found(folder / "one", "One"), found(folder / "two", "Two")


@dataclass(frozen=True)
class Pair:
    """Two authorities that answer, and how a municipality has written them down."""

    authorities: tuple[Authority, Authority]
    named: tuple[Named, Named]


@pytest.fixture
def pair(authorities: tuple[Authority, Authority], tmp_path: Path) -> Iterator[Pair]:
    one, two = authorities
    with serving(one) as first, serving(two) as second:
        yield Pair(
            authorities,
            (named(tmp_path, first, *one.pins), named(tmp_path, second, *two.pins)),
        )


@pytest.fixture
def apart(tmp_path: Path) -> Path:
    folder = tmp_path / "apart"
    folder.mkdir()
    return folder


@dataclass
class Witness:
    """A mail server that takes mail for the witness."""

    address: str
    taken: list[Envelope]


@pytest.fixture
def witness() -> Iterator[Witness]:
    taken: list[Envelope] = []
    with SmtpDoor("127.0.0.1", 0, accept=taken.append, archive_address=WITNESS) as door:
        yield Witness(f"{door.address[0]}:{door.address[1]}", taken)


def named(folder: Path, url: str, *pins: str) -> Named:
    """Write an authority down as a municipality does."""
    path = folder / f"pins-{abs(hash((url, pins)))}.pem"
    path.write_text("".join(pins), "ascii")
    return Named(url=url, certificates=(path,))


def with_settings(installation: Installation, **settings: Any) -> Installation:
    given = {"outside_minutes": 3, **settings}
    return replace(installation, settings=installation.settings.model_copy(update=given))


def happen(installation: Installation, time: Time, name: str = "Ny") -> PersonRecord:
    """Let something happen that a head is to speak for."""
    with installation.database.writing() as session:
        return add_person(
            session, name=name, email=None, now=time.now, unit_id=None, actor="system"
        )


def interval(installation: Installation, time: Time, *, something: bool = True) -> None:
    if something:
        happen(installation, time)
    time.pass_by(INTERVAL)
    seal_regularly(installation)
    work_off(installation, OUTSIDE)


def how(installation: Installation, time: Time) -> Standing:
    with installation.database.reading() as session:
        return standing(session, installation.settings, time.now)


def states(installation: Installation) -> list[tuple[str, str, str | None]]:
    rows = sorted(every(installation, OutsideHeadRecord), key=lambda row: (row.size, row.kind))
    return [(row.kind, row.state, row.last_error) for row in rows]


def test_a_head_leaves_to_everyone_and_each_can_prove_it(
    installation: Installation,
    time: Time,
    pair: Pair,
    witness: Witness,
    apart: Path,
) -> None:
    installation = with_settings(
        installation,
        tsa=pair.named,
        witnesses=(WITNESS,),
        heads_folder=apart,
        smarthost=witness.address,
    )
    happen(installation, time)

    seal_regularly(installation)
    work_off(installation, OUTSIDE, NOTICES)
    time.pass_by(timedelta(seconds=10))
    work_off(installation, OUTSIDE)

    with installation.database.reading() as session:
        kept = outside_heads(session)
    standing_now = how(installation, time)
    assert [one.kind for one in kept].count("timestamp") == 2
    assert len({one.note for one in kept}) == 1
    assert standing_now.seal is Seal.SEALED
    assert standing_now.last is not None
    assert (
        standing_now.last.authorities,
        standing_now.last.witnesses,
        standing_now.last.stores,
    ) == (2, 1, 1)
    assert standing_now.failing == ()
    note = kept[0].note
    stated = read_note(note, installation.signer.public_key)
    for one in kept:
        if one.kind == "timestamp":
            assert one.token is not None
            assert (
                judge(one.token, Expected(note.encode(), one.certificates)).made_at == one.made_at
            )
            by = pair.authorities[[named.url for named in pair.named].index(one.authority)]
            assert by.accepts(one.token, note.encode())
    (mail,) = witness.taken
    body = message_from_bytes(mail.content, policy=default).get_content()
    assert note.strip() in body.replace("\r\n", "\n")
    (written,) = apart.iterdir()
    assert written.read_text("utf-8") == note
    assert f"{stated.size:012d}" in written.name


def test_nothing_new_means_that_nothing_is_sent(
    installation: Installation,
    time: Time,
    pair: Pair,
) -> None:
    installation = with_settings(installation, tsa=pair.named[:1])
    interval(installation, time)
    for _ in range(3):
        interval(installation, time, something=False)
    assert len(states(installation)) == 1

    interval(installation, time)

    assert states(installation) == [("timestamp", "sealed", None)] * 2
    assert how(installation, time).seal is Seal.SEALED


def test_an_interval_passes_before_the_next_head_unless_it_is_asked_for(
    installation: Installation,
    time: Time,
    pair: Pair,
) -> None:
    installation = with_settings(installation, tsa=pair.named[:1])
    interval(installation, time)
    happen(installation, time)
    seal_regularly(installation)
    assert len(states(installation)) == 1

    with installation.database.writing() as session:
        assert ask(session, holders(installation.settings), time.now) == 1
    work_off(installation, OUTSIDE)

    assert len(outside(installation)) == 2


def outside(installation: Installation) -> list[Any]:
    with installation.database.reading() as session:
        return list(outside_heads(session))


def test_a_silent_authority_is_an_alarm_until_it_answers_again(
    installation: Installation,
    time: Time,
    authorities: tuple[Authority, Authority],
    tmp_path: Path,
) -> None:
    with serving(authorities[0]) as url:
        port = int(url.split(":")[2].split("/")[0])
    installation = with_settings(installation, tsa=(named(tmp_path, url, *authorities[0].pins),))
    operator = add_operator(installation, time)
    interval(installation, time)
    assert states(installation) == [("timestamp", "waiting", "no_connection")]
    assert how(installation, time).seal is Seal.NONE_YET

    for _ in range(4):
        interval(installation, time)
    late = how(installation, time)
    assert late.seal is Seal.LATE
    assert late.last is None
    assert [one.code for one in late.failing] == ["no_connection"]
    assert [state for _, state, _ in states(installation)] == ["superseded"] * 4 + ["waiting"]
    (told,) = every(installation, NoticeRecord)
    assert (told.kind, told.recipient) == ("head.alarm", operator)

    with serving(authorities[0], port=port):
        time.pass_by(timedelta(minutes=5))
        work_off(installation, OUTSIDE)

    assert how(installation, time).seal is Seal.SEALED
    (kept,) = outside(installation)
    with installation.database.reading() as session:
        assert kept.size < head(session).size


def add_operator(installation: Installation, time: Time) -> str:
    with installation.database.writing() as session:
        person = add_person(
            session,
            name="Ib",
            email="ib@kommune.example",
            unit_id=None,
            now=time.now,
            actor="system",
        )
        give_role(session, person, "operator", unit_id=None, now=time.now, actor="system")
    return "ib@kommune.example"


@pytest.mark.parametrize(
    ("forging", "code"),
    [
        ("other_signer", "refused_not_pinned"),
        ("replayed", "refused_other_message"),
        ("rubbish", "refused_unreadable"),
        ("error", "http_500"),
    ],
)
def test_what_is_no_time_stamp_of_this_head_is_not_kept(
    installation: Installation,
    time: Time,
    pair: Pair,
    forging: str,
    code: str,
) -> None:
    good, evil = pair.authorities
    old = good.reply(question(b"an earlier head").request)

    def answer(handler: Any, body: bytes) -> None:
        if forging == "other_signer":
            give(handler, evil.reply(body))
        elif forging == "replayed":
            give(handler, old)
        else:
            give(handler, b"<html>", 500 if forging == "error" else 200)

    happen(installation, time)
    with listening(answer) as port:
        asked = pair.named[0].model_copy(update={"url": f"http://127.0.0.1:{port}/"})
        installation = with_settings(installation, tsa=(asked,))
        seal_regularly(installation)
        work_off(installation, OUTSIDE)

    assert states(installation) == [("timestamp", "waiting", code)]
    assert outside(installation) == []


def test_a_clock_that_differs_by_hours_is_not_believed(
    installation: Installation,
    time: Time,
    pair: Pair,
) -> None:
    installation = with_settings(installation, tsa=pair.named[:1])
    time.pass_by(timedelta(hours=5))

    interval(installation, time)

    assert states(installation) == [("timestamp", "waiting", "clocks_differ")]


def test_a_store_that_holds_another_head_is_an_alarm(
    installation: Installation, time: Time, apart: Path
) -> None:
    installation = with_settings(installation, heads_folder=apart)
    add_operator(installation, time)
    interval(installation, time)
    (written,) = apart.iterdir()
    written.rename(apart / written.name.replace("0000000", "0000009"))

    interval(installation, time)
    seal_regularly(installation)

    assert states(installation)[-1] == ("object", "failed", "contradicted")
    assert how(installation, time).seal is Seal.CONTRADICTED
    (told,) = every(installation, NoticeRecord)
    assert told.kind == "head.alarm"


def test_a_mail_that_lies_in_our_own_outbox_has_not_left_the_house(
    installation: Installation, time: Time
) -> None:
    installation = with_settings(installation, witnesses=(WITNESS,))
    happen(installation, time)

    seal_regularly(installation)
    work_off(installation, OUTSIDE, NOTICES)
    time.pass_by(timedelta(seconds=10))
    work_off(installation, OUTSIDE)

    assert states(installation) == [("witness", "failed", "no_smarthost")]
    assert how(installation, time).seal is Seal.NONE_YET
    assert len(list((installation.data / "outbox").glob("*.eml"))) == 1
    for _ in range(2):
        interval(installation, time, something=False)
    assert len(every(installation, NoticeRecord)) == 1


def test_a_mail_that_is_refused_is_said(
    installation: Installation, time: Time, witness: Witness
) -> None:
    installation = with_settings(
        installation, witnesses=("en-anden@nabo.example",), smarthost=witness.address
    )
    happen(installation, time)

    seal_regularly(installation)
    work_off(installation, OUTSIDE, NOTICES)
    time.pass_by(timedelta(seconds=10))
    work_off(installation, OUTSIDE)

    ((kind, state, code),) = states(installation)
    assert (kind, state) == ("witness", "failed")
    assert code is not None
    assert code.startswith("mail_smtp_5")


def test_nobody_set_up_is_said(installation: Installation, time: Time) -> None:
    interval(installation, time)

    assert how(installation, time) == Standing(Seal.OFF, None, ())
    assert states(installation) == []


def test_two_processes_that_look_at_once_ask_once(
    installation: Installation, time: Time, apart: Path
) -> None:
    installation = with_settings(installation, heads_folder=apart)
    happen(installation, time)
    threads = [threading.Thread(target=seal_regularly, args=(installation,)) for _ in range(4)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert states(installation) == [("object", "waiting", None)]


def test_the_check_on_the_operations_page_reads_the_store_elsewhere(
    installation: Installation, time: Time, apart: Path
) -> None:
    installation = with_settings(installation, heads_folder=apart)
    interval(installation, time)
    assert checked(installation, time)["findings"] == []

    with installation.database.reading() as session:
        size = head(session).size
    other = installation.signer.sign(size - 1, bytes(32))
    name = name_of(installation.signer.origin, size - 1)
    (apart / name).write_text(other, "utf-8")
    (apart / "another-000000000001.note").write_text("not ours to judge", "utf-8")

    (finding,) = checked(installation, time)["findings"]
    assert (finding["kind"], finding["id"]) == ("outside_head_contradicts", name)


def checked(installation: Installation, time: Time) -> dict[str, Any]:
    with installation.database.writing() as session:
        run = VerificationRecord(
            id=uuid4(), started_at=time.now, started_by="person:1", next_attempt_at=time.now
        )
        session.add(run)
    work_off(installation, VERIFICATIONS)
    with installation.database.reading() as session:
        result = session.get_one(VerificationRecord, run.id).result
    assert result is not None
    return result
