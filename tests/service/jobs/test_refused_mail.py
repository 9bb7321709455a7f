"""A mailbox that does not exist: others are told instead, somebody mends it, nothing loops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from archive.ledger.log import record
from archive.mailbox.smtp import Envelope, SmtpDoor
from archive.records.cases import NoticeRecord
from archive.records.people import PersonRecord
from archive.records.tellings import TellingRecord, UnreachableRecord
from service.access.principal import Principal
from service.access.sealed_account import seal_account
from service.casework.operations.mail_out import (
    MailState,
    mail_standing,
    send_again,
    send_all_again,
    stuck_mails,
    unreached,
)
from service.casework.telling.asking import A_WHILE
from service.casework.telling.unreachable import REFUSED, note_unreachable
from service.errors import NotPermitted, RowNotFound
from service.installation import Installation
from service.jobs.engine import Engine
from service.jobs.sending import ALERTS, NOTICES
from service.jobs.telling import look_for_untold, tell_due
from service.notices.outgoing import NotSent, way_out
from service.notices.queueing import queue_notice
from service.web.screens.mail_out import why_stuck
from tests.service.casework.cases.opened import assert_clean, employ, open_one
from tests.service.conftest import Time, Town
from tests.service.jobs.following import SOON

Asks = Callable[[PersonRecord], Principal]
BELOW = "carl.9@kommune.example"
"""The only mailbox that there is: the leader's above."""


@pytest.fixture
def house(installation: Installation) -> Iterator[Installation]:
    """An installation whose mail system knows one mailbox."""
    taken: list[Envelope] = []
    with SmtpDoor("127.0.0.1", 0, accept=taken.append, archive_address=BELOW) as door:
        smarthost = f"{door.address[0]}:{door.address[1]}"
        settings = installation.settings.model_copy(update={"smarthost": smarthost})
        yield replace(installation, settings=settings)


def go(house: Installation, time: Time, *, rounds: int = 1) -> None:
    """Let everybody be told, and everything leave that can."""
    for _ in range(rounds):
        look_for_untold(house)
        time.pass_by(A_WHILE)
        tell_due(house)
        engine = Engine(house, (ALERTS, NOTICES))
        engine.sweep()
        assert engine.rest(SOON)
        assert engine.stop(SOON)


def sent_to(house: Installation) -> list[str]:
    with house.database.reading() as session:
        query = select(NoticeRecord.recipient).where(NoticeRecord.sent_at.is_not(None))
        return list(session.scalars(query))


def test_what_a_refused_mail_carried_is_told_to_the_next_above_and_an_operator_mends_it(
    house: Installation, town: Town, time: Time, asks: Asks
) -> None:
    chief = employ(house, time, "Carl Chef", "leader", unit=town.centre)
    assert chief.email == BELOW
    operator = employ(house, time, "Olga Drift", "operator", unit=town.centre, everywhere=True)
    open_one(house, town, time)

    go(house, time, rounds=4)

    assert sent_to(house) == [BELOW]
    with house.database.reading() as session:
        known = session.scalars(select(UnreachableRecord)).all()
        assert {one.person_id for one in known} == {town.leader.id, operator.id}
        assert {one.code for one in known} == {"smtp_550"}
        assert len(unreached(session, asks(operator))) == 2
        assert unreached(session, asks(town.lawyer)) == ()
        how = mail_standing(session, time.now)
        assert (how.state, how.unreachable, how.refused) == (MailState.REFUSED, 2, 2)
        told = session.scalars(
            select(TellingRecord).where(TellingRecord.kind == "case.handler")
        ).one()
        assert (told.person_id, told.told_to) == (town.leader.id, chief.id)

    for _ in range(3):
        time.pass_by(timedelta(hours=6))
        go(house, time)
    assert sent_to(house) == [BELOW], "nothing is sent to an address that was refused"

    with house.database.writing() as session:
        leader = session.get_one(PersonRecord, town.leader.id)
        leader.email = "mette.ny@kommune.example"
        record(session, "person.changed", at=time.now, subject=leader)
    look_for_untold(house)
    with house.database.reading() as session:
        left = session.scalars(select(UnreachableRecord.person_id)).all()
        assert left == [operator.id]
    assert_clean(house)


def test_a_mail_that_was_given_up_is_tried_again_by_whoever_runs_it_alone(
    house: Installation, town: Town, time: Time, asks: Asks
) -> None:
    operator = employ(house, time, "Olga Drift", "operator", unit=town.centre, everywhere=True)
    with house.database.writing() as session:
        notice = queue_notice(
            session,
            settings=house.settings,
            kind="receipt",
            recipient=BELOW,
            subject="Kvittering",
            body="Det er i sikkerhed.\n",
            language="da",
            now=time.now,
        )
        notice.next_attempt_at, notice.last_error = None, "smtp_554"
        notice_id = notice.id
    with house.database.reading() as session:
        ((stuck,), following) = stuck_mails(session, asks(town.lawyer), time.now)
        assert (stuck.id, stuck.code, stuck.next_at, following) == (
            notice_id,
            "smtp_554",
            None,
            None,
        )
        with pytest.raises(NotPermitted):
            stuck_mails(session, asks(town.leader), time.now)
    with house.database.writing() as session:
        with pytest.raises(NotPermitted):
            send_again(session, asks(town.lawyer), notice_id, time.now)
        send_again(session, asks(operator), notice_id, time.now)

    go(house, time)

    assert sent_to(house) == [BELOW]
    with house.database.writing() as session:
        with pytest.raises(RowNotFound):
            send_again(session, asks(operator), notice_id, time.now)
        with pytest.raises(NotPermitted):
            send_all_again(session, asks(town.lawyer), time.now)
        assert send_all_again(session, asks(operator), time.now) == 0
        assert mail_standing(session, time.now).state is MailState.LEAVES
    assert_clean(house)


def test_a_mail_system_that_is_away_is_told_and_all_of_it_is_tried_again_at_once(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    operator = employ(installation, time, "Olga Drift", "operator", unit=town.centre)
    away = installation.settings.model_copy(update={"smarthost": "127.0.0.1:9"})
    house = replace(installation, settings=away)

    def standing() -> MailState:
        with house.database.reading() as session:
            return mail_standing(session, time.now).state

    for kind, state in (("receipt", MailState.LEAVES), ("alert", MailState.PUT_OFF)):
        with house.database.writing() as session:
            queue_notice(
                session,
                settings=away,
                kind=kind,
                recipient=BELOW,
                subject="Åbn straks",
                body="Der er fare.\n",
                language="da",
                now=time.now,
            )
        go(house, time)
        assert standing() is state
    for code, tried in (("too_many_attempts", 2), ("smtp_550", 1)):
        with house.database.writing() as session:
            row = session.scalars(select(NoticeRecord).where(NoticeRecord.kind == "receipt")).one()
            row.next_attempt_at, row.last_error = None, code
            assert send_all_again(session, asks(operator), time.now) == tried


class Refusing(ThreadingTCPServer):
    """A mail system that refuses everything of ours, at one command of the dialogue."""

    daemon_threads = True

    def __init__(self, verb: str, answer: str) -> None:
        super().__init__(("127.0.0.1", 0), Dialogue)
        self.verb, self.answer = verb, answer


class Dialogue(StreamRequestHandler):
    def handle(self) -> None:
        self.say("220 here")
        for line in self.rfile:
            verb = line[:4].decode().upper()
            assert isinstance(self.server, Refusing)
            if verb == "QUIT":
                self.say("221 bye")
                return
            self.say(self.server.answer if verb == self.server.verb else "250 yes")

    def say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())


@pytest.mark.parametrize(
    ("verb", "answer", "code"),
    [
        ("MAIL", "550 5.7.1 You may not send as this", "smtp_us_550"),
        ("RCPT", "550 5.7.54 Unable to relay", "smtp_us_550"),
        ("DATA", "550 No", "smtp_us_550"),
        ("RCPT", "550 5.1.1 No such user", "smtp_550"),
        ("RCPT", "550 No such user", "smtp_550"),
    ],
)
def test_a_mail_system_that_refuses_us_says_nothing_of_anybodys_mailbox(
    installation: Installation, verb: str, answer: str, code: str
) -> None:
    with Refusing(verb, answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        host, port = server.server_address[:2]
        settings = installation.settings.model_copy(update={"smarthost": f"{host!s}:{port}"})
        with pytest.raises(NotSent) as refused:
            way_out(settings).send(uuid4(), BELOW, "From: arkiv@kommune.example\r\n\r\nHej\r\n")
        server.shutdown()

    assert (refused.value.code, refused.value.final) == (code, True)
    assert ("findes" in why_stuck(code, "da")) is (code in REFUSED)
    assert "(550)" in why_stuck(code, "da")


def test_many_dead_addresses_are_one_mail_and_the_sealed_account_is_none_of_them(
    installation: Installation, town: Town, time: Time
) -> None:
    operator = employ(installation, time, "Olga Drift", "operator", unit=town.centre)
    with installation.database.writing() as session:
        seal_account(session, "Den forseglede konto", time.now, actor="system")
        for person in (town.leader, town.anna, town.lawyer):
            gone = session.get_one(PersonRecord, person.id)
            note_unreachable(
                session, gone, "smtp_550", settings=installation.settings, now=time.now
            )

    for _ in range(4):
        time.pass_by(timedelta(minutes=20))
        tell_due(installation)

    with installation.database.reading() as session:
        assert session.scalars(select(NoticeRecord.recipient)).all() == [operator.email]
        assert session.scalar(select(func.count()).select_from(UnreachableRecord)) == 3
    assert_clean(installation)
