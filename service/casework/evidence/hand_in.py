"""Handing in by upload: what may be said with it, which case it joins, and retries by key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.intake.receive import About, Envelope, Held, Kept
from archive.records.cases import CaseRecord
from archive.records.columns import digest_of, timestamp
from archive.records.evidence import EvidenceRecord, IdempotencyRecord, Known
from service.access.principal import Principal
from service.casework.cases.finding import case_for
from service.casework.cases.opening import join_evidence
from service.errors import IdempotencyConflict, NotPermitted, UploadInvalid
from service.installation import Installation

ACTION: Final = "evidence.hand_in"
KIND: Final = "upload"
FIELDS: Final = ("note", "source_url", "seen_at", "case")
REMEMBERED: Final = timedelta(hours=24)
_LONGEST_NOTE: Final = 20_000
_LONGEST_URL: Final = 2_000
_LONGEST_NAME: Final = 500
_LONGEST_KEY: Final = 200
_CASE: Final = re.compile(r"\d{4}-\d{3,7}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class HandIn:
    """What somebody says of the files that they hand in; every field may be missing."""

    note: str | None = None
    source_url: str | None = None
    seen_at: datetime | None = None
    case: str | None = None


def about_from(fields: Mapping[str, str], now: datetime) -> HandIn:
    """Return what the form's fields say; raises `UploadInvalid` naming the field.

    A field that is not one of ours is refused, never ignored.
    """
    for name in fields:
        if name not in FIELDS:
            raise UploadInvalid("there is no such field", name[:40])
    return HandIn(
        note=_note(fields.get("note", "")),
        source_url=_address(fields.get("source_url", "")),
        seen_at=_moment(fields.get("seen_at", ""), now),
        case=_case_number(fields.get("case", "")),
    )


def require_hand_in(who: Principal) -> None:
    """Raise `NotPermitted` for whoever may hand nothing in."""
    if not who.may(ACTION):
        raise NotPermitted(ACTION)


def require_place(session: Session, who: Principal, case: str, now: datetime) -> UUID:
    """Return the id of the case that the files are to join.

    Raises `NotPermitted`, `CaseNotFound`, `CaseClosed`.
    """
    return case_for(session, who, case, ACTION, now).id


def register_upload(
    installation: Installation,
    who: Principal,
    held: Held,
    *,
    told: HandIn,
    filename: str | None,
    number: int,
    case_id: UUID | None,
) -> Kept:
    """Commit one uploaded file as evidence, in its case where one was named.

    `number` is the file's place in the upload: two equal files side by side
    are two facts, the same upload sent again is one.
    """
    now = installation.clock.now()
    name = _plain_name(filename)
    facts = {
        "number": number,
        "filename": name,
        "note": told.note,
        "source_url": told.source_url,
        "seen_at": timestamp(told.seen_at) if told.seen_at else None,
        "case": told.case,
    }

    def join(session: Session, kept: Kept) -> None:
        if case_id is not None:
            case = session.get_one(CaseRecord, case_id, with_for_update={"key_share": True})
            evidence = session.get_one(EvidenceRecord, kept.id)
            join_evidence(session, case, evidence, now, who.actor)

    return installation.intake.register(
        held,
        About(
            kind=KIND,
            filename=name,
            known=Known.HANDED_IN,
            note=told.note,
            source_url=told.source_url,
            seen_at=told.seen_at,
            unit_id=who.unit_id,
            case_id=case_id,
        ),
        Envelope(door="upload", actor=who.actor, facts=facts),
        now,
        also=join if case_id is not None else None,  # without it, it is kept with others
    )


def request_digest(told: HandIn, files: list[tuple[str | None, str]]) -> str:
    """Return the digest by which a repeated request is compared: fields, names and file digests."""
    return digest_of([told.note, told.source_url, told.seen_at, told.case, *files])


def answer_given(
    session: Session, who: Principal, key: str, request: str, now: datetime
) -> dict[str, Any] | None:
    """Return the answer that this key was given in the last 24 hours, or None.

    Raises `IdempotencyConflict` where it was another request, `UploadInvalid` for no key.
    """
    row = session.get(IdempotencyRecord, _key(who, key))
    if row is None or row.made_at <= now - REMEMBERED:
        return None
    if row.request_sha256 != request:
        raise IdempotencyConflict("the key belongs to another request")
    return row.answer


def keep_answer(
    session: Session,
    who: Principal,
    key: str,
    *,
    request: str,
    answer: dict[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """Keep the answer for 24 hours; where another kept one in the meantime, that one counts."""
    name = _key(who, key)
    row = session.scalars(
        select(IdempotencyRecord).where(IdempotencyRecord.key_sha256 == name).with_for_update()
    ).one_or_none()
    if row is None:
        session.add(
            IdempotencyRecord(key_sha256=name, made_at=now, request_sha256=request, answer=answer)
        )
        return answer
    if row.made_at > now - REMEMBERED:
        if row.request_sha256 != request:
            raise IdempotencyConflict("the key belongs to another request")
        return row.answer
    row.made_at, row.request_sha256, row.answer = now, request, answer
    return answer


def _key(who: Principal, key: str) -> str:
    if not key or len(key) > _LONGEST_KEY or not key.isprintable():
        raise UploadInvalid("the key is empty or too long", "Idempotency-Key")
    return digest_of([who.actor, key])


def _note(text: str) -> str | None:
    text = text.replace("\0", "").strip()
    if len(text) > _LONGEST_NOTE:
        raise UploadInvalid(f"at most {_LONGEST_NOTE} characters", "note")
    return text or None


def _address(text: str) -> str | None:
    text = text.strip()
    if not text:
        return None
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or len(text) > _LONGEST_URL or _CONTROL.search(text):
        raise UploadInvalid("only http and https addresses with a host", "source_url")
    return text


def _moment(text: str, now: datetime) -> datetime | None:
    text = text.strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as bad:
        raise UploadInvalid("a moment as RFC 3339 writes it", "seen_at") from bad
    if moment.tzinfo is None:
        raise UploadInvalid("a moment needs its time zone", "seen_at")
    if moment > now + timedelta(minutes=5):
        raise UploadInvalid("it cannot have been seen in the future", "seen_at")
    return moment.astimezone(UTC)


def _case_number(text: str) -> str | None:
    text = text.strip()
    if text and not _CASE.fullmatch(text):
        raise UploadInvalid("a case number looks like 2027-014", "case")
    return text or None


def _plain_name(filename: str | None) -> str | None:
    """Return the last part of a stated file name, in one line, or None."""
    last = re.split(r"[/\\]", filename or "")[-1]
    return _CONTROL.sub("", last).strip()[:_LONGEST_NAME] or None
