"""What a file says, in any language of ours, and which rows say nothing usable."""

from __future__ import annotations

import pytest

from service.access.rights import shipped_rights
from service.organisation.refusals import FileFault, FileUnusable, RowFault
from service.organisation.wanted import Wanted, WantedPerson, WantedRole, read_wanted

ROLES = shipped_rights().roles


def wanted(text: str, numbers: dict[str, str] | None = None) -> Wanted:
    return read_wanted(text.encode(), ROLES, numbers)


@pytest.mark.parametrize(
    "text",
    [
        (
            "Medarbejdernr.;Fornavn;Efternavn;E-mail;Stilling;Tlf.;Afdeling;Overenhed;Rolle\n"
            "7;Anna;Holm;ANNA@x.dk;Bibliotekar;12 34;Bibliotek;Kultur;Leder\n"
        ),
        (
            "Ansattnummer\tNavn\tE-post\tStilling\tTelefon\tEnhet\tOverordnet enhet\tRolle\n"
            "7\tAnna  Holm\tanna@x.dk\tBibliotekar\t12 34\tBibliotek\tKultur\tleder\n"
        ),
        (
            "employee_id,Display Name,mail,Job Title,Phone,Department,Parent unit,ROLES\n"
            "7,Anna Holm,anna@x.dk,Bibliotekar,12 34,Bibliotek,Kultur,manager\n"
        ),
        (
            "tjenestenr;navn;e-mail;titel;telefon;enhed;rolle\n"
            "7;Anna Holm;anna@x.dk;Bibliotekar;12 34;Kultur > Bibliotek;leder\n"
        ),
    ],
)
def test_columns_are_known_in_danish_norwegian_and_english(text: str) -> None:
    found = wanted(text)

    assert found.unusable == ()
    assert found.people == (
        WantedPerson(
            line=2,
            name="Anna Holm",
            email="anna@x.dk",
            number="7",
            unit="Bibliotek",
            title="Bibliotekar",
            phone="12 34",
            roles=(WantedRole("leader", "Bibliotek"),),
        ),
    )
    assert [(one.name, one.parent) for one in found.units] == [
        ("Kultur", None),
        ("Bibliotek", "Kultur"),
    ]


def test_a_role_holds_where_the_file_says_and_everywhere_only_by_its_own_word() -> None:
    head = "navn;mail;enhed;rolle;rolleenhed\n"
    found = wanted(
        head + "A;a@x.dk;Skole;leder|AMR;\n"
        "B;b@x.dk;Skole;jurist;hele kommunen\nC;c@x.dk;Skole;leder;Kultur > Bibliotek\n"
        "D;d@x.dk;;HR;*\n"
        "A;a@x.dk;;verneombud;Kultur\nE;e@x.dk;;leder;\nF;f@x.dk;Skole;medarbejder;\n"
    )

    roles = {one.name: one.roles for one in found.people}
    assert roles == {
        "A": (
            WantedRole("leader", "Skole"),
            WantedRole("amr", "Skole"),
            WantedRole("amr", "Kultur"),
        ),
        "B": (WantedRole("lawyer", everywhere=True),),
        "C": (WantedRole("leader", "Bibliotek"),),
        "D": (WantedRole("hr", everywhere=True),),
        "E": (WantedRole("leader", None),),
        "F": (),
    }


def test_the_sign_for_everywhere_is_no_unit_where_one_column_says_both() -> None:
    found = wanted("navn;mail;enhed;rolle\nI;i@x.dk;*;jurist\nJ;j@x.dk;*;\n;;*;\n")

    assert [(one.unit, one.roles) for one in found.people] == [
        (None, (WantedRole("lawyer", everywhere=True),)),
        (None, ()),
    ]
    assert found.units == ()
    assert [(one.line, one.fault) for one in found.unusable] == [(4, RowFault.NO_PERSON)]


def test_rows_that_cannot_be_used_are_told_with_line_and_reason_and_leave_nothing_behind() -> None:
    found = wanted(
        "medarbejdernr;navn;mail;enhed;overenhed;rolle;sprog\n"
        "1;Anna;a@x.dk;Skole;Børn;;da\n"
        ";Uden Nøgle;;Skole;;;\n"
        ";;;;;leder;\n"
        "2;Bo;bo.x.dk;Ny Enhed;;;\n"
        "3;Cy;c@x.dk;Skole;;tryllekunstner;\n"
        "4;Dan;d@x.dk;Skole;Kultur;;\n"
        "5;Eva;a@x.dk;;;;\n"
        "1;Anna Karen;a@x.dk;;;;\n"
        "6;Fie;f@x.dk;;;;klingonsk\n"
        "7;Gro;g@x.dk;;;;;;for meget\n"
        f"8;{'H' * 201};h@x.dk;;;;\n"
        "9;I\u0007b;i@x.dk;;;;\n"
    )

    assert [(one.line, one.fault) for one in found.unusable] == [
        (3, RowFault.NO_KEY),
        (4, RowFault.NO_PERSON),
        (5, RowFault.EMAIL_WRONG),
        (6, RowFault.ROLE_UNKNOWN),
        (7, RowFault.UNIT_TWO_PLACES),
        (8, RowFault.EMAIL_TWICE),
        (9, RowFault.ROWS_DISAGREE),
        (10, RowFault.LANGUAGE_UNKNOWN),
        (11, RowFault.MORE_CELLS),
        (12, RowFault.TOO_LONG),
        (13, RowFault.NOT_PRINTABLE),
    ]
    assert [one.name for one in found.people] == ["Anna"]
    assert [one.name for one in found.units] == ["Børn", "Skole"]


def test_a_unit_may_be_named_by_its_number_alone() -> None:
    found = wanted(
        "enhedsnr;enhed;overenhed;navn;mail\n10;Kultur;;;\n11;Bibliotek;10;;\n11;;;Anna;a@x.dk\n"
        "12;;;Bo;b@x.dk\n99;;;Cy;c@x.dk\n",
        {"12": "Museet"},
    )

    assert [(one.name, one.unit) for one in found.people] == [
        ("Anna", "Bibliotek"),
        ("Bo", "Museet"),
    ]
    assert [(one.line, one.fault) for one in found.unusable] == [(6, RowFault.UNIT_UNKNOWN)]
    assert {one.name: one.parent for one in found.units}["Bibliotek"] == "Kultur"


def test_columns_that_say_nothing_are_named_and_a_header_is_needed() -> None:
    assert wanted("navn;mail;skonummer;\nAnna;a@x.dk;38;\n").other_columns == ("skonummer",)
    for text, fault in (
        ("Anna;a@x.dk\nBo;b@x.dk\n", FileFault.NO_HEADER),
        ("navn;e-mail;mail\nAnna;a@x.dk;b@x.dk\n", FileFault.COLUMN_TWICE),
    ):
        with pytest.raises(FileUnusable) as refused:
            wanted(text)
        assert refused.value.fault is fault
