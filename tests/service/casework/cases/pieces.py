"""Evidence for tests of cases: handed in by somebody, in a case, and found by its name."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from archive.intake.receive import About, Envelope
from archive.records.cases import CaseRecord
from archive.records.evidence import EvidenceRecord
from service.access.principal import Principal
from service.casework.cases.opening import join_evidence
from service.installation import Installation
from tests.service.conftest import Time


def hand_in(
    installation: Installation,
    who: Principal,
    name: str,
    time: Time,
    *,
    case: str,
    unit: UUID | None = None,
) -> UUID:
    """Hand in a file that is called so, and let it join a case."""
    about = About(filename=f"{name}.txt", unit_id=unit)
    envelope = Envelope("upload", who.actor, {"name": name})
    kept = installation.intake.receive(name.encode(), about, envelope, time.now).id
    join_also(installation, kept, case, time)
    return kept


def join_also(installation: Installation, piece: UUID, number: str, time: Time) -> None:
    """Let a piece belong to one more case."""
    with installation.database.writing() as session:
        case = session.scalars(select(CaseRecord).where(CaseRecord.number == number)).one()
        join_evidence(session, case, session.get_one(EvidenceRecord, piece), time.now, "system")
