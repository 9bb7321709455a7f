"""Which mails a machine may answer."""

from __future__ import annotations

import pytest

from service.notices.answering import Asked, Silence, answers_us, silence

OWN = frozenset({"arkiv@kommune.example"})


def asked(
    sender: str = "anna@kommune.example",
    envelope_from: str | None = "anna@kommune.example",
    content_type: str = "text/plain",
    subject: str = "",
    **headers: str,
) -> Asked:
    named = {name.replace("_", "-"): (value,) for name, value in headers.items()}
    return Asked(sender, envelope_from, named, content_type, subject)


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Kvittering fra arkivet",
        "Automatisk svar: Kvittering",
        "Autosvar: jeg er på ferie",
        "Auto: væk",
        "Out of Office: ferie",
        "Out of the office",
        "Fraværsmelding",
        "Ikke til stede: uge 7",
        "Undeliverable: Kvittering",
        "Undelivered Mail Returned to Sender",
        "Delivery Status Notification (Failure)",
        "Mail delivery failed: returning message to sender",
        "Kan ikke leveres: Kvittering",
        "Abwesenheitsnotiz: Urlaub",
    ],
)
def test_machines_that_say_nothing_in_their_header_are_known_by_their_subject(
    subject: str,
) -> None:
    assert silence(asked(subject=subject), OWN) is Silence.AUTOMATIC
    assert silence(asked(subject=f"VS: {subject}"), OWN) is None, "a person sent it on"


@pytest.mark.parametrize(
    "subject",
    ["Automaten på biblioteket er smadret", "Autoværkstedet truer mig", "Din afgørelse", "Fravær"],
)
def test_what_only_begins_like_a_machine_is_answered(subject: str) -> None:
    assert silence(asked(subject=subject), OWN) is None


def test_a_notice_of_ours_that_comes_back_in_any_way_is_answered_rarely() -> None:
    own = ("Kvittering fra arkivet",)

    assert answers_us(asked(subject="VS: KVITTERING fra arkivet – sag 2027-001"), "x.example", own)
    assert answers_us(asked(x_ms_exchange_inbox_rules_loop="a@b.example"), "x.example", own)
    assert not answers_us(asked(subject="VS: Din afgørelse"), "x.example", own)


@pytest.mark.parametrize(
    "mail",
    [
        asked(),
        asked(envelope_from=None),
        asked(auto_submitted="no"),
        asked(precedence="first-class"),
        asked(x_auto_response_suppress="DR, OOF"),
    ],
)
def test_a_person_gets_an_answer(mail: Asked) -> None:
    assert silence(mail, OWN) is None


@pytest.mark.parametrize(
    ("mail", "why"),
    [
        (asked(envelope_from=""), Silence.NULL_SENDER),
        (asked(envelope_from="<>"), Silence.NULL_SENDER),
        (asked(envelope_from=None, return_path="<>"), Silence.NULL_SENDER),
        (asked("arkiv@kommune.example"), Silence.OWN_ADDRESS),
        (asked(envelope_from="ARKIV@kommune.example"), Silence.OWN_ADDRESS),
        (asked("MAILER-DAEMON@kommune.example"), Silence.MACHINE_ADDRESS),
        (asked(envelope_from="bounces+123@liste.example"), Silence.MACHINE_ADDRESS),
        (asked("noreply@kommune.example"), Silence.MACHINE_ADDRESS),
        (asked(auto_submitted="auto-replied"), Silence.AUTOMATIC),
        (asked(auto_submitted="auto-generated; type=x"), Silence.AUTOMATIC),
        (asked(precedence="Bulk"), Silence.LIST),
        (asked(list_id="<nyt.kommune.example>"), Silence.LIST),
        (asked(list_unsubscribe="<mailto:a@b.example>"), Silence.LIST),
        (asked(x_autoreply="yes"), Silence.AUTOMATIC),
        (asked(x_loop="a@b.example"), Silence.AUTOMATIC),
        (asked(content_type="multipart/report; report-type=x"), Silence.REPORT),
        (asked(x_auto_response_suppress="All"), Silence.SUPPRESSED),
        (asked(x_auto_response_suppress="DR, AutoReply"), Silence.SUPPRESSED),
        (asked(x_ms_exchange_generated_message_source="Mailbox Rules Agent"), Silence.AUTOMATIC),
        (asked(x_failed_recipients="a@b.example"), Silence.AUTOMATIC),
        (asked("nyt-request@liste.example"), Silence.MACHINE_ADDRESS),
        (asked(""), Silence.NO_ADDRESS),
        (asked("anna"), Silence.NO_ADDRESS),
        (asked("a@b.example\r\nBcc: c@d.example"), Silence.NO_ADDRESS),
        (asked("a@b.example, c@d.example"), Silence.NO_ADDRESS),
    ],
)
def test_machines_lists_and_bounces_get_none(mail: Asked, why: Silence) -> None:
    assert silence(mail, OWN) is why


@pytest.mark.parametrize("name", ["in-reply-to", "references"])
def test_an_answer_to_our_own_notice_is_recognised(name: str) -> None:
    mail = Asked("a@b.example", None, {name: ("<1@x.example>", "<n@Kommune.example>")})

    assert answers_us(mail, "kommune.example")
    assert not answers_us(mail, "anden.example")
