"""Lifting a seal: what was judged opens, and a mail only once nothing in it is shut."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from archive.errors import EvidenceNotFound
from archive.records.evidence import EvidenceRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.evidence.lifting import lift_seal
from service.casework.evidence.sealing_off import clear_shut, seal_off
from service.errors import NotPermitted, ReasonMissing
from service.installation import Installation
from service.jobs.reading import READING
from tests.service.casework.cases.opened import assert_clean
from tests.service.casework.mail.mails import hand_over
from tests.service.conftest import Time, Town
from tests.service.jobs.following import work_off

Asks = Callable[[PersonRecord], Principal]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is no matter of SQL."""


def drawn(shade: int) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((32, 32)).rotate(shade).convert("RGB").save(out, "PNG")
    return out.getvalue()


def written(pictures: Sequence[bytes], about: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "anna@kommune.example", "arkiv@kommune.example"
    mail["Subject"], mail["Message-ID"] = about, f"<{hash((about, *pictures))}@y.example>"
    mail.set_content("hvad der stod i mailen")
    for number, one in enumerate(pictures):
        mail.add_attachment(one, maintype="image", subtype="png", filename=f"{number}.png")
    return mail


A, B, C = drawn(10), drawn(70), drawn(120)


@dataclass
class Desk:
    """Whoever shuts things, and the DPO who opens them."""

    house: Installation
    time: Time
    archivist: Principal
    dpo: Principal

    def mail(self, *pictures: bytes, inside: Sequence[bytes] = (), about: str = "se her") -> UUID:
        """Hand a mail over with these pictures, and one forwarded in it with those `inside`."""
        outer = written(pictures, about)
        if inside:
            outer.add_attachment(written(inside, f"{about}, videresendt"))
        return self.hand_over(outer.as_bytes())

    def hand_over(self, mail: bytes) -> UUID:
        self.time.pass_by(timedelta(days=2))  # else equal bytes are one piece, delivered again
        kept: UUID = hand_over(self.house, mail).id
        self.read()
        return kept

    def read(self) -> None:
        work_off(self.house, READING)

    def parts(self, mail: UUID) -> dict[bytes, UUID]:
        """Return by picture its piece in a mail, or in the mail forwarded in it."""
        digests = {one: hashlib.sha256(one).hexdigest() for one in (A, B, C)}
        found = {one.sha256: one.id for one in self.rows() if one.parent_id == mail}
        return {one: found[digest] for one, digest in digests.items() if digest in found}

    def seal(self, evidence: UUID) -> None:
        self.time.pass_by(timedelta(seconds=1))
        with self.house.database.writing() as session:
            shut = seal_off(session, self.archivist, evidence, self.time.now)
        clear_shut(self.house, shut)

    def lift(self, evidence: UUID, reason: str = "Det er en hund.") -> set[UUID]:
        self.time.pass_by(timedelta(seconds=1))
        with self.house.database.writing() as session:
            opened = lift_seal(session, self.dpo, evidence, reason, self.time.now)
        return set(opened)

    def rows(self) -> Sequence[EvidenceRecord]:
        with self.house.database.reading() as session:
            return session.scalars(select(EvidenceRecord)).all()

    def sealed(self) -> set[UUID]:
        return {one.id for one in self.rows() if one.sealed_off_at is not None}


@pytest.fixture
def desk(installation: Installation, town: Town, time: Time, asks: Asks) -> Desk:
    return Desk(installation, time, asks(town.archivist), asks(town.lawyer))


def test_a_mail_stays_shut_until_the_last_picture_in_it_is_opened(desk: Desk) -> None:
    mail = desk.mail(A, B)
    parts = desk.parts(mail)
    desk.seal(parts[A])
    desk.seal(parts[B])
    assert desk.sealed() == {mail, parts[A], parts[B]}

    assert desk.lift(parts[A]) == {parts[A]}
    assert desk.sealed() == {mail, parts[B]}
    desk.read()

    assert desk.lift(parts[B]) == {mail, parts[B]}
    desk.read()
    assert desk.sealed() == set()
    assert_clean(desk.house)


def test_a_mail_that_came_later_with_the_same_picture_opens_with_it(desk: Desk) -> None:
    first = desk.mail(A)
    picture = desk.parts(first)[A]
    desk.seal(picture)
    later = desk.mail(A, B, about="igen")
    twins = desk.parts(later)
    assert desk.sealed() == {first, picture, later, twins[A]}

    assert desk.lift(picture) == {first, picture, later, twins[A]}

    desk.read()
    assert desk.sealed() == set()
    assert_clean(desk.house)


def test_what_lies_in_a_forwarded_mail_holds_the_outer_one_too(desk: Desk) -> None:
    outer = desk.mail(A, inside=[B])
    (forwarded,) = [
        one.id
        for one in desk.rows()
        if one.parent_id == outer and one.media_type == "message/rfc822"
    ]
    inner = desk.parts(forwarded)[B]
    mine = desk.parts(outer)[A]
    desk.seal(inner)
    desk.seal(mine)
    assert desk.sealed() == {outer, forwarded, inner, mine}

    assert desk.lift(inner) == {inner, forwarded}
    assert desk.lift(mine) == {mine, outer}


@on_sqlite
def test_lifting_a_mail_opens_what_was_shut_with_it_and_not_what_others_pointed_at(
    desk: Desk,
) -> None:
    mail, other = desk.mail(A, B), desk.mail(B, C, about="en anden")
    parts, others = desk.parts(mail), desk.parts(other)
    desk.seal(mail)
    assert desk.sealed() == {mail, parts[A], parts[B]}
    # The same bytes elsewhere: now it is known which of the pictures it is said of.
    desk.seal(others[B])
    assert desk.sealed() == {mail, *parts.values(), other, others[B]}

    assert desk.lift(mail) == {parts[A]}

    assert desk.sealed() == {mail, parts[B], other, others[B]}
    assert desk.lift(others[B]) == {mail, parts[B], other, others[B]}


@on_sqlite
def test_a_mail_that_is_pointed_at_again_has_its_other_pictures_shut_as_well(desk: Desk) -> None:
    mail = desk.mail(A, B)
    parts = desk.parts(mail)
    desk.seal(parts[A])

    desk.seal(mail)

    assert desk.sealed() == {mail, *parts.values()}
    assert desk.lift(parts[A]) == {parts[A]}
    assert desk.lift(parts[B]) == {parts[B], mail}


@on_sqlite
def test_of_the_same_mail_handed_in_twice_all_is_shut_and_opened_alike(desk: Desk) -> None:
    raw = written([A, B], "se her").as_bytes()
    mail, again = desk.hand_over(raw), desk.hand_over(raw)
    everything = {mail, again, *desk.parts(mail).values(), *desk.parts(again).values()}
    assert len(everything) == 6

    desk.seal(mail)
    assert desk.sealed() == everything
    later = desk.hand_over(raw)
    assert desk.sealed() == everything | {later}

    assert desk.lift(mail) == everything | {later}
    desk.read()
    assert len(desk.parts(later)) == 2
    assert desk.sealed() == set()
    assert_clean(desk.house)


@on_sqlite
def test_only_the_dpo_lifts_with_a_reason_and_only_what_is_sealed(
    desk: Desk, town: Town, asks: Asks
) -> None:
    mail = desk.mail(A)
    with pytest.raises(EvidenceNotFound):
        desk.lift(mail)
    desk.seal(mail)
    with pytest.raises(ReasonMissing):
        desk.lift(mail, "  ")
    for person in (town.archivist, town.leader, town.anna):
        with pytest.raises(NotPermitted), desk.house.database.writing() as session:
            lift_seal(session, asks(person), mail, "en fejl", desk.time.now)
    assert mail in desk.sealed()


@pytest.mark.parametrize("turn", range(2))
def test_two_who_open_and_shut_in_one_mail_at_once_never_leave_it_open(
    desk: Desk, turn: int
) -> None:
    del turn
    mail = desk.mail(A, B)
    parts = desk.parts(mail)
    desk.seal(parts[A])
    acts = [
        threading.Thread(target=desk.lift, args=(parts[A],)),
        threading.Thread(target=desk.seal, args=(parts[B],)),
    ]
    for one in acts:
        one.start()
    for one in acts:
        one.join(60)

    assert desk.sealed() == {mail, parts[B]}
