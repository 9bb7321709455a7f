"""The queue: worst first, each post at its newest sighting, and only for those it is for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from archive.records.evidence import ViewingRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.moderation.day import decided_today, exposures_today
from service.casework.moderation.queue import (
    card_of,
    count_waiting,
)
from service.casework.moderation.revealing import merged, reveal_post
from service.errors import NotPermitted, PostNotFound
from service.installation import Installation
from tests.service.casework.cases.opened import (
    employ,
    leaves_no_entry,
    leaves_one_entry,
    open_one,
)
from tests.service.casework.moderation.conftest import Team
from tests.service.casework.moderation.kept import (
    ADVERT,
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


def test_the_worst_comes_first_and_what_no_rule_saw_does_not_come(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    keep_page(installation, time, sanne, [ADVERT, NICE, INSULT, RUDE, THREAT])

    waiting = queue_of(installation, sanne, time)

    assert [one.post.text for one in waiting][:2] == [THREAT, INSULT]
    assert {one.post.text for one in waiting} == {THREAT, INSULT, RUDE, ADVERT}
    ranks = [one.rank for one in waiting]
    assert ranks == sorted(ranks, reverse=True)
    with installation.database.reading() as session:
        assert count_waiting(session, sanne, time.now) == 4


def test_a_post_seen_twice_waits_once_at_its_newest_sighting(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    keep_page(installation, time, sanne, [RUDE])
    time.pass_by(timedelta(days=1))
    later = keep_page(installation, time, sanne, [RUDE])[RUDE]

    assert [one.post.id for one in queue_of(installation, sanne, time)] == [later]


@pytest.mark.parametrize("act", ["let_stand", "not_ours"])
def test_what_may_stand_does_not_come_back_with_the_next_visit(
    installation: Installation, time: Time, asks: Asks, team: Team, *, act: str
) -> None:
    sanne = asks(team.sanne)
    first = keep_page(installation, time, sanne, [RUDE])[RUDE]
    decided(installation, sanne, first, time, act)
    time.pass_by(timedelta(days=1))
    keep_page(installation, time, sanne, [RUDE])
    assert queue_of(installation, sanne, time) == []

    keep_page(installation, time, sanne, [RUDE], url="https://x.example/another-page")
    assert len(queue_of(installation, sanne, time)) == 1


def test_what_was_to_be_deleted_and_is_still_seen_waits_anew(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    first = keep_page(installation, time, sanne, [THREAT])[THREAT]
    decided(installation, sanne, first, time, "delete", clause="unlawful")
    assert queue_of(installation, sanne, time) == []

    time.pass_by(timedelta(days=1))
    later = keep_page(installation, time, sanne, [THREAT])[THREAT]

    assert [one.post.id for one in queue_of(installation, sanne, time)] == [later]
    decided(installation, sanne, later, time, "delete", clause="unlawful")


def test_a_proposal_is_still_answered_after_a_later_visit_saw_the_post_again(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne, per = asks(team.sanne), asks(team.per)
    first = keep_page(installation, time, sanne, [RUDE])[RUDE]
    decided(installation, sanne, first, time, "hide", clause="unsuitable", reason="Groft.")
    time.pass_by(timedelta(hours=1))
    later = keep_page(installation, time, sanne, [RUDE])[RUDE]

    (waiting,) = queue_of(installation, per, time)
    assert (waiting.post.id, waiting.proposed) == (later, True)
    with leaves_one_entry(installation, "post.approved"):
        answered(installation, per, later, time, agrees=True)
    assert queue_of(installation, per, time) == []


def test_a_leader_sees_the_posts_of_their_units_cases_and_reads_no_other_reasons(
    installation: Installation, town: Town, time: Time, asks: Asks, team: Team
) -> None:
    leader = asks(town.leader)
    hers = open_one(installation, town, time)
    elsewhere = open_one(installation, town, time, unit=town.school, harassed=[town.bent])
    other = RUDE.replace("det bibliotek", "den skole")
    theirs = keep_page(
        installation,
        time,
        asks(town.other_leader),
        [other],
        url="https://b.example/",
        case=elsewhere,
    )[other]
    decided(installation, asks(team.sanne), theirs, time, "let_stand", reason="Bent er enig.")
    post = keep_page(installation, time, leader, [RUDE], case=hers)[RUDE]

    assert [one.post.id for one in queue_of(installation, leader, time)] == [post]
    with installation.database.reading() as session:
        mine = card_of(session, leader, post, time.now)
        all_of_it = card_of(session, asks(team.sanne), post, time.now)
        with pytest.raises(PostNotFound):
            card_of(session, leader, theirs, time.now)
    assert mine.similar == []
    assert [one.decision.reason for one in all_of_it.similar] == ["Bent er enig."]


def test_whoever_has_no_part_in_moderation_sees_no_post(
    installation: Installation, town: Town, time: Time, asks: Asks, team: Team
) -> None:
    post = keep_page(installation, time, asks(team.sanne), [THREAT])[THREAT]

    for person in (town.anna, town.archivist, team.operator):
        who = asks(person)
        assert queue_of(installation, who, time) == []
        with installation.database.reading() as session:
            assert count_waiting(session, who, time.now) == 0
        with leaves_no_entry(installation), pytest.raises(PostNotFound):
            reveal_post(installation, who, post, time.now)


def test_a_posts_text_is_shown_only_after_its_viewing_is_kept(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [THREAT])[THREAT]

    with leaves_one_entry(installation, "evidence.viewed"):
        shown = reveal_post(installation, sanne, post, time.now)
    with leaves_no_entry(installation):
        reveal_post(installation, sanne, post, time.now)

    assert shown.text == THREAT
    assert shown.marks
    with installation.database.reading() as session:
        (viewing,) = session.scalars(select(ViewingRecord))
        assert (viewing.person_id, viewing.purpose) == (team.sanne.id, "moderation")
        assert exposures_today(session, sanne, time.now) == 1
        assert exposures_today(session, sanne, time.now + timedelta(days=1)) == 0


def test_a_program_is_shown_no_post(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [THREAT])[THREAT]
    program = Principal("token:1", "program", sanne.roles, sanne.rights)

    with leaves_no_entry(installation), pytest.raises(NotPermitted):
        reveal_post(installation, program, post, time.now)


def test_the_day_of_ones_own_decisions_begins_at_midnight_in_copenhagen(
    installation: Installation, time: Time, asks: Asks, town: Town, team: Team
) -> None:
    del town
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [RUDE])[RUDE]
    time.now = time.now.replace(hour=23, minute=30)  # half past midnight in Copenhagen
    decided(installation, sanne, post, time, "let_stand")

    with installation.database.reading() as session:
        assert decided_today(session, sanne, time.now) == 1
        assert decided_today(session, sanne, time.now.replace(day=2, hour=22, minute=59)) == 1
        assert decided_today(session, sanne, time.now.replace(day=2, hour=23, minute=0)) == 0


def test_marks_come_in_order_and_never_overlap() -> None:
    assert merged([(5, 9), (0, 3), (2, 4), (9, 11)]) == ((0, 4), (5, 11))
    assert merged([]) == ()


def test_two_roles_reach_as_far_as_the_one_that_reaches_farthest(
    installation: Installation, time: Time, asks: Asks, town: Town, team: Team
) -> None:
    both = employ(installation, time, "Lis Leder", "leader", unit=town.school)
    keep_page(installation, time, asks(team.sanne), [RUDE])
    assert queue_of(installation, asks(both), time) == []

    third = employ(installation, time, "Lone Leder", "leader", "page_team", unit=town.school)
    assert len(queue_of(installation, asks(third), time)) == 1
