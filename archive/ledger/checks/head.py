"""The signed head and the kept checkpoints against the tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from archive.ledger.checkpoint import Checkpoint, CheckpointInvalid, read_note, signed_by_one
from archive.ledger.checks.findings import Findings, Kind
from archive.ledger.checks.source import Damaged, Source
from archive.ledger.checks.tree import Tree

_HEAD = "SELECT id, origin, public_key, size, root, edge, note FROM ledger_head"


@dataclass(frozen=True)
class Signed:
    """What the signed notes say, before the tree is known."""

    head: Checkpoint | None
    row: Sequence[Any] | None
    checkpoints: tuple[tuple[str, Checkpoint], ...]
    trusted: tuple[bytes, str | None]
    """The key and the log's name under which notes are read."""

    def sizes(self) -> set[int]:
        """Return the sizes at which a root is needed."""
        return {note.size for _, note in self.checkpoints}


def read_signed(source: Source, findings: Findings, public_key: bytes | None) -> Signed:
    """Read every signed note under the key that is trusted, or else the stored one."""
    rows = [row for batch in source.stream(_HEAD) for row in batch]
    if [row[0] for row in rows] != [1]:
        findings.add(Kind.HEAD, f"the ledger has {len(rows)} heads instead of one")
    row = rows[0] if rows else None
    key = public_key or (row[2] if row else b"")
    if public_key is None:
        findings.unchecked.append("public key: the stored one was used, for none was given")
    elif row and row[2] != public_key:
        findings.add(Kind.HEAD, "the stored public key is not the one that was given")
    trusted = (key, row[1] if row else None)
    head = None
    if row:
        head = _note(findings, row[6], trusted, kind=Kind.HEAD, what="the head")
        if head and not signed_by_one(row[6]):
            findings.add(Kind.HEAD, "the head's note holds more than its text and one signature")
    return Signed(head, row, _checkpoints(source, findings, trusted), trusted)


def check_head(findings: Findings, signed: Signed, tree: Tree) -> None:
    """Compare everything signed with the tree that the leaves make."""
    if not tree.whole:
        findings.add(Kind.HEAD, "the head cannot be recomputed: an entry is missing or no bytes")
        return
    _check_row(findings, signed, tree)
    for name, checkpoint in signed.checkpoints:
        if tree.roots.get(checkpoint.size) != checkpoint.root:
            findings.add(
                Kind.CHECKPOINT, f"at {checkpoint.size} entries the root was another", id=name
            )


def _check_row(findings: Findings, signed: Signed, tree: Tree) -> None:
    if signed.row:
        _, _, _, size, root, edge, _ = signed.row
        if size != tree.size:
            findings.add(Kind.HEAD, f"the head counts {size} entries, {tree.size} stand")
        if root != tree.root:
            findings.add(Kind.HEAD, "the head's root is not that of the entries")
        if edge != tree.edge:
            findings.add(Kind.HEAD, "the head's right edge is not that of the entries")
    if signed.head and (signed.head.size, signed.head.root) != (tree.size, tree.root):
        findings.add(Kind.HEAD, "the signed note speaks of other entries than those that stand")


def _checkpoints(
    source: Source, findings: Findings, trusted: tuple[bytes, str | None]
) -> tuple[tuple[str, Checkpoint], ...]:
    read: list[tuple[str, Checkpoint]] = []
    try:
        for rows in source.stream("SELECT size, note FROM checkpoints ORDER BY size"):
            for size, note in rows:
                name = f"checkpoints:{size}"
                kept = _note(
                    findings, note, trusted, kind=Kind.CHECKPOINT, what="the checkpoint", name=name
                )
                if kept and kept.size != size:
                    findings.add(Kind.CHECKPOINT, f"its note speaks of {kept.size}", id=name)
                if kept:
                    read.append((name, kept))
    except Damaged as damaged:
        findings.add(Kind.DATABASE, f"checkpoints: {damaged}")
    return tuple(read)


def _note(
    findings: Findings,
    note: Any,
    trusted: tuple[bytes, str | None],
    *,
    kind: Kind,
    what: str,
    name: str | None = None,
) -> Checkpoint | None:
    try:
        return read_note(note, *trusted)
    except (CheckpointInvalid, ValueError, TypeError, AttributeError) as bad:
        reason = str(bad) if isinstance(bad, CheckpointInvalid) else "it cannot be read"
        findings.add(kind, f"{what} is not valid: {reason}", id=name)
        return None
