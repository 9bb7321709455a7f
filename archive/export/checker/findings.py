"""What the check says: each mismatch and each thing left unchecked, in Danish and English."""

from __future__ import annotations

import sys

MOST_SAID = 200
"""So many mismatches are written out; the rest is counted."""


class Mismatch(Exception):
    """Something in the bundle is not what it must be; `args` are place, Danish, English."""

    def __init__(self, place: str, danish: str, english: str) -> None:
        super().__init__(place, danish, english)
        self.place = place
        self.danish = danish
        self.english = english


class Findings:
    """Collects what was found, and says it."""

    def __init__(self) -> None:
        self.wrong: list[Mismatch] = []
        self.unchecked: list[Mismatch] = []
        self.good: list[Mismatch] = []
        self.notes: list[Mismatch] = []
        self.alone = False
        """No time-stamp from outside came along: whoever keeps the ledger vouches for it alone."""

    def mismatch(self, place: str, danish: str, english: str) -> None:
        """Note that something is wrong."""
        self.wrong.append(Mismatch(place, danish, english))

    def left(self, place: str, danish: str, english: str) -> None:
        """Note that something could not be checked."""
        self.unchecked.append(Mismatch(place, danish, english))

    def fine(self, place: str, danish: str, english: str) -> None:
        """Note that something was checked and holds."""
        self.good.append(Mismatch(place, danish, english))

    def note(self, place: str, danish: str, english: str) -> None:
        """Note what a reader should know and no check can tell."""
        self.notes.append(Mismatch(place, danish, english))

    def code(self) -> int:
        """Return the exit code: 0 all checked, 1 a mismatch, 3 something unchecked.

        What never came along is not unchecked: the last lines say what the bundle then proves.
        """
        if self.wrong:
            return 1
        return 3 if self.unchecked else 0


def printable(text: object) -> str:
    """Return text in which nothing moves a cursor, hides or turns the writing round."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape", "backslashreplace").decode()
        for one in str(text).encode("utf-8", "backslashreplace").decode("utf-8")
    )


def say(text: str = "") -> None:
    """Write one line, whatever the terminal can show."""
    encoding = sys.stdout.encoding or "ascii"
    line = text.encode(encoding, "backslashreplace").decode(encoding)
    sys.stdout.write(line + "\n")


def say_all(findings: Findings) -> None:
    """Write what was found: what holds, what is wrong, what is left, and the sum of it."""
    for mark, some in (
        ("OK", findings.good),
        ("BEMÆRK / NOTE", findings.notes),
        ("FEJL / WRONG", findings.wrong[:MOST_SAID]),
        ("IKKE KONTROLLERET / UNCHECKED", findings.unchecked[:MOST_SAID]),
    ):
        for one in some:
            say(f"[{mark}] {printable(one.place)}")
            say("    " + printable(one.danish))
            say("    " + printable(one.english))
    more = len(findings.wrong) - MOST_SAID
    if more > 0:
        say(f"… og {more} fejl mere / and {more} more")
    say()
    if findings.wrong:
        say(f"RESULTAT: bevispakken passer IKKE ({len(findings.wrong)} fejl).")
        say(f"RESULT: the bundle does NOT hold ({len(findings.wrong)} wrong).")
    elif findings.unchecked:
        say("RESULTAT: det kontrollerede passer; noget kunne ikke kontrolleres (se ovenfor).")
        say("RESULT: what was checked holds; something could not be checked (see above).")
    elif findings.alone:
        say("RESULTAT: alt, hvad der er med, er kontrolleret og passer.")
        say("RESULT: everything that came along was checked and holds.")
    else:
        say("RESULTAT: alt er kontrolleret og passer.")
        say("RESULT: everything was checked and holds.")
    if findings.alone and not findings.wrong:
        say("Der er intet tidsstempel udefra: over for kommunen selv beviser det ingenting.")
        say("There is no time-stamp from outside: nothing is proven against the municipality.")
