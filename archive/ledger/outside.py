"""The heads that stand outside the house, as the records keep them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from archive.asking import NOTHING, Prepared, ask
from archive.records.ledger import OutsideHeadRecord, OutsideState

_COLUMNS: Final = (
    OutsideHeadRecord.size,
    OutsideHeadRecord.note,
    OutsideHeadRecord.kind,
    OutsideHeadRecord.holder,
    OutsideHeadRecord.made_at,
    OutsideHeadRecord.token,
    OutsideHeadRecord.certificates,
)
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----\s.+?\s-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class OutsideHead:
    """One head of `size` entries that one holder outside the house has.

    `note` is the signed note (C2SP tlog-checkpoint), `kind` "timestamp",
    "witness" or "object"; `authority` names the holder. `token` is the whole
    RFC 3161 answer over the note's bytes, `certificates` those it is checked
    under, each as PEM, the signer's first; both are empty but for a time-stamp.
    """

    size: int
    note: str
    kind: str
    authority: str
    made_at: datetime
    token: bytes | None = None
    certificates: tuple[str, ...] = ()


def outside_heads(session: Session, up_to_size: int | None = None) -> list[OutsideHead]:
    """Return every head that stands outside, of at most `up_to_size` entries, the oldest first."""
    query = (
        select(*_COLUMNS)
        .where(OutsideHeadRecord.state == OutsideState.SEALED)
        .order_by(OutsideHeadRecord.size, OutsideHeadRecord.made_at, OutsideHeadRecord.holder)
    )
    if up_to_size is not None:
        query = query.where(OutsideHeadRecord.size <= up_to_size)
    return _heads(session, query)


def first_heads_over(session: Session, position: int) -> list[OutsideHead]:
    """Return, of each holder, the earliest head that speaks for the entry at `position`."""
    return _heads(session, _FIRST, {"position": position})


def _first() -> Select[*tuple[Any, ...]]:
    sealed = OutsideHeadRecord.state == OutsideState.SEALED
    first = (
        select(
            OutsideHeadRecord.kind,
            OutsideHeadRecord.holder,
            func.min(OutsideHeadRecord.size).label("size"),
        )
        .where(sealed, OutsideHeadRecord.size > bindparam("position"))
        .group_by(OutsideHeadRecord.kind, OutsideHeadRecord.holder)
        .subquery()
    )
    return (
        select(*_COLUMNS)
        .join(
            first,
            (OutsideHeadRecord.kind == first.c.kind)
            & (OutsideHeadRecord.holder == first.c.holder)
            & (OutsideHeadRecord.size == first.c.size),
        )
        .order_by(OutsideHeadRecord.made_at, OutsideHeadRecord.holder)
    )


_FIRST: Final = Prepared(_first())


def _heads(
    session: Session,
    query: Select[*tuple[Any, ...]] | Prepared,
    asked: Mapping[str, int] = NOTHING,
) -> list[OutsideHead]:
    return [
        OutsideHead(
            size=row.size,
            note=row.note,
            kind=row.kind,
            authority=row.holder,
            made_at=row.made_at,
            token=row.token,
            certificates=split_pem(row.certificates or ""),
        )
        for row in ask(session, query, asked)
        if row.made_at is not None
    ]


def split_pem(text: str) -> tuple[str, ...]:
    """Return the certificates of a PEM text, each for itself; what stands between is left out."""
    return tuple(f"{one}\n" for one in _PEM.findall(text.replace("\r\n", "\n")))
