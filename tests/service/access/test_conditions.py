"""The conditions *invited* and *step*: who comes in with them, how far, and when no longer."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from archive.ledger.log import record
from archive.records.cases import CaseRecord, CircumstanceRecord, EndingRecord
from archive.records.people import PersonRecord
from service.access.open_steps import procedure_roles, step_is_open
from service.access.principal import Principal
from service.access.rights import Level
from service.casework.cases.circle import invitable, invite
from service.casework.cases.course import course_of, shipped_procedure
from service.casework.cases.finding import find_case
from service.casework.cases.steps import end_case_step, state_known_facts
from service.errors import CaseNotFound, PersonNotFound
from service.installation import Installation
from service.procedure.model import Outcome, Procedure
from service.procedure.states import StepState, flat, states
from tests.service.casework.cases.opened import employ, leaves_no_entry, open_one
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]
ROLES = ("secretary", "mayor", "director", "it", "amr", "leader", "archivist", "employee", "hr")


def level(installation: Installation, who: Principal, number: str, time: Time) -> Level | None:
    with installation.database.reading() as session:
        try:
            return find_case(session, who, number, time.now).level
        except CaseNotFound:
            return None


def end(
    installation: Installation, who: Principal, number: str, step: str, time: Time, **how: object
) -> None:
    with installation.database.writing() as session:
        end_case_step(session, who, number, step, now=time.now, **how)  # type: ignore[arg-type]  # passed on as given


def test_a_signer_sees_a_case_only_while_the_report_waits_for_them(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, leader = open_one(installation, town, time), asks(town.leader)
    signers = [
        employ(
            installation, time, f"{role.title()} {role}", role, unit=town.centre, everywhere=True
        )
        for role in ("secretary", "mayor", "director")
    ]

    def seen() -> set[Level | None]:
        return {level(installation, asks(one), number, time) for one in signers}

    assert seen() == {None}
    with installation.database.writing() as session:
        state_known_facts(
            session, leader, number, holds=frozenset({"threat"}), incident=None, now=time.now
        )
    assert seen() == {None}
    end(
        installation, leader, number, "12.9-decide", time,
        outcome=Outcome.DONE, values={"decision": "yes"},
    )  # fmt: skip
    assert seen() == {Level.STATUS}

    time.pass_by(timedelta(minutes=1))
    end(installation, leader, number, "12.9", time, outcome=Outcome.WAIVED, reason="Aftalt.")
    assert seen() == {None}


@pytest.mark.parametrize("name", ["ishoej", "hustadvika", "fo_home_office"])
def test_the_query_says_what_the_procedure_itself_says(
    installation: Installation, town: Town, time: Time, name: str
) -> None:
    """The same rows, read by `states` and asked by SQL, for many courses drawn by chance."""
    chance, procedure = random.Random(name), shipped_procedure(name)  # noqa: S311 — draws test data
    with installation.database.writing() as session:
        for _ in range(40):
            session.add(case := _case(town, time, procedure))
            session.flush()
            session.add_all(_course(chance, procedure, case, town, time))
            record(session, "case.opened", at=time.now, subject=case, case_id=case.id)
    with installation.database.reading() as session:
        cases = session.scalars(select(CaseRecord)).all()
        courses = {case.id: course_of(session, case) for case in cases}
        views = {
            one: flat(states(course.procedure, course.endings, course.facts, time.now))
            for one, course in courses.items()
        }
        found = {
            role: set(session.scalars(select(CaseRecord.id).where(step_is_open(role))))
            for role in ROLES
        }
    wanted = {
        role: {
            case
            for case, course in courses.items()
            if any(
                one.state is StepState.OPEN
                and set(one.step.responsible) & procedure_roles(role)
                and _plays(procedure, one.step.id, course.facts.holds)
                for one in views[case]
            )
        }
        for role in ROLES
    }
    assert found == wanted
    assert 0 < sum(len(some) for some in wanted.values()) < len(ROLES) * len(cases)


def _case(town: Town, time: Time, procedure: Procedure) -> CaseRecord:
    return CaseRecord(
        id=uuid4(),
        number=uuid4().hex[:12],
        unit_id=town.library.id,
        procedure=procedure.id,
        procedure_version=str(procedure.version),
        opened_at=time.now,
        opened_by="system",
    )


def _course(
    chance: random.Random, procedure: Procedure, case: CaseRecord, town: Town, time: Time
) -> list[EndingRecord | CircumstanceRecord]:
    ended = [step.id for step in procedure.all_steps if chance.random() < chance.choice((0.2, 0.9))]
    rows: list[EndingRecord | CircumstanceRecord] = [
        EndingRecord(
            id=uuid4(), case_id=case.id, step=step, number=place, outcome="waived",
            reason="Øvelse", person_id=town.leader.id, at=time.now,
        )
        for place, step in enumerate(ended, start=1)
    ]  # fmt: skip
    for place, one in enumerate(procedure.circumstances):
        for again in range(chance.randrange(3)):
            said = time.now + timedelta(seconds=place + 100 * again)
            rows.append(
                CircumstanceRecord(
                    id=uuid4(), case_id=case.id, name=one.id, holds=chance.random() < 0.5,
                    stated_by="system", stated_at=said,
                )
            )  # fmt: skip
    return rows


def _plays(procedure: Procedure, step_id: str, holds: frozenset[str]) -> bool:
    """A step counts only where its circumstances hold, and a part only where its step's do."""
    step, parent = procedure.find(step_id), procedure.parent(step_id)
    return all(
        (not one.when or not holds.isdisjoint(one.when)) and holds.isdisjoint(one.unless)
        for one in (step, parent)
        if one is not None
    )


def test_an_invitation_opens_what_its_role_may_and_nothing_of_another_role(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, leader = open_one(installation, town, time), asks(town.leader)
    both = employ(installation, time, "Hanne Begge", "hr", "director", unit=town.school)

    with installation.database.writing() as session:
        invite(session, leader, number, both.id, role="hr", reason="Stand.", now=time.now)
    assert level(installation, asks(both), number, time) is Level.STATUS

    time.pass_by(timedelta(minutes=1))
    with installation.database.writing() as session:
        invite(session, leader, number, both.id, role="director", reason="Alt.", now=time.now)
    assert level(installation, asks(both), number, time) is Level.FULL


def test_nobody_is_invited_as_what_they_are_not_nor_into_their_own_case(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, leader = open_one(installation, town, time), asks(town.leader)
    amr = employ(installation, time, "Ada Amr", "amr", unit=town.school)
    with installation.database.writing() as session:
        anna = session.merge(town.anna)
    concerned = open_one(installation, town, time, harassed=[anna, amr])

    with leaves_no_entry(installation), installation.database.writing() as session:
        for person, role in ((amr, "director"), (town.bent, "amr"), (amr, "leader")):
            with pytest.raises(PersonNotFound):
                invite(session, leader, number, person.id, role=role, reason="Ja", now=time.now)
    with installation.database.reading() as session:
        offered = [
            {
                (one.name, one.role)
                for one in invitable(
                    session,
                    leader,
                    find_case(session, leader, case, time.now).case,
                    time.now,
                )
            }
            for case in (number, concerned)
        ]
    assert offered == [
        {("Ada Amr", "amr"), ("Julie Jurist", "lawyer"), ("Ole Anden", "leader")},
        {("Julie Jurist", "lawyer"), ("Ole Anden", "leader")},
    ]
