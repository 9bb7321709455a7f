"""Keeping a capture: its files sealed as one piece of evidence, its posts read and judged.

Everything is sealed before the transaction begins; rows, posts and findings
come in one commit, under the fence of the one who made the visit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from archive.errors import CommitUnknown
from archive.intake.media_type import HEAD_SIZE, media_type_of
from archive.intake.receive import About, Envelope, Held, Kept, object_row
from archive.ledger.log import record
from archive.records.cases import CaseEvidenceRecord, CaseRecord
from archive.records.evidence import EvidenceRecord, EvidenceState, Known
from archive.records.pages import PostRecord, VisitRecord
from archive.search.documents import marked_words
from archive.search.lemmas import learn
from archive.vault.vault import Sealed
from capture.report import CaptureReport
from service.casework.cases.merged import locked_to_join
from service.casework.moderation.findings import keep_findings
from service.casework.moderation.judging import Judgement
from service.casework.moderation.sealing_posts import shut_seen_again
from service.installation import Installation
from service.jobs.claims import Claim, done, held

_ROLES = {".png": "page", ".txt": "text", ".json": "log", ".wacz": "recording", ".mhtml": "page"}


@dataclass(frozen=True)
class SealedCapture:
    """A capture whose every file is durable; `original` is `capture.json`, which lists them all."""

    original: Held
    files: dict[str, Sealed]


def seal_capture(installation: Installation, files: dict[str, bytes]) -> SealedCapture:
    """Seal every file of a capture under one new key."""
    vault = installation.vault
    key, wrapped = vault.new_key()
    sealed = {name: vault.keep(key, data) for name, data in files.items()}
    original = sealed.pop("capture.json")
    return SealedCapture(Held(original, wrapped, files["capture.json"][:HEAD_SIZE]), sealed)


def keep_capture(
    installation: Installation,
    claim: Claim,
    report: CaptureReport,
    sealed: SealedCapture,
    judgements: dict[str, Judgement],
) -> Kept:
    """Commit a capture and what came of it; raises `FenceMoved` where another has taken over."""
    now = installation.clock.now()
    said = (told for one in report.posts for told in (one.post.author, one.post.text) if told)
    learn(marked_words(said))

    def also(session: Session, kept: Kept) -> None:
        visit = held(session, VisitRecord, claim)
        if visit.case_id is not None:
            visit.case_id = locked_to_join(session, visit.case_id).id
        _keep_files(session, kept.id, sealed, report, now)
        posts = _keep_posts(session, visit, kept.id, report, sealed)
        for local_id, row in posts.items():
            keep_findings(session, row, judgements[local_id], now)
        _end_visit(visit, report, kept.id)
        evidence = session.get_one(EvidenceRecord, kept.id)
        evidence.state = EvidenceState.READ if report.captured else EvidenceState.UNREADABLE
        evidence.next_attempt_at = None
        if visit.case_id is not None:
            session.add(_in_case(session, visit.case_id, kept.id, now))
        record(
            session,
            "capture.kept" if report.captured else "capture.failed",
            at=now,
            subject=evidence,
            case_id=visit.case_id,
            visit=visit.id,
            posts=len(posts),
            reason=report.reason,
        )
        shut_seen_again(session, kept.id, now)  # its pictures are shut, and kept

    about = About(
        kind="capture",
        filename="capture.json",
        known=Known.CAPTURED,
        source_url=report.url,
        seen_at=report.started,
        media_type="application/json",
    )
    envelope = Envelope("capture", facts={"visit": str(claim.id), "fence": claim.fence})
    try:
        return installation.intake.register(sealed.original, about, envelope, now, also)
    except CommitUnknown:
        raise  # the rows may stand, and then these bytes are theirs; the sweep will know
    except Exception:
        for one in sealed.files.values():
            installation.vault.discard(one.name, one.segments)
        raise


def fail_visit(installation: Installation, claim: Claim, code: str) -> None:
    """End a visit of which nothing could be kept."""
    now = installation.clock.now()
    with installation.database.writing() as session:
        visit = held(session, VisitRecord, claim)
        visit.status, visit.reason, visit.ended_at = "failed", code[:120], now
        done(visit)
        record(session, "capture.failed", at=now, subject=visit, case_id=visit.case_id, reason=code)


def _keep_files(
    session: Session, evidence_id: UUID, sealed: SealedCapture, report: CaptureReport, now: datetime
) -> None:
    made_by = f"vaern {report.versions.get('vaern', '')} capture"
    for name, one in sealed.files.items():
        ending = name[name.rfind(".") :]
        role = "picture" if name.startswith("posts/") else _ROLES.get(ending, "log")
        media_type = "image/png" if ending == ".png" else media_type_of(b"", name)
        session.add(
            object_row(evidence_id, one, role, media_type, now, label=name, made_by=made_by)
        )
    session.flush()


def _keep_posts(
    session: Session,
    visit: VisitRecord,
    evidence_id: UUID,
    report: CaptureReport,
    sealed: SealedCapture,
) -> dict[str, PostRecord]:
    rows: dict[str, PostRecord] = {}
    for number, captured in enumerate(report.posts):
        post = captured.post
        picture = sealed.files.get(captured.picture) if captured.picture else None
        parent = rows.get(post.parent) if post.parent else None
        row = PostRecord(
            id=uuid4(),
            visit_id=visit.id,
            evidence_id=evidence_id,
            number=number,
            local_id=_kept_text(post.id, 300),
            parent_id=parent.id if parent else None,
            author=_kept_text(post.author, 300),
            author_url=_kept_text(post.author_url),
            permalink=_kept_text(post.permalink),
            time=_kept_text(post.time, 40),
            time_stated=_kept_text(post.time_stated, 200),
            text=_kept_text(post.text),
            text_sha256=post.text_sha256,
            picture_name=picture.name if picture else None,
            picture_sha256=captured.picture_sha256,
        )
        session.add(row)
        session.flush()
        rows[post.id] = row
    return rows


def _kept_text(text: str | None, longest: int | None = None) -> str | None:
    """Return a page's words as both databases take them: no NUL, cut where a column ends.

    What was read stands unchanged in `posts.json`, sealed beside it.
    """
    return text.replace("\x00", "\ufffd")[:longest] if text else text


def _end_visit(visit: VisitRecord, report: CaptureReport, evidence_id: UUID) -> None:
    visit.status, visit.reason = report.status, _kept_text(report.reason, 120)
    visit.final_url = _kept_text(report.final_url)
    visit.started_at, visit.ended_at = report.started, report.ended
    visit.posts_read, visit.posts_stated = report.posts_read, report.posts_stated
    visit.left_out, visit.evidence_id = _kept_text(report.left_out), evidence_id
    done(visit)


def _in_case(
    session: Session, case_id: UUID, evidence_id: UUID, now: datetime
) -> CaseEvidenceRecord:
    case = session.get_one(CaseRecord, case_id)
    evidence = session.get_one(EvidenceRecord, evidence_id)
    evidence.unit_id = case.unit_id
    return CaseEvidenceRecord(
        case_id=case.id, evidence_id=evidence_id, added_at=now, added_by="system"
    )
