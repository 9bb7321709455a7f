"""Evidence, filled: its row in lists and its own page, facts with how each is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.orm import Session

from archive.mailbox.values import Message
from service.access.principal import Principal
from service.casework.capture.requesting import visit_of
from service.casework.evidence.custody import custody_of
from service.casework.evidence.listing import (
    SeenBy,
    cases_of,
    deliveries_of,
    objects_of,
    parts_of,
    readers_of,
    sees_facts,
)
from service.casework.evidence.numbers import receipts, spoken_number
from service.casework.evidence.proof import proof_of
from service.casework.evidence.readings import StoredReading, spoken_text
from service.casework.evidence.viewing import may_view
from service.casework.mail.found import original_of
from service.web.views.evidence import (
    CustodyAct,
    CustodyEntry,
    EvidenceKind,
    EvidencePart,
    EvidenceRow,
    EvidenceState,
    EvidenceView,
    Fact,
    FactName,
    HiddenPicture,
    HiddenText,
    HowKnown,
    Proof,
    Reader,
    Unchanged,
)
from service.web.views.frame import CaseLink
from service.web.wording import capture_failed, gettext_of, unreadable

if TYPE_CHECKING:
    from archive.records.evidence import EvidenceRecord

_KNOWN = {
    "verified": HowKnown.VERIFIED,
    "captured": HowKnown.OWN_CAPTURE,
    "attached": HowKnown.ATTACHED,
    "handed_in": HowKnown.HANDED_IN,
    "read_by_machine": HowKnown.READ_BY_MACHINE,
    "typed_inline": HowKnown.TYPED_INLINE,
    "told": HowKnown.TOLD,
}


def kind_of(row: EvidenceRecord) -> EvidenceKind:
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


def numbers_of(session: Session, rows: Sequence[EvidenceRecord]) -> dict[UUID, str]:
    """Return the short number of each piece of evidence."""
    found = receipts(session, [row.id for row in rows])
    return {row.id: spoken_number(row.id, found.get(row.id)) for row in rows}


def evidence_rows(
    session: Session,
    rows: Sequence[EvidenceRecord],
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
            state=EvidenceState(str(row.state)),
            received_at=row.received_at,
            source=source_of(row, language),
            size=row.size,
            case=CaseLink(cases[row.id], f"/cases/{cases[row.id]}") if row.id in cases else None,
        )
        for row in rows
    )


def source_of(row: EvidenceRecord, language: str) -> str:
    """Return in neutral words where something came from."""
    _ = gettext_of(language)
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
    row: EvidenceRecord,
    reading: StoredReading | None,
    now: datetime,
    *,
    language: str,
    unchanged: Unchanged = Unchanged.NOT_CHECKED,
) -> EvidenceView:
    """Return one piece of evidence; its content is not in it."""
    parts = parts_of(session, row)
    numbers = numbers_of(session, [row])
    open_to_view = may_view(session, who, row, now)
    text = spoken_text(reading) if reading else None
    return EvidenceView(
        id=str(row.id),
        number=numbers[row.id],
        kind=kind_of(row),
        state=EvidenceState(str(row.state)),
        received_at=row.received_at,
        sha256=row.sha256 or "",
        facts=_facts(session, row, reading, told=sees_facts(session, who, row, now)),
        unchanged=unchanged,
        checked_at=now if unchanged is not Unchanged.NOT_CHECKED else None,
        text=HiddenText(len(text), len(parts)) if text else None,
        picture=hidden_picture(session, row, reading),
        parts=tuple(
            EvidencePart(
                part.filename or source_of(part, language),
                kind_of(part),
                EvidenceState(str(part.state)),
                f"/evidence/{part.id}",
            )
            for part in parts
        ),
        cases=tuple(
            CaseLink(case.number, f"/cases/{case.number}")
            for case in cases_of(session, who, row, now)
        ),
        readers=readers(readers_of(session, row.id), language),
        custody=_custody(session, who, row, now),
        proof=_proof(session, who, row, now),
        may_reveal=open_to_view,
        original_url=f"/evidence/{row.id}/original" if open_to_view else None,
        problem=_problem(session, row, reading, language),
    )


def _problem(
    session: Session, row: EvidenceRecord, reading: StoredReading | None, language: str
) -> str | None:
    if row.kind == "capture":
        visit = visit_of(session, row.id)
        return capture_failed(language, visit.reason) if visit and visit.reason else None
    return unreadable(language, reading.reason) if reading and reading.reason else None


def hidden_picture(
    session: Session, row: EvidenceRecord, reading: StoredReading | None
) -> HiddenPicture | None:
    """Return what is said of a picture before it is shown, or None where there is none."""
    role = "page" if row.kind == "capture" else "preview"
    pictures = [one for one in objects_of(session, row) if one.role == role]
    if not pictures:
        return None
    facts: Mapping[str, Any] = reading.facts if reading else {}
    return HiddenPicture(
        width=_number(facts.get("width")), height=_number(facts.get("height")), pages=len(pictures)
    )


def readers(seen: Sequence[SeenBy], language: str) -> tuple[Reader, ...]:
    """Return who has read it (*Læst af*)."""
    _ = gettext_of(language)
    purposes = {"case": _("for the case"), "archive": _("for the archive")}
    found = []
    for one in seen:
        role, _sep, purpose = one.purpose.partition(":")
        found.append(
            Reader(one.name, role if purpose else "page_team", one.at, purposes.get(purpose))
        )
    return tuple(found)


def _facts(
    session: Session, row: EvidenceRecord, reading: StoredReading | None, *, told: bool
) -> tuple[Fact, ...]:
    facts = [Fact(FactName.RECEIVED, row.received_at, HowKnown.MEASURED)]
    if told:
        facts += _told_facts(session, row, reading)
    facts.append(Fact(FactName.TYPE, row.media_type, HowKnown.READ_BY_MACHINE))
    facts.append(Fact(FactName.SIZE, row.size, HowKnown.MEASURED))
    return tuple(facts)


def _told_facts(session: Session, row: EvidenceRecord, reading: StoredReading | None) -> list[Fact]:
    """Return what names people: sender, subject, file name, address, note."""
    facts: list[Fact] = []
    deliveries = deliveries_of(session, row)
    if row.kind == "mail" and deliveries:
        sender = deliveries[0].envelope.get("mail_from")
        if sender:
            facts.append(Fact(FactName.HANDED_IN_BY, str(sender), HowKnown.TOLD))
    facts += mail_facts(reading)
    if row.filename and row.kind != "capture":
        facts.append(Fact(FactName.FILENAME, row.filename, HowKnown.HANDED_IN))
    if row.source_url:
        known = _KNOWN.get(row.known, HowKnown.TOLD)
        facts.append(
            Fact(
                FactName.SOURCE_ADDRESS,
                row.source_url,
                known if row.kind == "capture" else HowKnown.TOLD,
            )
        )
    if row.seen_at:
        known = HowKnown.OWN_CAPTURE if row.kind == "capture" else HowKnown.TOLD
        facts.append(Fact(FactName.SEEN, row.seen_at, known))
    if row.note:
        facts.append(Fact(FactName.NOTE, row.note, HowKnown.TOLD))
    return facts


def mail_facts(reading: StoredReading | None) -> list[Fact]:
    """Return from whom, when and about what, each with how it is known."""
    if reading is None or reading.reader != "message":
        return []
    original = original_of(Message.from_facts(dict(reading.facts)))
    if original is None:
        return []
    known = _KNOWN[original.known]
    author = " ".join(
        part
        for part in (original.name, f"<{original.address}>" if original.address else "")
        if part
    )
    facts: list[tuple[FactName, datetime | str | None]] = [
        (FactName.FROM, author or None),
        (FactName.SUBJECT, original.subject),
        (FactName.SENT, original.sent_at),
    ]
    return [Fact(name, value, known) for name, value in facts if value]


def _custody(
    session: Session, who: Principal, row: EvidenceRecord, now: datetime
) -> tuple[CustodyEntry, ...]:
    return tuple(
        CustodyEntry(one.at, CustodyAct(one.act), one.position, one.who, None)
        for one in custody_of(session, who, row.id, now)
    )


def _proof(session: Session, who: Principal, row: EvidenceRecord, now: datetime) -> Proof | None:
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
    )


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
