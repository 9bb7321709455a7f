"""Guessing at passwords, driven by a clock: it is slowed down, and keeps nobody out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from archive.records.people import PersonRecord, SignInTryRecord
from service.access import delays
from service.access.devices import KEPT, device_of, forget_devices, remember_device
from service.access.tries import (
    Guessing,
    Try,
    begin_try,
    forget_tries,
    guessing_now,
    succeeded,
    taken_back,
)
from service.installation import Installation
from tests.service.casework.cases.opened import kinds
from tests.service.conftest import Time, Town

ANNA, NOBODY = "anna@kommune.example", "nobody@kommune.example"
HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


class Door:
    """Where passwords are tried."""

    def __init__(self, installation: Installation, time: Time) -> None:
        self.installation, self.time = installation, time

    def knock(self, name: str = ANNA, address: str = HERE, device: str | None = None) -> Try:
        """Try a wrong password, or be told to wait."""
        with self.installation.database.writing() as session:
            return begin_try(session, name, address, device, self.time.now)

    def insist(self, times: int, name: str = ANNA, address: str = HERE) -> list[int]:
        """Try as fast as one is let; return how long each try had to wait."""
        waited = []
        for _ in range(times):
            tried = self.knock(name, address)
            waited.append(tried.wait)
            if tried.wait:
                self.time.pass_by(timedelta(seconds=tried.wait))
                assert not self.knock(name, address).wait, "the wait that was told is the wait"
        return waited

    def enter(self, name: str = ANNA, address: str = HERE, device: str | None = None) -> Try:
        """Try the right password, or be told to wait."""
        with self.installation.database.writing() as session:
            tried = begin_try(session, name, address, device, self.time.now)
            if not tried.wait:
                succeeded(session, tried)
        return tried

    def know(self, person: PersonRecord, secret: str | None = None) -> str:
        with self.installation.database.writing() as session:
            return remember_device(session, session.merge(person), secret, self.time.now)


@pytest.fixture
def door(installation: Installation, time: Time) -> Door:
    return Door(installation, time)


@pytest.mark.usefixtures("town")
def test_each_wrong_try_after_the_third_waits_twice_as_long(door: Door) -> None:
    assert door.insist(9) == [0, 0, 0, 0, 2, 4, 8, 16, 32]


@pytest.mark.usefixtures("town")
def test_an_account_that_does_not_exist_is_counted_as_one_that_does(door: Door, time: Time) -> None:
    began = time.now
    real = door.insist(12)
    time.now = began

    assert door.insist(12, NOBODY, ELSEWHERE) == real


@pytest.mark.usefixtures("town")
def test_a_try_made_too_early_is_not_looked_at_and_makes_the_wait_no_longer(
    door: Door, time: Time
) -> None:
    door.insist(6)
    wait = door.knock().wait
    assert wait > 0

    assert [door.knock().wait for _ in range(50)] == [wait] * 50
    time.pass_by(timedelta(seconds=wait - 1))
    assert door.knock().wait == 1
    time.pass_by(timedelta(seconds=1))
    assert not door.knock().wait


@pytest.mark.usefixtures("town")
def test_the_right_password_ends_the_wait(door: Door, time: Time) -> None:
    door.insist(7)
    time.pass_by(timedelta(minutes=1))

    assert not door.enter().wait
    assert door.insist(4) == [0, 0, 0, 0]


@pytest.mark.usefixtures("town")
def test_upper_case_and_blanks_are_no_other_account(door: Door) -> None:
    for name in (ANNA, ANNA.upper(), f" {ANNA}", f"{ANNA} "):
        door.knock(name)

    assert door.knock().wait == 2


@pytest.mark.usefixtures("town")
def test_many_tries_at_once_are_counted_before_any_is_answered(door: Door) -> None:
    told = [door.knock().wait for _ in range(10)]

    assert told.count(0) == 4


@pytest.mark.usefixtures("town")
def test_one_address_that_guesses_at_many_accounts_waits_too(door: Door) -> None:
    waits = [door.knock(f"person{n}@kommune.example").wait for n in range(40)]

    assert waits[: delays.ADDRESS.free + 1] == [0] * (delays.ADDRESS.free + 1)
    assert all(waits[delays.ADDRESS.free + 1 :])
    assert not door.knock(NOBODY, ELSEWHERE).wait, "nobody else waits for it"


@pytest.mark.usefixtures("town")
def test_an_address_that_must_wait_fills_no_table_with_invented_names(
    installation: Installation, door: Door, time: Time
) -> None:
    def counters() -> int:
        with installation.database.reading() as session:
            return len(session.scalars(select(SignInTryRecord.key)).all())

    looked_at = delays.ADDRESS.free + 1
    for number in range(looked_at):
        door.knock(f"person{number}@kommune.example")
    assert counters() == 1 + 2 * looked_at

    waits = [door.knock(f"invented{number}@kommune.example").wait for number in range(200)]

    assert all(waits)
    assert counters() == 1 + 2 * looked_at
    time.pass_by(timedelta(seconds=waits[-1]))
    assert not door.knock("invented0@kommune.example").wait, "the wait that was told is the wait"


def test_an_address_that_must_wait_is_told_the_accounts_wait_where_that_is_longer(
    installation: Installation, door: Door, town: Town, time: Time
) -> None:
    del installation, town
    told = door.insist(8)[-1]
    assert told == 16
    longer = door.knock().wait
    assert longer == 32
    for number in range(40):
        door.knock(f"person{number}@kommune.example")
    assert 0 < door.knock(NOBODY).wait < longer

    assert door.knock().wait == longer
    time.pass_by(timedelta(seconds=longer))
    assert not door.knock().wait


@pytest.mark.usefixtures("town")
def test_while_an_account_is_guessed_at_from_everywhere_its_owner_waits_once_and_comes_in(
    door: Door, time: Time
) -> None:
    """However many guess, and however often: the wait that was told is kept."""
    for number in range(18):
        door.insist(1, address=f"203.0.113.{number}")
    told = door.enter().wait
    assert 0 < told <= delays.ACCOUNT.longest.total_seconds()
    for second in range(told):
        time.pass_by(timedelta(seconds=1))
        door.knock(address=f"192.0.2.{second}")

    assert not door.enter().wait


@pytest.mark.usefixtures("town")
def test_each_of_many_places_waits_before_its_first_guess(door: Door) -> None:
    waits = [door.insist(1, address=f"203.0.113.{number}")[0] for number in range(40)]

    assert waits[:11] == [0] * 11
    assert all(waits[11:])
    assert max(waits) > 60


def test_whoever_has_signed_in_from_a_browser_does_not_wait_for_the_tries_of_others(
    door: Door, town: Town
) -> None:
    mine = door.know(town.anna)
    for number in range(40):
        door.knock(address=f"203.0.113.{number}")
        door.knock(address=HERE)

    assert door.enter(address=HERE).wait > 0
    assert not door.enter(address=HERE, device=mine).wait


def test_a_known_browser_guesses_no_faster_than_anyone(door: Door, town: Town, time: Time) -> None:
    mine = door.know(town.anna)
    waits = [door.knock(device=mine).wait for _ in range(6)]
    assert waits == [0, 0, 0, 0, 2, 2]

    time.pass_by(timedelta(seconds=2))
    assert not door.enter(device=mine).wait
    assert not door.knock(device=mine).wait


def test_a_browser_is_known_for_its_own_person_only_and_not_for_ever(
    installation: Installation, door: Door, town: Town, time: Time
) -> None:
    shared = door.know(town.anna)
    assert door.know(town.bent, shared) == shared, "two may share one browser"
    assert door.know(town.leader, "planted-by-somebody-else") != "planted-by-somebody-else"

    def known(name: str, secret: str | None) -> bool:
        with installation.database.reading() as session:
            return device_of(session, name, secret, time.now) is not None

    assert known(ANNA, shared)
    assert known("bent@kommune.example", shared)
    assert not known("mette@kommune.example", shared)
    assert not known(ANNA, None)
    assert not known(NOBODY, shared)
    with installation.database.writing() as session:
        forget_devices(session, session.merge(town.bent))
    assert not known("bent@kommune.example", shared)
    time.pass_by(KEPT + timedelta(days=1))
    assert not known(ANNA, shared)


@pytest.mark.usefixtures("town")
def test_a_try_whose_password_was_never_looked_at_does_not_count(
    installation: Installation, door: Door
) -> None:
    for _ in range(20):
        tried = door.knock()
        assert not tried.wait
        with installation.database.writing() as session:
            taken_back(session, tried)


def test_a_long_wait_is_told_to_the_ledger_once_and_to_whoever_runs_the_service(
    installation: Installation, door: Door, town: Town, time: Time
) -> None:
    door.insist(8)
    assert "sign_in.delayed" not in kinds(installation)
    with installation.database.reading() as session:
        assert guessing_now(session, time.now) == Guessing(0, 0)

    door.insist(4)

    assert kinds(installation).count("sign_in.delayed") == 1
    with installation.database.reading() as session:
        assert guessing_now(session, time.now) == Guessing(1, 0)
    del town


@pytest.mark.usefixtures("town")
def test_what_was_typed_stands_nowhere_in_the_clear(installation: Installation, door: Door) -> None:
    door.insist(12, "my password in the wrong field")

    with installation.database.reading() as session:
        keys = list(session.scalars(select(SignInTryRecord.key)))
    assert keys
    assert not any("password" in key for key in keys)


@pytest.mark.usefixtures("town")
def test_the_count_survives_a_restart_and_is_forgotten_in_the_end(
    installation: Installation, door: Door, time: Time
) -> None:
    door.insist(6)
    assert Door(installation, time).knock().wait == 8

    time.pass_by(timedelta(hours=25))
    with installation.database.writing() as session:
        forget_tries(session, time.now, KEPT)
    with installation.database.reading() as session:
        assert not session.scalars(select(SignInTryRecord)).all()
