from __future__ import annotations

import pytest

from capture.readers.bylines import read_byline


@pytest.mark.parametrize(
    ("line", "name", "stated"),
    [
        (
            "Skrevet af Ole Hansen den 3. november 2026 kl. 12.03",
            "Ole Hansen",
            "3. november 2026 kl. 12.03",
        ),
        ("Ole Hansen, 3. november 2026", "Ole Hansen", "3. november 2026"),
        ("Ole · 2 t", "Ole", "2 t"),
        ("Ole Hansen (for 2 timer siden)", "Ole Hansen", "for 2 timer siden"),
        ("Posted by Mary Ann Smith on Nov 3, 2026", "Mary Ann Smith", "Nov 3, 2026"),
        ("20-11-2026 14:03 | Åse von Å", "Åse von Å", "20-11-2026 14:03"),
        ("— Bo Å. Bæk, i går kl. 14.03", "Bo Å. Bæk", "i går kl. 14.03"),
        ("Kari Nordmann skrev for 2 timer siden:", "Kari Nordmann", "for 2 timer siden"),
        ("Ole Hansen @ole · 2 t", "Ole Hansen", "2 t"),
        ("Ole Hansen Moderator · 2 t", "Ole Hansen", "2 t"),
        ("Af: Ole Hansen", "Ole Hansen", None),
        ("Ole Hansen skrev:", "Ole Hansen", None),
    ],
)
def test_a_line_of_name_and_time_is_read(line: str, name: str, stated: str | None) -> None:
    byline = read_byline(line)
    assert byline is not None
    assert (byline.name, byline.stated, byline.is_likely) == (name, stated, True)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Du er en idiot",
        "Jeg kommer i morgen kl. 12.03",
        "Ole Hansen burde skamme sig, 3. november 2026",
        "Af sted med dig",
        "Hold nu op! 2 t",
        "https://avis.example 2 t",
        "Ole Hansen",
        "i går · 2 t",
        "Svar · 2 t",
        "x " * 5_000,
    ],
)
def test_a_line_that_says_anything_else_is_no_byline(line: str) -> None:
    assert read_byline(line) is None


@pytest.mark.parametrize("line", ["Nej, i går", "Fra Helvede", "Mor siger:", "Møde mandag"])
def test_a_line_that_could_be_what_somebody_said_is_not_likely(line: str) -> None:
    byline = read_byline(line)
    assert byline is None or not byline.is_likely
