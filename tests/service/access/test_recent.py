"""A program seen a moment ago is known without the database, and never longer than it may be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from archive.ledger.log import record
from archive.records.people import TokenRecord, UnitRecord
from service.access.endings import revoke_token
from service.access.people import add_token
from service.access.principal import Principal
from service.access.recent import REMEMBERED, RecentPrograms
from service.errors import NotSignedIn
from service.installation import Installation
from service.web.dependencies import by_token
from tests.service.conftest import Time


@pytest.fixture
def secret(installation: Installation, time: Time) -> str:
    with installation.database.writing() as session:
        return add_token(
            session,
            name="Journal",
            role="leader",
            unit_id=None,
            expires_at=time.now + timedelta(days=1),
            now=time.now,
            actor="system",
        )


def let_in(installation: Installation, secret: str) -> tuple[RecentPrograms, Principal]:
    recent = RecentPrograms()
    return recent, by_token(installation, secret, recent)


def test_a_program_is_known_for_two_seconds_by_its_own_secret(
    installation: Installation, time: Time, secret: str
) -> None:
    recent, who = let_in(installation, secret)

    assert recent.known(secret, time.now) is who
    assert recent.known(secret, time.now + REMEMBERED) is who
    assert recent.known(secret + "x", time.now) is None
    assert recent.known(secret, time.now + REMEMBERED + timedelta(milliseconds=1)) is None
    assert recent.known(secret, time.now - timedelta(seconds=1)) is None


def test_a_revoked_token_is_unknown_at_once(
    installation: Installation, time: Time, secret: str
) -> None:
    recent, _ = let_in(installation, secret)

    with installation.database.writing() as session:
        token = session.scalars(select(TokenRecord)).one()
        revoke_token(session, token, time.now, actor="system")

    assert recent.known(secret, time.now) is None
    with pytest.raises(NotSignedIn):
        by_token(installation, secret, recent)


def test_a_changed_unit_makes_its_programs_be_asked_for_again(
    installation: Installation, time: Time, secret: str
) -> None:
    recent, _ = let_in(installation, secret)

    with installation.database.writing() as session:
        session.add(UnitRecord(name="Havnen"))
        session.flush()
        session.rollback()
    assert recent.known(secret, time.now) is not None

    with installation.database.writing() as session:
        unit = UnitRecord(name="Havnen")
        session.add(unit)
        record(session, "unit.added", at=time.now, subject=unit)
    assert recent.known(secret, time.now) is None


def test_what_changed_while_the_database_was_asked_is_not_remembered(
    installation: Installation, time: Time, secret: str
) -> None:
    recent, who = let_in(installation, secret)
    changes = recent.changes()

    with installation.database.writing() as session:
        token = session.scalars(select(TokenRecord)).one()
        revoke_token(session, token, time.now, actor="system")
    recent.keep(secret, who, time.now, changes)

    assert recent.known(secret, time.now) is None
