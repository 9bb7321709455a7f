"""Captures for tests, kept through the product's own doors: asked for, claimed, sealed, judged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from archive.records.evidence import ObjectRecord
from archive.records.pages import DecisionRecord, PostRecord, VisitRecord
from archive.vault.vault import segment_name
from capture.output import CapturedFile
from capture.readers.posts import Post
from capture.report import CapturedPost, CaptureReport
from service.access.principal import Principal
from service.casework.capture.keeping import keep_capture, seal_capture
from service.casework.capture.requesting import request_visit
from service.casework.moderation.deciding import Proposed, approve, decide
from service.casework.moderation.judging import judge_posts
from service.casework.moderation.queue import Waiting, waiting_posts
from service.casework.moderation.verifying import check_preserved
from service.installation import Installation
from service.jobs.claims import Claim, claim_next
from tests.service.conftest import Time

PAGE = "https://www.facebook.example/havn"
THREAT = "Anna Holm, jeg finder dig og slår dig ihjel"
INSULT = "Bent Lund er en løgner og en klam kælling"
RUDE = "I er nogle idioter allesammen på det bibliotek"
ADVERT = "Køb billige solbriller på www.solbriller.example nu! Klik her"
NICE = "Sikke en dejlig dag"


def keep_page(
    installation: Installation,
    time: Time,
    who: Principal,
    texts: Sequence[str],
    *,
    url: str = PAGE,
    case: str | None = None,
    pictures: bool = True,
) -> dict[str, UUID]:
    """Keep a capture with these posts, and return the ids of its rows by text."""
    with installation.database.writing() as session:
        visit = request_visit(session, who, url, time.now, case)
    claim = claim_visit(installation, time)
    assert claim.id == visit.id
    keep_posts(installation, time, claim, url, [post(text) for text in texts], pictures=pictures)
    with installation.database.reading() as session:
        rows = session.scalars(select(PostRecord).where(PostRecord.visit_id == visit.id))
        return {row.text: row.id for row in rows}


def claim_visit(installation: Installation, time: Time) -> Claim:
    with installation.database.writing() as session:
        claim = claim_next(
            session, VisitRecord, VisitRecord.status == "requested", worker="test", now=time.now
        )
    assert claim is not None
    return claim


def keep_posts(
    installation: Installation,
    time: Time,
    claim: Claim,
    url: str,
    posts: Sequence[Post],
    *,
    pictures: bool = True,
) -> None:
    files = {
        "page.png": b"\x89PNG the page",
        "posts.json": json.dumps([one.text for one in posts]).encode(),
        "capture.json": json.dumps({"url": url, "claim": str(claim.id)}).encode(),
    }
    captured = []
    for one in posts:
        name = f"posts/{hashlib.sha256(one.id.encode()).hexdigest()[:16]}.png"
        if pictures:
            files[name] = b"\x89PNG\r\n\x1a\n" + one.id.encode()
        digest = hashlib.sha256(files[name]).hexdigest() if pictures else None
        captured.append(CapturedPost(one, name if pictures else None, digest))
    report = CaptureReport(
        status="captured",
        reason=None,
        url=url,
        final_url=url,
        started=time.now,
        ended=time.now,
        posts_read=len(posts),
        posts_stated=len(posts),
        left_out=None,
        refused=(),
        versions={"vaern": "test"},
        posts=tuple(captured),
        files=tuple(
            CapturedFile(name, hashlib.sha256(data).hexdigest(), len(data))
            for name, data in files.items()
        ),
    )
    judged = judge_posts(installation, [(one.id, one.text, one.author) for one in posts])
    keep_capture(installation, claim, report, seal_capture(installation, files), judged)


def post(text: str) -> Post:
    name = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Post(name, "Kai Konto", None, f"{PAGE}/{name}", None, "i går", text, None, None)


def queue_of(installation: Installation, who: Principal, time: Time) -> list[Waiting]:
    with installation.database.reading() as session:
        return waiting_posts(session, who, time.now)


def decided(
    installation: Installation,
    who: Principal,
    post_id: UUID,
    time: Time,
    act: str,
    *,
    clause: str | None = None,
    reason: str = "",
) -> DecisionRecord:
    """Decide as the route does: what is kept is read again, then comes the transaction."""
    preserved = check_preserved(installation, post_id) if act in ("hide", "delete") else None
    with installation.database.writing() as session:
        proposed = Proposed(act, reason, clause)
        return decide(session, who, post_id, proposed, preserved=preserved, now=time.now)


def answered(
    installation: Installation,
    who: Principal,
    post_id: UUID,
    time: Time,
    *,
    agrees: bool,
    reason: str = "",
) -> DecisionRecord:
    preserved = check_preserved(installation, post_id) if agrees else None
    with installation.database.writing() as session:
        return approve(
            session,
            who,
            post_id,
            agrees=agrees,
            preserved=preserved,
            reason=reason,
            now=time.now,
        )


def objects_of_post(installation: Installation, post_id: UUID) -> dict[str, ObjectRecord]:
    """Return what is kept of a post's capture, by role."""
    with installation.database.reading() as session:
        row = session.get_one(PostRecord, post_id)
        found = session.scalars(
            select(ObjectRecord).where(ObjectRecord.evidence_id == row.evidence_id)
        )
        return {one.role: one for one in found if one.role != "picture"} | {
            "picture": session.get_one(ObjectRecord, row.picture_name)
        }


def flip_a_byte(installation: Installation, stored: ObjectRecord) -> None:
    (path,) = (installation.data / "objects").rglob(segment_name(stored.name, 0))
    sealed = bytearray(path.read_bytes())
    sealed[-1] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(sealed))


def lose(installation: Installation, stored: ObjectRecord) -> None:
    installation.objects.delete(segment_name(stored.name, 0))
