"""Names of downloads: whatever somebody called a file, it is a name and nothing more."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.disposition import attachment, safe_name

HOSTILE = [
    ("../../etc/passwd", "_.._etc_passwd"),
    ("C:\\Windows\\win.ini", "C__Windows_win.ini"),
    ('a"; filename="b.html', "a__ filename=_b.html"),
    ("a\r\nSet-Cookie: x=1", "aSet-Cookie_ x=1"),
    ("faktura\u202egnp.exe", "fakturagnp.exe"),
    ("CON.txt", "_CON.txt"),
    ("lpt1", "_lpt1"),
    ("billede.png. . .", "billede.png"),
    (".htaccess", "htaccess"),
    ("\u200b\ufeff", "file"),
    ("", "file"),
    ("100%.png", "100_.png"),
    ("æøå.png", "æøå.png"),
    ("x" * 400 + ".png", "x" * 146 + ".png"),
]


@pytest.mark.parametrize(("name", "safe"), HOSTILE)
def test_a_hostile_name_becomes_a_plain_one(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_danish_letters_are_spelt_where_a_program_knows_ascii_only() -> None:
    said = attachment("Skærmbillede på Ærø.png")

    assert said.startswith('attachment; filename="Skaermbillede paa Aeroe.png"; filename*=UTF-8')
    assert unquote(said.rpartition("''")[2]) == "Skærmbillede på Ærø.png"


@given(st.text(max_size=300))
def test_no_name_leaves_its_place_in_the_header(name: str) -> None:
    said = attachment(name)

    assert said.isascii()
    assert said.isprintable()
    assert said.count('"') == 2
    assert said.count(";") == 2
    plain = said.partition('"')[2].partition('"')[0]
    for one in (plain, safe_name(name)):
        assert one
        assert not set(one) & set('<>:"/\\|?*')
        assert one.strip(" .") == one
