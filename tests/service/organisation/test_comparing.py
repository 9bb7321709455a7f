"""A file against an organisation: what would change, what is refused, whom no file ends."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from service.access.rights import shipped_rights
from service.organisation.comparing import compare
from service.organisation.plan import (
    Kind,
    Plan,
    Present,
    PresentPerson,
    PresentRole,
    PresentUnit,
    Withheld,
)
from service.organisation.refusals import RowFault
from service.organisation.wanted import read_wanted

KULTUR = PresentUnit(UUID(int=1), "Kultur", "10", None, by_file=True, ended=False)
BIBLIOTEK = PresentUnit(UUID(int=2), "Bibliotek", "11", KULTUR.id, by_file=True, ended=False)
SKOLE = PresentUnit(UUID(int=3), "Skole", None, None, by_file=False, ended=False)
HEAD = "medarbejdernr;navn;mail;enhed;overenhed;rolle;rolleenhed\n"


def person(of: int, **more: object) -> PresentPerson:
    one = PresentPerson(
        id=UUID(int=100 + of),
        name=f"Person {of}",
        email=f"p{of}@x.dk",
        number=str(of),
        unit_id=BIBLIOTEK.id,
        title=None,
        phone=None,
        language="da",
        by_file=True,
        ended=False,
    )
    return replace(one, **more)  # type: ignore[arg-type]  # fields by name, as the test gives them


def line(one: PresentPerson, unit: str = "", role: str = "", where: str = "") -> str:
    return f"{one.number or ''};{one.name};{one.email};{unit};;{role};{where}\n"


PEOPLE = tuple(person(number) for number in range(10))


def plan(text: str, people: tuple[PresentPerson, ...] = PEOPLE, **how: object) -> Plan:
    present = Present((KULTUR, BIBLIOTEK, SKOLE), people)
    wanted = read_wanted((HEAD + text).encode(), shipped_rights().roles)
    return compare(present, wanted, **how)  # type: ignore[arg-type]  # passed on as given


def faults(found: Plan) -> list[tuple[int, RowFault]]:
    return [(one.line, one.fault) for one in found.unusable]


def test_what_stands_already_changes_nothing_and_empty_cells_leave_what_stands() -> None:
    found = plan("".join(line(one) for one in PEOPLE), end_missing=True)

    assert found.is_empty
    assert (found.missing, found.withheld, found.unusable) == (0, None, ())


def test_nobody_is_ended_unless_it_is_asked_for_and_never_more_than_a_fifth() -> None:
    eight = "".join(line(one) for one in PEOPLE[:8])
    seven = "".join(line(one) for one in PEOPLE[:7])

    assert (plan(eight).missing, plan(eight).counts) == (2, {})
    ended = plan(eight, end_missing=True)
    assert [one.name for one in ended.changes] == ["Person 8", "Person 9"]
    too_many = plan(seven, end_missing=True)
    assert (too_many.changes, too_many.withheld) == ((), Withheld.TOO_MANY)
    assert plan(seven, end_missing=True, end_many=True).counts == {Kind.PERSON_ENDED: 3}


def test_a_row_that_cannot_be_used_ends_nobody_since_it_may_be_theirs() -> None:
    text = "".join(line(one) for one in PEOPLE[:9]) + "9;Person 9;p9.x.dk;;;;\n"

    found = plan(text, end_missing=True)

    assert (found.counts, found.withheld) == ({}, Withheld.ROWS)


def test_people_entered_by_hand_and_whoever_asks_are_never_missing() -> None:
    people = (*PEOPLE[:9], person(9, by_file=False), person(10))
    text = "".join(line(one) for one in PEOPLE[:9])

    found = plan(text, people, end_missing=True, asked_by=UUID(int=110))

    assert found.changes == ()


def test_people_are_found_by_number_first_then_by_address() -> None:
    people = (person(1), person(2, number=None), person(3, number="3"))
    text = "1;Nyt Navn;ny@x.dk;;;;\n2;Person 2;p2@x.dk;;;;\n"
    text += "4;Person 3;p3@x.dk;;;;\n1;Nyt Navn;p2@x.dk;;;;\n"

    found = plan(text, people)

    assert [(one.kind, one.id) for one in found.changes] == [
        (Kind.PERSON_CHANGED, person(1).id),
        (Kind.PERSON_CHANGED, person(2).id),
    ]
    assert faults(found) == [(4, RowFault.NUMBER_DIFFERS), (5, RowFault.EMAIL_TWICE)]
    assert faults(plan("1;Person 1;p2@x.dk;;;;\n", people)) == [(2, RowFault.EMAIL_OF_ANOTHER)]


def test_an_address_that_passes_to_somebody_new_does_not_bring_the_first_one_back() -> None:
    left = person(1, ended=True)

    assert faults(plan(";Ny Person;p1@x.dk;;;;\n", (left,))) == [(2, RowFault.LEFT_BEFORE)]
    assert faults(plan("77;Ny Person;p1@x.dk;;;;\n", (left,))) == [(2, RowFault.NUMBER_DIFFERS)]
    assert list(plan("1;Person 1;p1@x.dk;;;;\n", (left,)).counts) == [Kind.PERSON_BACK]


def test_roles_by_hand_and_by_group_stay_and_the_files_own_follow_it() -> None:
    by_file = PresentRole(uuid4(), "leader", BIBLIOTEK.id, by_file=True)
    by_hand = PresentRole(uuid4(), "amr", BIBLIOTEK.id, by_file=False)
    one = person(1, roles=(by_file, by_hand))

    found = plan(line(one, "Skole", "HR", "*"), (one,))

    assert [(change.kind, change.id) for change in found.changes] == [
        (Kind.PERSON_MOVED, one.id),
        (Kind.ROLE_ENDED, by_file.id),
        (Kind.ROLE_GIVEN, None),
    ]
    assert [(kept.role, kept.unit) for kept in found.keeps] == [("amr", "Bibliotek")]
    assert plan(line(one, "", "leder, verneombud"), (one,)).is_empty


def test_a_role_without_a_unit_is_refused_and_never_taken_for_everywhere() -> None:
    homeless = person(1, unit_id=None)

    assert faults(plan(line(homeless, "", "leder"), (homeless,))) == [(2, RowFault.ROLE_NOWHERE)]
    assert faults(plan("88;Ny;ny@x.dk;;;leder;\n")) == [(2, RowFault.ROLE_NOWHERE)]
    assert faults(plan("88;Ny;ny@x.dk;Skole;;leder;Findes Ikke\n")) == [(2, RowFault.UNIT_UNKNOWN)]


@pytest.mark.parametrize("more", [";;;operator;*", ";;;;"])
def test_whoever_asks_changes_neither_their_own_roles_nor_their_address(more: str) -> None:
    one = person(1)
    text = f"1;Person 1;{'p1' if 'operator' in more else 'other'}@x.dk{more}\n"

    assert faults(plan(text, (one,), asked_by=one.id)) == [(2, RowFault.YOURSELF)]
    assert faults(plan(text, (one,), asked_by=uuid4())) == []


def test_units_move_but_never_below_themselves() -> None:
    found = plan(";;;Kultur;Bibliotek;;\n;;;Skole;Kultur;;\n")

    assert faults(found) == [(2, RowFault.UNIT_CIRCLE)]
    assert [(one.kind, one.name) for one in found.changes] == [(Kind.UNIT_MOVED, "Skole")]
    assert faults(plan(";;;A;B;;\n;;;B;A;;\n")) == [(2, RowFault.UNIT_CIRCLE)]


def test_new_units_come_after_those_above_them_and_people_after_their_units() -> None:
    found = plan("88;Ny;ny@x.dk;A > B > C;;leder;B\n")

    assert [(one.kind, one.name) for one in found.changes] == [
        (Kind.UNIT_ADDED, "A"),
        (Kind.UNIT_ADDED, "B"),
        (Kind.UNIT_ADDED, "C"),
        (Kind.PERSON_ADDED, "Ny"),
        (Kind.ROLE_GIVEN, "Ny"),
    ]


def test_units_of_earlier_files_close_only_when_empty_and_unnamed() -> None:
    stays = plan("".join(line(one) for one in PEOPLE), end_missing=True)
    assert Kind.UNIT_ENDED not in stays.counts  # somebody belongs to it

    moved = plan("".join(line(one, "Skole") for one in PEOPLE), end_missing=True)
    assert [one.name for one in moved.changes if one.kind is Kind.UNIT_ENDED] == [
        "Kultur",
        "Bibliotek",
    ]
    named = plan("".join(line(one, "Skole") for one in PEOPLE) + ";;;Kultur;;;\n", end_missing=True)
    assert [one.name for one in named.changes if one.kind is Kind.UNIT_ENDED] == ["Bibliotek"]


def test_the_name_of_a_plan_is_the_same_for_the_same_changes_and_no_others() -> None:
    text = "88;Ny;ny@x.dk;Skole;;leder;\n"

    assert plan(text).digest == plan(text).digest
    assert plan(text).digest != plan(text.replace("leder", "AMR")).digest
