"""An answer of a time-stamp authority, judged where untrusted bytes are read."""

from dataclasses import replace
from pathlib import Path

from archive.confinement.confinement import Confinement
from archive.ledger.stamps import Expected, Stamp, judge, question
from tests.archive.authority import found


def test_the_confined_child_judges_as_anyone_would(
    confinement: Confinement, tmp_path: Path
) -> None:
    authority, asked = found(tmp_path), question(b"note")
    answer = authority.reply(asked.request)
    expected = Expected(b"note", authority.pins, asked.nonce)

    told = confinement.read("timestamp", expected.packed(answer)).facts
    refused = confinement.read("timestamp", replace(expected, nonce=1).packed(answer)).facts
    garbled = confinement.read("timestamp", expected.packed(b"0\x80" * 9000)).facts

    assert Stamp.from_facts(told) == judge(answer, expected)
    assert refused == {"refused": "other_nonce"}
    assert garbled == {"refused": "unreadable"}
