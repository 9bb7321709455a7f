"""What the procedure's tests begin with: the shipped files, moments, and filled-in fields."""

import tomllib
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from service.procedure.endings import Ending, ProposedEnding, end_step
from service.procedure.facts import Facts
from service.procedure.model import FieldType, Outcome, Procedure, Step
from service.procedure.reading import load_procedure

OPENED = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
"""A Monday, ten o'clock in Copenhagen."""

LEADER, EMPLOYEE, COLLEAGUE = "person-leader", "person-employee", "person-colleague"


def shipped_text(name: str) -> str:
    return (files("service.procedure") / "shipped" / f"{name}.toml").read_text("utf-8")


@cache
def shipped_tables(name: str) -> dict[str, Any]:
    """The file as plain tables, for definitions that do not lean on our own reader."""
    return tomllib.loads(shipped_text(name))


@cache
def shipped(name: str = "ishoej") -> Procedure:
    return load_procedure(shipped_text(name))


def facts(*holds: str, opened: datetime = OPENED, **moments: datetime) -> Facts:
    return Facts(
        opened=opened, moments=moments, holds=frozenset(holds), harassed=frozenset({EMPLOYEE})
    )


def filled(step: Step) -> dict[str, str]:
    """Every field of the step filled in, with the first of its choices."""
    values = {
        FieldType.TEXT: "noted",
        FieldType.DATE: "2027-02-01",
        FieldType.PERSON: COLLEAGUE,
    }
    return {
        blank.id: blank.choices[0].id if blank.choices else values[blank.type]
        for blank in step.blanks
    }


def proposal(step: Step, outcome: Outcome = Outcome.DONE, by: str = LEADER) -> ProposedEnding:
    reason = "" if outcome is Outcome.DONE else "there was a reason"
    return ProposedEnding(outcome, by, reason, filled(step) if outcome is Outcome.DONE else {})


def ended(
    *step_ids: str,
    earlier: tuple[Ending, ...] = (),
    case: Facts | None = None,
    now: datetime = OPENED,
    name: str = "ishoej",
) -> tuple[Ending, ...]:
    """Endings that were allowed, one after another."""
    procedure, case, endings = shipped(name), case or facts(), earlier
    for step_id in step_ids:
        step = procedure.find(step_id)
        assert step is not None
        act = end_step(procedure, endings, step_id, proposal(step), facts=case, now=now)
        endings = (*endings, act)
    return endings
