"""A table that somebody brings in: read whole, in memory, with what is said beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from starlette.requests import ClientDisconnect

from service.access.principal import Principal
from service.errors import UploadInvalid, UploadTooLarge
from service.organisation.refusals import FileFault, FileUnusable
from service.organisation.table import MOST_BYTES
from service.web.dependencies import require_form_token
from service.web.reading_whole import WholeDoor
from service.web.streaming import UploadLimits, receive_upload

TOKEN: Final = "csrf_token"  # noqa: S105 — the name of a form field
END_MISSING: Final = "end_missing"
_BESIDE: Final = 64 * 1024
"""Bytes of the form beside the file."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """What came; `end_missing` is whether those whom it no longer names have left."""

    whole: bytes | None
    end_missing: bool

    def content(self) -> bytes:
        """Return its bytes, none where there was no file; raises `FileUnusable` for a large one."""
        if self.whole is None:
            raise FileUnusable(FileFault.TOO_LARGE)
        return self.whole


async def receive_table(request: Request, who: Principal) -> TableFile:
    """Receive one file with its form; raises `FormExpired`, and what is no matter of the file."""

    def admit(fields: Mapping[str, str]) -> None:
        require_form_token(who, fields.get(TOKEN, ""))

    door = WholeDoor()
    limits = UploadLimits(1, MOST_BYTES + _BESIDE, frozenset({TOKEN, END_MISSING}), admit)
    came = await receive_upload(
        request, door, limits, request.app.state.upload_turns, lambda uploaded: uploaded
    )
    refusal = came.error
    if refusal is None:
        require_form_token(who, came.fields.get(TOKEN, ""))
    elif not isinstance(refusal, UploadInvalid | UploadTooLarge | ClientDisconnect):
        raise refusal
    whole = door.content if came.files and refusal is None else b""
    return TableFile(
        whole=None if isinstance(refusal, UploadTooLarge) else whole,
        end_missing=came.fields.get(END_MISSING) == "yes",
    )
