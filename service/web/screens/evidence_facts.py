"""Facts of a piece of evidence, each with how it is known: said, measured, read, stated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.casework.evidence.belongings import deliveries_of
from service.casework.evidence.listing import Piece
from service.casework.evidence.readings import StoredReading
from service.casework.mail.found import original_of
from service.web.views.evidence import Fact, FactName, HowKnown

_KNOWN = {
    "verified": HowKnown.VERIFIED,
    "captured": HowKnown.OWN_CAPTURE,
    "attached": HowKnown.ATTACHED,
    "handed_in": HowKnown.HANDED_IN,
    "read_by_machine": HowKnown.READ_BY_MACHINE,
    "typed_inline": HowKnown.TYPED_INLINE,
    "told": HowKnown.TOLD,
}


def facts_of(
    session: Session, row: Piece, reading: StoredReading | None, *, told: bool
) -> tuple[Fact, ...]:
    """Return the facts in the order to show them; `told` leaves in what names people."""
    facts = [Fact(FactName.RECEIVED, row.received_at, HowKnown.MEASURED)]
    if told:
        facts += _told_facts(session, row, reading)
    facts += read_facts(reading) if told else []
    facts.append(Fact(FactName.TYPE, row.media_type, HowKnown.READ_BY_MACHINE))
    facts.append(Fact(FactName.SIZE, row.size, HowKnown.MEASURED))
    return tuple(facts)


def _told_facts(session: Session, row: Piece, reading: StoredReading | None) -> list[Fact]:
    """Return what names people: sender, subject, file name, address, note."""
    facts: list[Fact] = []
    deliveries = deliveries_of(session, row)
    if row.kind == "mail" and deliveries:
        sender = deliveries[0].envelope.get("mail_from")
        if sender:
            facts.append(Fact(FactName.HANDED_IN_BY, str(sender), HowKnown.TOLD))
    facts += mail_facts(reading)
    if row.filename and row.kind != "capture":
        facts.append(Fact(FactName.FILENAME, row.filename, HowKnown.HANDED_IN))
    if row.source_url:
        known = _KNOWN.get(row.known, HowKnown.TOLD)
        facts.append(
            Fact(
                FactName.SOURCE_ADDRESS,
                row.source_url,
                known if row.kind == "capture" else HowKnown.TOLD,
            )
        )
    if row.seen_at:
        known = HowKnown.OWN_CAPTURE if row.kind == "capture" else HowKnown.TOLD
        facts.append(Fact(FactName.SEEN, row.seen_at, known))
    if row.note:
        facts.append(Fact(FactName.NOTE, row.note, HowKnown.TOLD))
    return facts


def mail_facts(reading: StoredReading | None) -> list[Fact]:
    """Return from whom, when and about what, each with how it is known."""
    if reading is None or not reading.facts or reading.message is None:
        return []
    original = original_of(reading.message)
    if original is None:
        return []
    known = _KNOWN[original.known]
    author = " ".join(
        part
        for part in (original.name, f"<{original.address}>" if original.address else "")
        if part
    )
    facts: list[tuple[FactName, datetime | str | None]] = [
        (FactName.FROM, author or None),
        (FactName.SUBJECT, original.subject),
        (FactName.SENT, original.sent_at),
    ]
    return [Fact(name, value, known) for name, value in facts if value]


_STATED = {
    FactName.TAKEN: ("taken", "recorded"),
    FactName.MADE: ("made",),
    FactName.AUTHOR: ("author", "performer"),
    FactName.PROGRAM: ("program", "software"),
}
"""What a file says of itself, by the names that the readers give it."""


def read_facts(reading: StoredReading | None) -> list[Fact]:
    """Return what a program measured in a file, and what the file says of itself."""
    if reading is None:
        return []
    told = reading.facts
    found: list[tuple[FactName, str | int | None]] = [
        (FactName.PICTURE_SIZE, _picture_size(told)),
        (FactName.DURATION, duration_of(told)),
        (FactName.PAGES, _count(told, "pages")),
        (FactName.ENTRIES, _count(told, "entries_count")),
        (FactName.UNPACKED, _count(told, "unpacked_size")),
        (FactName.SCRIPTS, _count(told, "scripts") or None),
    ]
    facts = [Fact(name, value, HowKnown.READ_BY_MACHINE) for name, value in found if value]
    return facts + _stated_facts(told.get("stated"))


def duration_of(told: Mapping[str, Any]) -> str | None:
    """Return a length as players show it ("0:42", "1:02:07"): with a dot it reads as a number."""
    seconds = told.get("duration")
    if not isinstance(seconds, int | float) or not 0 < seconds < 10_000_000:  # noqa: PLR2004 — 115 days
        return None
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _stated_facts(stated: object) -> list[Fact]:
    if not isinstance(stated, dict):
        return []
    facts = []
    for name, keys in _STATED.items():
        value = next((stated[key] for key in keys if isinstance(stated.get(key), str)), None)
        if value:
            facts.append(Fact(name, value, HowKnown.STATED))
    device = " ".join(str(stated[key]) for key in ("make", "model") if stated.get(key))
    return [*facts, Fact(FactName.DEVICE, device, HowKnown.STATED)] if device else facts


def _picture_size(told: Mapping[str, Any]) -> str | None:
    size = told.get("upright") or [told.get("width"), told.get("height")]
    if not isinstance(size, list) or len(size) != 2:  # noqa: PLR2004 — width and height
        return None
    width, height = size
    return f"{width} × {height}" if isinstance(width, int) and isinstance(height, int) else None


def _count(told: Mapping[str, Any], name: str) -> int | None:
    value = told.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
