"""Rows of a backup that stand under the keys of the evidence they were read out of.

Whatever an erasure would take (archive.retention) is sealed in a snapshot with
keys derived from those of its evidence. So the loss of one evidence key reaches
every copy of every backup, and an older snapshot still gives back all the rest.
What stays in the clear is what an erasure goes by: keys of rows, references,
numbers, moments and states.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    insert,
    select,
)
from sqlalchemy.dialects.sqlite import dialect as sqlite
from sqlalchemy.types import JSON

from archive.errors import BackupInvalid, SealBroken
from archive.ledger.entries import ERASED
from archive.records.evidence import EvidenceRecord, IdempotencyRecord
from archive.records.ledger import LedgerDetailRecord
from archive.retention import BESIDE, BLANKED, READ_OUT
from archive.vault.sealing import EvidenceKey, WrappedKey

_BATCH = 1000
_NONCE = 12
_PURPOSE = b"vaern-backup-row"
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SQLITE = sqlite()
_EVIDENCE: Table = EvidenceRecord.__table__  # type: ignore[assignment]  # SQLAlchemy says FromClause
_DETAILS = LedgerDetailRecord.__tablename__
_WHOLE = frozenset({*(one.__tablename__ for one in BESIDE), IdempotencyRecord.__tablename__})
"""Tables that no entry binds: of their sealed rows nothing stays."""
_CLEAR = {_DETAILS: frozenset({"kind", "subject"})}

GUARDED = Table(
    "guarded_rows",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("table", String(63), nullable=False),
    Column("by", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("owners", Text, nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""What was sealed of which row, under the keys of which evidence; only in a backup's records."""


class Unwraps(Protocol):
    """The vault key, or the vault that has it."""

    def unwrap(self, wrapped: WrappedKey) -> EvidenceKey:
        """Open an evidence key; raises `SealBroken`."""


class RowKeys:
    """The keys that guard rows, one for each set of evidence, derived from the evidence's own."""

    def __init__(self, vault_key: Unwraps, wrapped: Mapping[UUID, WrappedKey]) -> None:
        self._vault_key = vault_key
        self._wrapped = wrapped
        self._derived: dict[UUID, bytes] = {}

    def __contains__(self, evidence: UUID) -> bool:
        return evidence in self._wrapped

    def opens(self, evidence: UUID) -> bool:
        """Tell whether a key is there and whole."""
        try:
            return bool(self._key(evidence))
        except (KeyError, SealBroken):
            return False

    def require_any(self) -> None:
        """Raise `SealBroken` where there are keys and none opens: the vault key is another's."""
        if self._wrapped and not any(self.opens(one) for one in self._wrapped):
            raise SealBroken("no evidence key opens with this vault key")

    def cipher(self, owners: Iterable[UUID]) -> ChaCha20Poly1305:
        """Return the cipher that needs the keys of all of them; raises `KeyError`, `SealBroken`."""
        keys = b"".join(self._key(one) for one in sorted(owners))
        return ChaCha20Poly1305(hashlib.sha256(keys).digest())

    def _key(self, evidence: UUID) -> bytes:
        if evidence not in self._derived:
            key = self._vault_key.unwrap(self._wrapped[evidence])
            self._derived[evidence] = key.derived(_PURPOSE)
        return self._derived[evidence]


class Guard:
    """Seals the rows of one snapshot as they are copied, table by table, referred ones first.

    What belongs to a key that is damaged is copied as it is: a backup must not fail for it.
    """

    def __init__(self, keys: RowKeys, target: Connection) -> None:
        keys.require_any()
        self._keys = keys
        self._target = target
        self._owners: dict[str, frozenset[UUID]] = {}
        self._sets: dict[frozenset[UUID], frozenset[UUID]] = {}
        GUARDED.create(target)

    def __call__(self, table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the rows as they may stand in the snapshot, having sealed the rest."""
        left, sealed = [], []
        for row in rows:
            owners = self._owners_of(table, row)
            if not owners:
                left.append(row)
                continue
            whole = table.name in _WHOLE
            names = tuple(c.name for c in table.columns) if whole else _sealed_columns(table)
            if not names:
                left.append(row)
                continue
            sealed.append(self._sealed(table, row, names, owners))
            if not whole:
                left.append({**row, **{name: _blank(table, name, row) for name in names}})
        if sealed:
            self._target.execute(insert(GUARDED), sealed)
        return left

    def _sealed(
        self, table: Table, row: Mapping[str, Any], names: tuple[str, ...], owners: frozenset[UUID]
    ) -> dict[str, Any]:
        whole = table.name in _WHOLE
        by = [] if whole else [c.name for c in table.primary_key.columns]
        key = json.dumps([_raw(table, name, row[name]) for name in by])
        text = json.dumps({name: _raw(table, name, row[name]) for name in names})
        nonce = secrets.token_bytes(_NONCE)
        cipher = self._keys.cipher(owners)
        return {
            "table": table.name,
            "by": json.dumps(by),
            "key": key,
            "owners": json.dumps([str(one) for one in sorted(owners)]),
            "whole": whole,
            "sealed": nonce + cipher.encrypt(nonce, text.encode(), _bound(table.name, key)),
        }

    def _owners_of(self, table: Table, row: Mapping[str, Any]) -> frozenset[UUID]:
        """Return whose erasure would take this row, as far as their keys are known."""
        if table.name == _DETAILS:
            named = [row["subject"], *json.loads(row["details"])["rows"]]
            found = [] if row["kind"] == ERASED else [self._owners.get(key) for key in named]
            return frozenset[UUID]().union(*(owners for owners in found if owners))
        owners = frozenset(one for one in self._named_by(table, row) if self._keys.opens(one))
        if owners and table.name not in _WHOLE:
            key = ":".join([table.name, *(str(row[c.name]) for c in table.primary_key.columns)])
            # One set for all rows of a piece: they would be most of what a large archive needs.
            self._owners[key] = self._sets.setdefault(owners, owners)
        return owners

    def _named_by(self, table: Table, row: Mapping[str, Any]) -> Iterator[UUID]:
        if table is _EVIDENCE:
            yield row["id"]
        elif table.name == IdempotencyRecord.__tablename__:
            yield from (UUID(found) for found in _UUID.findall(str(row["answer"])))
        for name, above in _references(table):
            if row[name] is not None and above == _EVIDENCE.name:
                yield row[name]
            elif row[name] is not None:
                yield from self._owners.get(f"{above}:{row[name]}", ())


def opened_rows(records: Connection, keys: RowKeys) -> set[UUID]:
    """Put back into a snapshot's records whatever the keys open; the rest stays blank.

    In plain SQL and the file's own values, for the records may be of an older schema. Returns of
    which evidence the key is there and damaged. Raises `BackupInvalid` where a key is whole and
    what was sealed with it is not.
    """
    keys.require_any()
    damaged: set[UUID] = set()
    for found in records.execute(select(GUARDED)).mappings().partitions(_BATCH):
        for row in found:
            owners = [UUID(one) for one in json.loads(row["owners"])]
            if closed := [one for one in owners if not keys.opens(one)]:
                damaged.update(one for one in closed if one in keys)
                continue
            sealed, name = row["sealed"], row["table"]
            try:
                plain = keys.cipher(owners).decrypt(
                    sealed[:_NONCE], sealed[_NONCE:], _bound(name, row["key"])
                )
            except InvalidTag as changed:
                raise BackupInvalid("sealed rows are not those that were written") from changed
            _put_back(records, row, {k: _driven(v) for k, v in json.loads(plain).items()})
    GUARDED.drop(records)
    return damaged


def _put_back(records: Connection, row: Mapping[Any, Any], values: Mapping[str, Any]) -> None:
    if row["whole"]:
        names, places = ", ".join(f'"{one}"' for one in values), ", ".join("?" * len(values))
        statement = f'INSERT INTO "{row["table"]}" ({names}) VALUES ({places})'  # noqa: S608 — our own names
        records.exec_driver_sql(statement, tuple(values.values()))
        return
    by = json.loads(row["by"])
    changes = ", ".join(f'"{one}" = ?' for one in values)
    where = " AND ".join(f'"{one}" = ?' for one in by)
    records.exec_driver_sql(
        f'UPDATE "{row["table"]}" SET {changes} WHERE {where}',  # noqa: S608 — our own names
        (*values.values(), *json.loads(row["key"])),
    )


@cache
def _references(table: Table) -> tuple[tuple[str, str], ...]:
    """Name the columns by which an erasure finds rows of this table, and what they refer to."""
    columns = [column for record, column in READ_OUT if record.__table__ is table]
    columns += [one.evidence_id for one in BESIDE if one.__table__ is table]
    found = [table.columns[column.key] for column in columns]
    return tuple((c.name, next(iter(c.foreign_keys)).column.table.name) for c in found)


@cache
def _sealed_columns(table: Table) -> tuple[str, ...]:
    """Name the columns that say something: text, structures and bytes that nothing is kept by."""
    if table is _EVIDENCE:
        return BLANKED
    checked = " ".join(
        str(one.sqltext) for one in table.constraints if isinstance(one, CheckConstraint)
    )
    kept = _CLEAR.get(table.name, frozenset())
    return tuple(
        c.name
        for c in table.columns
        if isinstance(c.type, String | JSON | LargeBinary)
        and not (c.primary_key or c.foreign_keys or c.name in kept)
        and not re.search(rf"\b{c.name}\b", checked)
    )


def _blank(table: Table, name: str, row: Mapping[str, Any]) -> Any:
    """Return what stands for a sealed value: nothing, or what an erasure needs of it."""
    if table.name == _DETAILS and name == "details":
        return json.dumps({"rows": dict.fromkeys(json.loads(row[name])["rows"])})
    column = table.columns[name]
    if column.nullable:
        return None
    if isinstance(column.type, String):
        return ""
    return b"" if isinstance(column.type, LargeBinary) else {}


def _raw(table: Table, name: str, value: Any) -> Any:
    """Return a value as SQLite's file holds it, in JSON."""
    writer = _writer(table, name)
    raw = writer(value) if writer else value
    return {"bytes": base64.b64encode(raw).decode()} if isinstance(raw, bytes | memoryview) else raw


def _driven(raw: Any) -> Any:
    return base64.b64decode(raw["bytes"]) if isinstance(raw, dict) else raw


@cache
def _writer(table: Table, name: str) -> Any:
    return table.columns[name].type.dialect_impl(_SQLITE).bind_processor(_SQLITE)


def _bound(table: str, key: str) -> bytes:
    """Bind what is sealed to its row: no other can be given its words."""
    return f"{table} {key}".encode()
