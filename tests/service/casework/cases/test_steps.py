"""Steps end in order, with reasons, by the right person, once, and always at our own moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from archive.records.cases import CaseRecord, EndingRecord
from archive.records.people import PersonRecord
from service.access.endings import end_person
from service.access.people import give_role
from service.access.principal import Principal
from service.access.sealed_account import seal_account, sealed_person
from service.casework.cases.course import course_of
from service.casework.cases.steps import end_case_step, state_circumstance
from service.errors import NotPermitted
from service.installation import Installation
from service.procedure.endings import in_force
from service.procedure.errors import (
    FieldInvalid,
    FieldMissing,
    NotByThisPerson,
    ReasonMissing,
    StepNotAllowed,
    StepUnknown,
)
from service.procedure.model import Outcome
from tests.service.casework.cases.opened import (
    employ,
    leaves_no_entry,
    leaves_one_entry,
    open_one,
)
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]
DECIDED = {"decision": "keep", "grounds": "Det er ikke vores side."}


def end(
    installation: Installation,
    who: Principal,
    number: str,
    step: str,
    time: Time,
    *,
    outcome: Outcome = Outcome.WAIVED,
    **more: Any,
) -> None:
    with installation.database.writing() as session:
        end_case_step(session, who, number, step, outcome=outcome, now=time.now, **more)


def endings(installation: Installation) -> list[EndingRecord]:
    with installation.database.reading() as session:
        return list(session.scalars(select(EndingRecord).order_by(EndingRecord.number)))


def test_the_decision_about_the_post_waits_until_the_evidence_is_secured(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, who = open_one(installation, town, time), asks(town.leader)

    with leaves_no_entry(installation), pytest.raises(StepNotAllowed) as refused:
        end(installation, who, number, "12.3", time, outcome=Outcome.DONE, values=DECIDED)
    assert refused.value.waiting_for == ("12.2",)

    with leaves_one_entry(installation, "step.ended"):
        end(installation, who, number, "12.2", time, reason="Kan ikke skaffes.")
    with leaves_one_entry(installation, "step.ended"):
        end(installation, who, number, "12.3", time, outcome=Outcome.DONE, values=DECIDED)


@pytest.mark.parametrize("outcome", [Outcome.WAIVED, Outcome.NOT_RELEVANT])
def test_a_step_that_is_not_carried_out_needs_its_reason(
    installation: Installation, town: Town, time: Time, asks: Asks, outcome: Outcome
) -> None:
    number, who = open_one(installation, town, time), asks(town.leader)

    with leaves_no_entry(installation), pytest.raises(ReasonMissing):
        end(installation, who, number, "12.9", time, outcome=outcome, reason="  ")


def test_a_mandatory_step_is_never_not_relevant(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, who = open_one(installation, town, time), asks(town.leader)

    with leaves_no_entry(installation), pytest.raises(StepNotAllowed):
        end(installation, who, number, "12.1", time, outcome=Outcome.NOT_RELEVANT, reason="Nej")


def test_a_step_is_done_only_with_its_fields_and_the_closed_form_keeps_them(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, who = open_one(installation, town, time), asks(town.leader)
    with leaves_no_entry(installation), pytest.raises(FieldMissing):
        end(installation, who, number, "12.2", time, outcome=Outcome.DONE)

    end(installation, who, number, "12.2", time, outcome=Outcome.DONE, values={"evidence": "D-1"})

    (kept,) = endings(installation)
    assert kept.fields == {"evidence": "D-1"}
    assert (kept.person_id, kept.at) == (town.leader.id, time.now)


def test_a_field_for_a_person_takes_one_who_works_here_and_no_person_for_two(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, who = open_one(installation, town, time), asks(town.leader)
    gone = employ(installation, time, "Gerd Gik", unit=town.library)
    with installation.database.writing() as session:
        seal_account(session, "Den forseglede konto", time.now, actor="system")
        account = sealed_person(session)
        assert account is not None
        end_person(session, session.merge(gone), time.now, actor="system")
    anna, karen = str(town.anna.id), str(town.archivist.id)
    nobody = ("Karen", str(UUID(int=1)), karen.upper(), str(account.id), str(gone.id))
    # Nobody takes it over for themselves: in other letters they would seem to be another.
    refused = {**dict.fromkeys((*nobody, anna.upper()), FieldInvalid), anna: NotByThisPerson}
    done: dict[str, Any] = {"outcome": Outcome.DONE}
    for name, refusal in refused.items():
        with leaves_no_entry(installation), pytest.raises(refusal):
            end(installation, who, number, "12.1", time, **done, values={"acknowledged_by": name})

    found = {"acknowledged_by": karen}
    end(installation, who, number, "12.1", time, **done, values=found)
    with installation.database.writing() as session:
        end_person(session, session.merge(town.archivist), time.now, actor="system")
    # Whoever has left since still stands where they stood.
    more = {**found, "told_on": "2026-11-02"}
    end(installation, who, number, "12.1", time, **done, values=more, reason="Dagen manglede.")
    assert endings(installation)[-1].fields == more


def test_a_step_that_the_procedure_does_not_have_is_refused(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, who = open_one(installation, town, time), asks(town.leader)

    with leaves_no_entry(installation), pytest.raises(StepUnknown):
        end(installation, who, number, "12.99", time, reason="x")


def test_an_ended_step_is_corrected_with_a_reason_and_the_first_ending_stays(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, who = open_one(installation, town, time), asks(town.leader)
    end(installation, who, number, "12.2", time, reason="Kan ikke skaffes.")
    time.pass_by(timedelta(days=1))
    found = {"evidence": "D-2"}

    with leaves_no_entry(installation), pytest.raises(ReasonMissing):
        end(installation, who, number, "12.2", time, outcome=Outcome.DONE, values=found)
    with leaves_one_entry(installation, "step.corrected"):
        end(
            installation,
            who,
            number,
            "12.2",
            time,
            outcome=Outcome.DONE,
            reason="Fundet",
            values=found,
        )

    first, second = endings(installation)
    assert (first.outcome, second.outcome, second.supersedes) == ("waived", "done", first.number)
    with installation.database.reading() as session:
        case = session.scalars(select(CaseRecord).where(CaseRecord.number == number)).one()
        holds = in_force(course_of(session, case).endings)
    assert holds["12.2"].outcome is Outcome.DONE


@pytest.mark.parametrize("step", ["12.5", "12.7", "12.4"])
def test_the_employee_concerned_never_does_what_is_done_for_them_even_as_leader(
    installation: Installation, town: Town, time: Time, asks: Asks, step: str
) -> None:
    with installation.database.writing() as session:
        give_role(
            session, town.anna, "leader", unit_id=town.library.id, now=time.now, actor="system"
        )
    number, who = open_one(installation, town, time), asks(town.anna)

    with leaves_no_entry(installation), pytest.raises(NotByThisPerson):
        end(installation, who, number, step, time, reason="Det klarer jeg selv.")
    end(installation, asks(town.leader), number, step, time, reason="Efter aftale.")


def test_a_program_ends_no_step(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, leader = open_one(installation, town, time), asks(town.leader)
    program = Principal("token:1", "program", leader.roles, leader.rights)

    with leaves_no_entry(installation), pytest.raises(NotPermitted):
        end(installation, program, number, "12.1", time, reason="x")


def test_two_who_end_the_same_step_at_once_are_one_after_the_other(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, who = open_one(installation, town, time), asks(town.leader)

    def try_it(reason: str) -> None:
        end(installation, who, number, "12.1", time, reason=reason)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(try_it, ["a", "b", "c", "d"]))

    assert [(one.number, one.supersedes) for one in endings(installation)] == [
        (1, None),
        (2, 1),
        (3, 2),
        (4, 3),
    ]


def test_a_stated_circumstance_is_kept_and_the_latest_statement_counts(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, who = open_one(installation, town, time), asks(town.leader)

    def state(name: str, *, holds: bool) -> frozenset[str]:
        time.pass_by(timedelta(minutes=1))
        with installation.database.writing() as session:
            case = state_circumstance(
                session, who, number, name, holds=holds, moment=None, now=time.now
            )
            return course_of(session, case).facts.holds

    with leaves_one_entry(installation, "case.circumstance_stated"):
        assert state("threat", holds=True) == {"threat"}
    assert state("serious", holds=True) == {"threat", "serious"}
    assert state("threat", holds=False) == {"serious"}


def test_an_event_needs_the_moment_at_which_it_happened_and_a_circumstance_has_none(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, who = open_one(installation, town, time), asks(town.leader)
    earlier = time.now - timedelta(days=2)

    def state(name: str, **how: Any) -> Any:
        with installation.database.writing() as session:
            case = state_circumstance(session, who, number, name, now=time.now, **how)
            return course_of(session, case).facts.moments

    assert state("incident", holds=True, moment=earlier)["incident"] == earlier
    for name in ("no-such-thing", "opened"):
        with leaves_no_entry(installation), pytest.raises(StepUnknown):
            state(name, holds=True, moment=None)
    with leaves_no_entry(installation), pytest.raises(FieldInvalid):
        state("incident", holds=True, moment=None)
    with leaves_no_entry(installation), pytest.raises(FieldInvalid):
        state("threat", holds=True, moment=earlier)
    with leaves_no_entry(installation), pytest.raises(FieldInvalid):
        state("incident", holds=True, moment=time.now + timedelta(minutes=1))
    with leaves_no_entry(installation), pytest.raises(FieldInvalid):
        state("incident", holds=True, moment=earlier.replace(tzinfo=None))
