"""What the upload page and the upload API share: receive, register each file, answer with all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from fastapi import Request
from starlette.requests import ClientDisconnect

from archive.intake.receive import Kept
from service.access.principal import Principal
from service.casework.evidence.hand_in import (
    FIELDS,
    HandIn,
    about_from,
    answer_given,
    keep_answer,
    register_upload,
    request_digest,
    require_hand_in,
    require_place,
)
from service.casework.evidence.held import require_all_here
from service.casework.mail.arrival import require_room
from service.errors import UploadGone, UploadInvalid
from service.installation import Installation
from service.web.dependencies import installation_of
from service.web.quotas import UploadQuota
from service.web.standing import ASKED_EVERY, asked_again, before_keeping
from service.web.streaming import Uploaded, UploadLimits, receive_upload, stated_length

log = structlog.get_logger("vaern.upload")


@dataclass
class Outcome:
    """What an upload came to: the evidence kept, and the error that ended it early, if any.

    `fields` are what was typed, so that nobody has to type it twice.
    """

    evidence: list[dict[str, Any]] = field(default_factory=list)
    error: Exception | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


async def upload(
    request: Request,
    who: Principal,
    *,
    more_fields: frozenset[str] = frozenset(),
    admit: Any = None,
    translate: Any = None,
) -> Outcome:
    """Receive an upload and keep it; whatever was safe before an error is listed beside it."""
    house = installation_of(request)
    settings = house.settings
    turns = request.app.state.upload_turns
    limits = UploadLimits(
        files=settings.most_files,
        bytes=settings.most_upload_bytes,
        fields=frozenset(FIELDS) | more_fields,
        admit=admit,
    )
    quota: UploadQuota = request.app.state.upload_quota
    coming = stated_length(request)
    try:
        quota.require(who, coming)
        require_room(house, coming)
    except Exception as full:  # noqa: BLE001 — answered like any error of an upload
        return Outcome(error=full)
    key, began = request.headers.get("idempotency-key"), house.clock.now()
    standing = before_keeping(who, lambda: asked_again(request, house), house.clock.now)

    def register(uploaded: Uploaded) -> Outcome:
        for name in more_fields:
            uploaded.fields.pop(name, None)
        typed = dict(uploaded.fields)
        if translate is not None:
            uploaded.fields = translate(uploaded.fields)
        if abs(house.clock.now() - began) >= ASKED_EVERY:
            _drop_what_was_swept(house, uploaded)
        outcome = _register(house, standing, uploaded, key)
        quota.took(who, len(outcome.evidence), sum(one["size"] for one in outcome.evidence))
        outcome.fields = typed
        return outcome

    outcome = await receive_upload(request, house.intake, limits, turns, register)
    for media_type in {one["media_type"] for one in outcome.evidence}:
        request.app.state.engine.wake("reading", media_type)
    return outcome


def _register(
    house: Installation,
    standing: Callable[[], Principal],
    uploaded: Uploaded,
    key: str | None,
) -> Outcome:
    outcome = Outcome(error=uploaded.error)
    try:
        who = standing()
        told = _told(house, uploaded)
        require_hand_in(who)
        case_id = None
        if told.case:
            with house.database.reading() as session:
                case_id = require_place(session, who, told.case, house.clock.now())
        if key is not None and uploaded.error is None:
            given = _given(house, who, uploaded, told, key)
            if given is not None:
                _discard(house, uploaded)
                return Outcome(evidence=given["evidence"])
    except Exception as refused:  # noqa: BLE001 — told to the sender with what is kept
        # Nothing was acknowledged, and the form itself is refused: the sender still has the files.
        _discard(house, uploaded)
        return Outcome(error=uploaded.error or refused)
    for number, incoming in enumerate(uploaded.files):
        try:
            kept = register_upload(
                house,
                who,
                incoming.held,
                told=told,
                filename=incoming.filename,
                number=number,
                case_id=case_id,
            )
        except Exception as failed:  # noqa: BLE001 — the files before it are safe, and said so
            outcome.error = outcome.error or failed
            break
        outcome.evidence.append(document(kept))
    if key is not None and outcome.error is None:
        _remember(house, who, uploaded, told=told, key=key, outcome=outcome)
    if isinstance(uploaded.error, ClientDisconnect):
        log.info("upload.broken_off", kept=len(outcome.evidence))
    return outcome


def _drop_what_was_swept(house: Installation, uploaded: Uploaded) -> None:
    """Forget a file of a slow upload whose segments lie in the store no longer, and those after."""
    for number, incoming in enumerate(uploaded.files):
        try:
            require_all_here(house, incoming.held)
        except UploadGone as gone:
            for one in uploaded.files[number:]:
                house.vault.discard(one.held.sealed.name, one.held.sealed.segments)
            del uploaded.files[number:]
            uploaded.error = uploaded.error or gone
            return


def document(kept: Kept) -> dict[str, Any]:
    """Return one piece of evidence as the API's contract has it."""
    return {
        "id": str(kept.id),
        "filename": kept.filename,
        "sha256": kept.sha256,
        "size": kept.size,
        "media_type": kept.media_type,
        "state": str(kept.state),
    }


def _digest(uploaded: Uploaded, told: HandIn) -> str:
    return request_digest(told, [(one.filename, one.held.sealed.sha256) for one in uploaded.files])


def _given(
    house: Installation, who: Principal, uploaded: Uploaded, told: HandIn, key: str
) -> Mapping[str, Any] | None:
    with house.database.reading() as session:
        return answer_given(session, who, key, _digest(uploaded, told), house.clock.now())


def _remember(
    house: Installation,
    who: Principal,
    uploaded: Uploaded,
    *,
    told: HandIn,
    key: str,
    outcome: Outcome,
) -> None:
    """Keep the answer under its key; where the same request was quicker, its answer is ours too."""
    now, answer = house.clock.now(), {"evidence": outcome.evidence}
    digest = _digest(uploaded, told)
    try:
        kept = house.gate.run(
            lambda session: keep_answer(session, who, key, request=digest, answer=answer, now=now)
        )
    except Exception as failed:  # noqa: BLE001 — the files are safe: they are listed beside it
        outcome.error = failed
    else:
        outcome.evidence = kept["evidence"]


def _told(house: Installation, uploaded: Uploaded) -> HandIn:
    try:
        return about_from(uploaded.fields, house.clock.now())
    except OverflowError as beyond:
        raise UploadInvalid("there is no such moment in UTC", "seen_at") from beyond


def _discard(house: Installation, uploaded: Uploaded) -> None:
    for one in uploaded.files:
        house.vault.discard(one.held.sealed.name, one.held.sealed.segments)
    uploaded.files.clear()
