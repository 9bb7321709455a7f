"""Files of rows as offices make them."""

from __future__ import annotations

import codecs

import pytest

from service.organisation.columns import column_of
from service.organisation.refusals import FileFault, FileUnusable
from service.organisation.table import MOST_BYTES, MOST_ROWS, FileTable, read_table

ROWS = [
    ("Navn", "E-mail", "Enhed"),
    ("Åse Øst", "aase@havn.dk", "Børn; Unge"),
    ('Bo "B" Bæk', "bo@havn.dk", "Skole,\nnord"),
]


def read(content: bytes) -> FileTable:
    return read_table(content, lambda name: column_of(name) is not None)


def written(divider: str, end: str = "\r\n") -> str:
    def cell(text: str) -> str:
        quoted = any(sign in text for sign in (divider, '"', "\n"))
        return '"' + text.replace('"', '""') + '"' if quoted else text

    return end.join(divider.join(map(cell, row)) for row in ROWS) + end


@pytest.mark.parametrize("divider", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize(
    ("mark", "charset"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (b"", "cp1252"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
    ],
)
def test_every_divider_and_character_set_says_the_same(
    divider: str, end: str, mark: bytes, charset: str
) -> None:
    table = read(mark + written(divider, end).encode(charset))

    assert [table.header.cells, *(row.cells for row in table.rows)] == ROWS


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    table = read(b'sep=;\nnavn;mail\n\n"To\nlinjer";a@x.dk\n;;\nSidst;b@x.dk\n')

    assert table.header.line == 2
    assert [row.line for row in table.rows] == [4, 7]


def test_the_divider_is_the_one_that_finds_columns_not_the_commonest_sign() -> None:
    table = read(b"navn;e-mail;enhed\nHolm, Anna, Karen, Maria;a@x.dk;Kultur, fritid, og mere\n")

    assert table.rows[0].cells == ("Holm, Anna, Karen, Maria", "a@x.dk", "Kultur, fritid, og mere")


@pytest.mark.parametrize(
    ("content", "fault", "line"),
    [
        (b"", FileFault.EMPTY, None),
        (b" \r\n\t\r\n", FileFault.EMPTY, None),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d", FileFault.NOT_TEXT, None),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00", FileFault.NOT_TEXT, None),
        (b"navn;mail\n\x81\x8d;a@x.dk\n", FileFault.NOT_TEXT, None),
        (b'navn;mail\nAnna;a@x.dk\n"Bo;b@x.dk\nCy;c@x.dk\n', FileFault.QUOTES, 3),
        (b"n" * (MOST_BYTES + 1), FileFault.TOO_LARGE, None),
        (b"navn\n" + b"a\n" * (MOST_ROWS + 1), FileFault.TOO_MANY_ROWS, MOST_ROWS + 2),
    ],
)
def test_what_is_no_such_file_is_refused_with_its_reason(
    content: bytes, fault: FileFault, line: int | None
) -> None:
    with pytest.raises(FileUnusable) as refused:
        read(content)
    assert (refused.value.fault, refused.value.line) == (fault, line)
