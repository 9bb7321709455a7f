"""Following a mail through the jobs: work off what waits, and look at what stands then."""

from __future__ import annotations

import io
import json
from email import message_from_bytes
from email.policy import default
from typing import Any
from uuid import UUID

from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.records.cases import (
    CaseEvidenceRecord,
    NoticeRecord,
)
from archive.records.evidence import (
    DeliveryRecord,
    EvidenceRecord,
    ReadingRecord,
)
from archive.records.ledger import LedgerDetailRecord
from service.installation import Installation
from service.jobs.claims import Claim, claim_next
from service.jobs.engine import Engine
from service.jobs.kinds import Kind
from service.jobs.reading import READING
from service.jobs.sending import ALERTS, NOTICES
from tests.service.conftest import Time

SOON = 120.0


def work_off(installation: Installation, *kinds: Kind) -> None:
    engine = Engine(installation, kinds or (READING, ALERTS, NOTICES))
    engine.sweep()
    assert engine.rest(SOON)
    assert engine.stop(SOON)


def every(installation: Installation, table: type) -> list[Any]:
    with installation.database.reading() as session:
        return list(session.scalars(select(table)))


def only(installation: Installation, table: type) -> Any:
    (row,) = every(installation, table)
    return row


def why_unsorted(installation: Installation) -> list[str]:
    with installation.database.reading() as session:
        rows = session.scalars(
            select(LedgerDetailRecord)
            .where(LedgerDetailRecord.kind == "evidence.left_unsorted")
            .order_by(LedgerDetailRecord.position)
        )
        return [json.loads(row.details)["facts"]["why"] for row in rows]


def outbox(installation: Installation) -> list[Any]:
    paths = sorted((installation.data / "outbox").glob("*.eml"), key=lambda p: p.stat().st_mtime_ns)
    return [message_from_bytes(path.read_bytes(), policy=default) for path in paths]


def said(message: Any) -> str:
    """Return the plain text of a mail of ours, which the HTML says once more."""
    return str(message.get_body(("plain",)).get_content())


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(out, "PNG")
    return out.getvalue()


def claimed(installation: Installation, time: Time) -> Claim | None:
    with installation.database.writing() as session:
        return claim_next(
            session,
            EvidenceRecord,
            READING.waiting(),
            worker="test",
            now=time.now,
            on_claim=READING.on_claim,
        )


def standing(installation: Installation, mail_id: UUID) -> tuple[list[str], int, int, int]:
    """Return a mail's attachments, and how many readings, cases and receipts it has."""

    def count(session: Session, table: type, column: object) -> int:
        query = select(func.count()).select_from(table).where(column == mail_id)
        return session.scalar(query) or 0

    with installation.database.reading() as session:
        names = session.scalars(
            select(EvidenceRecord.filename)
            .where(EvidenceRecord.parent_id == mail_id)
            .order_by(EvidenceRecord.filename)
        ).all()
        again = session.scalar(
            select(func.count())
            .select_from(DeliveryRecord)
            .join(EvidenceRecord, EvidenceRecord.id == DeliveryRecord.evidence_id)
            .where(EvidenceRecord.parent_id == mail_id)
        )
        assert again == len(names)
        return (
            [str(name) for name in names],
            count(session, ReadingRecord, ReadingRecord.evidence_id),
            count(session, CaseEvidenceRecord, CaseEvidenceRecord.evidence_id),
            count(session, NoticeRecord, NoticeRecord.evidence_id),
        )
