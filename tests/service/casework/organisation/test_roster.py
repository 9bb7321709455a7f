"""The roster: what rules see because of it, who may change it, and how long who left counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from archive.records.people import PersonRecord, RosterRecord
from moderation.values import RosterEntry
from service.access.endings import end_person
from service.access.principal import Principal
from service.casework.moderation.judging import judge_posts, roster_of
from service.casework.organisation.roster import (
    Named,
    add_name,
    bring_name_back,
    change_name,
    end_name,
    forget_who_left,
    name_person,
    remove_name,
)
from service.casework.organisation.roster_file import apply_names, plan_of_names
from service.casework.organisation.roster_listing import (
    MOST,
    line_of_person,
    roster_line,
    roster_page,
)
from service.errors import NameTaken, NotPermitted, PersonNotFound, RowNotFound
from service.installation import Installation
from service.jobs.housekeeping import tidy
from tests.service.casework.cases.opened import assert_clean, employ, kinds
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]
VILMA = Named("Vilma Vikar", ("Vikkeren",), ("vikar", "afløser"), "Skolen")
POST = "Sikke en elendig sagsbehandler Heksen er, jeg kommer efter hende i morgen med en kniv"
YEAR = timedelta(days=365)


@pytest.fixture
def sanne(installation: Installation, town: Town, time: Time, asks: Asks) -> Principal:
    return asks(employ(installation, time, "Sanne Side", "page_team", unit=town.centre))


def entries(one: Installation, time: Time) -> tuple[RosterEntry, ...]:
    with one.database.reading() as session:
        return roster_of(session, time.now, days=one.settings.roster_days)


def rows(one: Installation) -> list[RosterRecord]:
    with one.database.reading() as session:
        return list(session.scalars(select(RosterRecord).order_by(RosterRecord.name)))


def add(one: Installation, who: Principal, time: Time, named: Named = VILMA) -> RosterRecord:
    with one.database.writing() as session:
        return add_name(session, who, named, time.now)


def test_a_nickname_lets_the_rules_see_whom_a_post_is_about(
    installation: Installation, town: Town, time: Time, sanne: Principal
) -> None:
    before = judge_posts(installation, [("1", POST, None)])["1"]
    with installation.database.writing() as session:
        name_person(session, sanne, town.anna.id, ("Heksen",), time.now)
    after = judge_posts(installation, [("1", POST, None)])["1"]

    clauses = {one.clause for one in after.findings}
    assert "harasses-named" in clauses
    assert before.rules != after.rules, "a judgement names the roster that it was made by"
    known = next(one for one in entries(installation, time) if one.name == town.anna.name)
    assert (known.nicknames, known.unit) == (("Heksen",), town.library.name)
    assert_clean(installation)


def test_somebody_who_never_signs_in_is_recognised_by_each_title(
    installation: Installation, time: Time, sanne: Principal
) -> None:
    row = add(installation, sanne, time)
    found = [one for one in entries(installation, time) if one.name == "Vilma Vikar"]
    assert [one.title for one in found] == ["vikar", "afløser"]
    assert {(one.nicknames, one.unit) for one in found} == {(("Vikkeren",), "Skolen")}

    with installation.database.writing() as session, pytest.raises(NameTaken):
        add_name(session, sanne, VILMA, time.now)
    with installation.database.writing() as session:
        change_name(session, sanne, row.id, Named("Vilma Vik", ("Vik",)), time.now)
        change_name(session, sanne, row.id, Named("Vilma Vik", ("Vik",)), time.now)
    (changed,) = rows(installation)
    assert (changed.name, changed.nicknames, changed.titles) == ("Vilma Vik", ["Vik"], [])
    assert kinds(installation)[-2:] == ["roster.added", "roster.changed"]
    assert_clean(installation)


def test_whoever_has_left_counts_for_the_stated_time_and_is_then_forgotten(
    installation: Installation, town: Town, time: Time, sanne: Principal
) -> None:
    row = add(installation, sanne, time)
    with installation.database.writing() as session:
        name_person(session, sanne, town.bent.id, ("Bentemand",), time.now)
        end_name(session, sanne, row.id, time.now)
        end_person(session, session.merge(town.bent), time.now, actor="system")

    def recognised() -> set[str]:
        names = {one.name for one in entries(installation, time)}
        return names & {"Vilma Vikar", town.bent.name}

    time.pass_by(YEAR - timedelta(days=1))
    assert recognised() == {"Vilma Vikar", town.bent.name}
    tidy(installation)
    assert len(rows(installation)) == 2
    time.pass_by(timedelta(days=1))
    assert recognised() == set()
    tidy(installation)
    assert rows(installation) == []
    assert kinds(installation).count("roster.removed") == 2
    assert_clean(installation)


def test_a_name_that_ended_can_come_back_and_one_that_should_not_stand_is_deleted_at_once(
    installation: Installation, time: Time, sanne: Principal
) -> None:
    row = add(installation, sanne, time)
    with installation.database.writing() as session:
        end_name(session, sanne, row.id, time.now)
        bring_name_back(session, sanne, row.id, time.now)
    time.pass_by(2 * YEAR)
    with installation.database.writing() as session:
        assert forget_who_left(session, time.now, days=365, actor="system") == 0
        remove_name(session, sanne, row.id, time.now)
    assert rows(installation) == []
    with installation.database.writing() as session, pytest.raises(RowNotFound):
        remove_name(session, sanne, row.id, time.now)
    assert_clean(installation)


def test_one_of_ours_has_one_row_and_none_where_nothing_more_is_said(
    installation: Installation, town: Town, time: Time, sanne: Principal
) -> None:
    for nicknames in (("A-holm",), ("A-holm", "Bogormen"), ()):
        with installation.database.writing() as session:
            name_person(session, sanne, town.anna.id, nicknames, time.now)
        assert [tuple(one.nicknames) for one in rows(installation)] == [nicknames] * bool(nicknames)
    with installation.database.writing() as session:
        end_person(session, session.merge(town.anna), time.now, actor="system")
        with pytest.raises(PersonNotFound):
            name_person(session, sanne, town.anna.id, ("A-holm",), time.now)


def test_few_see_the_names_and_fewer_change_them(
    installation: Installation, town: Town, time: Time, asks: Asks, sanne: Principal
) -> None:
    row = add(installation, sanne, time)
    with installation.database.reading() as session:
        for person in (town.anna, town.leader, town.archivist):
            with pytest.raises(NotPermitted):
                roster_page(session, asks(person), "", time.now, days=365)
            with pytest.raises(NotPermitted):
                roster_line(session, asks(person), row.id, days=365)
        assert roster_line(session, asks(town.lawyer), row.id, days=365).name == "Vilma Vikar"
    with installation.database.writing() as session:
        for act in (end_name, bring_name_back, remove_name):
            with pytest.raises(NotPermitted):
                act(session, asks(town.lawyer), row.id, time.now)


def test_the_list_is_bounded_and_a_search_finds_the_others(
    installation: Installation, town: Town, time: Time, sanne: Principal
) -> None:
    with installation.database.writing() as session:
        for number in range(MOST + 2):
            add_name(session, sanne, Named(f"Navn {number:03}"), time.now)
    add(installation, sanne, time, Named("Åse Ørum"))
    with installation.database.reading() as session:
        page = roster_page(session, sanne, "", time.now, days=365)
        assert (len(page.lines), page.more, page.count, page.people) == (MOST, True, MOST + 3, ())
        found = roster_page(session, sanne, "åSE ø", time.now, days=365)
        assert [one.name for one in found.lines] == ["Åse Ørum"]
        found = roster_page(session, sanne, "navn 051", time.now, days=365)
        assert [one.name for one in found.lines] == ["Navn 051"]
        ours = roster_page(session, sanne, town.anna.name[:5], time.now, days=365)
        assert [one.person_id for one in ours.people] == [town.anna.id]
        assert line_of_person(session, sanne, town.anna.id, days=365).unit == town.library.name


def test_a_file_is_made_exactly_as_it_was_planned(
    installation: Installation, town: Town, time: Time, sanne: Principal
) -> None:
    content = (
        "Navn;E-mail;Kaldenavn\n"
        f"{town.anna.name};{town.anna.email};Heksen\nVilma Vikar;;Vikkeren\nPer Præst;;\n"
    ).encode()
    with installation.database.writing() as session:
        apply_names(session, sanne, plan_of_names(session, content, time.now), content, time.now)
    assert {one.name: (one.person_id, one.by_file) for one in rows(installation)} == {
        town.anna.name: (town.anna.id, True),
        "Vilma Vikar": (None, True),
        "Per Præst": (None, True),
    }
    with installation.database.writing() as session:
        again = plan_of_names(session, content, time.now, end_missing=True)
        assert (again.changes, again.known) == ((), 3)
    less = content.replace("Per Præst;;\n".encode(), b"")
    with installation.database.writing() as session:
        assert plan_of_names(session, less, time.now, end_missing=True).withheld
    assert kinds(installation)[-1] == "roster.imported"
    assert_clean(installation)
