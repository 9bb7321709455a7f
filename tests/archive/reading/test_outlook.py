"""Mails as Outlook saves them: read with those inside them, named where they are no mail."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

from archive.confinement.confinement import Confinement
from archive.confinement.errors import ReadingFailed
from service.casework.evidence.reading_plan import reader_for
from tests.archive.reading.compound import Tree, compound

SENT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PROPERTIES = "__properties_version1.0"


def properties(head: int, *, code_page: int = 1252) -> bytes:
    ticks = int((SENT - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
    rows = [
        struct.pack("<IIQ", 0x00390040, 6, ticks),
        struct.pack("<IIQ", 0x3FFD0003, 6, code_page),
    ]
    return bytes(head) + b"".join(rows)


def wide(**texts: str) -> Tree:
    return {
        f"__substg1.0_{number[1:]}001F": text.encode("utf-16-le") for number, text in texts.items()
    }


def saved() -> Tree:
    inner = {
        PROPERTIES: properties(24, code_page=1252),
        "__substg1.0_0037001E": "Sølle stakkel".encode("cp1252"),
        "__substg1.0_10130102": "<p>Du er en <b>kæmpe</b> idiot</p>".encode("cp1252"),
        **wide(p0C1A="Bent Ægidius", p5D01="bent@mail.example"),
    }
    return {
        PROPERTIES: properties(32),
        **wide(
            p0037="VS: hør", p0C1A="Åse Holm", p5D01="aase@havn.example", p1000="Se her 😡\r\nÅse"
        ),
        "__attach_version1.0_#00000000": {
            PROPERTIES: properties(8),
            "__substg1.0_3701000D": inner,
            **wide(p3001="Sølle stakkel"),
        },
        "__attach_version1.0_#00000001": {
            PROPERTIES: properties(8),
            "__substg1.0_37010102": b"\x89PNG",
            **wide(p3707="skærm.png"),
        },
    }


def test_a_mail_saved_by_outlook_is_read_with_the_mail_inside_it(confinement: Confinement) -> None:
    facts = confinement.read("outlook", compound(saved())).facts

    outer, inner = facts["mails"]
    assert outer["from"] == "Åse Holm <aase@havn.example>"
    assert outer["subject"] == "VS: hør"
    assert outer["date"] == inner["date"] == SENT.isoformat()
    assert outer["attached"] == ["Sølle stakkel", "skærm.png"]
    assert inner["from"] == "Bent Ægidius <bent@mail.example>"
    assert inner["subject"] == "Sølle stakkel"
    assert "Se her 😡\nÅse" in facts["text"]
    assert "Du er en kæmpe idiot" in facts["text"]
    assert facts["text_state"] == "read"


def test_many_mails_in_one_are_all_read(confinement: Confinement) -> None:
    text = "Du er en kæmpe idiot. " * 1_400
    inside: Tree = {
        f"__attach_version1.0_#{number:08X}": {
            PROPERTIES: properties(8),
            "__substg1.0_3701000D": {
                PROPERTIES: properties(24),
                **wide(p0037=f"Nummer {number}", p1000=text),
            },
        }
        for number in range(80)
    }

    facts = confinement.read("outlook", compound({PROPERTIES: properties(32), **inside})).facts

    assert facts["mails_count"] == 81
    assert facts["mails"][-1]["subject"] == "Nummer 79"
    assert facts["text"].count(text.strip()) > 60


def test_a_mail_saved_by_outlook_is_known_by_its_content_and_has_its_reader(
    confinement: Confinement,
) -> None:
    told = confinement.read("type", compound(saved())).facts

    assert reader_for(told["media_type"]) == "outlook"


def test_a_compound_file_that_is_no_mail_says_that_it_has_no_text(confinement: Confinement) -> None:
    facts = confinement.read("outlook", compound({"Andet": b"x"})).facts

    assert facts == {"text_state": "no_text"}


def test_a_mail_that_is_broken_anywhere_ends_as_a_reading_or_a_reason(
    confinement: Confinement,
) -> None:
    whole = compound(saved())
    ends = {
        how_it_ends(confinement, whole[:place] + b"\xff\x7f\x00\x41" + whole[place + 4 :])
        for place in range(40, len(whole), len(whole) // 25)
    }

    assert "read" in ends
    assert ends <= {"read", "no_text", "could_not_be_read"}
    assert how_it_ends(confinement, whole[:300]) == "could_not_be_read"


def how_it_ends(confinement: Confinement, data: bytes) -> str:
    try:
        return str(confinement.read("outlook", data).facts["text_state"])
    except ReadingFailed as failed:
        return failed.reason
