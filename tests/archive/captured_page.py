"""A captured page with everything that hangs on its posts."""

from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from archive.intake.receive import Kept, object_row
from archive.ledger.log import record
from archive.records.pages import (
    DecisionRecord,
    FindingRecord,
    PageRecord,
    PostRecord,
    SampleRecord,
    ScreenshotRecord,
    VisitRecord,
)
from tests.archive.house import NOW, House

MARKER = "Zq7-maerkeord"
"""Stands in everything that belongs to the mail and the page, and must be gone after an erasure."""


def capture(house: House, case: UUID, kept: Kept, people: list[UUID], shown: Kept) -> None:
    """Keep a page with two posts, one of which was found, deleted and looked at again."""
    with house.database.reading() as session:
        key = house.evidence_key(session, kept.id)
    picture = house.vault.keep(key, f"picture of {MARKER}".encode())
    with house.database.writing() as session:
        page = PageRecord(id=uuid4(), url="https://example.dk/side", name="Siden", added_at=NOW)
        session.add(page)
        session.flush()
        visit = VisitRecord(
            id=uuid4(),
            url=f"https://example.dk/{MARKER}",
            page_id=page.id,
            requested_at=NOW,
            requested_by="system",
        )
        session.add(visit)
        record(session, "visit.requested", at=NOW, subject=visit, url=visit.url)
        session.flush()
        visit.status, visit.evidence_id, visit.ended_at = "captured", kept.id, NOW
        session.add(object_row(kept.id, picture, "picture", "image/png", NOW))
        session.flush()
        posts = _posts(session, visit.id, kept.id, picture.name, picture.sha256)
        _decided(session, posts[1], people, shown)
        _typed(session, kept.id, people[1])
        record(session, "visit.captured", at=NOW, subject=visit, posts=2, case=case)


def _typed(session: Session, evidence: UUID, person: UUID) -> None:
    """Say that somebody typed a post from the same picture."""
    visit = VisitRecord(
        id=uuid4(),
        url=f"https://example.dk/lukket/{MARKER}",
        page_id=None,
        case_id=None,
        requested_at=NOW,
        requested_by=f"person:{person}",
        purpose="typed",
        status="typed",
        evidence_id=evidence,
    )
    session.add(visit)
    session.flush()
    session.add(
        PostRecord(
            id=uuid4(),
            visit_id=visit.id,
            evidence_id=evidence,
            number=0,
            local_id="typed:0",
            author=f"Forfatter {MARKER}",
            text=f"{MARKER}, skrevet af",
            text_sha256="c" * 64,
            typed_by=person,
            typed_at=NOW,
        )
    )


def _decided(session: Session, post: UUID, people: list[UUID], shown: Kept) -> None:
    """Say that a post was deleted, secured by a picture of it, and drawn for a second look."""
    decision = DecisionRecord(
        id=uuid4(),
        post_id=post,
        act="delete",
        clause="harasses-named",
        rule="terms",
        rule_version="1",
        policy_version="1",
        reason=f"because of {MARKER}",
        decided_by=people[1],
        decided_at=NOW,
    )
    session.add_all(
        (
            decision,
            ScreenshotRecord(
                post_id=post, evidence_id=shown.id, handed_in_by=people[1], handed_in_at=NOW
            ),
        )
    )
    session.flush()
    session.add(
        SampleRecord(
            decision_id=decision.id,
            week="2026-W47",
            drawn_at=NOW,
            looked_by=people[0],
            looked_at=NOW,
            agrees=False,
            reason=f"{MARKER} er ikke en trussel",
        )
    )


def _posts(session: Session, visit: UUID, evidence: UUID, picture: str, sha256: str) -> list[UUID]:
    first, answer = uuid4(), uuid4()
    for number, (one, parent) in enumerate(((first, None), (answer, first))):
        session.add(
            PostRecord(
                id=one,
                visit_id=visit,
                evidence_id=evidence,
                number=number,
                local_id=f"post-{number}",
                parent_id=parent,
                author=f"Forfatter {MARKER}",
                author_url=None,
                permalink=f"https://example.dk/{MARKER}/{number}",
                time="2026-11-20T10:00:00+01:00",
                time_stated="i går",
                text=f"{MARKER} er en {number}",
                text_sha256="b" * 64,
                picture_name=picture,
                picture_sha256=sha256,
            )
        )
        session.flush()
    session.add(
        FindingRecord(
            post_id=answer,
            clause="harasses-named",
            duty="must",
            rule="terms",
            version="1",
            spans=[[0, len(MARKER)]],
            deobfuscated=False,
            reasons=[{"term": MARKER}],
            rank=10,
            made_at=NOW,
        )
    )
    return [first, answer]
