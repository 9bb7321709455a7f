"""One look finds who holds a session, and the roles that hold now, as asking one by one does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from archive.records.people import PersonRecord, RoleRecord
from service.access.endings import end_role
from service.access.people import give_role, open_session, principal_of
from service.access.principal import Principal
from service.access.sessions import holder_of
from service.errors import NotSignedIn
from service.installation import Installation
from tests.service.conftest import Time, Town

IDLE, WHOLE = timedelta(minutes=60), timedelta(hours=12)


def _found(installation: Installation, secret: str, time: Time) -> Principal:
    with installation.database.reading() as session:
        return holder_of(session, secret, installation.rights, time.now, idle=IDLE, whole=WHOLE).who


def _opened(installation: Installation, person: PersonRecord, time: Time) -> tuple[str, str]:
    with installation.database.writing() as session:
        return open_session(session, session.merge(person), time.now)


def test_whoever_holds_a_session_is_who_their_person_and_roles_say(
    installation: Installation, town: Town, time: Time
) -> None:
    for person in (town.archivist, town.leader, town.anna, town.lawyer):
        secret, form_token = _opened(installation, person, time)
        with installation.database.reading() as session:
            kept = session.get_one(PersonRecord, person.id)
            asked = principal_of(session, kept, installation.rights, time.now, form_token)
        assert _found(installation, secret, time) == asked


def test_a_role_counts_from_its_beginning_and_is_gone_with_its_end(
    installation: Installation, town: Town, time: Time
) -> None:
    begins = time.now + timedelta(minutes=10)
    secret, _ = _opened(installation, town.bent, time)
    with installation.database.writing() as session:
        held = give_role(session, town.bent, "lawyer", unit_id=None, now=begins, actor="system")
    assert not _found(installation, secret, time).may("case.open")

    time.now = begins
    assert _found(installation, secret, time).may("case.open")
    with installation.database.writing() as session:
        end_role(session, session.get_one(RoleRecord, held.id), time.now, actor="system")

    who = _found(installation, secret, time)
    assert not who.may("case.open")
    assert [one.role for one in who.roles] == ["employee"]


def test_a_session_that_rested_too_long_or_was_never_opened_is_nobodys(
    installation: Installation, town: Town, time: Time
) -> None:
    secret, _ = _opened(installation, town.anna, time)
    with pytest.raises(NotSignedIn):
        _found(installation, f"{secret}x", time)

    time.now += IDLE
    assert _found(installation, secret, time).person_id == town.anna.id
    time.now += timedelta(seconds=1)
    with pytest.raises(NotSignedIn):
        _found(installation, secret, time)
