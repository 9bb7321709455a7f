"""What is read slowly, after everything else: text in pictures and on scanned pages.

The quick reading has told what the picture is and shown it; this one adds what
stands in it. Its facts hold those of the quick one, so that the latest reading
is always the whole of what is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.reading.fingerprint import Fingerprint
from archive.records.readings import FingerprintRecord, SlowReadingRecord
from service.casework.evidence.reading_plan import PAGE_TEXT, PICTURE_TEXT

WAITING: Final = "waiting"
FAILED: Final = "failed"
_PAGE: Final = "page-"


def slow_reader_for(reader: str, facts: Mapping[str, Any]) -> str | None:
    """Return which slow reading a quick one calls for, by what it told; None for none."""
    if reader == "image" and facts.get("preview") == "made":
        return PICTURE_TEXT
    if reader == "pdf" and facts.get("pages_without_text"):
        return PAGE_TEXT
    return None


def ask_for_slow_reading(session: Session, evidence_id: UUID, reader: str, now: datetime) -> None:
    """Let a slow reading wait, anew where there was one."""
    row = session.scalars(
        select(SlowReadingRecord).where(SlowReadingRecord.evidence_id == evidence_id)
    ).first()
    if row is None:
        row = SlowReadingRecord(id=uuid4(), evidence_id=evidence_id)
        session.add(row)
    row.reader, row.asked_at, row.ended_at = reader, now, None
    row.attempts, row.next_attempt_at, row.last_error = 0, now, None
    row.claimed_by = row.claimed_until = None
    row.fence = (row.fence or 0) + 1


def keep_fingerprint(session: Session, evidence_id: UUID, facts: Mapping[str, Any]) -> None:
    """Keep what a picture looks like where a query finds it."""
    told = facts.get("fingerprint")
    try:
        found = Fingerprint(f"{int(told['coarse'], 16):016x}", f"{int(told['fine'], 16):064x}")  # type: ignore[index]  # told by a child: anything else is caught
    except (TypeError, KeyError, ValueError):
        return
    if len(found.coarse) != 16 or len(found.fine) != 64:  # noqa: PLR2004 - 64 and 256 bits
        return
    first, second, third, fourth = found.bands()
    session.merge(
        FingerprintRecord(
            evidence_id=evidence_id,
            coarse=found.coarse,
            fine=found.fine,
            band_1=first,
            band_2=second,
            band_3=third,
            band_4=fourth,
        )
    )


def megapixels_of(facts: Mapping[str, Any]) -> float:
    """Return how much there is to read, from the facts of the quick reading."""
    pages = facts.get("pages_without_text")
    if isinstance(pages, list):
        return 4.0 * len(pages)
    width, height = facts.get("width"), facts.get("height")
    if isinstance(width, int) and isinstance(height, int):
        return width * height / 1e6
    return 4.0


def together(quick: Mapping[str, Any], slow: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of both readings as one; those of a PDF with the scanned pages in place.

    `text_state` is `read`, `unsure`, `no_text`, `failed`; `text` stands only for `read`.
    """
    facts = {key: value for key, value in quick.items() if key != "text_state"}
    pages = {key: value for key, value in slow.items() if key.startswith(_PAGE)}
    if "scanned_pages" not in slow:
        state = slow.get("text_state", FAILED)
        return facts | dict(slow) | {"text_state": state}
    facts |= {key: value for key, value in slow.items() if key not in pages}
    texts = [str(text) for text in quick.get("page_texts") or []]
    states = set()
    for key, page in pages.items():
        number = int(key.removeprefix(_PAGE)) if key.removeprefix(_PAGE).isdecimal() else -1
        if isinstance(page, dict) and 0 <= number < len(texts):
            states.add(page.get("text_state"))
            texts[number] = str(page.get("text") or texts[number])
    facts["read_pages"] = {key.removeprefix(_PAGE): value for key, value in pages.items()}
    facts["page_texts"] = texts
    text = _joined(texts)
    facts.pop("text", None)
    if text:
        return facts | {"text": text, "text_state": "read"}
    return facts | {"text_state": "unsure" if "unsure" in states else "no_text"}


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(filter(None, texts)).strip()
