"""What a read mail means: who sent it, which original it carries, which links are its own."""

from __future__ import annotations

from datetime import UTC, datetime

from archive.mailbox.forwarded import read_forward
from archive.mailbox.values import Address, Date, Link, Message
from service.casework.mail.found import links_of, original_of, sender_of, text_of, understood

ANNA = Address("Anna Holm", "Anna@kommune.example")
INLINE = """Hej

Mvh Anna, https://www.kommune.example

Fra: Gert Vred <gert@vred.example>
Sendt: 31. januar 2027 20:14
Til: Anna Holm <anna@kommune.example>
Emne: Din afgørelse

Se https://debat.example/17
"""


def inline() -> Message:
    return Message(
        from_=(ANNA,),
        text=INLINE,
        forward=read_forward(INLINE, "VS: Din afgørelse"),
        links=(
            Link("https://www.kommune.example", "text"),
            Link("https://debat.example/17", "text"),
            Link("https://debat.example/18", "html"),
        ),
    )


def test_a_sender_is_one_address_or_nobody() -> None:
    assert sender_of(inline()) == "anna@kommune.example"
    assert sender_of(Message()) is None
    assert sender_of(Message(from_=(ANNA, Address("", "b@b.example")))) is None
    assert sender_of(Message(from_=(ANNA, ANNA))) == "anna@kommune.example"


def test_the_attached_original_stands_before_the_typed_one() -> None:
    attached = Message(
        how="attached",
        from_=(Address("", "gert@vred.example"),),
        subject="Din afgørelse",
        date=Date("Sun, 31 Jan 2027 20:14:00 +0100", "2027-01-31T19:14:00+00:00"),
        text="grimt",
    )
    both = Message(from_=(ANNA,), text=INLINE, forward=inline().forward, originals=(attached,))

    found, typed = original_of(both), original_of(inline())

    assert found is not None
    assert (found.known, found.address, found.sent_at) == (
        "attached",
        "gert@vred.example",
        datetime(2027, 1, 31, 19, 14, tzinfo=UTC),
    )
    assert typed is not None
    assert (typed.known, typed.name, typed.address) == (
        "typed_inline",
        "Gert Vred",
        "gert@vred.example",
    )
    assert original_of(Message(from_=(ANNA,), text="Hej")) is None
    assert text_of(both).endswith("grimt")


def test_the_links_of_the_employees_own_signature_are_left_alone() -> None:
    assert links_of(inline()) == ("https://debat.example/17", "https://debat.example/18")


def test_a_moment_without_a_zone_is_the_towns_own() -> None:
    assert understood("2027-01-31T20:14:00") == datetime(2027, 1, 31, 19, 14, tzinfo=UTC)
    assert understood("2027-07-31T20:14:00") == datetime(2027, 7, 31, 18, 14, tzinfo=UTC)
    assert understood("2027-01-31T20:14:00-05:00") == datetime(2027, 2, 1, 1, 14, tzinfo=UTC)
    assert understood("i går") is None
    assert understood(None) is None
