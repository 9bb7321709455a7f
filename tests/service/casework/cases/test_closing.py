"""A case closes whole or not at all, once, and never by the one who is harassed in it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from archive.records.cases import CaseRecord
from archive.records.people import PersonRecord
from service.access.people import give_role
from service.access.principal import Principal
from service.casework.cases.closing import close_case
from service.errors import CaseClosed, CaseNotReady, FourEyes, NotPermitted
from service.installation import Installation
from tests.service.casework.cases.opened import (
    assert_clean,
    end_every_step,
    kinds,
    leaves_no_entry,
    leaves_one_entry,
    open_one,
)
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]
STEPS = [f"12.{number}" for number in range(1, 13)]


def close(installation: Installation, who: Principal, number: str, time: Time) -> None:
    with installation.database.writing() as session:
        close_case(session, who, number, time.now, summary=" Aftalt med Anna. ")


def test_a_case_with_everything_left_names_all_twelve_steps(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number = open_one(installation, town, time)

    with leaves_no_entry(installation), pytest.raises(CaseNotReady) as refused:
        close(installation, asks(town.leader), number, time)

    assert [one for one in refused.value.missing if one in STEPS] == STEPS


def test_one_step_left_is_named_and_refuses_the_closing(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, who = open_one(installation, town, time), asks(town.leader)
    end_every_step(installation, who, number, time, but="12.10")

    with leaves_no_entry(installation), pytest.raises(CaseNotReady) as refused:
        close(installation, who, number, time)

    assert "12.10" in refused.value.missing
    assert "12.1" not in refused.value.missing


def test_a_case_whose_every_step_has_ended_closes_with_one_entry(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, who = open_one(installation, town, time), asks(town.leader)
    end_every_step(installation, who, number, time)

    with leaves_one_entry(installation, "case.closed"):
        close(installation, who, number, time)

    with installation.database.reading() as session:
        case = session.scalars(select(CaseRecord).where(CaseRecord.number == number)).one()
    assert (case.closed_at, case.closed_by) == (time.now, who.actor)


def test_whoever_may_see_but_not_close_is_refused(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number = open_one(installation, town, time)
    end_every_step(installation, asks(town.leader), number, time)

    with leaves_no_entry(installation), pytest.raises(NotPermitted):
        close(installation, asks(town.lawyer), number, time)


def test_a_leader_who_is_harassed_does_not_close_the_case_about_themselves(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    with installation.database.writing() as session:
        give_role(
            session, town.anna, "leader", unit_id=town.library.id, now=time.now, actor="system"
        )
    number = open_one(installation, town, time)
    end_every_step(installation, asks(town.leader), number, time)

    with leaves_no_entry(installation), pytest.raises(FourEyes):
        close(installation, asks(town.anna), number, time)


def test_two_who_close_at_once_close_once(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, who = open_one(installation, town, time), asks(town.leader)
    end_every_step(installation, who, number, time)

    def try_it(_: int) -> str:
        try:
            close(installation, who, number, time)
        except CaseClosed:
            return "closed already"
        return "closed"

    with ThreadPoolExecutor(4) as pool:
        ends = sorted(pool.map(try_it, range(4)))

    assert ends == ["closed", *["closed already"] * 3]
    assert kinds(installation).count("case.closed") == 1
    assert_clean(installation)
