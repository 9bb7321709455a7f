"""No file, however slow, and no flood of files stands before somebody else's small one."""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from archive.confinement.confinement import Confinement
from archive.intake.receive import About, Envelope
from archive.records.evidence import EvidenceRecord, EvidenceState
from service.installation import Installation
from service.jobs.engine import Engine
from service.jobs.reading import TAKES_LONG
from service.jobs.reading_lanes import DOCUMENTS, LARGE, LONG, MAILS, PICTURES, SELDOM, TEXTS
from service.jobs.seldom import BURST, Seldom
from tests.service.casework.mail.mails import hand_over, mail
from tests.service.conftest import Time, Town
from tests.service.jobs.following import SOON, picture, work_off

HANGING = Path(__file__).parent / "hanging_reader.py"
# The same lanes on the other database would show nothing more.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def hanging(installation: Installation) -> Iterator[Installation]:
    """The installation where every picture hangs its reader until that is killed."""
    with Confinement(readers={"image": f"{HANGING}:hang"}) as confinement:
        yield replace(installation, confinement=confinement)


def given(one: Installation, time: Time, data: bytes, hand: str) -> UUID:
    kept = one.intake.receive(data, About(), Envelope("api", actor=hand), time.now)
    time.pass_by(timedelta(milliseconds=1))
    return kept.id


def sent(one: Installation, sender: str, number: int) -> UUID:
    row_id: UUID = hand_over(one, mail(text=f"{number}\n"), mail_from=sender).id
    return row_id


def row(one: Installation, row_id: UUID) -> EvidenceRecord:
    with one.database.reading() as session:
        return session.get_one(EvidenceRecord, row_id)


def read(one: Installation, row_id: UUID) -> bool:
    return row(one, row_id).state == EvidenceState.READ


def states(one: Installation) -> dict[UUID, str]:
    with one.database.reading() as session:
        return {each.id: each.state for each in session.scalars(select(EvidenceRecord))}


def followed(true: Callable[[], bool]) -> None:
    end = clock.monotonic() + SOON
    while not true():
        assert clock.monotonic() < end
        clock.sleep(0.02)


def test_a_small_text_and_a_mail_are_read_while_every_slow_file_is_still_at_it(
    hanging: Installation, time: Time, town: Town
) -> None:
    """More slow files than there are workers came first, from the same hand as the text."""
    del town
    slow = [given(hanging, time, picture() + b"%d" % number, "a") for number in range(BURST + 9)]
    engine = Engine(hanging, (SELDOM, TEXTS, MAILS, PICTURES))
    engine.sweep()
    followed(lambda: sum(row(hanging, each).attempts for each in slow) >= SELDOM.at_once)
    text = given(hanging, time, b"Hej fra naboen", "a")
    letter = hand_over(hanging, mail()).id

    engine.sweep()

    for small in (text, letter):
        followed(partial(read, hanging, small))
    # It did not wait for its turn among them: some have not even been begun, and none has ended.
    assert min(row(hanging, each).fence for each in slow) == 0
    assert {state for each, state in states(hanging).items() if each in slow} <= {
        EvidenceState.RECEIVED,
        EvidenceState.READING,
    }
    followed(lambda: any(row(hanging, each).last_error == TAKES_LONG for each in slow))
    hanging.confinement.close()
    assert engine.stop(SOON)


def test_what_takes_long_is_handed_back_untried_and_read_in_the_lane_for_it(
    installation: Installation, hanging: Installation, time: Time
) -> None:
    slow = given(hanging, time, picture(), "a")

    work_off(hanging, PICTURES)

    left = row(installation, slow)
    assert (left.last_error, left.attempts, left.claimed_by) == (TAKES_LONG, 0, None)
    work_off(installation, PICTURES, SELDOM)  # where it hung, it does not come again
    assert row(installation, slow).state == EvidenceState.READING
    work_off(installation, LONG)
    assert row(installation, slow).state == EvidenceState.READ


def test_a_large_file_goes_straight_to_the_long_lane(
    installation: Installation, time: Time
) -> None:
    large = given(installation, time, picture(), "a")
    with installation.database.engine.begin() as link:
        link.execute(update(EvidenceRecord).values(size=LARGE + 1))

    work_off(installation, PICTURES, SELDOM)

    assert row(installation, large).attempts == 0
    work_off(installation, LONG)
    assert row(installation, large).attempts == 1


@pytest.mark.parametrize(
    "media_type",
    ["message/rfc822", "text/plain", "text/html", "image/png", "application/pdf", "audio/mpeg"],
)
def test_the_lane_that_reads_a_type_is_the_one_that_its_coming_wakes(
    installation: Installation, media_type: str
) -> None:
    about = About(media_type=media_type)
    kept = installation.intake.receive(b"Hej", about, Envelope("api"), installation.clock.now())
    with installation.database.reading() as session:
        reads = [
            lane
            for lane in (TEXTS, MAILS, PICTURES, DOCUMENTS)
            if session.scalar(select(EvidenceRecord.id).where(lane.waiting())) == kept.id
        ]
    assert [lane.takes and lane.takes(media_type) for lane in reads] == [True]


def test_a_flood_from_one_hand_does_not_go_before_another(
    installation: Installation, time: Time
) -> None:
    flood = [given(installation, time, b"nr. %d" % number, "a") for number in range(3 * BURST)]
    other = given(installation, time, b"Hej", "b")

    work_off(installation, SELDOM)

    stood = states(installation)
    assert stood[other] == EvidenceState.READ
    assert sum(stood[each] == EvidenceState.READ for each in flood) == BURST
    assert {stood[each] for each in flood[BURST:]} == {EvidenceState.RECEIVED}


def test_whoever_has_handed_in_least_comes_first_and_a_flood_is_forgotten_in_a_minute(
    installation: Installation, time: Time
) -> None:
    def picked() -> list[UUID]:
        with installation.database.reading() as session:
            return list(iter(lambda: seldom.pick(session, time.now), None))

    seldom = Seldom()
    three = [given(installation, time, b"nr. %d" % number, "a") for number in range(3)]
    other = given(installation, time, b"Hej", "b")
    assert picked() == [three[0], other, *three[1:]]
    for number in range(10 * BURST):
        given(installation, time, b"mere %d" % number, "a")
    assert len(picked()) < BURST
    time.pass_by(timedelta(seconds=30))
    given(installation, time, b"for tidligt", "a")
    assert picked() == []
    time.pass_by(timedelta(seconds=31))
    again = given(installation, time, b"igen", "a")
    assert picked() == [again]


def test_each_sender_of_mail_is_a_hand_of_its_own(installation: Installation, time: Time) -> None:
    del time
    seldom = Seldom()
    first = [sent(installation, "a@x.example", number) for number in range(2)]
    second = sent(installation, "b@x.example", 3)

    with installation.database.reading() as session:
        now = installation.clock.now()
        picked = [seldom.pick(session, now) for _ in range(4)]

    assert set(picked[:2]) >= {second}
    assert set(picked) == {*first, second, None}
    assert picked[2] in first
