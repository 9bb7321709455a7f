"""What a verification found: each fault by kind and place, and what was left unchecked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

MOST_FINDINGS = 10_000
"""A database that is wrong throughout is not described line by line for ever."""

Progress = Callable[[int, int], None]


class Kind(StrEnum):
    """What sort of fault it is."""

    DATABASE = "database_damaged"
    HEAD = "head_wrong"
    LEAF = "leaf_wrong"
    LEAF_MISSING = "leaf_missing"
    NODE = "node_wrong"
    CHECKPOINT = "checkpoint_wrong"
    OUTSIDE_HEAD = "outside_head_contradicts"
    DETAILS = "details_changed"
    DETAILS_MISSING = "details_missing"
    NOT_ERASED = "not_erased"
    ROW = "row_changed"
    ROW_MISSING = "row_missing"
    ROW_UNRECORDED = "row_unrecorded"
    OBJECT = "object_changed"
    OBJECT_MISSING = "object_missing"
    OBJECT_EXTRA = "object_extra"
    KEY = "key_wrong"


@dataclass(frozen=True)
class Finding:
    """One fault: `id` names a row (`table:key`) or an object, `position` an entry."""

    kind: Kind
    message: str
    id: str | None = None
    position: int | None = None


@dataclass(frozen=True)
class Report:
    """The whole answer of `verify`."""

    entries: int
    objects: int
    findings: tuple[Finding, ...]
    unchecked: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """True where nothing is wrong with what was checked."""
        return not self.findings

    def to_json(self) -> dict[str, object]:
        """Return the document of the contract (DESIGN §5)."""
        return {
            "ok": self.ok,
            "entries": self.entries,
            "objects": self.objects,
            "findings": [
                {"kind": f.kind, "id": f.id, "position": f.position, "message": f.message}
                for f in self.findings
            ],
            "unchecked": list(self.unchecked),
        }

    def to_text(self) -> str:
        """Return the document as text."""
        return json.dumps(self.to_json(), ensure_ascii=False)


@dataclass
class Findings:
    """What has come up so far, and how far the check is."""

    progress: Progress | None = None
    total: int = 0
    done: int = 0
    found: dict[Finding, None] = field(default_factory=dict)
    unchecked: list[str] = field(default_factory=list)

    def add(
        self,
        kind: Kind,
        message: str,
        *,
        id: str | None = None,  # noqa: A002 — the contract's word
        position: int | None = None,
    ) -> None:
        """Note a fault, once."""
        if len(self.found) < MOST_FINDINGS:
            self.found[Finding(kind, message, id, position)] = None
        elif len(self.found) == MOST_FINDINGS:
            self.unchecked.append(f"findings after the first {MOST_FINDINGS} are not listed")
            self.found[Finding(kind, message, id, position)] = None

    def advance(self, count: int) -> None:
        """Say that so many more items are done."""
        self.done += count
        if self.progress is not None:
            self.progress(min(self.done, self.total), self.total)

    def report(self, entries: int, objects: int) -> Report:
        """Close the list."""
        return Report(entries, objects, tuple(self.found), tuple(self.unchecked))


__all__ = ["Finding", "Findings", "Kind", "Progress", "Report"]
