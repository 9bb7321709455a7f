from datetime import timedelta

import pytest

from service.procedure.endings import (
    Ending,
    ProposedEnding,
    correct_ending,
    end_step,
    in_force,
)
from service.procedure.errors import (
    FieldInvalid,
    FieldMissing,
    NotByThisPerson,
    NothingToCorrect,
    ReasonMissing,
    StepAlreadyEnded,
    StepNotAllowed,
    StepUnknown,
)
from service.procedure.model import Outcome, Step
from tests.service.procedure.builders import (
    COLLEAGUE,
    EMPLOYEE,
    LEADER,
    OPENED,
    ended,
    facts,
    filled,
    proposal,
    shipped,
)

LATER = OPENED + timedelta(hours=3)


def _step(step_id: str) -> Step:
    step = shipped().find(step_id)
    assert step is not None
    return step


def _end(
    step_id: str, proposed: ProposedEnding, endings: tuple[Ending, ...] = (), *holds: str
) -> Ending:
    return end_step(shipped(), endings, step_id, proposed, facts=facts(*holds), now=LATER)


def test_an_ending_holds_who_when_how_and_what_was_filled_in() -> None:
    ending = _end("12.1", proposal(_step("12.1")))

    assert ending == Ending(
        1, "12.1", Outcome.DONE, LEADER, LATER, values=filled(_step("12.1")), supersedes=None
    )


def test_the_evidence_comes_before_the_decision_to_delete() -> None:
    with pytest.raises(StepNotAllowed) as refusal:
        _end("12.3", proposal(_step("12.3")))

    assert refusal.value.waiting_for == ("12.2",)
    assert _end("12.3", proposal(_step("12.3")), ended("12.2")).number == 2


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.WAIVED])
def test_what_waits_can_no_more_be_waived_than_done(outcome: Outcome) -> None:
    with pytest.raises(StepNotAllowed):
        _end("12.12", proposal(_step("12.12"), outcome))


def test_a_mandatory_step_is_never_not_relevant() -> None:
    with pytest.raises(StepNotAllowed, match="not_relevant"):
        _end("12.10", proposal(_step("12.10"), Outcome.NOT_RELEVANT))


@pytest.mark.parametrize("reason", ["", "  \n"])
@pytest.mark.parametrize(
    ("step_id", "outcome"),
    [("12.8", Outcome.NOT_RELEVANT), ("12.8", Outcome.WAIVED), ("12.1", Outcome.WAIVED)],
)
def test_what_is_not_done_needs_a_reason(step_id: str, outcome: Outcome, reason: str) -> None:
    with pytest.raises(ReasonMissing):
        _end(step_id, ProposedEnding(outcome, LEADER, reason))


def test_done_means_that_the_fields_are_filled_in_and_all_missing_ones_are_named() -> None:
    with pytest.raises(FieldMissing) as refusal:
        _end("12.7", ProposedEnding(Outcome.DONE, LEADER, values={"channel": "call", "reply": " "}))

    assert refusal.value.names == ("asked_to_stop", "consequences", "frames", "reply")


def test_a_block_needs_its_scope_its_days_its_letter_and_somebody_in_it() -> None:
    answers = {"decision": "yes", "grounds": "seven posts in two days"}

    with pytest.raises(FieldMissing) as refusal:
        _end("12.4", ProposedEnding(Outcome.DONE, LEADER, values=answers))

    assert refusal.value.names == ("scope", "starts_on", "ends_on", "letter", "carried_out_by")
    no = ProposedEnding(Outcome.DONE, LEADER, values=answers | {"decision": "no"})
    assert _end("12.4", no).values["decision"] == "no"


@pytest.mark.parametrize("value", ["1.2.2027", "2027-2-1", "2027-02-30", "2027-W05-1", "soon"])
def test_a_date_is_a_date(value: str) -> None:
    values = filled(_step("12.5")) | {"offered_on": value}

    with pytest.raises(FieldInvalid, match="date"):
        _end("12.5", ProposedEnding(Outcome.DONE, LEADER, values=values))


def test_a_choice_is_one_of_the_choices() -> None:
    with pytest.raises(FieldInvalid, match="choices"):
        _end(
            "12.6",
            ProposedEnding(Outcome.DONE, LEADER, values={"decision": "perhaps"}),
        )


def test_a_field_that_the_step_does_not_have_is_refused() -> None:
    values = filled(_step("12.1")) | {"at": "2020-01-01"}

    with pytest.raises(FieldInvalid, match="no such field"):
        _end("12.1", ProposedEnding(Outcome.DONE, LEADER, values=values))


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.WAIVED])
def test_the_employee_concerned_never_talks_to_the_citizen(outcome: Outcome) -> None:
    with pytest.raises(NotByThisPerson):
        _end("12.7", proposal(_step("12.7"), outcome, by=EMPLOYEE))


def test_the_case_is_never_taken_over_by_the_employee_concerned() -> None:
    values = filled(_step("12.5")) | {"handler": EMPLOYEE}

    with pytest.raises(NotByThisPerson):
        _end("12.5", ProposedEnding(Outcome.DONE, LEADER, values=values))


def test_who_decides_a_block_does_not_carry_it_out() -> None:
    values = filled(_step("12.4")) | {"decision": "yes", "carried_out_by": LEADER}

    with pytest.raises(NotByThisPerson):
        _end("12.4", ProposedEnding(Outcome.DONE, LEADER, values=values))
    values["carried_out_by"] = COLLEAGUE
    ending = _end("12.4", ProposedEnding(Outcome.DONE, LEADER, values=values))
    assert ending.values["carried_out_by"] == COLLEAGUE


def test_an_ended_step_does_not_end_again() -> None:
    with pytest.raises(StepAlreadyEnded):
        _end("12.1", proposal(_step("12.1")), ended("12.1"))


def test_a_step_that_does_not_exist_cannot_end() -> None:
    with pytest.raises(StepUnknown):
        _end("12.13", ProposedEnding(Outcome.DONE, LEADER))


def test_the_moment_is_the_service_s_whatever_date_a_person_states() -> None:
    values = filled(_step("12.1")) | {"told_on": "2020-01-01"}

    ending = _end("12.1", ProposedEnding(Outcome.DONE, LEADER, values=values))

    assert ending.at == LATER
    assert ending.values["told_on"] == "2020-01-01"


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = LATER.replace(tzinfo=None)

    with pytest.raises(ValueError, match="zone"):
        end_step(shipped(), (), "12.1", proposal(_step("12.1")), facts=facts(), now=naive)


def test_a_correction_supersedes_with_a_reason_and_leaves_the_first_ending_standing() -> None:
    before = ended("12.1", "12.2")
    waived = ProposedEnding(Outcome.WAIVED, LEADER, "told the wrong leader")

    correction = correct_ending(shipped(), before, "12.1", waived, facts=facts(), now=LATER)

    assert (correction.number, correction.supersedes) == (3, 1)
    assert before[0].outcome is Outcome.DONE
    assert in_force((*before, correction))["12.1"] == correction


def test_a_correction_supersedes_the_latest_correction_even_after_the_clock_went_back() -> None:
    endings = ended("12.1")
    for number, earlier in ((2, OPENED), (3, OPENED - timedelta(hours=2))):
        again = ProposedEnding(Outcome.WAIVED, LEADER, f"correction {number}")
        endings = (
            *endings,
            correct_ending(shipped(), endings, "12.1", again, facts=facts(), now=earlier),
        )

    assert [one.supersedes for one in endings] == [None, 1, 2]
    assert in_force(tuple(reversed(endings)))["12.1"].reason == "correction 3"


def test_a_correction_without_a_reason_is_refused_even_when_the_step_is_done() -> None:
    again = ProposedEnding(Outcome.DONE, LEADER, values=filled(_step("12.1")))

    with pytest.raises(ReasonMissing):
        correct_ending(shipped(), ended("12.1"), "12.1", again, facts=facts(), now=LATER)


def test_a_correction_is_held_to_the_same_rules_as_an_ending() -> None:
    wrong = ProposedEnding(Outcome.NOT_RELEVANT, LEADER, "a reason")

    with pytest.raises(StepNotAllowed):
        correct_ending(shipped(), ended("12.1"), "12.1", wrong, facts=facts(), now=LATER)


def test_what_has_not_ended_cannot_be_corrected() -> None:
    again = ProposedEnding(Outcome.WAIVED, LEADER, "a reason")

    with pytest.raises(NothingToCorrect):
        correct_ending(shipped(), (), "12.1", again, facts=facts(), now=LATER)
