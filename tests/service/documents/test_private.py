"""Private contacts are found in what we write, and the workplace's own are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.documents.errors import PrivateContact
from service.documents.private import private_in, refuse_private
from service.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data=tmp_path,
        archive_address="arkiv@havn.example",
        contact_email="sikkerhed@havn.example",
        workplace_domains=("skole.example",),
        contact_phone="+45 70 10 20 30",
        workplace_address="Rådhustorvet 1, 4000 Havn",
    )


@pytest.mark.parametrize(
    "text",
    [
        "ring til Anna på 61 22 33 44",
        "mobil 61223344",
        "tlf. 6122 3344",
        "+45 61 22 33 44",
        "004561223344",
        "tlf.61223344",
        "tlf:61 22 33 44",
        "61.22.33.44",
        "tlf. 612 23 344",
        "anna.holm@gmail.example",
        "Anna, Skovvej 12, 2. tv",
        "hun bor Nørre Allé 7",
        "010190-1234",
    ],
)
def test_a_private_contact_is_refused_and_the_field_named(text: str, settings: Settings) -> None:
    assert list(private_in(text, settings))
    with pytest.raises(PrivateContact) as refused:
        refuse_private({"purpose": "fint", "person-0": text}, settings)
    assert refused.value.field == "person-0"
    assert text not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "Anmeldelse efter straffelovens § 119 a, sag 2027-014",
        "Trusler 31.1.2027 kl. 22.14 og 1.2.2027",
        "Ring 70 10 20 30 eller skriv til sikkerhed@havn.example og lene@skole.example",
        "Rådhustorvet 1, 4000 Havn",
        "Journalnr. 0100-12345-00042-27",
        "Center for Børn og Familie, Biblioteket",
        "https://facebook.example/profile.php?id=100081234567890",
        "D-0042, bilag 12",
        "Sag 100061223344 og konto 6122334455",
        "Udgave 2.61.22.33.44",
    ],
)
def test_what_is_the_workplaces_own_or_no_contact_passes(text: str, settings: Settings) -> None:
    assert list(private_in(text, settings)) == []
