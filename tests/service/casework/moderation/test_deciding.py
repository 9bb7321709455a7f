"""Four eyes are two persons; a duty takes one, a judgement a reason and two, and evidence first."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from archive.records.pages import DecisionRecord
from archive.records.people import PersonRecord
from service.access.people import give_role, open_session, principal_of, session_by_secret
from service.access.principal import Principal
from service.casework.moderation.deciding import Proposed, approve, decide
from service.casework.moderation.verifying import check_preserved
from service.errors import (
    AlreadyDecided,
    ClauseMissing,
    FourEyes,
    NotPermitted,
    NotYetCaptured,
    PostNotFound,
    ReasonMissing,
)
from service.installation import Installation
from tests.service.casework.cases.opened import (
    assert_clean,
    employ,
    kinds,
    leaves_no_entry,
    leaves_one_entry,
    open_one,
)
from tests.service.casework.moderation.conftest import Team
from tests.service.casework.moderation.kept import (
    INSULT,
    NICE,
    RUDE,
    THREAT,
    answered,
    decided,
    keep_page,
    queue_of,
)
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]


def decisions(installation: Installation) -> list[DecisionRecord]:
    with installation.database.reading() as session:
        return list(session.scalars(select(DecisionRecord).order_by(DecisionRecord.decided_at)))


def test_a_duty_is_carried_out_by_one_person_and_cites_clause_rule_and_version(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [THREAT])[THREAT]

    with leaves_one_entry(installation, "post.decided"):
        decision = decided(installation, sanne, post, time, "delete", clause="unlawful")

    assert not decision.needs_approval
    assert (decision.clause, decision.rule) == ("unlawful", "unlawful.threat")
    assert decision.rule_version
    assert decision.policy_version
    assert decision.reason
    assert queue_of(installation, sanne, time) == []


def test_a_judgement_needs_a_reason_and_waits_for_a_second_person(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne, per = asks(team.sanne), asks(team.per)
    post = keep_page(installation, time, sanne, [RUDE])[RUDE]

    with leaves_no_entry(installation), pytest.raises(ReasonMissing):
        decided(installation, sanne, post, time, "delete", clause="unsuitable", reason=" ")
    with leaves_one_entry(installation, "post.proposed"):
        decided(installation, sanne, post, time, "delete", clause="unsuitable", reason="Groft.")
    (waiting,) = queue_of(installation, per, time)
    assert waiting.proposed

    with leaves_one_entry(installation, "post.approved"):
        answered(installation, per, post, time, agrees=True)

    (decision,) = decisions(installation)
    assert (decision.decided_by, decision.approved_by) == (team.sanne.id, team.per.id)
    assert queue_of(installation, per, time) == []


def test_one_person_with_two_sessions_is_still_one_pair_of_eyes(
    installation: Installation, time: Time, team: Team
) -> None:
    def signed_in() -> Principal:
        with installation.database.writing() as session:
            secret, token = open_session(session, session.merge(team.sanne), time.now)
        with installation.database.reading() as session:
            day = timedelta(days=1)
            _, person = session_by_secret(session, secret, time.now, idle=day, whole=day)
            return principal_of(session, person, installation.rights, time.now, token)

    first, second = signed_in(), signed_in()
    post = keep_page(installation, time, first, [RUDE])[RUDE]
    decided(installation, first, post, time, "hide", clause="unsuitable", reason="Groft.")

    assert first.form_token != second.form_token
    for one in (first, second):
        with leaves_no_entry(installation), pytest.raises(FourEyes):
            answered(installation, one, post, time, agrees=True)
        with leaves_no_entry(installation), pytest.raises(FourEyes):
            answered(installation, one, post, time, agrees=False, reason="Fortrudt.")


def test_a_refused_proposal_needs_a_reason_and_leaves_room_for_a_new_decision(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne, per = asks(team.sanne), asks(team.per)
    post = keep_page(installation, time, sanne, [RUDE])[RUDE]
    decided(installation, sanne, post, time, "delete", clause="unsuitable", reason="Groft.")

    with leaves_no_entry(installation), pytest.raises(AlreadyDecided):
        decided(installation, per, post, time, "let_stand")
    with leaves_no_entry(installation), pytest.raises(ReasonMissing):
        answered(installation, per, post, time, agrees=False)
    with leaves_one_entry(installation, "post.proposal_refused"):
        answered(installation, per, post, time, agrees=False, reason="Kritik må være grov.")
    assert len(queue_of(installation, per, time)) == 1

    with leaves_no_entry(installation), pytest.raises(AlreadyDecided):
        answered(installation, per, post, time, agrees=True)
    with leaves_one_entry(installation, "post.decided"):
        decided(installation, sanne, post, time, "let_stand")
    assert queue_of(installation, per, time) == []


@pytest.mark.parametrize("clause", ["unlawful", "harasses-named", "personal-information"])
def test_naming_a_duty_that_no_rule_saw_does_not_do_away_with_the_second_person(
    installation: Installation, time: Time, asks: Asks, team: Team, clause: str
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [RUDE, NICE])[RUDE]

    with leaves_no_entry(installation), pytest.raises(ReasonMissing):
        decided(installation, sanne, post, time, "delete", clause=clause)
    decision = decided(
        installation, sanne, post, time, "delete", clause=clause, reason="Jeg så det."
    )
    assert decision.needs_approval


def test_a_judgement_on_a_post_that_a_duty_speaks_against_is_still_a_judgement(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [THREAT])[THREAT]

    decision = decided(
        installation, sanne, post, time, "delete", clause="irrelevant", reason="Uden for emnet."
    )

    assert decision.needs_approval


def test_letting_a_post_stand_that_a_duty_speaks_against_needs_a_reason(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [THREAT])[THREAT]

    for act in ("let_stand", "not_ours"):
        with leaves_no_entry(installation), pytest.raises(ReasonMissing):
            decided(installation, sanne, post, time, act)
    decided(installation, sanne, post, time, "let_stand", reason="Citat fra en roman.")


def test_a_removal_names_a_clause_that_the_page_rules_have(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [THREAT])[THREAT]

    for clause in (None, "because-i-say-so"):
        with leaves_no_entry(installation), pytest.raises(ClauseMissing):
            decided(installation, sanne, post, time, "delete", clause=clause, reason="x")


def test_whoever_is_harassed_in_the_case_never_decides_in_it(
    installation: Installation, time: Time, asks: Asks, town: Town, team: Team
) -> None:
    number = open_one(installation, town, time, harassed=[team.per])
    leader, per = asks(town.leader), asks(team.per)
    post = keep_page(installation, time, leader, [RUDE], case=number)[RUDE]

    with leaves_no_entry(installation), pytest.raises(FourEyes):
        decided(installation, per, post, time, "let_stand")
    decided(
        installation, asks(team.sanne), post, time, "hide", clause="unsuitable", reason="Groft."
    )
    with leaves_no_entry(installation), pytest.raises(FourEyes):
        answered(installation, per, post, time, agrees=True)
    answered(installation, leader, post, time, agrees=True)


def test_nor_about_the_same_post_as_another_visit_saw_it_outside_the_case(
    installation: Installation, time: Time, asks: Asks, town: Town, team: Team
) -> None:
    number = open_one(installation, town, time, harassed=[team.per])
    keep_page(installation, time, asks(town.leader), [RUDE], case=number)
    time.pass_by(timedelta(hours=1))
    later = keep_page(installation, time, asks(team.sanne), [RUDE])[RUDE]

    with leaves_no_entry(installation), pytest.raises(FourEyes):
        decided(installation, asks(team.per), later, time, "let_stand")


def test_nor_does_whoever_the_post_names_while_there_is_no_case_yet(
    installation: Installation, time: Time, asks: Asks, town: Town, team: Team
) -> None:
    bent = employ(installation, time, "Bent Lund", "page_team", unit=town.centre, everywhere=True)
    post = keep_page(installation, time, asks(team.sanne), [INSULT])[INSULT]

    with leaves_no_entry(installation), pytest.raises(FourEyes):
        decided(installation, asks(bent), post, time, "let_stand", reason="Jeg tåler det.")
    decided(installation, asks(team.per), post, time, "delete", clause="harasses-named")


def test_only_those_decide_and_approve_whom_the_table_lets_and_only_where(
    installation: Installation, time: Time, asks: Asks, town: Town, team: Team
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [RUDE])[RUDE]

    with leaves_no_entry(installation), pytest.raises(PostNotFound):
        decided(installation, asks(team.operator), post, time, "let_stand")
    with leaves_no_entry(installation), pytest.raises(PostNotFound):
        decided(installation, asks(town.leader), post, time, "let_stand")
    with leaves_no_entry(installation), pytest.raises(NotPermitted):
        decided(installation, asks(town.lawyer), post, time, "let_stand")

    decided(installation, sanne, post, time, "hide", clause="unsuitable", reason="Groft.")
    both = employ(installation, time, "Lea Begge", "lawyer", unit=town.school, everywhere=True)
    with installation.database.writing() as session:
        give_role(
            session,
            session.merge(both),
            "leader",
            unit_id=town.school.id,
            now=time.now,
            actor="system",
        )
    with leaves_no_entry(installation), pytest.raises(NotPermitted):
        answered(installation, asks(both), post, time, agrees=True)


def test_a_program_decides_nothing(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [RUDE])[RUDE]
    program = Principal("token:1", "program", sanne.roles, sanne.rights)

    with leaves_no_entry(installation), pytest.raises(NotPermitted):
        decided(installation, program, post, time, "let_stand")


def test_nothing_is_removed_without_a_check_of_this_very_post(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne, per = asks(team.sanne), asks(team.per)
    kept = keep_page(installation, time, sanne, [THREAT, RUDE])
    other = check_preserved(installation, kept[RUDE])
    for preserved in (None, other):
        with (
            leaves_no_entry(installation),
            pytest.raises(NotYetCaptured),
            installation.database.writing() as session,
        ):
            decide(
                session,
                sanne,
                kept[THREAT],
                Proposed("delete", "", "unlawful"),
                preserved=preserved,
                now=time.now,
            )
    decided(installation, sanne, kept[RUDE], time, "hide", clause="unsuitable", reason="Groft.")
    with (
        leaves_no_entry(installation),
        pytest.raises(NotYetCaptured),
        installation.database.writing() as session,
    ):
        approve(session, per, kept[RUDE], agrees=True, now=time.now)


def test_two_who_decide_at_once_decide_once(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    post = keep_page(installation, time, asks(team.sanne), [THREAT])[THREAT]

    def try_it(who: Principal) -> str:
        try:
            decided(installation, who, post, time, "let_stand", reason="Citat.")
        except AlreadyDecided:
            return "told"
        return "decided"

    with ThreadPoolExecutor(4) as pool:
        ends = sorted(pool.map(try_it, [asks(team.sanne), asks(team.per)] * 2))

    assert ends == ["decided", "told", "told", "told"]
    assert len(decisions(installation)) == 1
    assert kinds(installation).count("post.decided") == 1
    assert_clean(installation)


def test_two_who_answer_a_proposal_at_once_answer_once(
    installation: Installation, time: Time, asks: Asks, town: Town, team: Team
) -> None:
    third = employ(installation, time, "Tea Tre", "page_team", unit=town.centre, everywhere=True)
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [RUDE])[RUDE]
    decided(installation, sanne, post, time, "hide", clause="unsuitable", reason="Groft.")

    def try_it(answer: tuple[Principal, bool]) -> str:
        who, agrees = answer
        try:
            answered(installation, who, post, time, agrees=agrees, reason="Sådan.")
        except AlreadyDecided:
            return "told"
        return "answered"

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(try_it, [(asks(team.per), True), (asks(third), False)]))

    assert ends == ["answered", "told"]
    (one,) = decisions(installation)
    assert (one.approved_at is None) != (one.refused_at is None)
    assert_clean(installation)


def test_a_post_that_does_not_exist_is_not_found(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    with leaves_no_entry(installation), pytest.raises(PostNotFound):
        decided(installation, asks(team.sanne), uuid4(), time, "let_stand")
