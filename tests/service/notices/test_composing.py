"""A notice carries exactly our own headers, whatever came from outside."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_string
from email.message import EmailMessage, Message
from email.policy import default
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.notices.composing import AddressUnusable, Letterhead, compose, sanitised_message_id

ID = UUID("12345678-1234-5678-1234-567812345678")
NOW = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
OURS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-Loop",
    "Content-Language",
    "Content-Type",
    "MIME-Version",
}


def composed(
    subject: str = "Kvittering",
    recipient: str = "anna@kommune.example",
    answers: str | None = None,
    name: str = "Havn Kommune",
) -> str:
    return compose(
        ID,
        letterhead=Letterhead("arkiv@kommune.example", name),
        recipient=recipient,
        subject=subject,
        body="Det er i sikkerhed. æøå\n.\n",
        language="da",
        answers=answers,
        now=NOW,
    )


def plain(message: Message) -> str:
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_the_message_says_what_it_is_and_is_the_same_each_time() -> None:
    message = message_from_string(composed(answers="<a@b.example>"), policy=default)

    assert set(message.keys()) == OURS | {"In-Reply-To", "References"}
    assert message["From"] == "Havn Kommune <arkiv@kommune.example>"
    assert message["Message-ID"] == f"<{ID}@kommune.example>"
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["In-Reply-To"] == "<a@b.example>"
    assert plain(message).splitlines() == ["Det er i sikkerhed. æøå", "."]
    assert composed(answers="<a@b.example>") == composed(answers="<a@b.example>")


@given(subject=st.text(max_size=60), answers=st.text(max_size=60), name=st.text(max_size=30))
def test_nothing_from_outside_adds_a_header_a_recipient_or_a_line(
    subject: str, answers: str, name: str
) -> None:
    raw = composed(subject, answers=answers, name=name)
    message = message_from_string(raw, policy=default)

    assert set(message.keys()) - {"In-Reply-To", "References"} == OURS
    assert message.get_all("To") == ["anna@kommune.example"]
    assert len(message["From"].addresses) == 1
    assert raw.count("\r\n") == raw.count("\n")
    assert plain(message).splitlines() == ["Det er i sikkerhed. æøå", "."]


@pytest.mark.parametrize(
    "answers",
    [
        "<a@b.example>\r\nBcc: c@d.example",
        "<a@b.example> <c@d.example>",
        "a@b.example",
        "<a\x00@b.example>",
        f"<{'a' * 300}@b.example>",
        "",
        None,
    ],
)
def test_a_message_id_of_another_shape_is_left_out(answers: str | None) -> None:
    assert sanitised_message_id(answers) is None
    assert "In-Reply-To" not in composed(answers=answers)


@pytest.mark.parametrize(
    "recipient",
    ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "a b@c.example", "a", "@b"],
)
def test_an_address_of_another_shape_gets_nothing(recipient: str) -> None:
    with pytest.raises(AddressUnusable):
        composed(recipient=recipient)
