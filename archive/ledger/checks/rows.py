"""Every protected row against the digest in its latest entry: changed, gone, or never recorded."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table

from archive.ledger.checks.findings import Findings, Kind
from archive.ledger.checks.scratch import Scratch
from archive.ledger.checks.source import Cells, Damaged, Garbled, Source, number
from archive.records import Protected, protected_tables
from archive.records.columns import row_digest
from archive.records.evidence import ErasureRecord


def count_rows(source: Source) -> int:
    """Count all protected rows, for the progress."""
    counts = (f"(SELECT count(*) FROM {name})" for name in _names(source))  # noqa: S608 — our own names
    return number(source, f"SELECT {' + '.join(counts)}")


def check_rows(source: Source, findings: Findings, scratch: Scratch) -> None:
    """Compare every protected row with what its latest entry says of it."""
    damaged: set[str] = set()
    for protected in protected_tables():
        try:
            read_rows(source, findings, scratch, protected)
        except Damaged as torn:
            name = protected.__table__.name
            findings.add(Kind.DATABASE, f"table {name}: {torn}", id=name)
            damaged.add(name)
    for key, position in scratch.changed():
        findings.add(
            Kind.ROW, "the row is not what its latest entry says", id=key, position=position
        )
    for key, position in scratch.vanished():
        if key.partition(":")[0] not in damaged:
            findings.add(Kind.ROW_MISSING, "the row is gone", id=key, position=position)
    for key, said in scratch.unrecorded():
        message = "an entry says that this row was removed" if said else "no entry speaks for it"
        findings.add(Kind.ROW_UNRECORDED, message, id=key, position=said)


def check_erasures(source: Source, findings: Findings, scratch: Scratch) -> None:
    """Compare the list that a restore erases by with the entries that say what was erased."""
    cells = Cells(source, ErasureRecord.__table__, ("evidence_id",))
    listed: set[str] = set()
    for rows in source.stream(f"SELECT {cells.sql} FROM erasures"):  # noqa: S608 — our own names
        for row in rows:
            try:
                listed.add(f"evidence:{cells.read(row)['evidence_id']}")
            except Garbled:
                findings.add(Kind.ROW, "an erasure cannot be read", id=f"erasures:{row[0]}")
    said = scratch.tombstones()
    for key in said.keys() - listed:
        findings.add(
            Kind.ROW_MISSING, "the erasure is not listed", id=f"erasures:{key}", position=said[key]
        )
    for key in listed - said.keys():
        findings.add(Kind.ROW_UNRECORDED, "no entry speaks of this erasure", id=f"erasures:{key}")


def read_rows(
    source: Source, findings: Findings, scratch: Scratch, protected: type[Protected]
) -> None:
    """Note the digest of every row of one table, as it stands; raises `Damaged`."""
    table: Table = protected.__table__
    cells = Cells(source, table, protected.protected_columns())
    keys = [column.name for column in table.primary_key.columns]
    for rows in source.stream(f"SELECT {cells.sql} FROM {source.quoted(table.name)}"):  # noqa: S608 — our own names
        standing: list[tuple[str, str | None]] = []
        for row in rows:
            try:
                values = cells.read(row)
                key = ":".join([table.name, *(str(values[name]) for name in keys)])
                standing.append((_storable(key), row_digest(dict(values))))
            except (Garbled, UnicodeEncodeError) as garbled:
                standing.append((_raw_key(cells, table, keys, row), None))
                _name_garbled(findings, standing[-1][0], garbled)
        scratch.stand(standing)
        findings.advance(len(rows))


def _name_garbled(findings: Findings, key: str, garbled: ValueError) -> None:
    reason = str(garbled) if isinstance(garbled, Garbled) else "a column holds no text"
    findings.add(Kind.ROW, reason, id=key)


def _raw_key(cells: Cells, table: Table, keys: list[str], row: Any) -> str:
    """Name a row that cannot be read by its key, read if it can be, else as it lies there."""
    parts = [table.name]
    for name in keys:
        place = cells.names.index(name)
        try:
            parts.append(str(cells.read_one(place, row[place])))
        except Garbled:
            parts.append(str(row[place]))
    return _storable(":".join(parts))


def _storable(key: str) -> str:
    return key.encode("utf-8", "backslashreplace").decode()


def _names(source: Source) -> list[str]:
    return [source.quoted(protected.__table__.name) for protected in protected_tables()]
