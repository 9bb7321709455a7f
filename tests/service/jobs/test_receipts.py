"""Receipts: who gets one, with what in it, and who gets none."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from archive.records.cases import (
    CaseRecord,
    NoticeRecord,
)
from service.casework.mail.sorting import Unsorted
from service.installation import Installation
from tests.service.casework.mail.mails import (
    MARKER,
    forwarded_as_attachment,
    hand_over,
    mail,
)
from tests.service.conftest import Time
from tests.service.jobs.following import (
    every,
    only,
    outbox,
    said,
    why_unsorted,
    work_off,
)


@pytest.mark.usefixtures("town")
def test_the_receipt_says_what_an_employee_needs_and_quotes_nothing(
    installation: Installation, time: Time
) -> None:
    hand_over(installation, mail())

    work_off(installation)

    (receipt,) = outbox(installation)
    text = said(receipt)
    assert receipt["To"] == "anna@kommune.example"
    assert "2027-001" in receipt["Subject"]
    assert "112" in text.splitlines()[0]
    assert "70 10 20 30" in text.splitlines()[0]
    for part in ("2027-001", "Mette Leder", "70 40 50 60", "https://vaern.example/my-case"):
        assert part in text
    assert MARKER not in receipt.as_string()
    assert "afgørelse" not in receipt.as_string()
    assert only(installation, NoticeRecord).sent_at == time.now


@pytest.mark.usefixtures("town")
def test_only_an_inline_copy_is_asked_for_again_as_an_attachment(
    installation: Installation,
) -> None:
    hand_over(installation, mail())
    hand_over(installation, forwarded_as_attachment())

    work_off(installation)

    texts = [said(receipt) for receipt in outbox(installation)]
    assert len(texts) == 2
    assert sorted("Outlook" in text for text in texts) == [False, True]


@pytest.mark.usefixtures("town")
def test_a_stranger_opens_no_case_and_learns_of_none(installation: Installation) -> None:
    hand_over(
        installation, mail(sender="Karl <karl@fremmed.example>"), mail_from="karl@fremmed.example"
    )
    hand_over(
        installation,
        mail(sender="Karl <karl@fremmed.example>", subject="Sag 2027-001"),
        mail_from="karl@fremmed.example",
    )

    work_off(installation)

    assert every(installation, CaseRecord) == []
    assert why_unsorted(installation) == [Unsorted.SENDER_UNKNOWN] * 2
    (receipt,) = outbox(installation)
    assert receipt["To"] == "karl@fremmed.example"
    assert not re.search(r"20\d\d-\d{3}|Mette", receipt.as_string())


LOOPS = [
    {"Auto_Submitted": "auto-replied"},
    {"Auto_Submitted": "auto-generated"},
    {"Precedence": "bulk"},
    {"Precedence": "auto_reply"},
    {"List_Id": "<nyt.kommune.example>"},
    {"List_Unsubscribe": "<mailto:af@kommune.example>"},
    {"List_Post": "<mailto:liste@kommune.example>"},
    {"Mailing_List": "contact nyt-help@kommune.example"},
    {"X_Autoreply": "yes"},
    {"X_Auto_Response_Suppress": "All"},
    {"X_Auto_Response_Suppress": "DR, OOF, AutoReply"},
    {"X_Loop": "anna@kommune.example"},
    {"X_Failed_Recipients": "x@kommune.example"},
    {"X_MS_Exchange_Generated_Message_Source": "Mailbox Rules Agent"},
    {"Feedback_ID": "1:2:3:nyt"},
    {"Return_Path": "<>"},
]
"""Loop mails of every kind; each of them came from one of ours, who otherwise gets a receipt."""


@pytest.mark.usefixtures("town")
def test_machines_and_lists_get_no_receipt(installation: Installation) -> None:
    for number, headers in enumerate(LOOPS):
        hand_over(installation, mail(subject=f"Autosvar {number}", **headers))
    hand_over(installation, mail(subject="bounce"), mail_from="")
    hand_over(installation, mail(sender="arkiv@kommune.example"), mail_from="arkiv@kommune.example")
    hand_over(
        installation, mail(sender="mailer-daemon@x.example"), mail_from="mailer-daemon@x.example"
    )

    work_off(installation)

    assert every(installation, NoticeRecord) == []
    assert outbox(installation) == []


@pytest.mark.usefixtures("town")
def test_our_own_receipt_coming_back_is_not_answered_and_opens_no_case(
    installation: Installation,
) -> None:
    hand_over(installation, mail())
    work_off(installation)
    (path,) = (installation.data / "outbox").glob("*.eml")
    returned = path.read_bytes().replace(b"From: Havn", b"X-Was: Havn", 1)
    hand_over(installation, b"From: anna@kommune.example\r\n" + returned)

    work_off(installation)

    assert len(outbox(installation)) == 1
    assert len(every(installation, CaseRecord)) == 1


@pytest.mark.usefixtures("town")
def test_two_machines_that_answer_each_other_come_to_rest(installation: Installation) -> None:
    for number in range(5):
        hand_over(
            installation,
            mail(
                subject=f"Ferie {number}",
                text=f"Jeg er væk {number}\n",
                In_Reply_To="<x@kommune.example>",
            ),
        )

    work_off(installation)

    assert len(outbox(installation)) == 1


REPORT = (
    b"From: anna@kommune.example\r\nTo: arkiv@kommune.example\r\nSubject: Kvittering\r\n"
    b"Message-ID: <dsn@kommune.example>\r\n"
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain\r\n\r\nIkke leveret.\r\n--b--\r\n"
)


@pytest.mark.usefixtures("town")
def test_a_report_and_an_answer_known_only_by_its_subject_get_no_receipt(
    installation: Installation,
) -> None:
    hand_over(installation, REPORT)
    hand_over(installation, mail(subject="Automatisk svar: Ferie", text="Jeg er væk.\n"))

    work_off(installation)

    assert every(installation, NoticeRecord) == []


@pytest.mark.usefixtures("town")
def test_a_receipt_that_a_rule_sends_back_again_and_again_is_answered_at_most_once_a_day(
    installation: Installation, time: Time
) -> None:
    """A mailbox rule that forwards everything to the archive forwards our receipt too."""
    hand_over(installation, mail())
    work_off(installation)
    told = len(outbox(installation))
    assert told == 1
    for number in range(6):
        hand_over(
            installation,
            mail(subject=f"VS: Kvittering fra arkivet – sag 2027-001 ({number})", text="Hej\n"),
        )
        work_off(installation)
        assert len(outbox(installation)) == 1

    time.pass_by(timedelta(hours=25))
    for number in range(3):
        subject = f"VS: Kvittering fra arkivet – sag 2027-001 (igen {number})"
        hand_over(installation, mail(subject=subject, text="Hej\n"))
        work_off(installation)
    assert len(outbox(installation)) == 2
