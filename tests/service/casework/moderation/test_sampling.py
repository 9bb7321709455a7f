"""One person may delete advertising alone; some of that is drawn, and somebody else looks again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from archive.records.pages import DecisionRecord, SampleRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.moderation.sampling import (
    Drawn,
    draw_samples,
    look_again,
    share_of,
    waiting_samples,
    week_of,
)
from service.errors import (
    AlreadyDecided,
    FourEyes,
    NotPermitted,
    PostNotFound,
    ReasonMissing,
)
from service.installation import Installation
from service.jobs.housekeeping import tidy
from tests.service.casework.cases.opened import (
    assert_clean,
    kinds,
    leaves_no_entry,
    leaves_one_entry,
    open_one,
)
from tests.service.casework.moderation.conftest import Team
from tests.service.casework.moderation.kept import ADVERT, RUDE, decided, keep_page, queue_of
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]
BOTH = f"{ADVERT}. {RUDE}"
WEEK = timedelta(days=7)


def draw(installation: Installation, time: Time) -> int:
    with installation.database.writing() as session:
        return draw_samples(session, time.now)


def waiting(installation: Installation, who: Principal, time: Time) -> list[Drawn]:
    with installation.database.reading() as session:
        return waiting_samples(session, who, time.now)


def look(
    installation: Installation,
    who: Principal,
    drawn: Drawn,
    time: Time,
    *,
    agrees: bool,
    reason: str = "",
) -> None:
    with installation.database.writing() as session:
        look_again(session, who, drawn.sample.id, agrees=agrees, reason=reason, now=time.now)


def adverts(installation: Installation, time: Time, who: Principal, count: int) -> list[UUID]:
    """Let one person delete so many advertisements alone."""
    texts = [f"{ADVERT} {number}" for number in range(count)]
    posts = keep_page(installation, time, who, texts)
    return [
        decided(installation, who, posts[text], time, "delete", clause="irrelevant").id
        for text in texts
    ]


def test_one_person_deletes_advertising_alone_and_no_word_needs_to_be_typed(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [ADVERT])[ADVERT]

    with leaves_one_entry(installation, "post.decided"):
        decision = decided(installation, sanne, post, time, "delete", clause="irrelevant")

    assert (decision.needs_approval, decision.excepted) == (False, True)
    assert decision.reason
    assert queue_of(installation, sanne, time) == []


@pytest.mark.parametrize(("text", "clause"), [(BOTH, "irrelevant"), (ADVERT, "unsuitable")])
def test_the_exception_holds_only_for_what_is_advertising_and_nothing_else(
    installation: Installation, time: Time, asks: Asks, team: Team, *, text: str, clause: str
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [text])[text]

    with leaves_no_entry(installation), pytest.raises(ReasonMissing):
        decided(installation, sanne, post, time, "delete", clause=clause)
    decision = decided(installation, sanne, post, time, "delete", clause=clause, reason="Sådan.")

    assert (decision.needs_approval, decision.excepted) == (True, False)


def test_every_tenth_is_drawn_and_at_least_three_the_same_whoever_draws_and_in_whatever_order() -> (
    None
):
    ids = [UUID(int=number) for number in range(41)]

    drawn = share_of("2027-W05", ids)

    assert share_of("2027-W05", list(reversed(ids))) == drawn
    assert (len(drawn), len(set(drawn))) == (5, 5)
    assert share_of("2027-W06", ids) != drawn
    assert len(share_of("2027-W05", ids[:12])) == 3
    assert sorted(share_of("2027-W05", ids[:2])) == ids[:2]
    assert share_of("2027-W05", []) == []


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        (datetime(2027, 1, 31, 22, 59, tzinfo=UTC), "2027-W04"),
        (datetime(2027, 1, 31, 23, 0, tzinfo=UTC), "2027-W05"),
        (datetime(2027, 1, 1, 12, 0, tzinfo=UTC), "2026-W53"),
        (datetime(2027, 3, 28, 21, 59, tzinfo=UTC), "2027-W12"),
        (datetime(2027, 3, 28, 22, 0, tzinfo=UTC), "2027-W13"),
    ],
)
def test_a_week_begins_on_monday_at_midnight_in_copenhagen(moment: datetime, week: str) -> None:
    assert week_of(moment) == week


def test_a_week_is_drawn_once_when_it_is_over_and_the_draw_stands_in_the_ledger(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    made = adverts(installation, time, sanne, 5)
    time.now = datetime(2027, 2, 7, 22, 59, tzinfo=UTC)  # Sunday, a minute to midnight
    with leaves_no_entry(installation):
        assert draw(installation, time) == 0

    time.now += timedelta(minutes=1)
    before = kinds(installation)
    tidy(installation)
    with leaves_no_entry(installation):
        assert draw(installation, time) == 0
        tidy(installation)

    assert kinds(installation)[len(before) :] == ["sample.drawn"]
    with installation.database.reading() as session:
        rows = session.scalars(select(SampleRecord)).all()
    assert {row.decision_id for row in rows} == set(share_of("2027-W05", made))
    assert {row.week for row in rows} == {"2027-W05"}


def test_weeks_in_which_the_service_stood_still_are_drawn_afterwards(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    adverts(installation, time, sanne, 1)
    time.pass_by(WEEK)
    post = keep_page(installation, time, sanne, [ADVERT], url="https://x.example/")[ADVERT]
    decided(installation, sanne, post, time, "hide", clause="irrelevant")
    time.pass_by(2 * WEEK)

    assert draw(installation, time) == 2

    assert [one.sample.week for one in waiting(installation, asks(team.per), time)] == [
        "2027-W05",
        "2027-W06",
    ]


def test_the_one_who_decided_is_not_the_one_who_looks(
    installation: Installation, time: Time, asks: Asks, team: Team, town: Town
) -> None:
    sanne, per = asks(team.sanne), asks(team.per)
    adverts(installation, time, sanne, 1)
    time.pass_by(WEEK)
    draw(installation, time)
    (drawn,) = waiting(installation, per, time)

    assert waiting(installation, sanne, time) == []
    with leaves_no_entry(installation), pytest.raises(FourEyes):
        look(installation, sanne, drawn, time, agrees=True)
    with leaves_no_entry(installation), pytest.raises(PostNotFound):
        look(installation, asks(town.leader), drawn, time, agrees=True)
    with leaves_no_entry(installation), pytest.raises((NotPermitted, PostNotFound)):
        look(installation, asks(town.lawyer), drawn, time, agrees=True)

    with leaves_one_entry(installation, "sample.agreed"):
        look(installation, per, drawn, time, agrees=True)

    with leaves_no_entry(installation), pytest.raises(AlreadyDecided):
        look(installation, per, drawn, time, agrees=False, reason="Jo.")
    assert waiting(installation, per, time) == []
    assert queue_of(installation, per, time) == []


def test_nor_is_whoever_the_post_is_about(
    installation: Installation, time: Time, asks: Asks, team: Team, town: Town
) -> None:
    number = open_one(installation, town, time, harassed=[team.per])
    post = keep_page(installation, time, asks(town.leader), [ADVERT], case=number)[ADVERT]
    decided(installation, asks(team.sanne), post, time, "delete", clause="irrelevant")
    time.pass_by(WEEK)
    draw(installation, time)
    (drawn,) = waiting(installation, asks(town.leader), time)

    with leaves_no_entry(installation), pytest.raises(FourEyes):
        look(installation, asks(team.per), drawn, time, agrees=True)
    look(installation, asks(town.leader), drawn, time, agrees=True)


def test_where_the_second_look_disagrees_the_decision_falls_and_the_post_waits_anew(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne, per = asks(team.sanne), asks(team.per)
    post = keep_page(installation, time, sanne, [ADVERT])[ADVERT]
    decided(installation, sanne, post, time, "delete", clause="irrelevant")
    time.pass_by(WEEK)
    draw(installation, time)
    (drawn,) = waiting(installation, per, time)

    with leaves_no_entry(installation), pytest.raises(ReasonMissing):
        look(installation, per, drawn, time, agrees=False)
    with leaves_one_entry(installation, "sample.disagreed"):
        look(installation, per, drawn, time, agrees=False, reason="Det er et loppemarked.")

    assert [one.post.id for one in queue_of(installation, sanne, time)] == [post]
    decided(installation, per, post, time, "let_stand", reason="Det må stå.")
    assert queue_of(installation, sanne, time) == []
    assert_clean(installation)


def test_two_who_look_at_once_and_two_that_draw_at_once_do_it_once(
    installation: Installation, time: Time, asks: Asks, team: Team, town: Town
) -> None:
    number = open_one(installation, town, time)
    leader, per = asks(town.leader), asks(team.per)
    post = keep_page(installation, time, leader, [ADVERT], case=number)[ADVERT]
    decided(installation, asks(team.sanne), post, time, "delete", clause="irrelevant")
    time.pass_by(WEEK)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: draw(installation, time), range(4))) == 1
    (drawn,) = waiting(installation, per, time)

    def try_it(who: Principal) -> str:
        try:
            look(installation, who, drawn, time, agrees=False, reason="Nej.")
        except AlreadyDecided:
            return "told"
        return "looked"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(try_it, [per, leader])) == ["looked", "told"]
    with installation.database.reading() as session:
        (decision,) = session.scalars(select(DecisionRecord))
    assert decision.refused_by in {team.per.id, town.leader.id}
    assert_clean(installation)
