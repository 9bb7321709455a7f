"""What a phone shares in one form: the way without a service worker or JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID, uuid4

from fastapi import Request

from service.access.phones import Phone
from service.casework.mail.arrival import require_room
from service.casework.phones import Received, Shared, receive_file, words_of
from service.errors import UploadInvalid
from service.installation import Installation
from service.web.dependencies import installation_of
from service.web.phone_right import phone_of
from service.web.quotas import UploadQuota
from service.web.standing import before_keeping
from service.web.streaming import Incoming, Uploaded, UploadLimits, receive_upload, stated_length

FIELDS = frozenset({"title", "text", "url"})
TEXT_NAME = "delt-tekst.txt"


async def take_share(request: Request, phone: Phone) -> tuple[UUID, list[Received]]:
    """Keep a form's files, or its words where there are no files; returns the share.

    What was safe before an error stays; the error itself is raised, and the names of what is
    safe stand in `request.state.kept`.
    """
    house = installation_of(request)
    quota: UploadQuota = request.app.state.upload_quota
    quota.require(phone.who, stated_length(request))
    require_room(house, stated_length(request))
    settings, share = house.settings, uuid4()
    limits = UploadLimits(settings.most_files, settings.most_upload_bytes, FIELDS)
    standing = before_keeping(phone, partial(phone_of, request, house), house.clock.now)

    def register(uploaded: Uploaded) -> tuple[list[Received], Exception | None]:
        kept, error = keep_in_order(house, standing, uploaded, share)
        quota.took(phone.who, len(kept), sum(one.size for one in kept))
        request.state.kept = _names(uploaded)[: len(kept)]
        return kept, error

    kept, error = await receive_upload(
        request, house.intake, limits, request.app.state.upload_turns, register
    )
    if kept:
        request.app.state.engine.wake("reading")
    if error is not None:
        raise error
    if not kept:
        raise UploadInvalid("nothing was shared", "files")
    return share, kept


def keep_in_order(
    house: Installation, standing: Callable[[], Phone], uploaded: Uploaded, share: UUID
) -> tuple[list[Received], Exception | None]:
    """Register what came, in its order; at the first that cannot be kept the rest is removed."""
    kept: list[Received] = []
    try:
        _words_as_file(house, uploaded)
        noted = [_shared(house, uploaded, share, number) for number in range(len(uploaded.files))]
    except Exception as failed:  # noqa: BLE001 — told to the sender
        _discard(house, uploaded.files)
        return kept, uploaded.error or failed
    for number, (one, shared) in enumerate(zip(uploaded.files, noted, strict=True)):
        try:
            kept.append(receive_file(house, standing, one.held, shared))
        except Exception as failed:  # noqa: BLE001 — those before it are safe, and said so
            _discard(house, uploaded.files[number + 1 :])  # of this one nothing is left that may go
            return kept, uploaded.error or failed
    return kept, uploaded.error


def _discard(house: Installation, files: Sequence[Incoming]) -> None:
    for one in files:
        house.vault.discard(one.held.sealed.name, one.held.sealed.segments)


def _names(uploaded: Uploaded) -> tuple[str, ...]:
    return tuple(one.filename or "" for one in uploaded.files)


def _shared(house: Installation, uploaded: Uploaded, share: UUID, number: int) -> Shared:
    fields = uploaded.fields
    note, address = words_of(
        fields.get("title", ""), fields.get("text", ""), fields.get("url", ""), house.clock.now()
    )
    return Shared(
        file_id=uuid4(),
        share=share,
        of=len(uploaded.files),
        again=str(number),
        filename=uploaded.files[number].filename,
        note=note,
        source_url=address,
    )


def _words_as_file(house: Installation, uploaded: Uploaded) -> None:
    """Let words that came alone (a link out of another program) be kept as a file of their own."""
    said = [uploaded.fields.get(name, "").strip() for name in ("title", "text", "url")]
    words = "\n".join(dict.fromkeys(part for part in said if part))
    if uploaded.files or not words or uploaded.error is not None:
        return
    receiving = house.intake.begin()
    try:
        receiving.write(words.encode())
        held = receiving.finish()
    except BaseException:
        receiving.abandon()
        raise
    uploaded.files.append(Incoming(TEXT_NAME, held))
