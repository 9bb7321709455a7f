"""The pictures and files of a booklet: opened one by one, when the booklet comes to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload
from uuid import UUID

from archive.records.evidence import ObjectRecord
from archive.vault.vault import Vault
from service.casework.exporting.looked_up import LookedUp

MOST_SHOWN = 384 * 1024 * 1024
"""Bytes of all pictures and attached files; what is beyond keeps its words and its digest."""


class SealedPictures(Sequence[bytes | None]):
    """Objects that are opened when they are asked for; None where one does not open."""

    def __init__(self, vault: Vault, known: LookedUp) -> None:
        self._vault, self._known = vault, known
        self._stored: list[tuple[UUID, ObjectRecord]] = []
        self._size = 0

    def put(self, evidence_id: UUID, stored: ObjectRecord) -> int | None:
        """Return the place of an object; None where the booklet holds too much already."""
        if self._size + stored.size > MOST_SHOWN:
            return None
        self._size += stored.size
        self._stored.append((evidence_id, stored))
        return len(self._stored) - 1

    @overload
    def __getitem__(self, at: int) -> bytes | None: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[bytes | None]: ...
    def __getitem__(self, at: int | slice) -> bytes | Sequence[bytes | None] | None:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        return self._known.opened(self._vault, *self._stored[at])

    def __len__(self) -> int:
        return len(self._stored)
