"""A post that one of ours typed from a screenshot, where no capture of ours can see it.

A page behind a sign-in, a closed group, a page that did not answer: whoever looks with their own
browser hands in what they saw as a picture, and types its words. The picture is the evidence, by
the one door; the words are judged by the rules in force and wait with the others. That look is a
visit of its own, so that what is seen anew after a decision waits anew. Its words never become
those of a post that we captured: what is typed has an identity of its own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.intake.media_type import media_type_of
from archive.intake.receive import About, Envelope, Held, Kept
from archive.ledger.log import record
from archive.records.cases import CaseRecord, HarassedRecord
from archive.records.columns import digest_of
from archive.records.evidence import EvidenceRecord, Known
from archive.records.pages import PostRecord, ScreenshotRecord, VisitRecord
from archive.search.documents import marked_words
from archive.search.lemmas import learn
from service.access.principal import Principal
from service.access.rights import Scope
from service.access.visibility import cases_within
from service.casework.capture.addresses import check_address
from service.casework.capture.requesting import find_visit, page_of, shut_visits
from service.casework.cases.finding import case_for
from service.casework.cases.merged import locked_to_join
from service.casework.cases.opening import join_evidence
from service.casework.evidence.held import removed_where_refused, require_all_here
from service.casework.moderation.findings import keep_findings
from service.casework.moderation.judging import Judgement, judge_posts, names
from service.casework.moderation.sealing_posts import shut_seen_again
from service.casework.moderation.standing_in import ACTION, KIND, PICTURES
from service.casework.moderation.typed_words import TypedWords
from service.errors import FourEyes, NotPermitted, SealedOff, UploadInvalid
from service.installation import Installation

TYPED: Final = "typed"
"""The status and the purpose of such a visit."""


@dataclass(frozen=True)
class Place:
    """Where a post stands: its page's address, the case it belongs to, the visit that failed."""

    address: str
    case_id: UUID | None
    visit_id: UUID | None = None


@dataclass(frozen=True)
class KeptPost:
    """What became of it: the post, the screenshot it was typed from, and that one's bytes."""

    post_id: UUID
    evidence_id: UUID
    size: int


@dataclass(frozen=True)
class _Typing:
    """Who types what of which place, and what the rules say of it."""

    actor: str
    person: UUID
    place: Place
    words: TypedWords
    judgement: Judgement


def place_of(
    session: Session,
    who: Principal,
    now: datetime,
    *,
    visit_id: UUID | None = None,
    address: str = "",
    case: str | None = None,
) -> Place:
    """Return where a post stands: where a visit went, or at an address that none can reach.

    Raises `VisitNotFound`, `SealedOff` where what the visit kept is shut, `AddressInvalid`, and
    as `case_for` does; `NotPermitted` where this person would not see the post again.
    """
    who.require(ACTION)
    if visit_id is not None:
        visit = find_visit(session, who, visit_id, now)
        if shut_visits(session, [visit]):
            raise SealedOff("what stands there is open to nobody")
        place = Place(visit.url, visit.case_id, visit.id)
    else:
        found = case_for(session, who, case, ACTION, now) if case else None
        place = Place(check_address(address), found.id if found else None)
    if not any(reach.scope is Scope.ALL for reach in who.reaches(ACTION)):
        mine = select(CaseRecord.id).where(
            CaseRecord.id == place.case_id, cases_within(who, ACTION, now)
        )
        if session.scalars(mine).first() is None:
            raise NotPermitted(ACTION)
    return place


def require_typist(session: Session, who: Principal, place: Place, words: TypedWords) -> UUID:
    """Return who types; raises `FourEyes` for the one whom it is about, `NotPermitted`."""
    person = who.person_id
    if person is None:
        raise NotPermitted(ACTION)
    concerned = select(HarassedRecord.id).where(
        HarassedRecord.person_id == person,
        HarassedRecord.case_id == place.case_id,
        HarassedRecord.removed_at.is_(None),
    )
    if session.scalars(concerned).first() is not None or names(session, person, words.text):
        raise FourEyes("whoever is harassed does not secure the post they are named in")
    return person


def keep_typed_post(
    installation: Installation,
    who: Principal,
    place: Place,
    words: TypedWords,
    held: Held,
    *,
    filename: str | None,
    now: datetime,
) -> KeptPost:
    """Commit a screenshot with the post typed from it, judged; the same sent again is one.

    Raises `UploadInvalid` for a file that is no picture (field `files`) or another post's
    (`another`), `UploadGone`, and as `require_typist`; then nothing is kept.
    """
    with removed_where_refused(installation, held):
        with installation.database.reading() as session:
            person = require_typist(session, who, place, words)
            _require_own_picture(session, place, held, filename)
            unit_id = session.get_one(CaseRecord, place.case_id).unit_id if place.case_id else None
        require_all_here(installation, held)
        judged = judge_posts(installation, [(words.identity, words.text, words.author)])
        learn(marked_words(said for said in (words.author, words.text) if said))
    typing = _Typing(who.actor, person, place, words, judged[words.identity])
    found: list[UUID] = []

    def also(session: Session, kept: Kept) -> None:
        standing = select(PostRecord.id).where(PostRecord.evidence_id == kept.id)
        found[:] = session.scalars(standing).all()
        if not found:  # else it is the same, sent once more
            found.append(_keep(session, typing, kept, now))

    about = About(
        kind=KIND,
        filename=filename,
        known=Known.HANDED_IN,
        source_url=words.permalink or place.address,
        seen_at=now,
        unit_id=unit_id or who.unit_id,
        case_id=place.case_id,
    )
    said = digest_of([place.address, str(place.case_id), *words.said()])
    envelope = Envelope("screenshot", who.actor, {"typed": said, "filename": filename})
    kept = installation.intake.register(held, about, envelope, now, also=also)
    return KeptPost(found[0], kept.id, kept.size)


def typed_posts_at(
    session: Session, visit: VisitRecord, *, also_shut: bool = False
) -> list[PostRecord]:
    """Return what was typed of the page at a visit's address since then, the latest first.

    Of a visit that is itself such a look, what was typed at it. What is shut is left out.
    """
    query = (
        select(PostRecord)
        .join(VisitRecord, VisitRecord.id == PostRecord.visit_id)
        .join(EvidenceRecord, EvidenceRecord.id == PostRecord.evidence_id)
        .where(PostRecord.typed_by.is_not(None), EvidenceRecord.erased_at.is_(None))
        .order_by(PostRecord.typed_at.desc(), PostRecord.id)
    )
    if visit.status == TYPED:
        query = query.where(VisitRecord.id == visit.id)
    else:
        query = query.where(
            VisitRecord.url == visit.url,
            VisitRecord.requested_at >= visit.requested_at,
            VisitRecord.case_id.is_not_distinct_from(visit.case_id),
        )
    if not also_shut:
        query = query.where(EvidenceRecord.sealed_off_at.is_(None))
    return list(session.scalars(query.limit(50)))


def typed_from(session: Session, evidence_id: UUID) -> PostRecord | None:
    """Return the post that was typed from a picture."""
    query = select(PostRecord).where(
        PostRecord.evidence_id == evidence_id, PostRecord.typed_by.is_not(None)
    )
    return session.scalars(query).first()


def _keep(session: Session, typing: _Typing, kept: Kept, now: datetime) -> UUID:
    place, words = typing.place, typing.words
    case = locked_to_join(session, place.case_id) if place.case_id is not None else None
    visit = VisitRecord(
        id=uuid4(),
        url=place.address,
        page_id=page_of(session, place.address),
        case_id=case.id if case else None,
        requested_at=now,
        requested_by=typing.actor,
        purpose=TYPED,
        status=TYPED,
        started_at=now,
        ended_at=now,
        posts_read=1,
        evidence_id=kept.id,
    )
    session.add(visit)
    session.flush()
    post = PostRecord(
        id=uuid4(),
        visit_id=visit.id,
        evidence_id=kept.id,
        number=0,
        local_id=words.identity,
        author=words.author,
        author_url=words.author_url,
        permalink=words.permalink,
        time_stated=words.time_stated,
        text=words.text,
        text_sha256=hashlib.sha256(words.text.encode()).hexdigest(),
        typed_by=typing.person,
        typed_at=now,
    )
    session.add(post)
    session.flush()
    keep_findings(session, post, typing.judgement, now)
    session.add(
        ScreenshotRecord(
            id=uuid4(),
            post_id=post.id,
            evidence_id=kept.id,
            handed_in_by=typing.person,
            handed_in_at=now,
        )
    )
    if case is not None and case.closed_at is None:
        evidence = session.get_one(EvidenceRecord, kept.id)
        join_evidence(session, case, evidence, now, typing.actor)
    record(
        session,
        "post.typed",
        at=now,
        actor=typing.actor,
        subject=post,
        case_id=visit.case_id,
        evidence=kept.id,
        sha256=kept.sha256,
        text_sha256=post.text_sha256,
        failed_visit=place.visit_id,
    )
    shut_seen_again(session, kept.id, now)
    return post.id


def _require_own_picture(session: Session, place: Place, held: Held, filename: str | None) -> None:
    """Refuse what is no picture, or was handed in as one of a post elsewhere.

    One picture may show several posts of a page: then each is typed from it.
    """
    if not PICTURES.fullmatch(media_type_of(held.head, filename)):
        raise UploadInvalid("the file is no picture", "files")
    digest = held.sealed.sha256
    captured = select(PostRecord.id).where(PostRecord.picture_sha256 == digest)
    elsewhere = (
        select(ScreenshotRecord.id)
        .join(EvidenceRecord, EvidenceRecord.id == ScreenshotRecord.evidence_id)
        .join(PostRecord, PostRecord.id == ScreenshotRecord.post_id)
        .join(VisitRecord, VisitRecord.id == PostRecord.visit_id)
        .where(EvidenceRecord.sha256 == digest, VisitRecord.url != place.address)
    )
    if any(session.scalars(one).first() is not None for one in (captured, elsewhere)):
        raise UploadInvalid("the picture is of another post", "another")
