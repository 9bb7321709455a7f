"""Links that connect a phone once, and phones that may hand in and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from archive.records.people import PersonRecord
from service.access.endings import end_person
from service.access.people import give_role
from service.access.phones import (
    Phone,
    enrol,
    every_phone,
    label_of,
    make_link,
    phone_by_secret,
    phones_of,
    require_link,
    revoke,
)
from service.errors import PhoneLinkEnded, PhoneNotConnected, PhoneNotFound
from service.installation import Installation
from tests.service.casework.cases.opened import assert_clean, kinds
from tests.service.conftest import Time, Town

ANDROID = "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36"


@pytest.fixture
def linked(installation: Installation, time: Time) -> Callable[[PersonRecord], str]:
    def make(person: PersonRecord) -> str:
        with installation.database.writing() as session:
            return make_link(session, person.id, time.now)

    return make


def connected(installation: Installation, time: Time, secret: str) -> str:
    with installation.database.writing() as session:
        return enrol(session, secret, ANDROID, time.now)


def asks(installation: Installation, time: Time, own: str) -> Phone:
    with installation.database.reading() as session:
        return phone_by_secret(session, own, installation.rights, time.now)


def test_a_phone_may_hand_in_for_its_person_and_nothing_else_whatever_that_person_may(
    installation: Installation, town: Town, time: Time, linked: Callable[[PersonRecord], str]
) -> None:
    with installation.database.writing() as session:
        for role in installation.rights.roles:
            give_role(session, town.anna, role, unit_id=None, now=time.now, actor="system")

    phone = asks(installation, time, connected(installation, time, linked(town.anna)))

    assert (phone.who.person_id, phone.who.unit_id) == (town.anna.id, town.library.id)
    assert phone.who.actor == f"person:{town.anna.id}"
    may = {action for action in installation.rights.actions if phone.who.may(action)}
    assert may == {"evidence.hand_in"}
    assert [reach.level for reach in phone.who.reaches("evidence.hand_in")] == ["own"]
    assert phone.who.form_token == ""


def test_a_link_connects_once_and_only_within_its_week(
    installation: Installation, town: Town, time: Time, linked: Callable[[PersonRecord], str]
) -> None:
    used, late = linked(town.anna), linked(town.anna)
    connected(installation, time, used)

    with pytest.raises(PhoneLinkEnded):
        connected(installation, time, used)
    time.pass_by(timedelta(days=7) - timedelta(seconds=1))
    with installation.database.reading() as session:
        assert require_link(session, late, time.now).person_id == town.anna.id
    time.pass_by(timedelta(seconds=1))
    for wrong in (late, "guessed", ""):
        with pytest.raises(PhoneLinkEnded):
            connected(installation, time, wrong)

    assert len(_own(installation, town.anna, time)) == 1
    assert kinds(installation)[-3:] == ["phone.link_made", "phone.link_made", "phone.enrolled"]
    assert_clean(installation)


def test_a_phone_is_nobody_after_its_year_or_when_it_was_ended(
    installation: Installation, town: Town, time: Time, linked: Callable[[PersonRecord], str]
) -> None:
    first = connected(installation, time, linked(town.anna))
    second = connected(installation, time, linked(town.anna))
    id_of_first = asks(installation, time, first).id
    with installation.database.writing() as session:
        revoke(session, id_of_first, time.now, actor="person:it")
        revoke(session, id_of_first, time.now, actor="person:it")

    with pytest.raises(PhoneNotConnected):
        asks(installation, time, first)
    assert asks(installation, time, second).who.name == "Anna Holm"
    assert kinds(installation).count("phone.revoked") == 1

    time.pass_by(timedelta(days=365))
    with pytest.raises(PhoneNotConnected):
        asks(installation, time, second)
    assert _own(installation, town.anna, time) == []
    assert_clean(installation)


def test_nobody_ends_the_phone_of_another_as_their_own(
    installation: Installation, town: Town, time: Time, linked: Callable[[PersonRecord], str]
) -> None:
    own = connected(installation, time, linked(town.anna))
    (phone,) = _own(installation, town.anna, time)

    for wrong, owner in ((phone, town.bent.id), (UUID(int=7), town.anna.id)):
        with installation.database.writing() as session, pytest.raises(PhoneNotFound):
            revoke(session, wrong, time.now, actor="person:bent", owner=owner)

    assert asks(installation, time, own).id == phone


def test_whoever_leaves_takes_phones_and_links_along(
    installation: Installation, town: Town, time: Time, linked: Callable[[PersonRecord], str]
) -> None:
    own, link = connected(installation, time, linked(town.anna)), linked(town.anna)
    others = connected(installation, time, linked(town.bent))
    with installation.database.writing() as session:
        end_person(session, session.merge(town.anna), time.now, actor="system")

    with pytest.raises(PhoneNotConnected):
        asks(installation, time, own)
    with pytest.raises(PhoneLinkEnded):
        connected(installation, time, link)
    with installation.database.reading() as session:
        standing = every_phone(session, time.now)
        assert [person.name for _, person in standing] == ["Bent Lund"]
    assert asks(installation, time, others).who.name == "Bent Lund"
    assert_clean(installation)


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        (ANDROID, "Android, Chrome"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Safari/604.1", "iPhone, Safari"),
        (
            "Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28.0 Chrome/130",
            "Android, Samsung Internet",
        ),
        ("<script>alert(1)</script>", "?"),
        ("", "?"),
    ],
)
def test_a_browser_is_named_by_two_words_of_ours(agent: str, label: str) -> None:
    assert label_of(agent) == label


def _own(installation: Installation, person: PersonRecord, time: Time) -> list[UUID]:
    with installation.database.reading() as session:
        return [one.id for one in phones_of(session, person.id, time.now)]
