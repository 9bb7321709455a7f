"""What goes wrong on the way out: silence, forgeries, other heads; who is told of it, and when."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.ledger.apart import name_of
from archive.ledger.log import head
from archive.ledger.stamps import question
from archive.records.cases import NoticeRecord
from service.casework.operations.outside_standing import Seal
from service.installation import Installation
from service.jobs.sealing import OUTSIDE
from service.jobs.sealing_regularly import seal_regularly
from tests.archive.answering import give, listening, serving
from tests.archive.authority import Authority
from tests.service.conftest import Time
from tests.service.jobs.following import every, work_off
from tests.service.jobs.holders import (
    Pair,
    add_operator,
    checked,
    happen,
    how,
    interval,
    named,
    outside,
    states,
    with_settings,
)

pytestmark = pytest.mark.usefixtures("real_time")


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
