"""A mailbox that does not exist: others are told instead, somebody mends it, nothing loops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from archive.ledger.log import record
from archive.mailbox.smtp import Envelope, SmtpDoor
from archive.records.cases import NoticeRecord
from archive.records.people import PersonRecord
from archive.records.tellings import TellingRecord, UnreachableRecord
from service.access.principal import Principal
from service.casework.operations.mail_out import (
    MailState,
    mail_standing,
    send_again,
    send_all_again,
    stuck_mails,
    unreached,
)
from service.casework.telling.asking import A_WHILE
from service.errors import NotPermitted, RowNotFound
from service.installation import Installation
from service.jobs.engine import Engine
from service.jobs.sending import ALERTS, NOTICES
from service.jobs.telling import look_for_untold, tell_due
from service.notices.queueing import queue_notice
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
