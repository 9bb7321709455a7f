"""Looking at what has followed by itself: reads only, and waits no longer than it says."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.database import Database
from archive.records.cases import CaseEvidenceRecord, CaseRecord, NoticeRecord
from archive.records.evidence import EvidenceRecord, EvidenceState
from archive.records.operations import VerificationRecord
from archive.records.pages import FindingRecord, PostRecord, VisitRecord
from archive.records.people import PersonRecord
from service.demonstration.errors import NothingCame
from service.notices.kinds import RECEIPT

_LONGEST: Final = 180.0
_EVERY: Final = 0.1
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A case with whoever is to handle it."""

    id: UUID
    number: str
    handler: str | None


@dataclass(frozen=True, slots=True)
class Captured:
    """A capture that has ended."""

    ok: bool
    reason: str | None
    posts: int
    flagged: int


class Watcher:
    """Reads the demonstration's database beside the service."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def case(self) -> OpenedCase:
        """Wait for the case that the mail opens."""

        def look(session: Session) -> OpenedCase | None:
            query = select(CaseRecord, PersonRecord.name).outerjoin(
                PersonRecord, PersonRecord.id == CaseRecord.handler_id
            )
            row = session.execute(query).first()
            return OpenedCase(row[0].id, row[0].number, row[1]) if row else None

        return self._until(look, "ingen sag blev åbnet af mailen")

    def receipt(self, case: UUID) -> str:
        """Wait until the receipt has left, and return it as it was sent."""

        def look(session: Session) -> str | None:
            query = select(NoticeRecord.message).where(
                NoticeRecord.case_id == case,
                NoticeRecord.kind == RECEIPT,
                NoticeRecord.sent_at.is_not(None),
            )
            return session.scalars(query).first()

        return self._until(look, "der kom ingen kvittering")

    def visit(self, address: str) -> Captured:
        """Wait until the latest capture of an address has ended."""

        def look(session: Session) -> Captured | None:
            query = select(VisitRecord).where(VisitRecord.url == address)
            row = session.scalars(query.order_by(VisitRecord.requested_at.desc())).first()
            if row is None or row.status == "requested":
                return None
            flagged = select(func.count(func.distinct(FindingRecord.post_id))).join(
                PostRecord, PostRecord.id == FindingRecord.post_id
            )
            count = session.scalar(flagged.where(PostRecord.visit_id == row.id)) or 0
            return Captured(row.status == "captured", row.reason, row.posts_read or 0, count)

        return self._until(look, "siden blev ikke sikret")

    def read(self, filename: str) -> EvidenceState:
        """Wait until a file that was handed in has been read."""

        def look(session: Session) -> EvidenceState | None:
            query = select(EvidenceRecord.state).where(EvidenceRecord.filename == filename)
            state = session.scalars(query).first()
            waiting = (None, EvidenceState.RECEIVED, EvidenceState.READING)
            return None if state in waiting else EvidenceState(str(state))

        return self._until(look, "skærmbilledet blev ikke læst")

    def post(self, address: str) -> UUID:
        """Wait for a post by its own address, as the latest visit saw it."""

        def look(session: Session) -> UUID | None:
            query = (
                select(PostRecord.id)
                .join(VisitRecord, VisitRecord.id == PostRecord.visit_id)
                .where(PostRecord.permalink == address)
                .order_by(VisitRecord.requested_at.desc())
            )
            return session.scalars(query).first()

        return self._until(look, "opslaget blev ikke fundet på siden")

    def person(self, email: str) -> UUID:
        """Return the id of one of ours."""

        def look(session: Session) -> UUID | None:
            return session.scalars(
                select(PersonRecord.id).where(PersonRecord.email == email)
            ).first()

        return self._until(look, "personen findes ikke")

    def pieces(self, case: UUID) -> int:
        """Return how many pieces of evidence a case has."""
        with self._database.reading() as session:
            query = select(func.count()).where(CaseEvidenceRecord.case_id == case)
            return session.scalar(query) or 0

    def verification(self) -> tuple[bool, int]:
        """Wait until the check has ended: whether everything is whole, and how many entries."""

        def look(session: Session) -> tuple[bool, int] | None:
            query = select(VerificationRecord).where(VerificationRecord.ended_at.is_not(None))
            run = session.scalars(query.order_by(VerificationRecord.ended_at.desc())).first()
            if run is None or run.result is None:
                return None
            return bool(run.result["ok"]), int(run.result["entries"])

        return self._until(look, "kontrollen blev ikke færdig")

    def _until(self, look: Callable[[Session], _T | None], otherwise: str) -> _T:
        deadline = time.monotonic() + _LONGEST
        while True:
            with self._database.reading() as session:
                found = look(session)
            if found is not None:
                return found
            if time.monotonic() > deadline:
                raise NothingCame(otherwise)
            time.sleep(_EVERY)
