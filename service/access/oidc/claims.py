"""What the provider says of a person, read by the claims that the settings name. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from service.errors import ProviderNotBelieved
from service.settings import Settings

_SURE: Final = "email_verified"
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
        mail, sure = self._said.get(self._settings.oidc_mail_claim), self._said.get(_SURE)
        if not isinstance(mail, str) or not _looks_like_mail(mail):
            return None
        # Some write it as text. What is said to be unsure stays so, whatever the settings say.
        if sure in (True, "true") or (sure is None and self._settings.oidc_mail_is_verified):
            return mail.strip().lower()
        return None

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
    return whole and not any(map(str.isspace, text.strip()))
