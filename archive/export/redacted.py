"""What a redacted bundle says: no names, no free text; what is left out stays proven as closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from archive.errors import EvidenceNotFound
from archive.export.package import HandOver

if TYPE_CHECKING:
    from archive.export.gather import Held, Piece

REDACTED, EXPORTED = "evidence.redacted", "evidence.exported"
REDACTION = "redacted"

_PLAIN: Final = frozenset({"original_sha256", "redacted_sha256", "boxes", "words"})
"""What the entry of a covering may say: digests and counts, no word that anybody typed."""

_CALLED: Final = MappingProxyType({"person": "Medarbejder", "token": "Program"})


class NotRedacted(EvidenceNotFound):
    """Somebody asked for a redacted bundle, and a piece of it has not been redacted yet."""


def pseudonyms(pieces: Iterable[Piece], over: HandOver) -> dict[str, str]:
    """Return what the ledger's actors are called: numbered in the order in which they acted.

    The same person has the same number in the whole bundle, whoever hands it over included.
    """
    acts = sorted((entry.position, entry.actor) for piece in pieces for entry in piece.entries)
    count: Counter[str] = Counter()
    names = {"system": "Værn"}
    for actor in (*(actor for _, actor in acts), over.made_by):
        if actor not in names:
            called = _CALLED.get(actor.partition(":")[0], "Nogen")
            count[called] += 1
            names[actor] = f"{called} {count[called]}"
    return names


def shown(piece: Piece, over: HandOver) -> frozenset[int]:
    """Return where the entries stand that a redacted bundle must open to hold.

    They are the receipt, which carries the original's digest; the covering, which joins the
    copy to it; and this hand-over. Every other entry may hold a reason, an earlier recipient
    or a name: of it kind and moment are told, and that it stands in the ledger.
    """
    opened = {piece.entries[0].position, _covering(piece)[0]}
    for entry, told in zip(piece.entries, piece.opened, strict=True):
        if entry.kind == EXPORTED and told["facts"].get("export") == str(over.id):
            opened.add(entry.position)
    return frozenset(opened)


def redacted_object(piece: Piece) -> Held:
    """Return the redacted file that stands for the original; raises `NotRedacted`."""
    stored = piece.latest(REDACTION)
    if stored is None:
        raise NotRedacted(str(piece.evidence.id))
    return stored


def redaction(piece: Piece, path: str) -> dict[str, Any]:
    """Return what the redacted file stands for, as the ledger's entry says it."""
    _, said = _covering(piece)
    return {
        "evidence": str(piece.evidence.id),
        "number": piece.number,
        "path": path,
        "sha256": redacted_object(piece).sha256,
        "stands_for": said["facts"]["original_sha256"],
        "at": said["at"],
    }


def _covering(piece: Piece) -> tuple[int, dict[str, Any]]:
    """Return the latest entry of a covering and where it stands; raises `NotRedacted`.

    One that holds more than digests and counts is never opened: the piece is covered anew.
    """
    stored = redacted_object(piece)
    found = [
        (entry.position, told)
        for entry, told in zip(piece.entries, piece.opened, strict=True)
        if entry.kind == REDACTED
    ]
    if not found or not found[-1][1]["facts"].keys() <= _PLAIN:
        raise NotRedacted(str(piece.evidence.id))
    if found[-1][1]["facts"].get("redacted_sha256") != stored.sha256:
        raise NotRedacted(str(piece.evidence.id))
    return found[-1]
