"""Settings of the sign-in by the municipality's own provider (OpenID Connect); off unless set.

`VAERN_OIDC_GROUPS` says which roles a group gives, in the environment as
`group=role[:unit]` divided by `;` or lines, in `vaern.toml` as a list of tables
`{group, role, unit}`. Without a unit a role holds everywhere; the unit `@own` is
the place of work that stands in the person's row.
"""

from __future__ import annotations

import json
import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode

from service.access.rights import shipped_rights

OWN_UNIT: Final = "@own"
_BETWEEN: Final = re.compile(r"[;\n]+")


class GroupRole(BaseModel):
    """One line of the table from the provider's groups to our roles."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    group: str = Field(min_length=1, max_length=500)
    role: str
    unit: str | None = Field(default=None, min_length=1, max_length=200)

    @field_validator("role")
    @classmethod
    def _stands_in_the_table(cls, value: str) -> str:
        if value not in shipped_rights().roles:
            raise ValueError(f"the table of rights has no role {value!r}")
        return value

    def __str__(self) -> str:
        where = f":{self.unit}" if self.unit else ""
        return f"{self.group}={self.role}{where}"


def read_groups(value: object) -> object:
    """Turn the one line of the environment into tables; anything else passes to the validator."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json.loads(value)
    tables: list[dict[str, Any]] = []
    for line in (one.strip() for one in _BETWEEN.split(value)):
        if not line:
            continue
        # A group may be a distinguished name, with `=` in it; a role and a unit have none.
        group, equals, held = line.rpartition("=")
        role, _, unit = held.partition(":")
        if not equals:
            raise ValueError(f"{line!r} is not group=role or group=role:unit")
        tables.append({"group": group, "role": role.strip(), "unit": unit.strip() or None})
    return tables


GroupRoles = Annotated[tuple[GroupRole, ...], NoDecode, BeforeValidator(read_groups)]
_Words = Annotated[
    tuple[str, ...],
    NoDecode,
    BeforeValidator(lambda value: tuple(value.split()) if isinstance(value, str) else value),
]


def is_trusted_way(url: str) -> bool:
    """Tell whether a provider may be reached so: by TLS, or without it on this machine alone."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or not url.isascii() or not url.isprintable():
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class ProviderSettings(BaseSettings):
    """What is set for signing in by OpenID Connect; all of it is asked for only with an issuer."""

    oidc_issuer: str | None = Field(
        default=None, description="Address of the OpenID provider; without it only passwords."
    )
    oidc_client_id: str | None = Field(default=None, description="What the provider calls us.")
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="The secret that the provider gave us."
    )
    oidc_client_secret_file: Path | None = Field(
        default=None, description="A file with that secret, instead of the secret itself."
    )
    oidc_name: str | None = Field(
        default=None, description="What people call the provider; without it the municipality."
    )
    oidc_scopes: _Words = Field(
        default=("openid", "profile", "email"), description="Scopes that are asked for."
    )
    oidc_acr: _Words = Field(
        default=(), description="Levels of assurance, one of which is required (acr)."
    )
    oidc_name_claim: str = Field(default="name", description="The claim with a person's name.")
    oidc_mail_claim: str = Field(default="email", description="The claim with their address.")
    oidc_mail_is_verified: bool = Field(
        default=False, description="The provider's addresses are right although it does not say so."
    )
    oidc_groups_claim: str = Field(default="groups", description="The claim with their groups.")
    oidc_groups: GroupRoles = Field(
        default=(), description="Which group gives which role: group=role[:unit]; …"
    )
    oidc_make_people: bool = Field(
        default=False, description="Whoever the provider lets in is entered, if they are not yet."
    )
    oidc_by_proxy: bool = Field(
        default=False, description="The way to the provider goes by outgoing_proxy."
    )
    oidc_seconds: int = Field(
        default=10, ge=1, le=60, description="How long the provider has for each answer."
    )

    @field_validator("oidc_issuer")
    @classmethod
    def _is_guarded(cls, value: str | None) -> str | None:
        if value is not None and (not is_trusted_way(value) or urlsplit(value).query):
            raise ValueError("a provider is reached by https:// (http:// only on this machine)")
        return value

    @field_validator("oidc_scopes")
    @classmethod
    def _asks_who(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return value if "openid" in value else ("openid", *value)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        """A provider that was half set would leave people with passwords, and nobody would know."""
        if (self.oidc_issuer is None) != (self.oidc_client_id is None):
            raise ValueError("oidc_issuer and oidc_client_id belong together")
        return self

    @property
    def signs_in_by_provider(self) -> bool:
        """Whether people may sign in by the provider."""
        return self.oidc_issuer is not None and self.oidc_client_id is not None

    def oidc_secret(self) -> str | None:
        """Return the secret that the provider knows us by, or None; raises `OSError`."""
        if self.oidc_client_secret is not None:
            return self.oidc_client_secret.get_secret_value()
        if self.oidc_client_secret_file is not None:
            return self.oidc_client_secret_file.read_text("utf-8").strip()
        return None
