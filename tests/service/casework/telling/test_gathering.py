"""What is not urgent is told in working hours, in one mail, and to whoever answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from datetime import time as clock
from email import message_from_string, policy
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from archive.ledger.log import record
from archive.records.cases import CaseRecord, NoticeRecord
from archive.records.organisation import AbsenceRecord
from archive.records.people import PersonRecord, RoleRecord
from archive.records.tellings import TellingRecord, UnreachableRecord
from service.access.endings import end_role
from service.access.principal import Principal
from service.casework.cases.concerned import step_back
from service.casework.cases.opening import add_harassed
from service.casework.organisation.away import Span, end_absence, enter_absence, enter_deputy
from service.casework.organisation.hours import set_own_hours, usual_hours
from service.casework.telling.asking import A_WHILE
from service.casework.telling.gathering import BETWEEN
from service.installation import Installation
from service.jobs.telling import look_for_untold, tell_due
from service.jobs.telling_safety import tell_safety
from service.organisation.hours import WorkingHours
from tests.service.casework.cases.opened import assert_clean, employ, kinds, open_one
from tests.service.conftest import Time, Town
from tests.service.jobs.following import said

Asks = Callable[[PersonRecord], Principal]
DAY = timedelta(days=1)


def wall(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Copenhagen"))  # type: ignore[arg-type,misc]  # day and time


def look(one: Installation, time: Time, *, after: timedelta = A_WHILE) -> None:
    """Look who has not been told, let a while go by, and write what is due."""
    look_for_untold(one)
    time.pass_by(after)
    tell_due(one)


def mails(one: Installation) -> list[tuple[str, str, str]]:
    """Return recipient, subject and text of each mail in the order of writing."""
    with one.database.reading() as session:
        query = select(NoticeRecord).order_by(NoticeRecord.made_at, NoticeRecord.recipient)
        rows = session.scalars(query).all()
    found = []
    for row in rows:
        mail = message_from_string(row.message, policy=policy.default)
        found.append((row.recipient, str(mail["Subject"]), said(mail)))
    return found


def tellings(one: Installation) -> list[TellingRecord]:
    with one.database.reading() as session:
        return list(session.scalars(select(TellingRecord).order_by(TellingRecord.made_at)))


@pytest.fixture
def operator(installation: Installation, town: Town, time: Time) -> PersonRecord:
    return employ(installation, time, "Olga Drift", "operator", unit=town.centre, everywhere=True)


@pytest.fixture
def chief(installation: Installation, town: Town, time: Time) -> PersonRecord:
    """The leader above the library's."""
    return employ(installation, time, "Carl Chef", "leader", unit=town.centre)


def away(
    one: Installation, who: Principal, person: PersonRecord, time: Time, deputy: str | None = None
) -> None:
    with one.database.writing() as session:
        enter_absence(session, who, person.id, Span(time.now, time.now + 7 * DAY), time.now)
        if deputy is not None:
            span = Span(time.now, None)
            enter_deputy(session, who, person.id, deputy, span, now=time.now)


def test_a_case_of_the_evening_is_told_to_its_handler_in_the_morning_and_once(
    installation: Installation, town: Town, time: Time
) -> None:
    time.now = wall(2027, 2, 5, 21)  # a Friday
    number = open_one(installation, town, time)

    look(installation, time)
    assert mails(installation) == []
    (waiting,) = tellings(installation)
    assert waiting.waits_until == wall(2027, 2, 8, 8)
    time.now = wall(2027, 2, 8, 8)
    for _ in range(3):
        look(installation, time)

    ((recipient, subject, text),) = mails(installation)
    assert recipient == town.leader.email
    assert number in subject
    assert f"https://vaern.example/cases/{number}" in text
    assert "i dag kl. 12.00" in text, "four working hours after it opened"
    assert town.anna.name.split()[0] not in subject + text
    assert_clean(installation)


def test_a_deadline_comes_before_somebodys_own_hours(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    fridays = WorkingHours(frozenset({5}), clock(10), clock(12))
    with installation.database.writing() as session:
        set_own_hours(session, asks(town.leader), fridays, time.now)
    open_one(installation, town, time)
    look_for_untold(installation)

    (waiting,) = tellings(installation)
    assert waiting.waits_until is not None
    assert waiting.deadline is not None
    assert time.now < waiting.waits_until < waiting.deadline < time.now + DAY
    assert usual_hours(installation.settings).is_at_work(waiting.waits_until)


def test_a_deputy_who_may_see_the_case_reads_for_whom_they_get_it(
    installation: Installation,
    town: Town,
    time: Time,
    asks: Asks,
    chief: PersonRecord,
) -> None:
    away(installation, asks(town.leader), town.leader, time, chief.email)
    number = open_one(installation, town, time)

    look(installation, time)

    ((recipient, subject, text),) = mails(installation)
    assert recipient == chief.email
    assert number in subject
    assert "Mette Leder" in text
    (told,) = tellings(installation)
    assert (told.told_to, told.outcome, told.summed_at) == (chief.id, "told", None)


def test_a_deputy_without_the_right_learns_only_that_something_waits(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    away(installation, asks(town.leader), town.leader, time, "bent@kommune.example")
    number = open_one(installation, town, time)

    look(installation, time)

    ((recipient, subject, text),) = mails(installation)
    assert recipient == town.bent.email
    assert number not in subject + text
    assert "Mette Leder" in text
    assert [one.outcome for one in tellings(installation)] == ["hinted"]


def test_where_nobody_stands_in_the_next_above_is_told_and_never_the_one_concerned(
    installation: Installation,
    town: Town,
    time: Time,
    asks: Asks,
    chief: PersonRecord,
) -> None:
    away(installation, asks(town.leader), town.leader, time, town.anna.email)
    open_one(installation, town, time)  # Anna is the one harassed

    look(installation, time)

    assert [recipient for recipient, _, _ in mails(installation)] == [chief.email]


def test_where_nobody_at_all_answers_it_lies_in_their_own_mailbox(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    away(installation, asks(town.leader), town.leader, time)
    open_one(installation, town, time)

    look(installation, time)

    assert [recipient for recipient, _, _ in mails(installation)] == [town.leader.email]


def test_several_things_become_one_mail_and_each_case_says_that_it_was_told(
    installation: Installation, town: Town, time: Time
) -> None:
    numbers = [open_one(installation, town, time) for _ in range(3)]
    look(installation, time)

    ((_, subject, text),) = mails(installation)
    assert "3" in subject
    assert all(number in text and number not in subject for number in numbers)
    assert kinds(installation).count("telling.told") == 3

    numbers.append(open_one(installation, town, time))
    look(installation, time)
    assert len(mails(installation)) == 1, "not one mail after another"
    time.pass_by(BETWEEN)
    look(installation, time)
    assert len(mails(installation)) == 2
    assert numbers[-1] in mails(installation)[1][1]
    assert_clean(installation)


def test_a_clock_that_is_put_back_keeps_nobody_waiting_for_the_next_mail(
    installation: Installation, town: Town, time: Time
) -> None:
    open_one(installation, town, time)
    look(installation, time, after=timedelta(hours=5))
    assert len(mails(installation)) == 1

    time.pass_by(-timedelta(hours=3))
    open_one(installation, town, time)
    look(installation, time)

    assert len(mails(installation)) == 2


def test_whoever_is_back_reads_in_one_mail_what_went_to_whom(
    installation: Installation,
    town: Town,
    time: Time,
    asks: Asks,
    chief: PersonRecord,
) -> None:
    leader = asks(town.leader)
    away(installation, leader, town.leader, time, chief.email)
    numbers = [open_one(installation, town, time) for _ in range(2)]
    look(installation, time)
    look(installation, time)
    assert [recipient for recipient, _, _ in mails(installation)] == [chief.email]

    time.pass_by(7 * DAY)
    for _ in range(3):
        look(installation, time)

    _, (recipient, _, text) = mails(installation)
    assert recipient == town.leader.email
    assert all(number in text for number in numbers)
    assert text.count("Carl Chef") == 2
    assert_clean(installation)


def test_what_went_elsewhere_is_told_to_themselves_though_they_are_away_again(
    installation: Installation,
    town: Town,
    time: Time,
    asks: Asks,
    chief: PersonRecord,
) -> None:
    leader = asks(town.leader)
    away(installation, leader, town.leader, time, chief.email)
    number = open_one(installation, town, time)
    look(installation, time)
    time.pass_by(7 * DAY)
    look_for_untold(installation)
    away(installation, leader, town.leader, time)
    look(installation, time)

    _, (recipient, subject, text) = mails(installation)
    assert recipient == town.leader.email
    assert number in text
    assert number not in subject


def test_who_may_no_longer_see_a_case_is_not_told_of_it(
    installation: Installation, town: Town, time: Time, chief: PersonRecord
) -> None:
    open_one(installation, town, time)
    look_for_untold(installation)
    with installation.database.writing() as session:
        held = select(RoleRecord).where(RoleRecord.person_id == town.leader.id)
        end_role(session, session.scalars(held).one(), time.now, actor="system")
    time.pass_by(A_WHILE)
    tell_due(installation)

    assert [recipient for recipient, _, _ in mails(installation)] == [chief.email]


def test_an_address_that_cannot_be_used_is_told_once_and_tried_when_it_has_changed(
    installation: Installation, town: Town, time: Time, operator: PersonRecord
) -> None:
    amr = employ(installation, time, "Asta Amr", "amr", unit=town.library)
    readdress(installation, amr, "asta at kommune", time)
    open_one(installation, town, time)

    for _ in range(12):
        tell_safety(installation)
        look(installation, time, after=timedelta(minutes=20))

    told = [recipient for recipient, _, _ in mails(installation)]
    assert told.count(operator.email or "") == 1
    assert set(told) == {operator.email, town.leader.email}
    assert len(told) == 2
    assert len(tellings(installation)) == 3

    readdress(installation, amr, "asta@kommune.example", time)
    for _ in range(2):
        look(installation, time)
    assert mails(installation)[-1][0] == "asta@kommune.example"
    with installation.database.reading() as session:
        assert session.scalars(select(UnreachableRecord)).all() == []
    assert_clean(installation)


def test_a_representative_without_an_address_is_no_silence(
    installation: Installation, town: Town, time: Time, operator: PersonRecord
) -> None:
    amr = employ(installation, time, "Asta Amr", "amr", unit=town.library)
    above = employ(installation, time, "Birk Amr", "amr", unit=town.centre)
    readdress(installation, amr, None, time)
    open_one(installation, town, time)

    for _ in range(3):
        tell_safety(installation)
        look(installation, time, after=timedelta(minutes=20))

    told = {recipient: text for recipient, _, text in mails(installation)}
    assert set(told) == {town.leader.email, operator.email, above.email}
    assert "Asta Amr" in told[above.email or ""]
    assert "Asta" not in told[operator.email or ""]


def readdress(one: Installation, person: PersonRecord, email: str | None, time: Time) -> None:
    with one.database.writing() as session:
        changed = session.get_one(PersonRecord, person.id)
        changed.email = email
        record(session, "person.changed", at=time.now, subject=changed)


def test_ending_an_absence_early_brings_the_summary_too(
    installation: Installation,
    town: Town,
    time: Time,
    asks: Asks,
    chief: PersonRecord,
) -> None:
    leader = asks(town.leader)
    away(installation, leader, town.leader, time, chief.email)
    open_one(installation, town, time)
    look(installation, time)
    with installation.database.writing() as session:
        absence = session.scalars(select(AbsenceRecord)).one()
        end_absence(session, leader, absence.id, time.now)

    for _ in range(2):
        look(installation, time)

    assert mails(installation)[-1][0] == town.leader.email


def test_a_handler_who_turns_out_to_be_concerned_is_passed_over_without_a_word_of_why(
    installation: Installation,
    town: Town,
    time: Time,
    chief: PersonRecord,
) -> None:
    number = open_one(installation, town, time)
    look_for_untold(installation)
    with installation.database.writing() as session:
        case = session.scalars(select(CaseRecord).where(CaseRecord.number == number)).one()
        leader = session.get_one(PersonRecord, town.leader.id)
        add_harassed(session, case, leader, time.now, "system")
    time.pass_by(A_WHILE)
    tell_due(installation)

    ((recipient, _, text),) = mails(installation)
    assert recipient == chief.email
    assert "væk" not in text
    look(installation, time, after=timedelta(hours=1))
    assert len(mails(installation)) == 1, "and they hear nothing of it afterwards"


def test_whoever_takes_over_an_old_case_is_told_and_of_one_that_nobody_was_told_of_nobody_is(
    installation: Installation, town: Town, time: Time, chief: PersonRecord
) -> None:
    numbers = [open_one(installation, town, time)]
    look(installation, time)
    numbers.append(open_one(installation, town, time))
    time.pass_by(35 * DAY)
    look(installation, time)
    assert [recipient for recipient, _, _ in mails(installation)] == [town.leader.email]

    with installation.database.writing() as session:
        for case in session.scalars(select(CaseRecord).where(CaseRecord.number.in_(numbers))):
            leader = session.get_one(PersonRecord, town.leader.id)
            add_harassed(session, case, leader, time.now, "system")
            step_back(session, case, {leader.id}, time.now, actor="system")
    look(installation, time)

    recipient, subject, _ = mails(installation)[-1]
    assert (recipient, len(mails(installation))) == (chief.email, 2)
    assert numbers[0] in subject
