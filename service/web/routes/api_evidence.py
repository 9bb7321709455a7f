"""The evidence API (DESIGN §5): hand in, one piece, its original, its proof, the list."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, Response, StreamingResponse

from service.access.principal import Principal
from service.casework.evidence.checking import note_fetched
from service.casework.evidence.listing import SeenEvidence, list_evidence, see_evidence
from service.casework.evidence.originals import name_of, original_for
from service.casework.evidence.proof import proof_of
from service.casework.evidence.searching import search
from service.errors import NotFound, UploadInvalid
from service.web.dependencies import House, Now, Reading, TokenRight
from service.web.disposition import attachment
from service.web.problems import problem, status_of, told_when
from service.web.searchmarks import mark_from, mark_to
from service.web.standing import asked_again, while_standing
from service.web.uploading import upload

router = APIRouter(prefix="/api/v1/evidence", tags=["evidence"])
HAND_IN = TokenRight("evidence.hand_in")
HandIn = Annotated[Principal, Depends(HAND_IN)]
See = Annotated[Principal, Depends(TokenRight("evidence.see"))]
View = Annotated[Principal, Depends(TokenRight("evidence.view"))]
MOST_LISTED = 200
LONGEST_AFTER = 200

_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "additionalProperties": False,
                    "properties": {
                        "files": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": 50,
                            "items": {"type": "string", "format": "binary"},
                        },
                        "note": {"type": "string"},
                        "source_url": {"type": "string", "format": "uri"},
                        "seen_at": {"type": "string", "format": "date-time"},
                        "case": {"type": "string"},
                    },
                }
            }
        },
    }
}


@router.post("", status_code=HTTPStatus.CREATED, openapi_extra=_FORM)
async def hand_in(request: Request, who: HandIn) -> Response:
    """Hand in files; answered only when each of them would survive a power cut."""
    outcome = await upload(request, who)
    error = outcome.error
    if error is None and not outcome.evidence:
        error = UploadInvalid("send at least one file", "files")
    if error is None:
        return JSONResponse({"evidence": outcome.evidence}, HTTPStatus.CREATED)
    status, code = status_of(error)
    detail = str(error) if status < HTTPStatus.INTERNAL_SERVER_ERROR else status.phrase
    more: dict[str, Any] = {"evidence": outcome.evidence}
    if isinstance(error, UploadInvalid) and error.field:
        more["field"] = error.field
    return told_when(problem(request, status, code, detail, **more), error)


@router.get("")
def list_all(
    who: See,
    session: Reading,
    now: Now,
    q: str = "",
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 50,
) -> dict[str, Any]:
    """List evidence, the latest first; `next` is the `after` of the next page.

    With `q` what was found by these words, and in `searched_for` what was understood of them.
    """
    if q.strip():
        return _search(session, who, q, now, after, limit)
    found = list_evidence(session, who, now, after=_position(after), limit=limit)
    following = None
    if found.next is not None:
        moment, key = found.next
        raw = json.dumps([moment.isoformat(), str(key)]).encode()
        following = base64.urlsafe_b64encode(raw).decode()
    return {
        "items": [_document(row) for row in found.rows],
        "next": following,
        "count": found.count,
        "count_is_exact": found.count_is_exact,
    }


def _search(
    session: Session, who: Principal, typed: str, now: datetime, after: str | None, limit: int
) -> dict[str, Any]:
    mark = mark_from(after) if after is not None else None
    if after is not None and mark is None:
        raise UploadInvalid("'after' is not one that we gave", "after")
    found = search(session, who, typed, now, after=mark, limit=limit)
    return {
        "items": [_document(row) for row in found.rows],
        "next": mark_to(found.next) if found.next else None,
        "count": found.count,
        "count_is_exact": found.count_is_exact,
        "searched_for": [
            {
                "words": list(term.words),
                "forms": term.in_any_form,
                "beginning": term.beginning,
                "without": term.without,
            }
            for term in found.query.terms
        ],
        "left_out": list(found.query.left_out),
    }


@router.get("/{evidence_id}")
def show(evidence_id: UUID, who: See, session: Reading, now: Now) -> dict[str, Any]:
    """Return the facts of one piece of evidence, without its content."""
    return _document(see_evidence(session, who, evidence_id, now))


@router.get("/{evidence_id}/original")
def original(request: Request, evidence_id: UUID, who: View, house: House, now: Now) -> Response:
    """Return the original, byte for byte, once the ledger says who fetched it."""
    with house.database.reading() as session:
        evidence, stored, key = original_for(session, house.vault, who, evidence_id, now)
        name, sha256 = name_of(session, evidence_id), evidence.sha256
    note_fetched(house, who, evidence_id, now)
    headers = {
        "Content-Disposition": attachment(name),
        "Content-Length": str(stored.size),
        "X-Content-SHA256": str(sha256),
    }

    def still() -> None:
        program = asked_again(request, house)
        with house.database.reading() as session:
            original_for(session, house.vault, program, evidence_id, house.clock.now())

    sent = while_standing(house.vault.stream(key, stored), still, house.clock.now)
    return StreamingResponse(sent, headers=headers, media_type="application/octet-stream")


@router.get("/{evidence_id}/proof")
def proof(evidence_id: UUID, who: See, session: Reading, now: Now) -> dict[str, Any]:
    """Return the ledger's proof of the receipt (RFC 9162 §2.1.3)."""
    found = proof_of(session, who, evidence_id, now)
    if found is None:
        raise NotFound("the receipt's details are erased")
    return {
        "position": found.position,
        "leaf": found.leaf.decode(),
        "leaf_hash": found.leaf_hash,
        "path": list(found.path),
        "tree_size": found.tree_size,
        "root_hash": found.root_hash,
        "note": found.note,
        "key_fingerprint": found.key_fingerprint,
        "outside": [
            {
                "kind": one.kind,
                # A witness is a person; who it is stands with whoever runs the service.
                "authority": one.authority if one.kind == "timestamp" else None,
                "made_at": one.made_at,
                "size": one.size,
                "note": one.note,
                "token": base64.b64encode(one.token).decode() if one.token else None,
                "certificates": list(one.certificates),
            }
            for one in found.outside
        ],
    }


def _position(after: str | None) -> tuple[datetime, UUID] | None:
    if after is None:
        return None
    try:
        stated, key = json.loads(base64.urlsafe_b64decode(after[:LONGEST_AFTER].encode()))
        moment, last = datetime.fromisoformat(stated), UUID(key)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC), last
    except (ValueError, TypeError, AttributeError, OverflowError) as bad:
        raise UploadInvalid("'after' is not one that we gave", "after") from bad


def _document(row: SeenEvidence) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "filename": row.filename,
        "sha256": row.sha256,
        "size": row.size,
        "media_type": row.media_type,
        "state": str(row.state),
        "sealed_off": row.sealed_off_at is not None,
        "kind": row.kind,
        "known": row.known,
        "received_at": row.received_at.isoformat(),
        "source_url": row.source_url,
        "seen_at": row.seen_at.isoformat() if row.seen_at else None,
        "parent": str(row.parent_id) if row.parent_id else None,
    }
