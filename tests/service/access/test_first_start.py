"""The first start: a link opens once, for whoever is first, and nobody comes in before it."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.records.people import CredentialRecord, PersonRecord, RoleRecord, UnitRecord
from archive.records.ways_in import FirstStartRecord
from service.access.first_start import (
    LINK_LASTS,
    Founding,
    begin_here,
    make_first_link,
    nobody_is_here,
    require_first_link,
)
from service.access.people import add_person, add_unit, principal_of
from service.access.sealed_account import is_sealed_secret
from service.errors import FirstStartOver
from service.installation import Installation
from service.settings import Settings
from tests.service.casework.cases.opened import assert_clean, kinds
from tests.service.conftest import Time

SAID = Founding(
    municipality="Havn Kommune",
    archive_address="Arkiv@Havn.example",
    units=("Biblioteket", "Skolen"),
    name="Karen Fuglsang",
    email="Karen@Havn.example",
    password_hash="$argon2id$kept",
    account="Den forseglede konto",
    language="da",
)


def link(installation: Installation, time: Time) -> str:
    with installation.database.writing() as session:
        return make_first_link(session, time.now)


def test_units_that_stand_already_stay_as_they_are(installation: Installation, time: Time) -> None:
    with installation.database.writing() as session:
        add_unit(session, "SKOLEN", time.now, actor="system", number="7")

    begun(installation, time, link(installation, time))

    with installation.database.reading() as session:
        units = {one.name: one.number for one in session.scalars(select(UnitRecord))}
    assert units == {"SKOLEN": "7", "Biblioteket": None}


def begun(installation: Installation, time: Time, secret: str) -> str:
    with installation.database.writing() as session:
        return begin_here(session, secret, SAID, time.now)[1]


def opens(installation: Installation, time: Time, secret: str) -> bool:
    try:
        with installation.database.reading() as session:
            require_first_link(session, secret, time.now)
    except FirstStartOver:
        return False
    return True


def test_whoever_has_the_link_becomes_the_first_operator_and_the_ledger_says_all_of_it(
    installation: Installation, time: Time
) -> None:
    secret = link(installation, time)
    sealed = begun(installation, time, secret)

    with installation.database.reading() as session:
        karen = session.scalars(select(PersonRecord).where(~PersonRecord.sealed)).one()
        assert (karen.name, karen.email) == ("Karen Fuglsang", "karen@havn.example")
        who = principal_of(session, karen, installation.rights, time.now)
        assert who.may("organisation.change")
        assert not who.may("case.open")
        kept = session.get_one(CredentialRecord, karen.id)
        assert kept.password_hash == SAID.password_hash
        assert {one.name for one in session.scalars(select(UnitRecord))} == set(SAID.units)
        assert is_sealed_secret(session, sealed)
        roles = session.scalars(select(RoleRecord)).all()
        assert {(one.role, one.unit_id) for one in roles} == {("operator", None)}
    told = kinds(installation)
    for kind in (
        "first_start.link_made",
        "first_start.used",
        "person.added",
        "role.given",
        "municipality.named",
        "unit.added",
        "sealed_account.sealed",
    ):
        assert kind in told
    assert_clean(installation)


def test_the_secret_of_a_link_is_kept_nowhere(installation: Installation, time: Time) -> None:
    secret = link(installation, time)

    with installation.database.reading() as session:
        row = session.scalars(select(FirstStartRecord)).one()
        assert secret not in str(vars(row))
        assert len(row.secret_sha256) == 64


def test_a_link_opens_once_for_two_hours_until_the_next_start_and_until_somebody_is_here(
    installation: Installation, time: Time
) -> None:
    first = link(installation, time)
    assert opens(installation, time, first)
    second = link(installation, time)
    assert not opens(installation, time, first)
    assert opens(installation, time, second)
    assert not opens(installation, time, second[:-1])
    time.pass_by(LINK_LASTS)
    assert not opens(installation, time, second)

    third = link(installation, time)
    begun(installation, time, third)
    assert not opens(installation, time, third)
    with pytest.raises(FirstStartOver):
        begun(installation, time, third)
    assert not opens(installation, time, link(installation, time))


def test_a_person_who_was_entered_by_command_ends_the_link(
    installation: Installation, time: Time
) -> None:
    secret = link(installation, time)
    with installation.database.writing() as session:
        assert nobody_is_here(session)
        add_person(session, name="Ole", email=None, unit_id=None, now=time.now, actor="system")

    assert not opens(installation, time, secret)
    with pytest.raises(FirstStartOver):
        begun(installation, time, secret)
    with installation.database.reading() as session:
        assert [one.name for one in session.scalars(select(PersonRecord))] == ["Ole"]
    assert_clean(installation)


def test_of_two_who_use_the_link_at_once_one_is_first(
    installation: Installation, time: Time
) -> None:
    secret = link(installation, time)
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def use() -> None:
        together.wait(30)
        try:
            outcomes.append(begun(installation, time, secret))
        except FirstStartOver:
            outcomes.append("over")

    both = [threading.Thread(target=use) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)

    assert outcomes.count("over") == 1
    with installation.database.reading() as session:
        query = select(PersonRecord).where(~PersonRecord.sealed)
        assert len(session.scalars(query).all()) == 1
    assert_clean(installation)


def test_what_was_said_holds_where_nothing_is_set_and_a_setting_stands_above_it(
    installation: Installation, time: Time
) -> None:
    plain = Settings(data=installation.data, database_url=installation.settings.database_url)
    unset = replace(installation, settings=plain, on_named=[])
    heard: list[str] = []
    unset.on_named.append(lambda said: heard.append(said.archive_address))
    unset.take_up_names()
    assert (unset.settings.municipality, heard) == ("Kommunen", [])

    begun(installation, time, link(installation, time))
    for _ in range(2):
        unset.take_up_names()
        installation.take_up_names()

    assert unset.settings.municipality == "Havn Kommune"
    assert unset.settings.archive_address == "arkiv@havn.example"
    assert heard == ["arkiv@havn.example"]
    assert installation.settings.municipality == "Havn Kommune"
    assert installation.settings.archive_address == "arkiv@kommune.example", "it is set"


def test_time_between_a_look_and_the_use_is_counted(installation: Installation, time: Time) -> None:
    secret = link(installation, time)
    time.pass_by(LINK_LASTS - timedelta(seconds=1))
    assert opens(installation, time, secret)
    time.pass_by(timedelta(seconds=1))

    def late(session: Session) -> None:
        begin_here(session, secret, SAID, time.now)

    with pytest.raises(FirstStartOver), installation.database.writing() as session:
        late(session)
