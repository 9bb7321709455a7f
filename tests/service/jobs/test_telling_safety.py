"""Representatives are told of each case once, with no name, and after violence the chief too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email import message_from_string, policy

from sqlalchemy import select

from archive.records.cases import NoticeRecord
from archive.records.people import PersonRecord, RoleRecord
from service.access.endings import end_role
from service.access.principal import Principal
from service.casework.cases.steps import state_known_facts
from service.casework.telling.asking import A_WHILE
from service.installation import Installation
from service.jobs.telling import tell_due
from service.jobs.telling_safety import tell_safety
from tests.service.casework.cases.opened import assert_clean, employ, open_one
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]


def told(one: Installation, time: Time) -> None:
    """Let a round of looking go by, the while that a mail waits for others, and one of writing."""
    tell_safety(one)
    time.pass_by(A_WHILE)
    tell_due(one)


def mails(one: Installation) -> list[tuple[str, str, str, str]]:
    """Return kind, recipient, subject and text of each mail, in the order of their recipients."""
    with one.database.reading() as session:
        rows = session.scalars(
            select(NoticeRecord).where(NoticeRecord.kind.startswith("safety."))
        ).all()
    told = []
    for row in rows:
        mail = message_from_string(row.message, policy=policy.default)
        body = mail.get_body(("plain",))
        assert body is not None
        told.append((row.kind, row.recipient, str(mail["Subject"]), body.get_content()))
    return sorted(told)


def test_the_units_representative_is_told_once_and_reads_no_name(
    installation: Installation, town: Town, time: Time
) -> None:
    amr = employ(installation, time, "Asta Amr", "amr", unit=town.library)
    employ(installation, time, "Cora Amr", "amr", unit=town.school, everywhere=True)
    for number in range(5):
        employ(installation, time, f"{number}. Ansat", unit=town.library)
    case = open_one(installation, town, time)

    for _ in range(3):
        told(installation, time)
        time.pass_by(timedelta(hours=1))

    ((kind, recipient, subject, text),) = mails(installation)
    assert (kind, recipient) == ("safety.case", amr.email)
    assert case in subject
    assert "https://vaern.example/safety" in text
    assert town.anna.name.split()[0] not in subject + text
    assert town.library.name not in subject + text
    assert_clean(installation)


def test_where_a_unit_has_none_the_nearest_above_is_told_and_never_the_one_concerned(
    installation: Installation, town: Town, time: Time
) -> None:
    above = employ(installation, time, "Birk Amr", "amr", unit=town.centre)
    concerned = employ(installation, time, "Asta Amr", "amr", unit=town.library)
    open_one(installation, town, time, harassed=[concerned])

    told(installation, time)

    assert [recipient for _, recipient, _, _ in mails(installation)] == [above.email]


def test_of_a_case_in_a_small_unit_not_even_the_number_is_told(
    installation: Installation, town: Town, time: Time
) -> None:
    employ(installation, time, "Asta Amr", "amr", unit=town.library)
    case = open_one(installation, town, time)

    told(installation, time)

    ((_, _, subject, text),) = mails(installation)
    assert case not in subject + text


def test_after_violence_the_chief_is_told_too_whenever_it_becomes_known(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    chief = employ(installation, time, "Cora Amr", "amr", unit=town.school, everywhere=True)
    amr = employ(installation, time, "Asta Amr", "amr", unit=town.library)
    number = open_one(installation, town, time)
    told(installation, time)
    assert [mail[:2] for mail in mails(installation)] == [("safety.case", amr.email)]

    time.pass_by(timedelta(days=42))
    with installation.database.writing() as session:
        leader, holds = asks(town.leader), frozenset({"violence"})
        state_known_facts(session, leader, number, holds=holds, incident=None, now=time.now)
    for _ in range(2):
        told(installation, time)

    assert [mail[:2] for mail in mails(installation)] == [
        ("safety.case", amr.email),
        ("safety.violence", chief.email),
    ]


def test_a_role_that_has_ended_is_told_nothing(
    installation: Installation, town: Town, time: Time
) -> None:
    amr = employ(installation, time, "Asta Amr", "amr", unit=town.library)
    with installation.database.writing() as session:
        (held,) = session.scalars(select(RoleRecord).where(RoleRecord.person_id == amr.id))
        end_role(session, held, time.now, actor="system")
    open_one(installation, town, time)

    told(installation, time)

    assert mails(installation) == []
