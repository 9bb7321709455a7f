"""The log itself: entries are collected on the session and appended last, at its commit.

Nothing is locked after the head; so two use cases can never wait for each
other in a circle. A protected row that changed without an entry stops the
commit with `UnrecordedChange`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, inspect, or_, select, update
from sqlalchemy.orm import Session

from archive.errors import LedgerBroken, UnrecordedChange
from archive.ledger import merkle
from archive.ledger.checkpoint import Signer
from archive.ledger.entries import Collected, Row
from archive.prepared import Prepared
from archive.records.columns import Base, Protected
from archive.records.inserting import insert_values
from archive.records.ledger import (
    CheckpointRecord,
    LedgerDetailRecord,
    LedgerEntryRecord,
    LedgerHeadRecord,
    LedgerNodeRecord,
)

__all__ = ["Head", "Proof", "Signer", "append_collected", "head", "open_log", "prove", "record"]

_HEAD = Base.metadata.tables[LedgerHeadRecord.__tablename__]
_ENTRIES = Base.metadata.tables[LedgerEntryRecord.__tablename__]
_DETAILS = Base.metadata.tables[LedgerDetailRecord.__tablename__]
_INNER_NODES = Base.metadata.tables[LedgerNodeRecord.__tablename__]
_ENTRY = _ENTRIES.c
_NODE = _INNER_NODES.c
_WHOLE_HEAD = select(_HEAD.c.origin, _HEAD.c.public_key, _HEAD.c.size, _HEAD.c.root, _HEAD.c.note)
_HEAD_AND_LEAVES = Prepared(
    select(*_WHOLE_HEAD.selected_columns, _ENTRY.position, _ENTRY.leaf).outerjoin_from(
        _HEAD,
        _ENTRIES,
        _ENTRY.position.in_((bindparam("of"), bindparam("beside"), _HEAD.c.size - 1)),
    )
)
"""The head, with those leaves that a proof may need: the entry's, its neighbour's, the last."""
_GROW_HEAD = update(_HEAD)
_LOCKED_HEAD = select(
    _HEAD.c.origin, _HEAD.c.public_key, _HEAD.c.size, _HEAD.c.root, _HEAD.c.edge
).with_for_update()

SYSTEM = "system"
"""The actor of what the service does by itself."""


@dataclass(frozen=True)
class Head:
    """The signed end of the log."""

    origin: str
    public_key: bytes
    size: int
    root: bytes
    note: str


@dataclass(frozen=True)
class Proof:
    """That one leaf stands at one position under one signed head (RFC 9162 §2.1.3)."""

    position: int
    leaf: bytes
    path: tuple[bytes, ...]
    head: Head
    last_leaf: bytes
    """The leaf of the entry that ends the head."""


def record(
    session: Session,
    kind: str,
    *,
    at: datetime,
    actor: str = SYSTEM,
    subject: Protected | str | None = None,
    case_id: UUID | None = None,
    **facts: Any,
) -> Collected:
    """Collect one entry; it speaks for every protected row changed since the entry before it.

    `kind` is `thing.happened`; `actor` is `person:ID`, `token:ID` or `system`;
    `subject` is what a reader would look it up by.
    """
    session.flush()
    changed: dict[str, Row | None] = session.info.setdefault("changed", {})
    name = subject.row_key() if isinstance(subject, Protected) else subject
    entry = Collected(kind, at, actor, name, case_id, facts, dict(changed))
    if isinstance(subject, Protected):
        entry.rows.setdefault(subject.row_key(), subject)
    changed.clear()
    collect(session, entry)
    return entry


def collect(session: Session, entry: Collected) -> None:
    """Collect an entry that says by itself which rows it speaks for."""
    session.info.setdefault("entries", []).append(entry)


def watch_changes(session: Session, _flush: object) -> None:
    """Note each protected row whose bound columns a flush has written (`after_flush`)."""
    changed: dict[str, Row | None] = session.info.setdefault("changed", {})
    for row in session.new:
        if isinstance(row, Protected):
            changed[row.row_key()] = row
    for row in session.dirty:
        if isinstance(row, Protected):
            state = inspect(row)
            if any(state.attrs[c].history.has_changes() for c in row.protected_columns()):
                changed[row.row_key()] = row
    for row in session.deleted:
        if isinstance(row, Protected):
            changed[row.row_key()] = None


def append_collected(session: Session) -> None:
    """Append what the use case collected, and sign the new head (`before_commit`)."""
    if session.in_nested_transaction():
        return
    require_recorded(session)
    if entries := session.info.get("entries"):
        _append(session, entries)
        session.info["entries"] = []
    session.info["committing"] = True


def require_recorded(session: Session) -> None:
    """Refuse to go on while a protected row has changed and no entry says so."""
    session.flush()
    if changed := session.info.get("changed"):
        names = sorted({key.partition(":")[0] for key in changed})
        raise UnrecordedChange(f"no ledger entry speaks for changed rows of {', '.join(names)}")


def _append(session: Session, entries: list[Collected]) -> None:
    signer: Signer | None = session.info.get("signer")
    if signer is None:
        raise LedgerBroken("this session has no key to sign the ledger's head with")
    edge = _locked_edge(session, signer)
    leaves: list[dict[str, object]] = []
    nodes: list[dict[str, object]] = []
    details: list[dict[str, object]] = []
    for entry in entries:
        leaf = entry.written.leaf
        entry.position = edge.size
        leaves.append({"position": edge.size, "leaf": leaf})
        details.append(_detail(entry))
        nodes.extend(
            {"level": level, "number": number, "hash": value}
            for level, number, value in edge.append(merkle.leaf_hash(leaf))
        )
    # By their tables: the session's bookkeeping for mapped rows would cost more than the inserts.
    connection = session.connection()
    insert_values(connection, _ENTRIES, leaves)
    insert_values(connection, _DETAILS, details)
    if nodes:
        insert_values(connection, _INNER_NODES, nodes)
    root = edge.root()
    grown = {"size": edge.size, "root": root, "edge": edge.to_bytes()}
    connection.execute(_GROW_HEAD, {**grown, "note": signer.sign(edge.size, root)})


def open_log(session: Session, signer: Signer) -> None:
    """Write the head of an empty log, once; raises `LedgerBroken` where another log stands."""
    standing = session.get(LedgerHeadRecord, 1)
    if standing is None:
        session.add(
            LedgerHeadRecord(
                origin=signer.origin,
                public_key=signer.public_key,
                size=0,
                root=merkle.EMPTY_ROOT,
                edge=b"",
                note=signer.sign(0, merkle.EMPTY_ROOT),
            )
        )
    elif (standing.origin, standing.public_key) != (signer.origin, signer.public_key):
        raise LedgerBroken(
            f"the ledger in this database belongs to another signing key, or to the origin "
            f"{standing.origin!r} and not {signer.origin!r} (VAERN_ORIGIN)"
        )


def head(session: Session) -> Head:
    """Return the signed head as this session sees it."""
    # By columns: appending goes past the session, which may hold the row as it stood before.
    return Head(*session.connection().execute(_WHOLE_HEAD).one())


def keep_checkpoint(session: Session, at: datetime) -> Head:
    """Keep the head as it stands, once for each size, to be handed out later."""
    now = head(session)
    if session.get(CheckpointRecord, now.size) is None:
        session.add(CheckpointRecord(size=now.size, made_at=at, note=now.note))
    return now


def prove(session: Session, position: int) -> Proof:
    """Return the proof that the entry at `position` stands under the present head.

    Raises `IndexError` where there is no such entry.
    """
    # Past the session, as the ledger's tables are written: nothing of them waits in it.
    connection = session.connection()
    rows = _HEAD_AND_LEAVES.rows(connection, {"of": position, "beside": position ^ 1})
    if not rows:
        raise LedgerBroken("the ledger has no head")
    now = Head(*rows[0][:5])
    leaves = {row.position: row.leaf for row in rows if row.leaf is not None}
    if not 0 <= position < now.size or position not in leaves:
        raise IndexError(position)
    # Which nodes the path needs is known from the numbers alone: all are fetched at once.
    needed = _needed(position, now.size)
    nodes = {(0, place): merkle.leaf_hash(leaf) for place, leaf in leaves.items()}
    inner = [node for node in needed if node[0] > 0]
    asked = {
        f"{what}_{place}": value
        for place, node in enumerate(inner)
        for what, value in zip(("level", "number"), node, strict=True)
    }
    for row in _inner_nodes(len(inner)).rows(connection, asked) if inner else ():
        nodes[row.level, row.number] = row.hash
    try:
        path = merkle.inclusion_proof(
            lambda level, number: nodes[level, number], position, now.size
        )
        return Proof(position, leaves[position], tuple(path), now, leaves[now.size - 1])
    except KeyError as missing:
        raise LedgerBroken(f"the ledger lacks what stands at {missing}") from missing


@cache
def _inner_nodes(count: int) -> Prepared:
    """Select so many nodes; a path has no more of them than the log has levels."""
    these = (
        (_NODE.level == bindparam(f"level_{place}"))
        & (_NODE.number == bindparam(f"number_{place}"))
        for place in range(count)
    )
    return Prepared(select(_NODE.level, _NODE.number, _NODE.hash).where(or_(*these)))


def _needed(position: int, size: int) -> list[tuple[int, int]]:
    """Return level and number of each node that the audit path of a leaf is made of."""
    needed: list[tuple[int, int]] = []

    def note(level: int, number: int) -> bytes:
        needed.append((level, number))
        return b""

    merkle.inclusion_proof(note, position, size)
    return needed


def prove_growth(session: Session, old: int) -> tuple[bytes, ...]:
    """Return the proof that the log of `old` entries is the beginning of the present one."""
    return tuple(merkle.consistency_proof(node_reader(session), old, head(session).size))


def node_reader(session: Session) -> merkle.NodeReader:
    """Return a reader of subtree hashes that fetches one row for each."""

    def node(level: int, number: int) -> bytes:
        if level == 0:
            where = select(LedgerEntryRecord.leaf).where(LedgerEntryRecord.position == number)
            return merkle.leaf_hash(session.execute(where).scalar_one())
        which = (LedgerNodeRecord.level == level, LedgerNodeRecord.number == number)
        return session.execute(select(LedgerNodeRecord.hash).where(*which)).scalar_one()

    return node


def custody(session: Session, subject: str) -> Iterator[LedgerDetailRecord]:
    """Return every entry about a subject, oldest first."""
    yield from session.scalars(
        select(LedgerDetailRecord)
        .where(LedgerDetailRecord.subject == subject)
        .order_by(LedgerDetailRecord.position)
    )


def _locked_edge(session: Session, signer: Signer) -> merkle.Edge:
    row = session.connection().execute(_LOCKED_HEAD).one_or_none()
    if row is None:
        raise LedgerBroken("the ledger has no head")
    if row.public_key != signer.public_key or row.origin != signer.origin:
        raise LedgerBroken("the ledger's head belongs to another key")
    try:
        edge = merkle.Edge.from_bytes(row.size, row.edge)
    except ValueError as bad:
        raise LedgerBroken(str(bad)) from bad
    if edge.root() != row.root:
        raise LedgerBroken("the ledger's root is not that of its edge")
    return edge


def _detail(entry: Collected) -> dict[str, object]:
    return {
        "position": entry.position,
        "kind": entry.kind,
        "at": entry.at,
        "subject": entry.subject,
        "case_id": entry.case_id,
        "actor": entry.actor,
        "salt": entry.written.salt,
        "details": entry.written.details.decode(),
    }
