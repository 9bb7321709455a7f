"""Two pairs of eyes on whatever opens more; what takes away holds at once (THREATS 1, 15, 23)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Barrier

import pytest

from archive.records.cases import NoticeRecord
from archive.records.people import PersonRecord
from archive.records.rights import RightsChangeRecord
from service.access.endings import end_person
from service.access.own_rights import rights_now
from service.access.people import give_role, principal_of
from service.access.principal import HeldRole, Principal
from service.access.rights import Condition, Level, Right, Scope
from service.casework.rights.changing import (
    Ground,
    Wanted,
    agree,
    change_right,
    refuse,
    take_back,
)
from service.casework.rights.listing import ChangeState, past_changes, waiting_changes
from service.errors import (
    AlreadyDecided,
    ChangeWaits,
    FourEyes,
    NotPermitted,
    PlanChanged,
    ReasonMissing,
    RightFixed,
    RightNeedsAnother,
    ServiceError,
    WayNotOffered,
)
from service.installation import Installation
from tests.service.casework.cases.opened import assert_clean, employ, kinds
from tests.service.conftest import Time, Town

WHY = "Efter drøftelse i MED."
SEES_UNIT = (Right(Level.FULL, Scope.UNIT),)
INVITED = (Right(Level.STATUS, Scope.CIRCLE, Condition.INVITED),)
NOTHING: tuple[Right, ...] = ()
SEES_MORE = Wanted("case.see", "hr", SEES_UNIT, WHY)


@dataclass(frozen=True)
class Table:
    """The table of rights with everyone who may touch it."""

    installation: Installation
    town: Town
    time: Time
    operator: PersonRecord
    director: PersonRecord

    @property
    def ground(self) -> Ground:
        return Ground(self.installation.rights, self.installation.settings, self.time.now)

    def as_(self, person: PersonRecord) -> Principal:
        """Return a person as one who asks now."""
        with self.installation.database.reading() as session:
            return principal_of(session, person, self.installation.rights, self.time.now)

    def ask(self, who: PersonRecord | Principal, wanted: Wanted = SEES_MORE) -> RightsChangeRecord:
        asking = who if isinstance(who, Principal) else self.as_(who)
        with self.installation.database.writing() as session:
            return change_right(session, asking, wanted, self.ground)

    def agree(self, who: PersonRecord | Principal, row: RightsChangeRecord) -> None:
        agreeing = who if isinstance(who, Principal) else self.as_(who)
        with self.installation.database.writing() as session:
            agree(session, agreeing, row.id, self.ground)


@pytest.fixture
def table(installation: Installation, town: Town, time: Time) -> Table:
    operator, director = (
        employ(installation, time, name, role, unit=town.centre, everywhere=True)
        for name, role in (("Ole Drift", "operator"), ("Dorthe Top", "director"))
    )
    return Table(installation, town, time, operator, director)


def told(installation: Installation) -> list[tuple[str, str]]:
    with installation.database.reading() as session:
        rows = session.query(NoticeRecord).order_by(NoticeRecord.recipient)
        return [(row.kind, row.recipient) for row in rows if row.kind.startswith("right.")]


def test_what_takes_away_holds_with_the_next_look_at_who_somebody_is(table: Table) -> None:
    before = table.as_(table.town.archivist)
    assert before.may("triage.sort")

    table.ask(table.operator, Wanted("triage.sort", "archivist", NOTHING, WHY))

    after = table.as_(table.town.archivist)
    assert (after.may("triage.sort"), after.may("case.open")) == (False, True)
    assert table.as_(table.town.leader).may("triage.sort")
    assert kinds(table.installation)[-2:] == ["right.changed", "notice.made"]
    assert told(table.installation) == [("right.changed", table.town.lawyer.email)]
    assert_clean(table.installation)


def test_what_opens_more_waits_for_somebody_else_and_the_dpo_is_told(table: Table) -> None:
    hr = employ(table.installation, table.time, "Hanne Hår", "hr", unit=table.town.library)
    row = table.ask(table.operator)

    assert table.as_(hr).reaches("case.see")[0].level is Level.STATUS
    waits = [("right.waits", table.town.lawyer.email), ("right.waits", table.director.email)]
    assert told(table.installation) == sorted(waits, key=lambda one: str(one[1]))
    table.agree(table.director, row)

    (reach,) = [one for one in table.as_(hr).reaches("case.see") if one.role == "hr"]
    assert (reach.level, reach.units) == (Level.FULL, frozenset({table.town.library.id}))
    assert ("right.changed", table.town.lawyer.email) in told(table.installation)
    assert kinds(table.installation)[-2:] == ["right.changed", "notice.made"]
    assert_clean(table.installation)


def test_no_second_session_no_gain_and_no_made_up_colleague_is_a_second_pair_of_eyes(
    table: Table,
) -> None:
    wanted = Wanted("case.open", "director", SEES_UNIT, WHY)
    gain = table.ask(table.operator, wanted)
    own = table.ask(table.town.lawyer)
    friend = employ(table.installation, table.time, "Vera Ven", unit=table.town.centre)
    with table.installation.database.writing() as session:
        given_by = table.as_(table.operator).actor
        give_role(
            session,
            session.merge(friend),
            "lawyer",
            unit_id=None,
            now=table.time.now,
            actor=given_by,
        )

    with table.installation.database.writing() as session:
        for who, change, why in (
            (table.as_(table.director), gain.id, "gains"),
            (table.as_(table.town.lawyer), own.id, "own"),
            (table.as_(friend), gain.id, "newly"),
        ):
            with pytest.raises(FourEyes, match=why):
                agree(session, who, change, table.ground)
        with pytest.raises(NotPermitted):
            agree(session, table.as_(table.operator), gain.id, table.ground)
        agree(session, table.as_(table.town.lawyer), gain.id, table.ground)
    table.time.pass_by(timedelta(days=15))
    again = table.ask(table.operator, Wanted("case.open", "hr", SEES_UNIT, WHY))
    table.agree(friend, again)
    assert table.as_(table.director).may("case.open")


def test_one_hand_behind_two_colleagues_is_not_two_pairs_of_eyes(table: Table) -> None:
    made = []
    for name, role in (("Vera Ven", "lawyer"), ("Viggo Ven", "director")):
        made.append(employ(table.installation, table.time, name, unit=table.town.centre))
        with table.installation.database.writing() as session:
            person, by = session.merge(made[-1]), table.as_(table.operator).actor
            give_role(session, person, role, unit_id=None, now=table.time.now, actor=by)
    friend, other = made
    row = table.ask(friend)
    # Who runs Værn may hold a second role, and be the one who made whoever asks.
    with table.installation.database.writing() as session:
        person = session.merge(table.operator)
        give_role(session, person, "director", unit_id=None, now=table.time.now, actor="system")
    for who in (other, table.operator):
        with pytest.raises(FourEyes, match="newly"):
            table.agree(who, row)
    table.agree(table.director, row)
    table.time.pass_by(timedelta(days=15))
    table.agree(other, table.ask(friend, Wanted("case.open", "hr", SEES_UNIT, WHY)))


@pytest.mark.parametrize(
    ("action", "role", "ways", "error"),
    [
        ("evidence.view", "operator", (Right(Level.FULL, Scope.ALL),), RightFixed),
        ("case.see", "it", SEES_UNIT, RightFixed),
        ("evidence.view", "employee", NOTHING, RightFixed),
        ("case.see", "employee", (Right(Level.FULL, Scope.ALL),), RightFixed),
        ("evidence.lift_seal", "leader", (Right(Level.FULL, Scope.ALL),), RightFixed),
        ("evidence.seal_off", "leader", NOTHING, RightFixed),
        ("evidence.view", "lawyer", (Right(Level.FULL, Scope.ALL),), RightFixed),
        ("viewing.watch", "lawyer", NOTHING, RightFixed),
        ("case.break_glass", "director", (Right(Level.FULL, Scope.ALL),), RightFixed),
        ("rights.change", "leader", (Right(Level.FULL, Scope.ALL),), RightFixed),
        ("rights.approve", "lawyer", NOTHING, RightFixed),
        ("organisation.change", "operator", NOTHING, RightFixed),
        ("post.decide", "leader", (Right(Level.ANONYMOUS, Scope.UNIT),), WayNotOffered),
        ("evidence.see", "leader", NOTHING, RightNeedsAnother),
        ("case.step", "hr", SEES_UNIT, RightNeedsAnother),
    ],
)
def test_what_is_fixed_stays_so_whoever_asks(
    table: Table, action: str, role: str, ways: tuple[Right, ...], error: type[ServiceError]
) -> None:
    before = kinds(table.installation)
    with pytest.raises(error):
        table.ask(table.town.lawyer, Wanted(action, role, ways, WHY))
    assert kinds(table.installation) == before
    with table.installation.database.reading() as session:
        assert session.query(RightsChangeRecord).count() == 0


def test_only_those_of_the_table_change_it_with_a_reason_and_one_change_at_a_time(
    table: Table,
) -> None:
    for person in (table.town.leader, table.town.archivist, table.town.anna):
        with pytest.raises(NotPermitted):
            table.ask(person)
    with pytest.raises(ReasonMissing):
        table.ask(table.operator, Wanted("case.see", "hr", SEES_UNIT, "  "))
    table.ask(table.operator)
    with pytest.raises(ChangeWaits):
        table.ask(table.operator, Wanted("case.see", "hr", NOTHING, WHY))


def test_what_was_refused_taken_back_or_overtaken_never_holds(table: Table) -> None:
    first = table.ask(table.operator)
    with table.installation.database.writing() as session:
        with pytest.raises(ReasonMissing):
            refuse(session, table.as_(table.director), first.id, "", table.time.now)
        refuse(session, table.as_(table.director), first.id, "Nej.", table.time.now)
    second = table.ask(table.operator)
    with table.installation.database.writing() as session:
        take_back(session, table.as_(table.operator), second.id, table.time.now)
        with pytest.raises(AlreadyDecided):
            agree(session, table.as_(table.director), second.id, table.ground)
    third = table.ask(table.operator)
    with table.installation.database.writing() as session:
        end_person(session, session.merge(table.operator), table.time.now, actor="system")
    with table.installation.database.writing() as session, pytest.raises(PlanChanged):
        agree(session, table.as_(table.director), third.id, table.ground)

    with table.installation.database.reading() as session:
        assert rights_now(session, table.installation.rights) is table.installation.rights
        past, more = past_changes(session, table.as_(table.director), table.time.now)
        (waits,) = waiting_changes(session, table.as_(table.director), table.time.now)
        seen, _ = past_changes(session, table.as_(table.town.anna), table.time.now)
    assert {one.state for one in past} == {ChangeState.REFUSED, ChangeState.TAKEN_BACK}
    assert (more, waits.id, waits.barrier) == (None, third.id, None)
    assert [(one.reason, one.asked_by, one.answer) for one in seen] == [("", None, None)] * 2
    assert_clean(table.installation)


def test_back_to_shipped_leaves_nothing_that_differs(table: Table) -> None:
    shipped = table.installation.rights.of("case.see", "hr")
    table.ask(table.operator, Wanted("case.see", "hr", NOTHING, WHY))
    back = table.ask(table.operator, Wanted("case.see", "hr", shipped, WHY))
    assert back.widens
    table.agree(table.town.lawyer, back)

    with table.installation.database.reading() as session:
        table = rights_now(session, table.installation.rights)
        assert [
            row.differences for row in session.query(RightsChangeRecord).order_by("version")
        ] == [
            '{"case.see":{"hr":[]}}',
            "{}",
        ]
    assert table.of("case.see", "hr") == shipped


def test_a_command_of_the_service_asks_and_a_person_agrees(table: Table) -> None:
    roles = (HeldRole("operator", None),)
    command = Principal("system", "Command", roles, table.installation.rights)
    row = table.ask(command)
    with table.installation.database.writing() as session:
        with pytest.raises(NotPermitted):
            agree(session, command, row.id, table.ground)
        agree(session, table.as_(table.town.lawyer), row.id, table.ground)
    assert "right.changed" in kinds(table.installation)


def test_two_changes_agreed_to_at_the_same_moment_both_hold(table: Table) -> None:
    asked = [
        table.ask(table.operator, Wanted("case.open", role, SEES_UNIT, WHY))
        for role in ("hr", "secretary", "mayor")
    ]
    lawyer = table.as_(table.town.lawyer)
    ready = Barrier(len(asked))

    def say_yes(row: RightsChangeRecord) -> None:
        ready.wait(10)
        table.agree(lawyer, row)

    with ThreadPoolExecutor(len(asked)) as pool:
        list(pool.map(say_yes, asked))

    with table.installation.database.reading() as session:
        standing = rights_now(session, table.installation.rights)
        versions = [one.version for one in session.query(RightsChangeRecord)]
    assert [standing.of("case.open", one) for one in ("hr", "secretary", "mayor")] == [
        SEES_UNIT
    ] * 3
    assert sorted(one or 0 for one in versions) == [1, 2, 3]
    assert_clean(table.installation)
