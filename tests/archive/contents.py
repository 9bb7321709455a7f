"""Something in every protected table: a case with a mail, its attachment, and a captured page."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from archive.intake.receive import About, Envelope, Kept, object_row
from archive.ledger.log import head, keep_checkpoint, record
from archive.records.alerts import AlertRecord
from archive.records.cases import (
    AccountRecord,
    CaseEvidenceRecord,
    CaseRecord,
    CircleRecord,
    CircumstanceRecord,
    EndingRecord,
    GlassRecord,
    HarassedRecord,
    MergeRecord,
    NoticeRecord,
    RestrictionRecord,
    WishAnswerRecord,
)
from archive.records.evidence import ReadingRecord, UnusualViewingRecord, ViewingRecord
from archive.records.exports import ExportItemRecord, ExportRecord
from archive.records.ledger import OutsideHeadRecord
from archive.records.mail import MailSeenRecord
from archive.records.readings import FingerprintRecord, ScanRecord, SlowReadingRecord
from tests.archive.captured_page import MARKER, capture
from tests.archive.house import NOW, House
from tests.archive.people_put_in import (
    put_people,
    put_phone,
    put_second_factors,
    put_ways_in,
)


@dataclass(frozen=True)
class Contents:
    """Names of what was put in."""

    case: UUID
    person: UUID
    mail: Kept
    attachment: Kept
    page: Kept
    other: Kept


def fill(house: House) -> Contents:
    """Put something in every table, by the ways that the product goes."""
    with house.database.writing() as session:
        unit, people = put_people(session)
    with house.database.writing() as session:
        case = _case(session, unit, people)
    mail = _receive(house, "mail", f"Subject: {MARKER}\n\n{MARKER} til dig.\n", f"{MARKER}.eml")
    attachment = _receive(house, "attachment", f"{MARKER} billede", f"{MARKER}.png", mail.id)
    page = _receive(house, "capture", f"<html>{MARKER}</html>" * 40, "page.html")
    other = house.receive(b"something else altogether" * 400, "else.txt", actor="person:2")
    house.receive(b"something else altogether" * 400, "else.txt", actor="person:2")
    with house.database.writing() as session:
        _belongings(session, case, mail, people)
        put_phone(session, people[0], other)
        put_ways_in(session, people[0])
        put_second_factors(session, people[0], house.vault.new_key()[1])
    _reading(house, mail)
    with house.database.writing() as session:
        _handed_over(session, case, other, people)
        _work_on(session, mail, attachment)
    capture(house, case, page, people, attachment)
    with house.database.writing() as session:
        keep_checkpoint(session, NOW)
        _kept_outside(session)
    house.receive(b"after the checkpoint", "later.txt")
    return Contents(case, people[0], mail, attachment, page, other)


def close_case(session: Session, case_id: UUID) -> None:
    """Close a case, so that its evidence can be erased."""
    case = session.get_one(CaseRecord, case_id)
    case.closed_at, case.closed_by = NOW, "person:1"
    record(session, "case.closed", at=NOW, actor="person:1", subject=case, case_id=case.id)


def _handed_over(session: Session, case: UUID, piece: Kept, people: list[UUID]) -> None:
    """Say that a piece was handed to the police, whose package has ended since."""
    export = ExportRecord(
        id=uuid4(),
        case_id=case,
        recipient="Politiet",
        purpose="Anmeldelse",
        asked_at=NOW,
        asked_by=f"person:{people[1]}",
        person_id=people[1],
        state="ended",
        parts=[],
    )
    session.add(export)
    session.flush()
    session.add(ExportItemRecord(export_id=export.id, evidence_id=piece.id))
    record(session, "export.asked_for", at=NOW, subject=export, case_id=case)


def _kept_outside(session: Session) -> None:
    """Say that the present head lies in a store where a name is written once."""
    now = head(session)
    row = OutsideHeadRecord(
        size=now.size,
        note=now.note,
        kind="object",
        holder="/mnt/kept-apart",
        state="sealed",
        asked_at=NOW,
        asked_by="system",
        made_at=NOW,
    )
    session.add(row)
    record(session, "head.sealed_outside", at=NOW, subject=row)


def _work_on(session: Session, mail: Kept, picture: Kept) -> None:
    """Say what programs keep beside a mail and a picture, where no entry speaks of it."""
    session.add_all(
        (
            MailSeenRecord(digest=MARKER, evidence_id=mail.id, at=NOW),
            FingerprintRecord(
                evidence_id=picture.id,
                coarse=MARKER,
                fine=MARKER,
                band_1=1,
                band_2=2,
                band_3=3,
                band_4=4,
            ),
            ScanRecord(
                evidence_id=picture.id, asked_at=NOW, verdict="infected", says=f"Found.{MARKER}"
            ),
            SlowReadingRecord(evidence_id=picture.id, reader="picture_text", asked_at=NOW),
        )
    )


def _case(session: Session, unit: UUID, people: list[UUID]) -> UUID:
    case = CaseRecord(
        id=uuid4(),
        number="2026-0001",
        unit_id=unit,
        procedure="ishoej",
        procedure_version="1",
        opened_at=NOW,
        opened_by="system",
        handler_id=people[1],
    )
    session.add(case)
    session.flush()
    session.add_all(
        (
            HarassedRecord(
                case_id=case.id, kind="employee", person_id=people[0], name="Åse", added_at=NOW
            ),
            AccountRecord(
                case_id=case.id, platform="facebook", name="Vred", known="told", added_at=NOW
            ),
            CircleRecord(
                case_id=case.id,
                person_id=people[1],
                role="leader",
                reason="unit",
                added_by="system",
                since=NOW,
            ),
            GlassRecord(
                case_id=case.id,
                person_id=people[1],
                reason="Tilsynet spørger",
                since=NOW,
                until=NOW + timedelta(days=1),
            ),
            RestrictionRecord(
                case_id=case.id,
                number=1,
                restricted=False,
                reason="Ikke mere nødvendigt",
                person_id=people[1],
                at=NOW,
            ),
            MergeRecord(
                case_id=case.id,
                into_id=case.id,
                reason="Samme sag",
                circle_joined=True,
                carried={"steps": ["12.1"], "evidence": 2},
                person_id=people[1],
                at=NOW,
            ),
            AlertRecord(case_id=case.id, raised_at=NOW, raised_by="system"),
            CircumstanceRecord(
                case_id=case.id, name="reported", holds=True, stated_by="person:1", stated_at=NOW
            ),
            EndingRecord(
                case_id=case.id,
                step="12.1",
                number=1,
                outcome="done",
                fields={"samtale": "ført", "dage": 2},
                person_id=people[1],
                at=NOW,
            ),
        )
    )
    record(session, "case.opened", at=NOW, subject=case, case_id=case.id, number=case.number)
    return case.id


def _receive(house: House, kind: str, text: str, name: str, parent: UUID | None = None) -> Kept:
    about = About(
        kind=kind,
        filename=name,
        note=f"note {MARKER}",
        source_url=f"https://example.dk/{MARKER}",
        seen_at=NOW,
        parent_id=parent,
    )
    envelope = Envelope("smtp", facts={"from": f"{MARKER}@example.dk", "to": ["arkiv@example.dk"]})
    return house.intake.receive(text.encode(), about, envelope, NOW)


def _belongings(session: Session, case: UUID, mail: Kept, people: list[UUID]) -> None:
    session.add_all(
        (
            CaseEvidenceRecord(case_id=case, evidence_id=mail.id, added_at=NOW, added_by="system"),
            NoticeRecord(
                kind="receipt",
                case_id=case,
                evidence_id=mail.id,
                recipient=f"{MARKER}@example.dk",
                message=f"To: {MARKER}@example.dk\n\nKvittering",
                made_at=NOW,
            ),
            WishAnswerRecord(
                case_id=case,
                evidence_id=mail.id,
                number=1,
                outcome="granted",
                reason=f"Det gør vi: {MARKER}",
                person_id=people[1],
                at=NOW,
            ),
        )
    )
    record(session, "case.evidence_added", at=NOW, subject=f"cases:{case}", case_id=case)
    session.add(
        ViewingRecord(
            person_id=people[1],
            evidence_id=mail.id,
            case_id=case,
            purpose="handler of the case",
            window=NOW,
            at=NOW,
        )
    )
    session.add(
        UnusualViewingRecord(
            person_id=people[1],
            at=NOW,
            pieces=100,
            cases=2,
            minutes=60,
            lasts_until=NOW + timedelta(hours=1),
        )
    )
    record(
        session,
        "evidence.viewed",
        at=NOW,
        actor=f"person:{people[1]}",
        subject=f"evidence:{mail.id}",
    )


def _reading(house: House, mail: Kept) -> None:
    with house.database.reading() as session:
        key = house.evidence_key(session, mail.id)
    sealed = house.vault.keep(key, f"read: {MARKER}".encode())
    with house.database.writing() as session:
        session.add(
            object_row(mail.id, sealed, "reading", "application/json", NOW, made_by="test 1")
        )
        session.flush()
        session.add(
            ReadingRecord(
                evidence_id=mail.id,
                reader="message",
                version="1",
                made_at=NOW,
                outcome="read",
                reason=None,
                object_name=sealed.name,
            )
        )
        record(session, "evidence.read", at=NOW, subject=f"evidence:{mail.id}", words=MARKER)
