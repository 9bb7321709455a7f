"""Evidence, filled: its row in lists and its own page, facts with how each is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from service.access.principal import Principal
from service.casework.capture.requesting import visit_of
from service.casework.cases.glass import case_behind_glass
from service.casework.cases.listing import names_of
from service.casework.evidence.belongings import case_numbers_of, latest_reading
from service.casework.evidence.beside import Beside
from service.casework.evidence.custody import Course, custody_of
from service.casework.evidence.listing import Piece, SeenEvidence, parts_of
from service.casework.evidence.numbers import receipts, spoken_number
from service.casework.evidence.proof import proof_of
from service.casework.evidence.readers import ReadBy, readers_by
from service.casework.evidence.readings import StoredReading, spoken_text
from service.casework.evidence.scans import INFECTED
from service.casework.evidence.viewing import may_view
from service.casework.moderation.standing_in import ACTION as SECURE
from service.casework.moderation.standing_in import KIND as SCREENSHOT
from service.casework.moderation.typed_posts import typed_from
from service.web.screens.capture import typed_here
from service.web.screens.evidence_beside import (
    alike,
    erasure,
    is_listing,
    media,
    seal_off_url,
    sealed,
    twins,
)
from service.web.screens.evidence_facts import facts_of
from service.web.screens.outside import seals
from service.web.screens.reading_notes import reading_notes
from service.web.views.capture import TypedHere
from service.web.views.evidence import (
    CustodyAct,
    CustodyEntry,
    EvidenceKind,
    EvidencePart,
    EvidenceRow,
    EvidenceState,
    EvidenceView,
    HiddenPicture,
    HiddenText,
    Reader,
    Unchanged,
)
from service.web.views.frame import CaseLink, FormState
from service.web.views.proof import Proof
from service.web.wording import capture_failed, gettext_of, unreadable


def kind_of(row: Piece) -> EvidenceKind:
    """Return what a piece of evidence is, for its icon and word."""
    if row.kind == "mail" or row.media_type == "message/rfc822":
        return EvidenceKind.MAIL
    if row.kind == "capture":
        return EvidenceKind.PAGE
    if row.kind in {"told", "wish"}:
        return EvidenceKind.TOLD
    family = row.media_type.partition("/")[0]
    if family == "image":
        return EvidenceKind.PICTURE
    if family in {"audio", "video"}:
        return EvidenceKind.SOUND_OR_FILM
    return (
        EvidenceKind.DOCUMENT if family == "text" or "pdf" in row.media_type else EvidenceKind.OTHER
    )


def state_of(row: Piece) -> EvidenceState:
    """Return how far a piece of evidence is; a page that was not captured was never to be read."""
    if row.sealed_off_at is not None:
        return EvidenceState.SEALED_OFF
    if row.kind == "capture" and row.state == "unreadable":
        return EvidenceState.NOT_SECURED
    return EvidenceState(str(row.state))


def numbers_of(session: Session, rows: Sequence[Piece]) -> dict[UUID, str]:
    """Return the short number of each piece of evidence."""
    found = receipts(session, [row.id for row in rows])
    return {row.id: spoken_number(row.id, found.get(row.id)) for row in rows}


def evidence_rows(
    session: Session,
    rows: Sequence[Piece],
    language: str,
    cases: Mapping[UUID, str] = MappingProxyType({}),
) -> tuple[EvidenceRow, ...]:
    """Return rows for a list: neutral facts only; `cases` are case numbers by evidence."""
    numbers = numbers_of(session, rows)
    return tuple(
        EvidenceRow(
            number=numbers[row.id],
            url=f"/evidence/{row.id}",
            kind=kind_of(row),
            state=state_of(row),
            received_at=row.received_at,
            source=source_of(row, language),
            size=row.size,
            case=CaseLink(cases[row.id], f"/cases/{cases[row.id]}") if row.id in cases else None,
        )
        for row in rows
    )


def source_of(row: Piece, language: str) -> str:
    """Return in neutral words where something came from."""
    _ = gettext_of(language)
    if row.sealed_off_at is not None:
        return _("Sealed off")
    if row.kind == "mail":
        return _("Mail to the archive")
    if row.kind == "capture":
        return row.source_url or _("A captured page")
    if row.kind == "wish":
        return _("A wish of the employee")
    if row.kind == "told":
        return _("Told in their own words")
    return row.filename or _("Handed in")


def evidence_view(
    session: Session,
    who: Principal,
    row: SeenEvidence,
    now: datetime,
    *,
    near: Beside,
    reading: StoredReading | None,
    language: str,
    unchanged: Unchanged = Unchanged.NOT_CHECKED,
    acts_after: int = -1,
    form: FormState | None = None,
) -> EvidenceView:
    """Return one piece of evidence; its content is not in it.

    `near` is what stands beside it, `reading` what was read in it; that is None where nothing
    of the piece is told. `acts_after` pages custody.
    """
    parts = parts_of(session, who, row, now)
    numbers = numbers_of(session, [row])
    read_by = readers_by(session, [row.id])[row.id] if row.told else ReadBy()
    custody = custody_of(session, who, row.id, now, after=acts_after)
    open_to_view = may_view(session, who, row, now)
    text = spoken_text(reading) if reading else None
    scan = near.scan if row.told else None
    also, again = twins(session, who, row, now) if row.told else ((), ())
    shown = row.told and not (scan is not None and scan.verdict == INFECTED)
    return EvidenceView(
        id=str(row.id),
        number=numbers[row.id],
        kind=kind_of(row),
        state=state_of(row),
        received_at=row.received_at,
        sha256=row.sha256 or "",
        facts=facts_of(session, row, reading, told=row.told),
        unchanged=unchanged,
        checked_at=now if unchanged is not Unchanged.NOT_CHECKED else None,
        text=HiddenText(len(text), len(parts)) if text else None,
        picture=_hidden_picture(row, near, reading) if shown else None,
        media=media(row, reading) if shown else None,
        text_is_listing=is_listing(reading),
        also=also,
        again=again,
        alike=alike(session, who, row, near.looks, now) if row.told else (),
        sealed=sealed(session, who, row),
        seal_off_url=seal_off_url(session, who, row, now),
        erasure=erasure(session, row),
        form=form or FormState(),
        parts=tuple(
            EvidencePart(
                part.filename or source_of(part, language),
                kind_of(part),
                state_of(part),
                f"/evidence/{part.id}",
            )
            for part in parts
        ),
        cases=tuple(
            CaseLink(number, f"/cases/{number}")
            for number in case_numbers_of(session, who, row, now)
        ),
        readers=readers(read_by, language),
        named=row.told,
        more_readers=read_by.count - len(read_by.latest),
        custody=_custody(custody),
        custody_next=f"/evidence/{row.id}?acts={custody.next}#custody" if custody.next else None,
        custody_first=f"/evidence/{row.id}#custody" if acts_after >= 0 else None,
        proof=_proof(session, who, row, language, now),
        may_reveal=open_to_view,
        glass_url=None if open_to_view else _glass_url(session, who, row, now),
        original_url=f"/evidence/{row.id}/original" if open_to_view else None,
        problem=_problem(session, row, near, language),
        typed=_typed(session, who, row) if row.told else None,
        typing_url=_typing_url(session, who, row),
        notes=reading_notes(language, reading, scan) if row.told else (),
    )


def _problem(session: Session, row: Piece, near: Beside, language: str) -> str | None:
    if row.state != "unreadable":
        return None
    if row.kind == "capture":
        visit = visit_of(session, row.id)
        return capture_failed(language, visit.reason) if visit and visit.reason else None
    reading = near.reading or latest_reading(session, row)
    return unreadable(language, reading.reason) if reading and reading.reason else None


def _typed(session: Session, who: Principal, row: Piece) -> TypedHere | None:
    post = typed_from(session, row.id) if row.kind == SCREENSHOT else None
    if post is None or post.typed_by is None:
        return None
    names = names_of(session, [post.typed_by])
    return typed_here([post], set(), names, linked=who.may("queue.see"))[0]


def _typing_url(session: Session, who: Principal, row: Piece) -> str | None:
    if row.kind != "capture" or row.state != "unreadable" or not who.may(SECURE):
        return None
    visit = visit_of(session, row.id)
    return f"/typed-posts?visit={visit.id}" if visit else None


def _hidden_picture(
    row: Piece, near: Beside, reading: StoredReading | None
) -> HiddenPicture | None:
    """Return what is said of a picture before it is shown, or None where there is none."""
    pages = near.pages if row.kind == "capture" else near.previews
    if not pages or row.sealed_off_at is not None:
        return None
    facts: Mapping[str, Any] = reading.facts if reading else {}
    return HiddenPicture(
        width=_number(facts.get("width")), height=_number(facts.get("height")), pages=pages
    )


def _glass_url(session: Session, who: Principal, row: Piece, now: datetime) -> str | None:
    """Return where this person breaks the glass to see a piece that can be seen at all."""
    if row.erased_at is not None or row.sealed_off_at is not None:
        return None
    case = case_behind_glass(session, who, row.id, now)
    return f"/cases/{case.number}/glass?evidence={row.id}" if case is not None else None


def readers(read: ReadBy, language: str) -> tuple[Reader, ...]:
    """Return who has read it (*Læst af*)."""
    _ = gettext_of(language)
    purposes = {
        "case": _("for the case"),
        "archive": _("for the archive"),
        "glass": _("from outside the circle, with a written reason"),
    }
    found = []
    for one in read.latest:
        role, _sep, purpose = one.purpose.partition(":")
        found.append(
            Reader(one.name, role if purpose else "page_team", one.at, purposes.get(purpose))
        )
    return tuple(found)


def _custody(course: Course) -> tuple[CustodyEntry, ...]:
    return tuple(
        CustodyEntry(one.at, CustodyAct(one.act), one.position, one.who, None)
        for one in course.entries
    )


def _proof(
    session: Session, who: Principal, row: Piece, language: str, now: datetime
) -> Proof | None:
    found = proof_of(session, who, row.id, now)
    if found is None:
        return None
    return Proof(
        position=found.position,
        leaf_hash=found.leaf_hash,
        path=found.path,
        tree_size=found.tree_size,
        root_hash=found.root_hash,
        head_at=found.head_at,
        key_fingerprint=found.key_fingerprint,
        outside=seals(found.outside, language),
    )


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
