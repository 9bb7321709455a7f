"""Who asks: sessions, tokens and roles hold only as long as they hold, asked afresh each time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from archive.records.people import PersonRecord, RoleRecord, SessionRecord, TokenRecord
from service.access.endings import end_person, end_role, revoke_token
from service.access.people import (
    RoleUnknown,
    add_person,
    add_token,
    end_session,
    give_role,
    open_session,
    password_hash_of,
    person_by_email,
    principal_of,
    principal_of_token,
    secret_hash,
    session_by_secret,
    touch_session,
)
from service.access.principal import Principal
from service.access.rights import Scope
from service.errors import NameTaken, NotSignedIn
from service.installation import Installation
from tests.service.casework.cases.opened import (
    employ,
    leaves_no_entry,
    leaves_one_entry,
    roles_of,
)
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]
IDLE, WHOLE = timedelta(minutes=60), timedelta(hours=12)


def opened(installation: Installation, person: PersonRecord, now: datetime) -> str:
    with installation.database.writing() as session:
        return open_session(session, session.merge(person), now)[0]


def holder(installation: Installation, secret: str, now: datetime) -> PersonRecord:
    with installation.database.reading() as session:
        return session_by_secret(session, secret, now, idle=IDLE, whole=WHOLE)[1]


def test_a_session_is_found_by_its_secret_of_which_only_the_hash_is_kept(
    installation: Installation, town: Town, time: Time
) -> None:
    with leaves_one_entry(installation, "session.opened"):
        secret = opened(installation, town.anna, time.now)
    assert opened(installation, town.anna, time.now) != secret

    assert holder(installation, secret, time.now).id == town.anna.id
    with installation.database.reading() as session:
        kept = set(session.scalars(select(SessionRecord.token_sha256)))
    assert secret_hash(secret) in kept
    assert secret not in kept
    with pytest.raises(NotSignedIn):
        holder(installation, f"{secret}x", time.now)


def test_a_session_ends_after_its_rest_counted_from_the_last_use(
    installation: Installation, town: Town, time: Time
) -> None:
    secret = opened(installation, town.anna, time.now)
    used = time.now + IDLE
    assert holder(installation, secret, used).id == town.anna.id
    with installation.database.writing() as session:
        touch_session(session, secret_hash(secret), used)

    assert holder(installation, secret, used + IDLE).id == town.anna.id
    with pytest.raises(NotSignedIn):
        holder(installation, secret, used + IDLE + timedelta(seconds=1))


def test_a_session_ends_in_any_case_after_its_whole_time(
    installation: Installation, town: Town, time: Time
) -> None:
    secret, began = opened(installation, town.anna, time.now), time.now
    for _ in range(12):
        time.pass_by(timedelta(hours=1))
        with installation.database.writing() as session:
            touch_session(session, secret_hash(secret), time.now)

    assert holder(installation, secret, began + WHOLE).id == town.anna.id
    with pytest.raises(NotSignedIn):
        holder(installation, secret, began + WHOLE + timedelta(seconds=1))


def test_signing_out_ends_the_session_once(
    installation: Installation, town: Town, time: Time
) -> None:
    secret = opened(installation, town.anna, time.now)

    def sign_out() -> None:
        with installation.database.writing() as session:
            end_session(session, secret, time.now)

    with leaves_one_entry(installation, "session.ended"):
        sign_out()
    with leaves_no_entry(installation):
        sign_out()
    with pytest.raises(NotSignedIn):
        holder(installation, secret, time.now)


def test_whoever_leaves_is_signed_out_everywhere_and_loses_every_role(
    installation: Installation, town: Town, time: Time
) -> None:
    secrets = [opened(installation, town.leader, time.now) for _ in range(2)]
    with installation.database.writing() as session:
        later = time.now + timedelta(days=1)
        give_role(session, town.leader, "hr", unit_id=None, now=later, actor="system")

    with leaves_one_entry(installation, "person.ended"):
        _end(installation, town.leader, time.now)
    with leaves_no_entry(installation):
        _end(installation, town.leader, time.now)

    for secret in secrets:
        with pytest.raises(NotSignedIn):
            holder(installation, secret, time.now)
    with installation.database.reading() as session:
        person = session.get_one(PersonRecord, town.leader.id)
        with pytest.raises(NotSignedIn):
            principal_of(session, person, installation.rights, time.now)
    held = roles_of(installation, town.leader)
    assert all(one.until is not None and one.until <= max(time.now, one.since) for one in held)


def test_a_role_holds_from_its_beginning_up_to_its_end(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    begins = time.now + timedelta(hours=1)
    with installation.database.writing() as session:
        held = give_role(session, town.bent, "lawyer", unit_id=None, now=begins, actor="system")
    assert not asks(town.bent).may("case.open")

    time.now = begins
    assert asks(town.bent).may("case.open")
    with leaves_one_entry(installation, "role.ended"):
        _end_role(installation, held.id, time.now)
    with leaves_no_entry(installation):
        _end_role(installation, held.id, time.now)

    assert not asks(town.bent).may("case.open")
    assert asks(town.bent).may("today.see"), "whoever works here stays an employee"


def test_a_role_that_the_table_does_not_have_is_not_given(
    installation: Installation, town: Town, time: Time
) -> None:
    with leaves_no_entry(installation), installation.database.writing() as session:
        with pytest.raises(RoleUnknown):
            give_role(session, town.bent, "king", unit_id=None, now=time.now, actor="system")
        with pytest.raises(RoleUnknown):
            add_token(
                session,
                name="x",
                role="king",
                unit_id=None,
                expires_at=time.now,
                now=time.now,
                actor="system",
            )


def test_an_address_names_one_person_however_it_is_written(
    installation: Installation, town: Town, time: Time
) -> None:
    with installation.database.reading() as session:
        found = person_by_email(session, "  ANNA@Kommune.example ")
    assert found is not None
    assert found.id == town.anna.id

    with leaves_no_entry(installation), pytest.raises(NameTaken):
        _add(installation, "Anna@kommune.example", time.now)


def test_whoever_has_no_place_of_work_reaches_no_unit_rather_than_all(
    installation: Installation, time: Time, asks: Asks
) -> None:
    with installation.database.writing() as session:
        person = add_person(
            session, name="Nina Ny", email=None, unit_id=None, now=time.now, actor="system"
        )

    (employee,) = asks(person).roles

    assert (employee.role, employee.units) == ("employee", frozenset())


def test_a_role_in_a_unit_reaches_it_and_those_beneath_and_no_other(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    chief = employ(installation, time, "Carl Chef", "leader", unit=town.centre)

    wide, narrow = (
        [reach.units for reach in asks(one).reaches("case.step") if reach.scope is Scope.UNIT]
        for one in (chief, town.leader)
    )

    assert wide == [frozenset({town.centre.id, town.library.id})]
    assert narrow == [frozenset({town.library.id})]


def test_a_token_is_the_role_it_was_made_for_until_it_ends_or_is_revoked(
    installation: Installation, town: Town, time: Time
) -> None:
    def make() -> str:
        with installation.database.writing() as session:
            return add_token(
                session,
                name="Journal",
                role="leader",
                unit_id=town.centre.id,
                expires_at=time.now + timedelta(days=1),
                now=time.now,
                actor="system",
            )

    def who(secret: str) -> Principal:
        with installation.database.reading() as session:
            return principal_of_token(session, secret, installation.rights, time.now)

    with leaves_one_entry(installation, "token.made"):
        secret = make()
    other = make()

    principal = who(secret)
    assert (principal.name, principal.person_id, principal.form_token) == ("Journal", None, "")
    assert [held.role for held in principal.roles] == ["leader"]
    assert principal.roles[0].units == frozenset({town.centre.id, town.library.id})
    assert not principal.may("post.decide")

    with leaves_one_entry(installation, "token.revoked"):
        _revoke(installation, secret, time.now)
    with leaves_no_entry(installation):
        _revoke(installation, secret, time.now)
    with pytest.raises(NotSignedIn):
        who(secret)
    assert who(other).name == "Journal"
    time.pass_by(timedelta(days=1))
    with pytest.raises(NotSignedIn):
        who(other)
    with pytest.raises(NotSignedIn):
        who("vaern_somebody-else's")


def test_a_name_without_a_password_and_no_name_at_all_look_alike(
    installation: Installation, town: Town
) -> None:
    with installation.database.reading() as session:
        person, kept = password_hash_of(session, "anna@kommune.example")
        nobody = password_hash_of(session, "nobody@kommune.example")

    assert person is not None
    assert (person.id, kept) == (town.anna.id, None)
    assert nobody == (None, None)


def _add(installation: Installation, email: str, now: datetime) -> None:
    with installation.database.writing() as session:
        add_person(session, name="To", email=email, unit_id=None, now=now, actor="system")


def _end(installation: Installation, person: PersonRecord, now: datetime) -> None:
    with installation.database.writing() as session:
        end_person(session, session.get_one(PersonRecord, person.id), now, actor="system")


def _end_role(installation: Installation, role_id: object, now: datetime) -> None:
    with installation.database.writing() as session:
        end_role(session, session.get_one(RoleRecord, role_id), now, actor="system")


def _revoke(installation: Installation, secret: str, now: datetime) -> None:
    query = select(TokenRecord).where(TokenRecord.token_sha256 == secret_hash(secret))
    with installation.database.writing() as session:
        revoke_token(session, session.scalars(query).one(), now, actor="system")
