"""Heads that stand outside, stored here or brought back, against the tree that the leaves make.

What is stored beside the ledger belongs to its owner, who may leave it out;
what somebody else kept and brings back he cannot.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import FromClause

from archive.ledger.checkpoint import Checkpoint, CheckpointInvalid, read_note
from archive.ledger.checks.findings import Findings, Kind
from archive.ledger.checks.source import Cells, Damaged, Garbled, Source
from archive.ledger.checks.tree import Tree
from archive.ledger.outside import split_pem
from archive.ledger.outside_files import GivenHead
from archive.ledger.stamps import Expected, StampRefused, imprint_of, judge
from archive.records.ledger import OutsideHeadRecord, OutsideKind, OutsideState

Trusted = tuple[bytes, str | None]
_TABLE: FromClause = OutsideHeadRecord.__table__
_NAME: str = OutsideHeadRecord.__tablename__
_COLUMNS = ("id", "size", "note", "kind", "state", "made_at", "token", "certificates")
_DIGESTS = ("sha256", "sha384", "sha512")


@dataclass
class OutsideCheck:
    """Reads every head that stands outside; compares them when the tree is known.

    `authorities` are the certificates of each authority that is trusted, as
    PEM; without any, a stored time-stamp is held against those beside it.
    """

    findings: Findings
    trusted: Trusted
    given: Sequence[GivenHead] = ()
    authorities: Sequence[tuple[str, ...]] = ()
    heads: list[tuple[str, Checkpoint]] = field(default_factory=list)
    _notes: dict[bytes, str] = field(default_factory=dict)
    _stamped: int = 0

    def read(self, source: Source) -> None:
        """Read what is stored, then what was given."""
        try:
            for row in self._rows(source):
                self._stored(row)
            if any(one.token for one in self.given):
                self._know_notes(source)
        except Damaged as damaged:
            self.findings.add(Kind.DATABASE, f"outside_heads: {damaged}")
        for one in self.given:
            self._brought_back(one)
        if self._stamped and not self.authorities:
            self.findings.unchecked.append(
                "time-stamps: held against the certificates stored beside them, for none were given"
            )
        if not self.given:
            self.findings.unchecked.append(
                "outside head: none was given, so a log that its owner has rewritten would not show"
            )

    def sizes(self) -> set[int]:
        """Return the sizes at which a root is needed."""
        return {head.size for _, head in self.heads}

    def compare(self, tree: Tree) -> None:
        """Compare every head with the tree."""
        for name, head in self.heads:
            if head.size > tree.size:
                self.findings.add(
                    Kind.OUTSIDE_HEAD,
                    f"the outside head speaks of {head.size} entries, only {tree.size} stand:"
                    " the end of the log is missing",
                    id=name,
                )
            elif tree.roots.get(head.size) != head.root:
                self.findings.add(
                    Kind.OUTSIDE_HEAD,
                    f"the first {head.size} entries are not those of the outside head",
                    id=name,
                )

    def _rows(self, source: Source) -> Iterator[Mapping[str, Any]]:
        cells = Cells(source, _TABLE, _COLUMNS)
        query = f"SELECT {cells.sql} FROM {source.quoted(_NAME)} ORDER BY size"  # noqa: S608 — our own names
        for rows in source.stream(query):
            for row in rows:
                try:
                    yield cells.read(row)
                except Garbled as garbled:
                    self.findings.add(Kind.ROW, f"a head outside cannot be read: {garbled}")

    def _stored(self, row: Mapping[str, Any]) -> None:
        if row["state"] != OutsideState.SEALED:
            return
        name = f"{_NAME}:{row['id']}"
        head = self._note(row["note"], name)
        if head is None:
            return
        self.heads.append((name, head))
        if head.size != row["size"]:
            self._wrong(f"its note speaks of {head.size} entries", name)
        if row["kind"] != OutsideKind.TIMESTAMP:
            return
        self._stamped += 1
        pins = self.authorities or [split_pem(row["certificates"] or "")]
        made_at = self._judged(row["token"] or b"", row["note"], pins, name)
        if made_at is not None and made_at != row["made_at"]:
            self._wrong("it states another moment than its time-stamp", name)

    def _brought_back(self, one: GivenHead) -> None:
        if one.note is not None:
            head = self._note(one.note, one.name)
            if head is not None:
                self.heads.append((one.name, head))
            return
        try:
            digest, imprint = imprint_of(one.token or b"")
        except StampRefused as refused:
            self._wrong(f"the time-stamp is not valid: {refused.code}", one.name)
            return
        note = self._notes.get(imprint)
        if note is None:
            self._wrong(f"the time-stamp speaks of no head of this log ({digest})", one.name)
            return
        if self.authorities:
            self._judged(one.token or b"", note, self.authorities, one.name)
        else:
            self.findings.unchecked.append(
                f"time-stamp {one.name}: its signature, for no certificates were given"
            )
        head = self._note(note, one.name)
        if head is not None:
            self.heads.append((one.name, head))

    def _know_notes(self, source: Source) -> None:
        """A time-stamp holds the digest of a note only; the notes are all here."""
        tables = ("outside_heads", "checkpoints", "ledger_head")
        for table in tables:
            for rows in source.stream(f"SELECT note FROM {table}"):  # noqa: S608 — named above
                for (note,) in rows:
                    if isinstance(note, str):
                        data = note.encode("utf-8", "surrogateescape")
                        for digest in _DIGESTS:
                            self._notes[hashlib.new(digest, data).digest()] = note

    def _judged(
        self, token: bytes, note: str, pins: Sequence[tuple[str, ...]], name: str
    ) -> object | None:
        """Return the moment that a time-stamp states, or note why none of the pinned signed it."""
        codes = []
        for certificates in pins:
            try:
                return judge(token, Expected(note.encode(), certificates)).made_at
            except StampRefused as refused:
                codes.append(refused.code)
        self._wrong(f"the time-stamp is not valid: {', '.join(dict.fromkeys(codes))}", name)
        return None

    def _note(self, note: Any, name: str) -> Checkpoint | None:
        try:
            return read_note(note, *self.trusted)
        except (CheckpointInvalid, ValueError, TypeError, AttributeError) as bad:
            reason = str(bad) if isinstance(bad, CheckpointInvalid) else "it cannot be read"
            self._wrong(f"the outside head is not valid: {reason}", name)
            return None

    def _wrong(self, message: str, name: str) -> None:
        self.findings.add(Kind.OUTSIDE_HEAD, message, id=name)
