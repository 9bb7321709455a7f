"""Settings: the environment (`VAERN_…`) or `vaern.toml`; names and numbers are never in code."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from service.access.rights import shipped_rights
from service.authorities import Authorities
from service.provider_settings import ProviderSettings

MIB = 1024 * 1024
SECOND_FACTOR_ROLES = ("operator", "archivist", "lawyer")
"""They reach every case, or the service itself."""
_MOST_PORT = 65_535
_DATABASES = ("sqlite:///", "postgresql+psycopg://")
_Words = Annotated[tuple[str, ...], NoDecode]


def host_and_port(text: str) -> tuple[str, int]:
    """Split `host:port` (also `[::1]:25`); raises `ValueError`."""
    host, separator, port = text.rpartition(":")
    if not separator or not (port.isascii() and port.isdigit()) or int(port) > _MOST_PORT:
        raise ValueError(f"{text!r} is not host:port")
    return host.strip("[]"), int(port)


def _is_door(value: str) -> str:
    host_and_port(value)
    return value


_Door = Annotated[str, AfterValidator(_is_door)]


class Settings(ProviderSettings):
    """Everything that a municipality sets. `vaern settings` prints it with these meanings."""

    model_config = SettingsConfigDict(
        env_prefix="VAERN_", toml_file="vaern.toml", extra="forbid", frozen=True
    )

    # Where things lie and listen.
    data: Path = Field(default=Path("data"), description="Folder for everything that is kept.")
    http: _Door = Field(
        default="127.0.0.1:8000", description="host:port of the web; port 0 is any."
    )
    evidence_http: _Door = Field(
        default="127.0.0.1:8001", description="host:port of the host for foreign content."
    )
    smtp: _Door = Field(default="127.0.0.1:2525", description="host:port of the mail door.")
    url: str | None = Field(default=None, description="Public address of the web.")
    evidence_url: str | None = Field(
        default=None, description="Public address of the evidence host; another host than url."
    )
    database_url: str | None = Field(
        default=None, description="postgresql+psycopg://…; without it SQLite in the data folder."
    )
    vault_key_file: Path | None = Field(
        default=None, description="The vault key; without it keys/vault.key in the data folder."
    )
    vault_key_command: str | None = Field(
        default=None, description="A program that prints the vault key (a key store's client)."
    )
    origin: str = Field(default="vaern.local", description="The ledger's name, one word, for good.")

    proxies: _Words = Field(
        default=(),
        description="Networks of proxies before us, whose X-Forwarded-For is believed.",
    )

    # Mail.
    archive_address: str = Field(
        default="arkiv@vaern.local", description="The address to which staff forward mail."
    )
    sender_address: str | None = Field(
        default=None, description="From whom receipts come; without it the archive address."
    )
    smarthost: _Door | None = Field(
        default=None, description="host:port for outgoing mail; without it data/outbox/."
    )

    trusted_relays: _Words = Field(
        default=("127.0.0.0/8", "::1"),
        description="Addresses or networks of our own mail systems: they speak for many senders.",
    )

    # Heads of the ledger outside the house.
    tsa: Authorities = Field(
        default=(),
        description="Time-stamp authorities: each address, then the files of its certificates.",
    )
    witnesses: _Words = Field(
        default=(), description="Mail addresses of those who keep the ledger's signed heads."
    )
    heads_folder: Path | None = Field(
        default=None, description="A folder on another machine where each head is written once."
    )
    outside_minutes: int = Field(
        default=60, ge=1, le=10_080, description="How often a new head leaves the house."
    )
    outgoing_proxy: SecretStr | None = Field(
        default=None,
        description="http://[user:password@]host:port of the proxy on the way to authorities.",
    )
    outgoing_certificates: Path | None = Field(
        default=None, description="PEM file of further roots that TLS on the way out may end in."
    )

    clamd: str | None = Field(
        default=None,
        pattern=r"^(unix:/.+|.+:[0-9]{1,5})$",
        description="A virus scanner, unix:/path or host:port; asked after receipt, off unset.",
    )

    # The municipality.
    municipality: str = Field(default="Kommunen", description="Its name, as people say it.")
    duty_phone: str | None = Field(default=None, description="The duty number beside 112.")
    guard_phone: str | None = Field(default=None, description="The local guard.")
    counselling_name: str | None = Field(default=None, description="Who gives counselling.")
    counselling_phone: str | None = Field(default=None, description="Its number; use unrecorded.")
    counselling_url: str | None = Field(default=None, description="Its page.")
    counselling_hours: str | None = Field(default=None, description="When it answers.")
    hotline_name: str | None = Field(
        default=None, description="The authority that advises on the working environment."
    )
    hotline_phone: str | None = Field(default=None, description="Its telephone.")
    roster_days: int = Field(
        default=365, ge=0, description="How long posts are still looked through for who has left."
    )
    smallest_unit: int = Field(
        default=5, ge=1, description="Of cases in smaller units only their number is told."
    )
    glass_hours: int = Field(
        default=24, ge=1, le=168, description="How long a broken glass keeps a case open."
    )
    unusual_minutes: int = Field(
        default=60, ge=1, le=1440, description="Within how long the next two are counted."
    )
    unusual_pieces: int = Field(
        default=100, ge=1, description="Pieces shown to one person of which the DPO is told."
    )
    unusual_cases: int = Field(
        default=15, ge=1, description="Cases of which one person is shown pieces, likewise."
    )
    workplace_address: str | None = Field(
        default=None, description="The postal address at which staff are reached in documents."
    )
    workplace_domains: _Words = Field(
        default=(), description="Domains of work mail; an address elsewhere counts as private."
    )
    contact_phone: str | None = Field(
        default=None, description="The telephone that documents give; never a person's own."
    )
    contact_email: str | None = Field(default=None, description="The mail address they give.")
    document_language: Literal["da", "nb", "en"] = Field(
        default="da", description="The language of documents that leave the house."
    )
    appendix_part_bytes: int = Field(
        default=10_000_000,
        ge=500_000,
        description="Bytes of one part of a Bilagshæfte, so that mail carries it.",
    )
    procedure: str = Field(default="ishoej", description="The procedure of new cases.")
    rules_file: Path | None = Field(
        default=None, description="Rules of moderation; without it those that are shipped."
    )

    # Capture.
    capture_allow: _Words = Field(
        default=(), description="host:port that capture may reach although not public."
    )
    browser_sandbox: bool = Field(
        default=True, description="The browser's own sandbox; off is noted in the provenance."
    )
    capture_seconds: int = Field(default=60, ge=5, le=600, description="Wall time of one visit.")

    # Limits.
    most_files: int = Field(default=50, ge=1, description="Files in one upload.")
    most_upload_bytes: int = Field(default=4096 * MIB, description="Bytes in one upload.")
    most_mail_bytes: int = Field(default=50 * MIB, description="Bytes of one mail.")
    most_mails_per_sender: int = Field(
        default=500, ge=1, description="Mails an hour from one sender at one address."
    )
    most_mails_per_address: int = Field(
        default=2000, ge=1, description="Mails an hour from one address, whoever sends them."
    )
    most_relayed_mails: int = Field(
        default=10_000, ge=1, description="Mails an hour from one sender by a trusted relay."
    )
    most_mail_bytes_per_hour: int = Field(
        default=4096 * MIB, ge=1, description="Bytes of mail an hour from one address; not relays."
    )
    most_mail_connections: int = Field(
        default=16, ge=1, description="Mail connections at once from one address; not relays."
    )
    most_files_per_hour: int = Field(
        default=20_000, ge=1, description="Files an hour from one person or program."
    )
    most_bytes_per_hour: int = Field(
        default=65_536 * MIB, ge=1, description="Uploaded bytes an hour from one person or program."
    )
    most_connections: int = Field(
        default=256, ge=1, description="Web connections at once from one address; not proxies."
    )
    header_seconds: int = Field(
        default=20, ge=1, description="A request's header has come whole within this."
    )
    slowest_bytes: int = Field(
        default=500, ge=1, description="Bytes a second that an upload or mail must bring, at least."
    )
    patience_seconds: int = Field(
        default=30, ge=1, description="How long it may bring less before it is cut off."
    )
    reserve_bytes: int = Field(default=64 * MIB, description="Room kept free for the ledger.")
    session_idle_minutes: int = Field(default=60, description="A session ends after this rest.")
    session_hours: int = Field(default=12, description="A session ends after this in any case.")
    second_factor_roles: Annotated[tuple[str, ...] | None, NoDecode] = Field(
        default=None,
        description="Roles that need a second factor; unset: operator, archivist and lawyer where "
        "url is https; empty: none.",
    )
    stop_seconds: int = Field(default=20, description="How long a stop waits for work at hand.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="DEBUG, INFO, WARNING or ERROR."
    )
    metrics_http: _Door | None = Field(default=None, description="host:port of metrics; off unset.")
    secret: SecretStr | None = Field(
        default=None, description="Signs links to the evidence host; made at start when unset."
    )

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_capitals(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _is_ours(cls, value: str | None) -> str | None:
        if value and not value.startswith(_DATABASES):
            raise ValueError("begins with postgresql+psycopg:// (or sqlite:///)")
        return value

    @field_validator("capture_allow")
    @classmethod
    def _are_doors(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_is_door(one) for one in value)

    @field_validator("outgoing_proxy")
    @classmethod
    def _is_plain(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith("http://"):
            raise ValueError("the way to the proxy itself is http://host:port")
        return value

    @field_validator("second_factor_roles")
    @classmethod
    def _are_roles(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        # A slip of the pen must not leave a role without what was meant for it.
        if unknown := set(value or ()).difference(shipped_rights().roles):
            raise ValueError(f"there are no such roles: {', '.join(sorted(unknown))}")
        return value

    @field_validator("proxies", "trusted_relays", mode="after")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            ip_network(one, strict=False)
        return value

    @field_validator(
        "capture_allow",
        "proxies",
        "trusted_relays",
        "witnesses",
        "workplace_domains",
        "second_factor_roles",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part for part in value.replace(",", " ").split() if part)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment stands above the file."""
        del dotenv_settings, file_secret_settings
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))

    @property
    def roles_with_second_factor(self) -> tuple[str, ...]:
        """The roles whose local accounts need a second factor."""
        if self.second_factor_roles is not None:
            return self.second_factor_roles
        return SECOND_FACTOR_ROLES if (self.url or "").startswith("https://") else ()

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.data / 'vaern.db'}"
