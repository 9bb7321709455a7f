"""Whom a provider brings in: which account, with which roles, and who stays outside."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from archive.records.people import CredentialRecord, PersonRecord
from service.access.endings import end_person
from service.access.identities import signed_in_person, unlink
from service.access.oidc.claims import Claims
from service.access.people import give_role
from service.errors import PersonNotEntered
from service.installation import Installation
from tests.service.casework.cases.opened import assert_clean, kinds, roles_of
from tests.service.conftest import Time, Town
from tests.service.provider import Town as Provider
from tests.service.web.provider_way import GROUPS, Way, opened, refused, sessions


def held(installation: Installation, person: PersonRecord, time: Time) -> set[tuple[str, bool]]:
    live = [one for one in roles_of(installation, person) if not one.until or one.until > time.now]
    return {(one.role, one.unit_id is not None) for one in live}


def test_a_person_comes_in_by_the_providers_word_and_is_known_from_then_on(
    way: Way, installation: Installation, town: Town, time: Time
) -> None:
    way.provider.person |= {"acr": "substantial", "amr": ["pwd", "otp"]}

    answer = way.enter(next="/my-case")

    assert (answer.status_code, answer.headers["location"]) == (303, "/my-case")
    (session,) = sessions(installation)
    assert (session.person_id, session.way) == (town.anna.id, "provider")
    assert (session.acr, session.amr) == ("substantial", "pwd otp")
    assert way.client.get("/my-case").status_code == 200
    assert {"identity.linked", "session.opened"} <= set(kinds(installation))

    way.provider.person["email"] = "bent@kommune.example"
    time.pass_by(timedelta(seconds=1))
    assert way.enter().status_code == 303
    assert sessions(installation)[-1].person_id == town.anna.id, "the subject counts, not the mail"
    assert kinds(installation).count("identity.linked") == 1
    assert_clean(installation)


def test_roles_follow_from_groups_and_end_with_them(
    way: Way, installation: Installation, town: Town, time: Time
) -> None:
    with installation.database.writing() as session:
        anna = session.merge(town.anna)
        give_role(session, anna, "page_team", unit_id=None, now=time.now, actor="system")
    way.provider.person["groups"] = ["chefer", "skole", "andre", "spøgelser"]
    way.enter()
    assert held(installation, town.anna, time) == {
        ("leader", True),
        ("amr", True),
        ("page_team", False),
    }

    time.pass_by(timedelta(hours=1))
    way.provider.person["groups"] = ["skole", "jura"]
    way.enter()
    assert held(installation, town.anna, time) == {
        ("lawyer", False),
        ("amr", True),
        ("page_team", False),
    }
    time.pass_by(timedelta(hours=1))
    del way.provider.person["groups"]
    way.enter()
    assert held(installation, town.anna, time) == {("page_team", False)}, "given by hand, it stays"
    assert kinds(installation).count("role.ended") == 3
    assert_clean(installation)


def test_groups_that_are_too_many_to_be_told_end_nothing(
    way: Way, installation: Installation, town: Town, time: Time
) -> None:
    way.provider.person["groups"] = ["jura"]
    way.enter()
    del way.provider.person["groups"]
    way.provider.person |= {"_claim_names": {"groups": "src1"}}

    refused(way.enter(), 502, "does not accept")

    assert held(installation, town.anna, time) == {("lawyer", False)}


def test_groups_that_give_nothing_any_more_are_not_asked_for_and_their_roles_end(
    installation: Installation, provider: Provider, town: Town, time: Time
) -> None:
    provider.person["groups"] = ["jura"]
    with opened(installation, provider, oidc_groups=GROUPS) as way:
        way.enter()
    assert held(installation, town.anna, time) == {("lawyer", False)}

    del provider.person["groups"]
    provider.person |= {"_claim_names": {"groups": "src1"}}
    time.pass_by(timedelta(hours=1))
    with opened(installation, provider) as way:
        assert way.enter().status_code == 303
    assert held(installation, town.anna, time) == set()
    assert_clean(installation)


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "nobody@kommune.example"},
        {"email_verified": False},
        {"email_verified": "false"},
        {"email_verified": None},
        {"email": None},
        {"email": "anna@kommune.example bent@kommune.example"},
        {"email": ["anna@kommune.example"]},
    ],
    ids=str,
)
def test_whoever_was_not_entered_or_has_no_sure_address_stays_outside(
    way: Way, installation: Installation, claims: dict[str, Any]
) -> None:
    way.provider.person |= claims
    people = set(kinds(installation))

    refused(way.enter(), 403, "do not have a place")

    assert sessions(installation) == []
    assert set(kinds(installation)) == people


def test_an_address_that_passed_to_somebody_new_does_not_open_the_old_account(
    way: Way, installation: Installation, town: Town, time: Time
) -> None:
    way.enter()
    way.provider.person["sub"] = "another-anna"
    refused(way.enter(), 403, "do not have a place")

    with installation.database.writing() as session:
        anna = session.get_one(PersonRecord, town.anna.id)
        assert unlink(session, anna, time.now, actor="system") == 1
    assert way.enter().status_code == 303
    assert_clean(installation)


def test_of_two_accounts_with_one_address_that_come_at_once_one_is_linked(
    installation: Installation, town: Town, provider: Provider, time: Time
) -> None:
    settings = provider.settings(installation.settings)
    together = Barrier(8)

    def come(number: int) -> bool:
        said = Claims({**provider.person, "sub": f"anna-{number}"}, settings)
        together.wait(10)
        with suppress(PersonNotEntered), installation.database.writing() as session:
            return signed_in_person(session, said, settings, time.now).id == town.anna.id
        return False

    with ThreadPoolExecutor(8) as many:
        assert sum(many.map(come, range(8))) == 1
    assert kinds(installation).count("identity.linked") == 1


def test_whoever_has_left_stays_outside_whatever_the_provider_says(
    way: Way, installation: Installation, town: Town, time: Time
) -> None:
    way.enter()
    with installation.database.writing() as session:
        end_person(session, session.merge(town.anna), time.now, actor="system")

    refused(way.enter(), 403, "do not have a place")


def test_nobody_is_invented_unless_it_is_set(
    installation: Installation, provider: Provider, town: Town, time: Time
) -> None:
    del town
    provider.person |= {"sub": "new", "email": "Ny@kommune.example", "name": "Ny Nysen"}
    with opened(installation, provider, oidc_groups=GROUPS, oidc_make_people=True) as way:
        provider.person["groups"] = ["chefer", "jura"]
        assert way.enter().status_code == 303

    with installation.database.reading() as session:
        made = session.scalars(select(PersonRecord).where(PersonRecord.name == "Ny Nysen")).one()
        assert (made.email, made.unit_id) == ("ny@kommune.example", None)
        assert session.get(CredentialRecord, made.id) is None
    assert held(installation, made, time) == {("lawyer", False)}, "no place of work, no unit's role"
