"""Mails that name a case or themselves: an unknown number, the same mail changed on its way."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from archive.records.cases import CaseEvidenceRecord, CaseRecord, NoticeRecord
from archive.records.evidence import EvidenceRecord
from service.casework.mail.sorting import Unsorted
from service.installation import Installation
from tests.service.casework.cases.opened import kinds
from tests.service.casework.mail.mails import hand_over, mail
from tests.service.conftest import Town
from tests.service.jobs.following import every, only, outbox, why_unsorted, work_off


def named(subject: str, message_id: str = "<1@kommune.example.com>", text: str = "Hej\n") -> bytes:
    message = mail(subject=subject, text=text)
    del message["Message-ID"]
    message["Message-ID"] = message_id
    return message.as_bytes()


@pytest.mark.parametrize("subject", ["Sag 2027-014", "SV: 2026-003", "Vedr. sag 2027-999."])
@pytest.mark.usefixtures("town")
def test_a_number_that_is_no_open_case_of_the_sender_is_looked_at_by_a_person(
    installation: Installation, subject: str
) -> None:
    hand_over(installation, mail(subject=subject))

    work_off(installation)

    assert every(installation, CaseRecord) == []
    assert why_unsorted(installation) == [Unsorted.CASE_UNKNOWN]
    (receipt,) = outbox(installation)
    assert receipt["To"] == "anna@kommune.example", "she gets her receipt all the same"
    assert "sag 20" not in receipt["Subject"]


@pytest.mark.parametrize(
    "subject",
    [
        "Din sag 24-2026-00123 hos os",
        "VS: j.nr. 2026-00045",
        "Ring 2099-100",
        "Møde 2027-01-15",
        "VS: faktura 2026/2026-1234/9",
    ],
)
@pytest.mark.usefixtures("town")
def test_the_references_of_others_are_no_case_numbers(
    installation: Installation, subject: str
) -> None:
    hand_over(installation, mail(subject=subject))

    work_off(installation)

    assert only(installation, CaseRecord).number == "2027-001"


@pytest.mark.usefixtures("town")
def test_another_persons_case_looks_like_a_number_that_does_not_exist(
    installation: Installation,
) -> None:
    hand_over(installation, mail())
    work_off(installation)
    hand_over(
        installation,
        mail(sender="Bent Lund <bent@kommune.example>", subject="Sag 2027-001"),
        mail_from="bent@kommune.example",
    )
    work_off(installation)

    assert only(installation, CaseRecord).number == "2027-001"
    assert why_unsorted(installation) == [Unsorted.CASE_UNKNOWN]
    assert all("2027-001" not in one.as_string() for one in outbox(installation)[1:])


@pytest.mark.usefixtures("town")
def test_the_same_mail_with_a_marked_subject_joins_the_first(installation: Installation) -> None:
    for subject in (
        "VS: Din afgørelse",
        "[EKSTERN] VS: Din afgørelse",
        "VS: Din afgørelse [spam?]",
    ):
        hand_over(installation, named(subject))
        work_off(installation)

    case = only(installation, CaseRecord)
    assert len(every(installation, EvidenceRecord)) == 3, "each is kept as it came"
    with installation.database.reading() as session:
        joined = session.scalars(
            select(CaseEvidenceRecord.case_id).where(CaseEvidenceRecord.case_id == case.id)
        ).all()
    assert len(joined) == 3
    assert kinds(installation).count("evidence.same_mail") == 2
    assert len(every(installation, NoticeRecord)) == 3


@pytest.mark.usefixtures("town")
def test_the_same_mail_whose_first_waits_to_be_sorted_waits_beside_it(
    installation: Installation,
) -> None:
    hand_over(installation, named("Sag 2027-077"))
    work_off(installation)
    hand_over(installation, named("Uden nummer"))
    work_off(installation)

    assert every(installation, CaseRecord) == []
    assert why_unsorted(installation) == [Unsorted.CASE_UNKNOWN, Unsorted.SAME_MAIL]


def test_a_message_id_of_somebody_else_joins_nothing(
    installation: Installation, town: Town
) -> None:
    hand_over(installation, named("VS: Din afgørelse"))
    theirs = (
        named("VS: Noget andet").replace(b"anna@", b"bent@").replace(b"Anna Holm", b"Bent Lund")
    )
    hand_over(installation, theirs, mail_from="bent@kommune.example")
    work_off(installation)

    cases = every(installation, CaseRecord)
    assert {case.unit_id for case in cases} == {town.library.id, town.school.id}
