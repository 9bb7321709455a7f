"""A mail arrives through the real SMTP door: durable before 250, refused while there is no room."""

from __future__ import annotations

import smtplib
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from archive.errors import StorageFull
from archive.intake.room import Room
from archive.mailbox.smtp import SmtpDoor
from archive.records.evidence import DeliveryRecord, EvidenceRecord
from service.casework.mail.arrival import accept, acceptor
from service.installation import Installation
from tests.service.casework.mail.mails import mail


class Woken:
    """Remembers which kinds were woken."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    def wake(self, name: str, about: str | None = None) -> None:
        self.kinds.append(name if about is None else f"{name} {about}")


def send(door: SmtpDoor, raw: bytes, sender: str = "anna@kommune.example") -> None:
    with smtplib.SMTP(*door.address, timeout=30) as link:
        link.sendmail(sender, ["arkiv@kommune.example"], raw)


def count(installation: Installation, table: type) -> int:
    with installation.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_what_the_door_took_stands_byte_for_byte_with_its_envelope(
    installation: Installation,
) -> None:
    woken, raw = Woken(), mail().as_bytes()
    with SmtpDoor(
        "127.0.0.1",
        0,
        accept=acceptor(installation, woken),
        archive_address="arkiv@kommune.example",
    ) as door:
        send(door, raw)
        send(door, raw)
        send(door, raw, "bent@kommune.example")

    with installation.database.reading() as session:
        rows = session.scalars(select(EvidenceRecord)).all()
        envelopes = session.scalars(select(DeliveryRecord.envelope)).all()
    assert [(row.kind, row.media_type, row.size, row.state) for row in rows] == [
        ("mail", "message/rfc822", len(raw), "received")
    ] * 2
    assert sorted(one["mail_from"] for one in envelopes) == [
        "anna@kommune.example",
        "anna@kommune.example",
        "bent@kommune.example",
    ]
    assert woken.kinds == ["reading message/rfc822"] * 2


def test_a_mail_that_would_eat_the_reserve_is_not_taken(installation: Installation) -> None:
    house = replace(installation, room=Room(installation.data, reserve=2**60))

    with pytest.raises(StorageFull):
        accept(house, b"x", mail_from="a@b.example", recipients=["arkiv@kommune.example"])
    with SmtpDoor(
        "127.0.0.1", 0, accept=acceptor(house, Woken()), archive_address="arkiv@kommune.example"
    ) as door:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            send(door, mail().as_bytes())
        assert refused.value.smtp_code == 452

    assert count(installation, EvidenceRecord) == 0
