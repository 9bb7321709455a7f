"""Sign-ins half way: each is its browser's own, ends with use, and is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from archive.records.factors import HalfSignInRecord, SpentChallengeRecord
from service.access.challenges import spend
from service.access.factors import Changing, renew_codes, reset_factors
from service.access.half_signed_in import begin_half, end_half, forget_halves, half_of
from service.access.people import open_session, session_by_secret
from service.errors import HalfSignInOver, NotSignedIn
from service.installation import Installation
from tests.service.casework.cases.opened import assert_clean
from tests.service.conftest import Time, Town

HOUR = timedelta(hours=1)


def test_half_way_is_used_once_and_never_for_another_step(
    installation: Installation, town: Town, time: Time
) -> None:
    with installation.database.writing() as session:
        secret = begin_half(session, town.anna, "/cases", time.now, sets_up=False)
    with installation.database.writing() as session:
        half = half_of(session, secret, time.now)
        assert (half.person.id, half.next_path) == (town.anna.id, "/cases")
        with pytest.raises(HalfSignInOver):
            half_of(session, secret, time.now, sets_up=True)
        with pytest.raises(HalfSignInOver):
            half_of(session, f"{secret}x", time.now)
        with pytest.raises(HalfSignInOver):
            half_of(session, None, time.now)
        end_half(session, half)
        with pytest.raises(HalfSignInOver):
            end_half(session, half)
        with pytest.raises(HalfSignInOver):
            half_of(session, secret, time.now)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_nobody_finished_is_forgotten(
    installation: Installation, town: Town, time: Time
) -> None:
    with installation.database.writing() as session:
        begin_half(session, town.anna, "/" + "x" * 5000, time.now, sets_up=True)
        spend(session, b"c" * 32, time.now)
    for passed, left in ((timedelta(minutes=4), 1), (HOUR, 0)):
        time.pass_by(passed)
        with installation.database.writing() as session:
            forget_halves(session, time.now)
            for table in (HalfSignInRecord, SpentChallengeRecord):
                assert session.scalar(select(func.count()).select_from(table)) == left


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_reset_or_a_change_ends_what_rested_on_what_was(
    installation: Installation, town: Town, time: Time
) -> None:
    settings = installation.settings
    for act in ("reset", "codes"):
        with installation.database.writing() as session:
            anna = session.merge(town.anna)
            half = begin_half(session, anna, "/", time.now, sets_up=False)
            secret, _ = open_session(session, anna, time.now)
            if act == "reset":
                assert reset_factors(session, anna, settings, time.now, actor="system") == 0
            else:
                renew_codes(session, Changing(anna, settings, time.now))
        with installation.database.reading() as session:
            with pytest.raises(HalfSignInOver):
                half_of(session, half, time.now)
            with pytest.raises(NotSignedIn):
                session_by_secret(session, secret, time.now, idle=HOUR, whole=HOUR)
    assert_clean(installation)
