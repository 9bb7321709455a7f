"""Notices leave once: to a real mail server on this machine, or into the outbox."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from archive.mailbox.errors import NotAcceptedNow
from archive.mailbox.smtp import Envelope, SmtpDoor
from archive.records.cases import NoticeRecord
from archive.records.ledger import LedgerDetailRecord
from service.installation import Installation
from service.jobs.claims import LEASE, claim_next
from service.jobs.engine import Engine, perform_one
from service.jobs.sending import ALERTS, NOTICES
from service.notices.queueing import queue_notice
from service.settings import Settings
from tests.service.conftest import Time
from tests.service.jobs.following import SOON, every, said


@dataclass
class Relay:
    """A mail server that takes mail for Anna, fails as often as it is told, and keeps the rest."""

    failures: int = 0
    taken: list[Envelope] = field(default_factory=list)

    def __call__(self, envelope: Envelope) -> None:
        if self.failures:
            self.failures -= 1
            raise NotAcceptedNow
        self.taken.append(envelope)


@pytest.fixture
def relay() -> Iterator[tuple[Relay, str]]:
    handler = Relay()
    with SmtpDoor("127.0.0.1", 0, accept=handler, archive_address="anna@kommune.example") as door:
        yield handler, f"{door.address[0]}:{door.address[1]}"


def queue(
    installation: Installation,
    time: Time,
    number: int = 1,
    to: str = "anna@kommune.example",
    kind: str = "receipt",
) -> None:
    with installation.database.writing() as session:
        for one in range(number):
            queue_notice(
                session,
                settings=installation.settings,
                kind=kind,
                recipient=to,
                subject=f"{kind} {one}",
                body="Det er i sikkerhed.\n.\nEn linje med et punktum.\n",
                language="da",
                now=time.now,
            )


def sent(installation: Installation) -> Installation:
    engine = Engine(installation, (NOTICES,))
    engine.sweep()
    assert engine.rest(SOON)
    assert engine.stop(SOON)
    return installation


def through(installation: Installation, address: str) -> Installation:
    settings: Settings = installation.settings.model_copy(update={"smarthost": address})
    return replace(installation, settings=settings)


def test_a_notice_leaves_by_the_smarthost_once(
    installation: Installation, time: Time, relay: tuple[Relay, str]
) -> None:
    handler, address = relay
    queue(installation, time)
    house = through(installation, address)

    sent(sent(house))

    (taken,) = handler.taken
    message = message_from_bytes(taken.content, policy=default)
    # RFC 3834 §3.3: no bounce and no answer to an answer comes back.
    assert (taken.mail_from, taken.recipients) == ("", ("anna@kommune.example",))
    assert message["From"].endswith("<arkiv@kommune.example>")
    assert said(message).splitlines()[1] == "."
    (row,) = every(installation, NoticeRecord)
    assert row.sent_at == time.now
    assert row.next_attempt_at is None


def test_what_the_smarthost_puts_off_is_tried_again_as_the_same_message(
    installation: Installation, time: Time, relay: tuple[Relay, str]
) -> None:
    handler, address = relay
    handler.failures = 2
    queue(installation, time)
    house = through(installation, address)

    for _ in range(4):
        sent(house)
        time.pass_by(timedelta(minutes=1))

    assert len(handler.taken) == 1
    (row,) = every(installation, NoticeRecord)
    assert (row.attempts, row.sent_at is not None) == (3, True)


def test_what_the_smarthost_refuses_for_good_is_given_up_and_said_so(
    installation: Installation, time: Time, relay: tuple[Relay, str]
) -> None:
    handler, address = relay
    queue(installation, time, to="nobody@kommune.example")
    house = through(installation, address)

    for _ in range(3):
        sent(house)
        time.pass_by(timedelta(hours=2))

    assert handler.taken == []
    (row,) = every(installation, NoticeRecord)
    assert (row.attempts, row.last_error, row.sent_at) == (1, "smtp_550", None)
    kinds = [detail.kind for detail in every(installation, LedgerDetailRecord)]
    assert "notice.not_sent" in kinds


def test_a_smarthost_that_is_away_loses_nothing(
    installation: Installation, time: Time, relay: tuple[Relay, str]
) -> None:
    handler, address = relay
    queue(installation, time, 2)

    sent(through(installation, "127.0.0.1:9"))
    time.pass_by(timedelta(minutes=1))
    sent(through(installation, address))

    assert len(handler.taken) == 2


def test_a_crash_after_the_outbox_leaves_one_file(installation: Installation, time: Time) -> None:
    queue(installation, time)
    with installation.database.writing() as session:
        lost = claim_next(session, NoticeRecord, NOTICES.waiting(), worker="lost", now=time.now)
    assert lost is not None
    time.pass_by(LEASE + timedelta(seconds=1))
    sent(installation)

    perform_one(installation, NOTICES, lost)

    files = list((installation.data / "outbox").glob("*"))
    assert [path.suffix for path in files] == [".eml"]
    kinds = [detail.kind for detail in every(installation, LedgerDetailRecord)]
    assert kinds.count("notice.sent") == 1


def test_notices_of_many_threads_all_leave(installation: Installation, time: Time) -> None:
    threads = [threading.Thread(target=queue, args=(installation, time, 3)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)

    sent(installation)

    assert len(list((installation.data / "outbox").glob("*.eml"))) == 12


class SlowRelay(Relay):
    """Answers nothing but alerts, until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go, self.alerted = threading.Event(), threading.Event()
        self.held = 0
        self.held_before_the_alert = 0

    def __call__(self, envelope: Envelope) -> None:
        if b"Subject: alert" in envelope.content:
            self.held_before_the_alert = self.held
            self.alerted.set()
        else:
            self.held += 1
            self.go.wait(SOON)
        super().__call__(envelope)


def test_an_alert_waits_for_no_other_mail_however_slow_that_is(
    installation: Installation, time: Time
) -> None:
    handler = SlowRelay()
    queue(installation, time, 3)
    time.pass_by(timedelta(seconds=1))
    queue(installation, time, kind="alert")
    with SmtpDoor("127.0.0.1", 0, accept=handler, archive_address="anna@kommune.example") as door:
        house = through(installation, f"{door.address[0]}:{door.address[1]}")
        engine = Engine(house, (ALERTS, NOTICES))
        engine.wake("notices")
        try:
            assert handler.alerted.wait(SOON)
        finally:
            handler.go.set()
            assert engine.rest(SOON)
            assert engine.stop(SOON)

    assert handler.held_before_the_alert <= 1
    assert len(handler.taken) == 4
