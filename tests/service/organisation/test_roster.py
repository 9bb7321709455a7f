"""A file of names against those that stand: what would change, and what is left aside."""

from __future__ import annotations

from uuid import UUID

import pytest

from service.organisation.refusals import FileFault, FileUnusable, RowFault
from service.organisation.roster import Kind, OfOurs, RosterPlan, Standing, plan_roster
from service.organisation.roster_rows import MOST_NAMES, split_names, split_titles

METTE = OfOurs(UUID(int=1), "Mette Sørensen", "mette@havn.example", "17", ended=False)
LARS = OfOurs(UUID(int=2), "Lars Hansen", "lars@havn.example", "18", ended=False)
OTHER_LARS = OfOurs(UUID(int=3), "Lars Hansen", "lars2@havn.example", "19", ended=False)
OURS = (METTE, LARS, OTHER_LARS)


def stands(
    number: int, name: str, *nicknames: str, person: UUID | None = None, ended: bool = False
) -> Standing:
    return Standing(UUID(int=number), person, name, nicknames, (), None, by_file=True, ended=ended)


def plan(
    text: str, *standing: Standing, end_missing: bool = False, charset: str = "utf-8"
) -> RosterPlan:
    return plan_roster(text.encode(charset), OURS, standing, end_missing=end_missing)


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize(
    "text",
    [
        "Navn;Kaldenavn;E-mail\nMette Sørensen;Mulle|Søs;mette@havn.example\n",
        'employee number,first name,last name,alias\n17,M.,Sørensen,"Mulle, Søs"\n',
        "Fornavn\tEtternavn\tKjælenavn\nMette\tSørensen\tMulle / Søs\n",
    ],
)
def test_offices_files_say_the_same_whatever_they_are_written_in(text: str, charset: str) -> None:
    (change,) = plan(text, charset=charset).changes

    assert (change.kind, change.person_id) == (Kind.ADDED, METTE.id)
    assert (change.name, change.nicknames) == ("Mette Sørensen", ("Mulle", "Søs"))


def test_the_organisations_own_file_adds_only_whom_the_organisation_does_not_know() -> None:
    found = plan(
        "Navn;E-mail;Titel;Enhed;Rolle\n"
        "Mette Sørensen;mette@havn.example;Socialrådgiver;Jobcentret;leder\n"
        "Vilma Vikar;;Vikar | Afløser;Center > Skolen;\n"
    )

    assert found.known == 1
    (change,) = found.changes
    assert change.person_id is None
    assert (change.titles, change.unit) == (("Vikar", "Afløser"), "Skolen")


def test_a_name_that_several_bear_is_told_apart_by_address_or_number_and_else_left_aside() -> None:
    found = plan("navn;mail;kaldenavn\nLars Hansen;;Lalle\nLars Hansen;lars2@havn.example;Larsen\n")

    assert [(one.line, one.fault) for one in found.unusable] == [(2, RowFault.NAME_OF_SEVERAL)]
    assert [one.person_id for one in found.changes] == [OTHER_LARS.id]


def test_what_stands_is_changed_left_or_brought_back_and_an_empty_cell_changes_nothing() -> None:
    standing = (
        stands(11, "Vilma Vikar", "Vikkeren"),
        stands(12, "Per Præst", "Pastoren"),
        stands(13, "Åse Øst", "Østen", ended=True),
        stands(14, "Mette Sørensen", "Mulle", person=METTE.id),
    )
    found = plan(
        "navn;kaldenavn;titel\nVILMA  VIKAR;;\nPer Præst;Præsten;Provst\nÅse Øst;;\n"
        "Mette Sørensen;Mus;Chef\n",
        *standing,
    )

    told = {one.name: (one.kind, one.nicknames, one.titles) for one in found.changes}
    assert told == {
        "Per Præst": (Kind.CHANGED, ("Præsten",), ("Provst",)),
        "Åse Øst": (Kind.BACK, ("Østen",), ()),
        "Mette Sørensen": (Kind.CHANGED, ("Mus",), ()),
    }
    assert (found.known, found.missing) == (1, 0)


def test_who_is_missing_ends_only_when_asked_for_and_never_many_at_once() -> None:
    many = [stands(20 + number, f"Navn Nummer{'abcdefghij'[number]}") for number in range(10)]
    names = "navn\n" + "".join(f"{one.name}\n" for one in many[1:])

    assert plan(names, *many).changes == ()
    assert plan(names, *many).missing == 1
    (ended,) = plan(names, *many, end_missing=True).changes
    assert (ended.kind, ended.id) == (Kind.ENDED, many[0].id)
    few = "navn\n" + "".join(f"{one.name}\n" for one in many[4:])
    assert plan(few, *many, end_missing=True).withheld
    faulty = names + "\n12345\n"
    held = plan(faulty, *many, end_missing=True)
    assert held.withheld
    assert held.changes == ()


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("12345", RowFault.NO_PERSON),
        ("Ada Å;x;y;too much", RowFault.MORE_CELLS),
        ("A" * 201, RowFault.TOO_LONG),
        ("Ada\u200e\x07 Å", RowFault.NOT_PRINTABLE),
    ],
)
def test_a_row_that_cannot_be_used_is_left_aside_with_its_line(row: str, fault: RowFault) -> None:
    found = plan(f"navn;kaldenavn;titel\n{row}\nAda Å;Adda;\nAda å;;\n")

    assert [(one.line, one.fault) for one in found.unusable] == [
        (2, fault),
        (4, RowFault.NAME_TWICE),
    ]
    assert [one.name for one in found.changes] == ["Ada Å"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", FileFault.EMPTY),
        (b"PK\x03\x04rest", FileFault.NOT_TEXT),
        (b"alder;farve\n3;bl\xe5\n", FileFault.NO_HEADER),
        (b"navn;navn\nA;B\n", FileFault.COLUMN_TWICE),
        (b"enhed\nSkolen\n", FileFault.NO_HEADER),
    ],
)
def test_a_file_that_cannot_be_used_says_why(content: bytes, fault: FileFault) -> None:
    with pytest.raises(FileUnusable) as refused:
        plan_roster(content, OURS, ())
    assert refused.value.fault is fault


def test_another_file_or_list_has_another_digest() -> None:
    one = plan("navn;kaldenavn\nVilma Vikar;Vikkeren\n")
    assert one.digest == plan("kaldenavn;navn\nVikkeren;Vilma Vikar\n").digest
    assert one.digest != plan("navn;kaldenavn\nVilma Vikar;Vikar\n").digest
    assert one.digest != plan("navn\nVilma Vikar\n", stands(1, "Vilma Vikar")).digest


def test_names_are_divided_cleaned_and_bounded() -> None:
    assert split_names(" Mulle ,mulle;Søs|\n 12 / \u00a0Tante  Søs ") == (
        "Mulle",
        "Søs",
        "Tante Søs",
    )
    assert split_titles("Leder, Børn og Unge\nChef") == ("Leder, Børn og Unge", "Chef")
    assert len(split_names("|".join(f"navn{chr(97 + one)}" for one in range(26)))) == MOST_NAMES
