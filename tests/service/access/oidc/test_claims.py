"""Whose address it is: only what the provider has made sure of names one of ours."""

from __future__ import annotations

from typing import Any

import pytest

from service.access.oidc.claims import Claims
from service.settings import Settings

ANNA = "anna@kommune.example"


def mail(said: dict[str, Any], **settings: Any) -> str | None:
    return Claims(said, Settings(**settings)).verified_mail


def test_that_an_address_is_sure_is_said_of_the_claim_email_and_of_no_other() -> None:
    """Whoever may name themselves, and has a sure address of their own, is not therefore Anna."""
    said = {"preferred_username": ANNA, "email": "mallory@kommune.example", "email_verified": True}

    assert mail(said) == "mallory@kommune.example"
    assert mail(said, oidc_mail_claim="preferred_username") is None
    trusted = {"oidc_mail_claim": "preferred_username", "oidc_mail_is_verified": True}
    assert mail(said, **trusted) == ANNA
    assert mail({"preferred_username": ANNA}, **trusted) == ANNA
    assert mail({**said, "email_verified": False}, **trusted) is None


@pytest.mark.parametrize(
    "address",
    [
        "\N{KELVIN SIGN}im@kommune.example",
        "kim@\N{KELVIN SIGN}ommune.example",
        "kim@\N{FULLWIDTH LATIN SMALL LETTER K}ommune.example",
        "\N{ANGSTROM SIGN}se@kommune.example",
        "a\x00@kommune.example",
        "anna\N{RIGHT-TO-LEFT OVERRIDE}@kommune.example",
    ],
    ids=ascii,
)
def test_an_address_that_only_looks_like_anothers_is_none(address: str) -> None:
    assert mail({"email": address, "email_verified": True}) is None


@pytest.mark.parametrize("address", [" Åse@kommune.example ", "bjørn@ishøj.example"])
def test_letters_of_ours_are_letters(address: str) -> None:
    assert mail({"email": address, "email_verified": "true"}) == address.strip().lower()
