"""The check of everything: asked for once, carried out as a job, told truly, and given up aloud."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update

from archive.records.cases import CaseRecord
from archive.records.operations import VerificationRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.operations.verifications import (
    entries_in_ledger,
    find_verification,
    latest_verification,
    start_verification,
)
from service.errors import NotFound, NotPermitted
from service.installation import Installation
from service.jobs import verifications
from service.jobs.claims import LEASE, Claim, claim_next
from service.jobs.errors import FenceMoved
from tests.service.casework.cases.opened import (
    kinds,
    leaves_no_entry,
    leaves_one_entry,
    open_one,
)
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]


def start(installation: Installation, who: Principal, time: Time) -> VerificationRecord:
    with installation.database.writing() as session:
        return start_verification(session, who, time.now)


def claimed(installation: Installation, time: Time) -> Claim:
    with installation.database.writing() as session:
        claim = claim_next(
            session,
            VerificationRecord,
            verifications.waiting(),
            worker="test",
            now=time.now,
        )
    assert claim is not None
    return claim


def latest(installation: Installation) -> VerificationRecord:
    with installation.database.reading() as session:
        run = latest_verification(session)
    assert run is not None
    return run


def carry_out(installation: Installation, who: Principal, time: Time) -> VerificationRecord:
    start(installation, who, time)
    verifications.perform(installation, claimed(installation, time), lambda _: None)
    return latest(installation)


def test_a_check_is_asked_for_once_and_joined_while_it_runs(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    with leaves_one_entry(installation, "verification.asked_for"):
        first = start(installation, asks(town.lawyer), time)
    with leaves_no_entry(installation):
        assert start(installation, asks(town.archivist), time).id == first.id

    verifications.perform(installation, claimed(installation, time), lambda _: None)
    time.pass_by(timedelta(minutes=1))
    assert start(installation, asks(town.archivist), time).id != first.id


def test_only_those_whom_the_table_lets_ask(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    for person in (town.anna, town.leader):
        with leaves_no_entry(installation), pytest.raises(NotPermitted):
            start(installation, asks(person), time)
    with installation.database.reading() as session, pytest.raises(NotFound):
        find_verification(session, uuid4())


def test_a_whole_house_is_told_to_be_whole_with_how_much_was_checked(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    open_one(installation, town, time)

    run = carry_out(installation, asks(town.lawyer), time)

    assert run.ended_at == time.now
    assert run.result is not None
    assert run.result["ok"] is True
    assert run.result["findings"] == []
    assert run.done == run.total > 0
    assert kinds(installation)[-1] == "verification.ended"
    with installation.database.reading() as session:
        assert entries_in_ledger(session) == len(kinds(installation))
        assert run.result["entries"] == entries_in_ledger(session) - 1


def test_a_row_changed_behind_the_ledgers_back_is_named(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number = open_one(installation, town, time)
    with installation.database.engine.begin() as link:
        link.execute(
            update(CaseRecord).where(CaseRecord.number == number).values(opened_by="somebody")
        )

    run = carry_out(installation, asks(town.lawyer), time)

    assert run.result is not None
    assert run.result["ok"] is False
    assert any(one["id"].startswith("cases:") for one in run.result["findings"])


def test_a_check_that_lost_its_claim_writes_no_result(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    start(installation, asks(town.lawyer), time)
    late = claimed(installation, time)
    time.pass_by(LEASE)
    claimed(installation, time)

    with leaves_no_entry(installation):
        with pytest.raises(FenceMoved):
            verifications.perform(installation, late, lambda _: None)
        with pytest.raises(FenceMoved):
            verifications.give_up(installation, late, "lost")
    assert latest(installation).result is None


def test_a_check_that_cannot_be_carried_out_ends_without_a_result_and_says_why(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    start(installation, asks(town.lawyer), time)

    with leaves_one_entry(installation, "verification.broke_off"):
        verifications.give_up(installation, claimed(installation, time), "disk-lost")

    run = latest(installation)
    assert (run.ended_at, run.result, run.last_error) == (time.now, None, "disk-lost")
    assert start(installation, asks(town.lawyer), time).id != run.id
