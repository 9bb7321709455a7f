"""Names in a bundle: whatever came in, plain and unique on Linux and on Windows (THREATS 21)."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.export.names import ENDINGS, LONGEST, LONGEST_FOLDER, folder_name, safe_name

DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
PLAIN = re.compile(r"originals/D-0042(-[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)?(\.[a-z0-9]{1,8})?")


@given(st.one_of(st.none(), st.text(max_size=300)))
@example("../../etc/passwd")
@example("..\\..\\windows\\system32\\cmd.exe")
@example("con.txt")
@example("NUL")
@example("a. . .")
@example(" .hidden")
@example("\u202egnp.exe")
@example("a\u200b\u2060b.png")
@example("navn\x00.png")
@example("stream.txt:secret")
@example("A" * 300 + ".png")
@example("é" * 300)
@example("📸.jpeg")
@example("ſ.K")
def test_every_name_becomes_a_plain_one(name: str | None) -> None:
    path = safe_name(name, "D-0042", "originals")

    assert PLAIN.fullmatch(path), path
    assert len(path) <= LONGEST
    assert not any(DEVICES.fullmatch(part.partition(".")[0]) for part in path.split("/"))


@given(st.text(max_size=40), st.text(max_size=40))
@example("A.png", "a.PNG")
@example("é", "e\u0301")
def test_no_two_pieces_have_names_that_any_system_takes_for_one(one: str, two: str) -> None:
    first, second = safe_name(one, "D-0001", "o"), safe_name(two, "D-0002", "o")

    assert first.casefold() != second.casefold()


def test_danish_names_stay_readable() -> None:
    assert safe_name("Trussel på Blåbær Øst.PNG", "D-0001", "o") == (
        "o/D-0001-Trussel-paa-Blaabaer-Oest.png"
    )


def test_what_a_double_click_would_run_is_made_inert() -> None:
    for ending in ("exe", "HTML", "svg", "lnk", "js", "scr", "ps1"):
        assert safe_name(f"faktura.pdf.{ending}", "D-1", "o").endswith(".bin")


@pytest.mark.parametrize(
    ("name", "media_type", "path"),
    [
        (None, "message/rfc822", "o/D-1.eml"),
        (None, "image/png", "o/D-1.png"),
        ("skrivebord", "application/pdf", "o/D-1-skrivebord.pdf"),
        ("Brev fra 12.11", "application/pdf", "o/D-1-Brev-fra-12-11.pdf"),
        ("billede.jpeg", "image/jpeg", "o/D-1-billede.jpeg"),
        (None, "text/html", "o/D-1.txt"),
        (None, "application/vnd.microsoft.portable-executable", "o/D-1"),
        (None, "application/octet-stream", "o/D-1"),
    ],
)
def test_what_has_no_ending_gets_that_of_its_type(
    name: str | None, media_type: str, path: str
) -> None:
    assert safe_name(name, "D-1", "o", media_type) == path


def test_no_type_is_given_an_ending_that_runs() -> None:
    for media_type, ending in ENDINGS.items():
        given = safe_name(f"x.{ending}", "D-1", "o", media_type)
        assert given == f"o/D-1-x.{ending}", media_type


def test_the_folder_of_a_bundle_is_short_and_plain() -> None:
    for case in ("2027-014", None, "../..", "CON", "x" * 50):
        name = folder_name(case, "20270201")
        assert re.fullmatch(r"vaern-[A-Za-z0-9-]+", name)
        assert len(name) <= LONGEST_FOLDER
        assert LONGEST + 1 + len(name) <= 120
