"""What the provider says of a person, read by the claims that the settings name. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from service.errors import ProviderNotBelieved
from service.settings import Settings

_MAIL: Final = "email"
_SURE: Final = "email_verified"
"""It speaks of `email` and of no other claim (OpenID Connect Core §5.1)."""
_LONGEST_MAIL: Final = 320
"""RFC 5321 §4.5.3.1: 64 before the sign, 255 behind it."""


class Claims:
    """What a believed token says of a person, by the claims that the settings name."""

    def __init__(self, said: Mapping[str, Any], settings: Settings) -> None:
        self._said = said
        self._settings = settings

    @property
    def subject(self) -> str:
        """The provider's own name for the person, which never passes to another."""
        return str(self._said["sub"])

    @property
    def verified_mail(self) -> str | None:
        """Their address, where the provider has made sure that it is theirs."""
        claim, sure = self._settings.oidc_mail_claim, self._said.get(_SURE)
        mail = self._said.get(claim)
        if not isinstance(mail, str) or not _looks_like_mail(mail):
            return None
        is_sure = sure in (True, "true")  # some write it as text
        if claim == _MAIL and is_sure:
            return mail.strip().lower()
        # What is said to be unsure stays so, whatever the settings say.
        taken = (sure is None or is_sure) and self._settings.oidc_mail_is_verified
        return mail.strip().lower() if taken else None

    @property
    def name(self) -> str | None:
        """What they are called."""
        name = self._said.get(self._settings.oidc_name_claim)
        plain = " ".join(name.split()) if isinstance(name, str) else ""
        return plain[:200] if plain and plain.isprintable() else None

    @property
    def groups(self) -> frozenset[str]:
        """Their groups; raises `ProviderNotBelieved` where the provider had no room to tell them.

        Microsoft Entra then only says where they could be asked for; to take
        that for no groups would end every role of whoever has the most of them.
        """
        claim = self._settings.oidc_groups_claim
        elsewhere = self._said.get("_claim_names")
        if self._said.get("hasgroups") or (isinstance(elsewhere, dict) and claim in elsewhere):
            raise ProviderNotBelieved("groups_not_told")
        told = self._said.get(claim)
        listed = [told] if isinstance(told, str) else told
        return frozenset(one for one in listed or () if isinstance(one, str))

    @property
    def acr(self) -> str | None:
        """The level of assurance that is spoken of."""
        acr = self._said.get("acr")
        return acr[:200] if isinstance(acr, str) else None

    @property
    def amr(self) -> str | None:
        """By what the provider knew them, as `pwd otp`."""
        amr = self._said.get("amr")
        words = [one for one in amr if isinstance(one, str)] if isinstance(amr, list) else []
        return " ".join(words)[:200] or None


def _looks_like_mail(text: str) -> bool:
    name, at, host = text.strip().rpartition("@")
    whole = bool(name and at and host) and len(text) <= _LONGEST_MAIL
    # A letter that only looks like another becomes it in small letters: K (Kelvin) becomes k.
    plain = text.strip().isprintable() and unicodedata.is_normalized("NFKC", text)
    return whole and plain and not any(map(str.isspace, text.strip()))
