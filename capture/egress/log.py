"""The log of one visit's way out: every decision of the proxy, kept with the evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What the proxy did with a request."""

    CARRIED = "carried"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(slots=True)
class EgressEntry:
    """One request out. `received` and `sent` count bytes and grow while it is carried.

    `address` is the one that was checked and connected to; None where none was.
    `reason` is a stable code, None while all is well.
    """

    time: datetime
    method: str
    host: str
    port: int
    verdict: Verdict = Verdict.REFUSED
    address: str | None = None
    reason: str | None = None
    received: int = 0
    sent: int = 0

    def as_json(self) -> dict[str, Any]:
        """The entry as it stands in `egress.json` and, when refused, in `capture.json`."""
        return {
            "time": self.time.isoformat(),
            "method": self.method,
            "host": self.host,
            "port": self.port,
            "address": self.address,
            "verdict": self.verdict.value,
            "reason": self.reason,
            "received": self.received,
            "sent": self.sent,
        }


@dataclass(slots=True)
class EgressLog:
    """All entries of a visit, in order, up to a number; how many came after it is counted."""

    capacity: int = 5_000
    entries: list[EgressEntry] = field(default_factory=list)
    not_listed: int = 0

    def add(self, entry: EgressEntry) -> EgressEntry:
        """Keep an entry, unless a page made so many that the log itself were the attack."""
        if len(self.entries) < self.capacity:
            self.entries.append(entry)
        else:
            self.not_listed += 1
        return entry

    def refused(self) -> list[EgressEntry]:
        """The requests that were not let out."""
        return [entry for entry in self.entries if entry.verdict is Verdict.REFUSED]

    def refusal_of(self, host: str, port: int) -> str | None:
        """Why the latest request to a host and port was refused, or None if it was not."""
        for entry in reversed(self.entries):
            if (entry.host, entry.port) == (host, port):
                return entry.reason if entry.verdict is Verdict.REFUSED else None
        return None

    def failure_of(self, host: str, port: int) -> str | None:
        """Why the latest request to a host and port failed, or None if it did not."""
        for entry in reversed(self.entries):
            if (entry.host, entry.port) == (host, port):
                return entry.reason if entry.verdict is Verdict.FAILED else None
        return None
