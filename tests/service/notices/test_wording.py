"""The words of a receipt, in each language, with what the municipality has set and has not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.notices.wording import Said, body, subject
from service.settings import Settings

NOW = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
BARE = Settings(data=Path("unused"))
FULL = Settings(
    data=Path("unused"),
    municipality="Havn Kommune",
    duty_phone="70 10 20 30",
    counselling_name="Rådgivningen",
    counselling_phone="70 40 50 60",
    counselling_hours="hele døgnet",
)
OPENED = Said(
    NOW,
    case="2027-001",
    handler="Mette Leder",
    reads_before=NOW + timedelta(hours=4),
    inline_only=True,
    my_case_url="https://vaern.example/my-case",
)


def test_danger_stands_first_and_everything_that_matters_is_there() -> None:
    text = body(OPENED, FULL, "da", NOW)

    first = text.splitlines()[0]
    assert "112" in first
    assert "70 10 20 30" in first
    for part in (
        "2027-001",
        "Mette Leder",
        "i dag kl. 14.00",
        "Videresend som vedhæftet fil",
        "Rådgivningen",
        "70 40 50 60, hele døgnet",
        "https://vaern.example/my-case",
    ):
        assert part in text
    assert text.endswith("Venlig hilsen\nHavn Kommune\n")


@pytest.mark.parametrize(
    ("language", "begins", "about"),
    [
        ("da", "Er du i fare nu?", "Kvittering fra arkivet – sag 2027-001"),
        ("nb", "Er du i fare nå?", "Kvittering fra arkivet – sak 2027-001"),
        ("en", "Are you in danger now?", "Receipt from the archive – case 2027-001"),
        ("fr", "Er du i fare nu?", "Kvittering fra arkivet – sag 2027-001"),
    ],
)
def test_each_reads_it_in_their_own_language_and_danish_stands_in(
    language: str, begins: str, about: str
) -> None:
    assert body(OPENED, FULL, language, NOW).startswith(begins)
    assert subject(OPENED, language) == about


def test_what_is_not_set_leaves_no_gap() -> None:
    said = Said(NOW, case="2027-001")
    text = body(said, BARE, "da", NOW)

    assert text.startswith("Er du i fare nu?")
    assert "None" not in text
    assert "%" not in text


def test_a_joined_mail_says_to_which_case_it_came() -> None:
    text = body(Said(NOW, case="2027-001", joined=True, handler="Mette Leder"), FULL, "da", NOW)

    assert "sag 2027-001" in text
    assert "Din sag" not in text
    assert "Mette Leder" in text


def test_without_a_case_nothing_of_any_case_is_told() -> None:
    text = body(Said(NOW), FULL, "da", NOW)

    assert subject(Said(NOW), "da") == "Kvittering fra arkivet"
    assert "sag" not in text
