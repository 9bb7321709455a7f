"""Time-stamp authorities as a municipality writes them down in `VAERN_TSA`.

In the environment: each address followed by the files of its pinned
certificates (PEM), and where wanted by a policy (dotted numbers) and the digest:
`https://a.example/tsr /etc/vaern/a.pem https://b.example /etc/vaern/b.pem sha512`.
In `vaern.toml`: a list of tables `{url, certificates, policy, digest}`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator
from pydantic_settings import NoDecode

_BETWEEN: Final = re.compile(r"[\s,;|]+")
_POLICY: Final = re.compile(r"\d+(\.\d+)+")
_DIGESTS: Final = ("sha256", "sha512")


class Authority(BaseModel):
    """One authority: where it is asked, and the certificates by which it is known.

    `certificates` hold at least its root; with its signer's own certificate
    among them no other signer under that root is believed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(max_length=500)
    certificates: tuple[Path, ...] = Field(min_length=1)
    policy: str | None = Field(default=None, pattern=_POLICY)
    digest: Literal["sha256", "sha512"] = "sha256"

    @field_validator("certificates", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str | Path) else value

    @field_validator("url")
    @classmethod
    def _plain(cls, value: str) -> str:
        if not is_address(value):
            raise ValueError("not http(s)://host/path without a password")
        return value

    def __str__(self) -> str:
        return " ".join((self.url, *map(str, self.certificates)))

    def pins(self) -> tuple[str, ...]:
        """Return the pinned certificates as PEM; raises `OSError`, or `ValueError` for none."""
        from archive.ledger.outside import split_pem  # here: every command reads the settings

        found = [pem for path in self.certificates for pem in split_pem(path.read_text("ascii"))]
        if not found:
            raise ValueError("no certificate in the files of this authority")
        return tuple(dict.fromkeys(found))


def is_address(url: str) -> bool:
    """Tell whether an authority can be asked at this address; one with a password is none."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.username is None
            and (parts.port is None or parts.port > 0)
            and url.isascii()
            and url.isprintable()
            and " " not in url
        )
    except ValueError:
        return False


def read_authorities(value: object) -> object:
    """Turn the one line of the environment into tables; anything else passes to the validator."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json.loads(value)
    tables: list[dict[str, Any]] = []
    for word in (one for one in _BETWEEN.split(value) if one):
        if "://" in word:
            tables.append({"url": word, "certificates": []})
        elif not tables:
            raise ValueError(f"{word!r} stands before any address")
        elif word in _DIGESTS:
            tables[-1]["digest"] = word
        elif _POLICY.fullmatch(word):
            tables[-1]["policy"] = word
        else:
            tables[-1]["certificates"].append(word)
    return tables


Authorities = Annotated[tuple[Authority, ...], NoDecode, BeforeValidator(read_authorities)]
