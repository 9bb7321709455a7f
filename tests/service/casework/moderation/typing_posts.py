"""Posts typed from screenshots, for tests: as the route does it, and what was typed."""

from __future__ import annotations

import io
from uuid import UUID

from PIL import Image
from sqlalchemy import select

from archive.records.pages import PostRecord
from capture.report import CaptureReport
from service.access.principal import Principal
from service.casework.capture.keeping import fail_visit, keep_capture, seal_capture
from service.casework.capture.requesting import request_visit
from service.casework.moderation.typed_posts import KeptPost, keep_typed_post, place_of
from service.casework.moderation.typed_words import TypedWords
from service.installation import Installation
from tests.service.casework.moderation.kept import THREAT, claim_visit
from tests.service.conftest import Time

WALLED = "https://www.facebook.example/groups/lukket"
WORDS = TypedWords(THREAT, author="Kai Konto", time_stated="2 t")


def shot(colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "PNG")
    return out.getvalue()


def failed_visit(
    installation: Installation,
    time: Time,
    who: Principal,
    *,
    url: str = WALLED,
    case: str | None = None,
) -> UUID:
    """Ask for a capture that meets a sign-in."""
    with installation.database.writing() as session:
        visit = request_visit(session, who, url, time.now, case).id
    claim = claim_visit(installation, time)
    assert claim.id == visit
    fail_visit(installation, claim, "login_wall")
    return visit


def walled_page(installation: Installation, time: Time, who: Principal) -> tuple[UUID, UUID]:
    """Keep a capture that met a sign-in, with its picture; return the visit and the evidence."""
    with installation.database.writing() as session:
        visit = request_visit(session, who, WALLED, time.now).id
    claim = claim_visit(installation, time)
    files = {"page.png": b"\x89PNG the wall", "capture.json": b'{"status": "failed"}'}
    report = CaptureReport(
        status="failed",
        reason="login_wall",
        url=WALLED,
        final_url=f"{WALLED}/login",
        started=time.now,
        ended=time.now,
        posts_read=0,
        posts_stated=None,
        left_out=None,
        refused=(),
        versions={"vaern": "test"},
        posts=(),
        files=(),
    )
    kept = keep_capture(installation, claim, report, seal_capture(installation, files), {})
    return visit, kept.id


def type_post(
    installation: Installation,
    time: Time,
    who: Principal,
    words: TypedWords = WORDS,
    *,
    visit: UUID | None = None,
    address: str = WALLED,
    content: bytes | None = None,
    filename: str = "Skærmbillede.png",
) -> KeptPost:
    """Type as the route does: sealed first, then registered."""
    with installation.database.reading() as session:
        place = place_of(session, who, time.now, visit_id=visit, address=address)
    receiving = installation.intake.begin()
    receiving.write(shot() if content is None else content)
    held = receiving.finish()
    return keep_typed_post(installation, who, place, words, held, filename=filename, now=time.now)


def typed(installation: Installation, post_id: UUID) -> PostRecord:
    with installation.database.reading() as session:
        return session.scalars(select(PostRecord).where(PostRecord.id == post_id)).one()
