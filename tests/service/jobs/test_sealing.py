"""Heads of the ledger leave the house: to real authorities, a real mail server, a real folder."""

from __future__ import annotations

import threading
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from archive.ledger.checkpoint import read_note
from archive.ledger.outside import outside_heads
from archive.ledger.stamps import Expected, judge
from archive.records.cases import NoticeRecord
from service.casework.operations.outside import ask, holders
from service.casework.operations.outside_standing import Seal, Standing
from service.installation import Installation
from service.jobs.sealing import OUTSIDE
from service.jobs.sealing_regularly import seal_regularly
from service.jobs.sending import NOTICES
from tests.service.conftest import Time
from tests.service.jobs.following import every, work_off
from tests.service.jobs.holders import (
    WITNESS,
    Pair,
    Witness,
    happen,
    how,
    interval,
    outside,
    states,
    with_settings,
)

pytestmark = pytest.mark.usefixtures("real_time")


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
