"""What a reader should know of a reading before the content: what is uncertain, missing, unsafe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from service.casework.evidence.readings import StoredReading
from service.casework.evidence.scans import INFECTED
from service.web.wording import gettext_of

if TYPE_CHECKING:
    from service.casework.evidence.beside import Scan


def reading_notes(
    language: str, reading: StoredReading | None, scan: Scan | None
) -> tuple[str, ...]:
    """Return plain sentences, the most important first."""
    return tuple(_notes(language, reading.facts if reading else {}, scan))


def _notes(language: str, facts: Mapping[str, Any], scan: Scan | None) -> Iterator[str]:
    _ = gettext_of(language)
    if scan is not None and scan.verdict == INFECTED:
        yield _(
            "The virus scanner says: %(name)s. The original is kept; nothing of it is shown here."
        ) % {"name": scan.says or "?"}
    state = facts.get("text_state")
    if state == "unsure":
        yield _("The text in it cannot be read for certain. See the picture.")
    elif state == "waiting":
        yield _("The text in it is being read, and comes by itself.")
    elif state == "encrypted":
        yield _("It is locked with a password. The original is kept as it is.")
    whole, read = facts.get("scanned_pages"), facts.get("scanned_pages_read")
    if isinstance(whole, int) and isinstance(read, int) and read < whole:
        yield _("%(read)d of %(whole)d scanned pages have been read.") % {
            "read": read,
            "whole": whole,
        }
    if facts.get("incomplete"):
        yield _("The picture breaks off. What there is of it is shown.")
    if facts.get("preview") == "too_many_pixels":
        yield _("The picture is too large to be shown here. The original is kept.")
    if facts.get("bomb"):
        yield _("It says that it unpacks to far more than it is. Do not unpack it.")
