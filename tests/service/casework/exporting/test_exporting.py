"""Handing over as a job: rights at every step, one ledger entry each, an end with the evidence."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from archive.clearing import clear_erased
from archive.intake.receive import About, Envelope
from archive.ledger.log import record
from archive.records.cases import CaseRecord
from archive.records.evidence import EvidenceRecord, EvidenceState
from archive.records.exports import ExportRecord
from archive.records.ledger import LedgerDetailRecord
from archive.records.people import PersonRecord, RoleRecord
from archive.retention import erase
from service.access.endings import end_role
from service.access.principal import Principal
from service.casework.cases.opening import join_evidence
from service.casework.evidence.custody import Act, custody_of
from service.casework.exporting.asking import ask_for_export, case_to_hand_over, find_export
from service.casework.exporting.covering_text import COVER
from service.casework.exporting.fetching import end_exports, fetch_part
from service.casework.exporting.making import KEPT, packages_of
from service.casework.exporting.permitting import require_leaving
from service.casework.exporting.redacting import boxes_of, redact
from service.errors import (
    CaseNotFound,
    ExportEnded,
    ExportNotFound,
    NothingToHandOver,
    NotPermitted,
    ReasonMissing,
    RightEnded,
    SealedOff,
)
from service.installation import Installation
from service.jobs.claims import claim_next
from service.jobs.engine import perform_one
from service.jobs.exports import EXPORTS
from service.jobs.reading_lanes import LANES
from tests.service.casework.cases.opened import open_one
from tests.service.casework.exporting.asked import RECIPIENT, asked_for
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]
SAID = "Vi ved hvor du bor, Anna. Hilsen Kim Vred og nabo Niels Bøje."


@pytest.fixture
def number(installation: Installation, town: Town, time: Time) -> str:
    """A case of the library with one text in it."""
    found = open_one(installation, town, time)
    kept = installation.intake.receive(
        SAID.encode(),
        About(kind="upload", filename="trussel.txt", unit_id=town.library.id),
        Envelope("web", actor=f"person:{town.anna.id}"),
        time.now,
    )
    with installation.database.writing() as session:
        case = session.scalars(select(CaseRecord).where(CaseRecord.number == found)).one()
        row = session.get_one(EvidenceRecord, kept.id)
        join_evidence(session, case, row, time.now, "system")
    return found


@pytest.fixture
def who(town: Town, asks: Asks) -> Principal:
    """The leader of the library."""
    return asks(town.leader)


def made(installation: Installation, time: Time) -> None:
    """Let the job work off what waits."""
    with installation.database.writing() as session:
        claim = claim_next(session, ExportRecord, EXPORTS.waiting(), worker="test", now=time.now)
    assert claim is not None
    perform_one(installation, EXPORTS, claim)


def state_of(installation: Installation, export_id: UUID) -> tuple[str, str | None]:
    with installation.database.reading() as session:
        row = session.get_one(ExportRecord, export_id)
        return row.state, row.reason


def fetched(installation: Installation, who: Principal, export_id: UUID, time: Time) -> bytes:
    found = fetch_part(installation, who, export_id, 1, time.now)
    data = b"".join(found.stream)
    assert len(data) == found.size
    return data


def check(data: bytes, folder: Path) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    (bundle,) = folder.iterdir()
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(bundle / "check.py")], capture_output=True, check=False
    )
    return done.returncode


def kinds_of(installation: Installation, start: str) -> list[str]:
    with installation.database.reading() as session:
        query = select(LedgerDetailRecord.kind).order_by(LedgerDetailRecord.position)
        return [one for one in session.scalars(query) if one.startswith(start)]


def test_a_bundle_is_made_fetched_and_holds_without_us(
    installation: Installation, time: Time, who: Principal, number: str, tmp_path: Path
) -> None:
    export_id = asked_for(installation, who, number, time)

    made(installation, time)
    data = fetched(installation, who, export_id, time)

    assert state_of(installation, export_id) == ("ready", None)
    assert check(data, tmp_path / "bundle") == 0
    assert kinds_of(installation, "export.") == [
        "export.asked_for",
        "export.made",
        "export.ready",
        "export.fetched",
    ]


def test_the_employee_concerned_sees_who_got_it_and_what_for(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    export_id = asked_for(installation, asks(town.leader), number, time)
    made(installation, time)

    anna = asks(town.anna)
    with installation.database.reading() as session:
        row = session.scalars(select(EvidenceRecord).order_by(EvidenceRecord.received_at)).first()
        assert row is not None
        course = custody_of(session, anna, row.id, time.now)
        told = [one.detail or "" for one in course.entries if one.act is Act.EXPORTED]
        with pytest.raises(ExportNotFound):
            find_export(session, anna, export_id, time.now)
    assert len(told) == 1
    assert RECIPIENT in told[0]
    assert "Anmeldelse" in told[0]


def test_nobody_hands_over_another_units_case_or_their_own(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    with pytest.raises(CaseNotFound):
        asked_for(installation, asks(town.other_leader), number, time)
    with pytest.raises((NotPermitted, CaseNotFound)):
        asked_for(installation, asks(town.anna), number, time)
    export_id = asked_for(installation, asks(town.leader), number, time)
    made(installation, time)
    with pytest.raises(ExportNotFound):
        fetch_part(installation, asks(town.other_leader), export_id, 1, time.now)


def test_recipient_purpose_and_choice_are_asked_for(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    who = asks(town.leader)

    def asking(chosen: list[UUID], recipient: str = "Politiet", purpose: str = "x") -> None:
        with installation.database.writing() as session:
            ask_for_export(
                session,
                who,
                number,
                chosen,
                recipient=recipient,
                purpose=purpose,
                now=time.now,
            )

    with pytest.raises(ReasonMissing):
        asking([], recipient=" ")
    with pytest.raises(ReasonMissing):
        asking([], purpose=" ")
    with pytest.raises(NothingToHandOver):
        asking([])
    with pytest.raises(NothingToHandOver):
        asking([UUID(int=7)])


def test_a_role_that_ends_stops_the_making_and_the_fetching(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    who = asks(town.leader)
    ready, waiting = (asked_for(installation, who, number, time) for _ in range(2))
    made(installation, time)
    states = {one: state_of(installation, one)[0] for one in (ready, waiting)}
    done = next(one for one, state in states.items() if state == "ready")
    other = waiting if done == ready else ready
    with installation.database.writing() as session:
        for held in session.scalars(
            select(RoleRecord).where(RoleRecord.person_id == town.leader.id)
        ):
            end_role(session, held, time.now, actor="system")

    made(installation, time)

    assert state_of(installation, other) == ("stopped", "right_ended")
    with pytest.raises(RightEnded):
        fetch_part(installation, who, done, 1, time.now)


def test_an_erasure_ends_every_package_the_piece_is_in(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    who = asks(town.leader)
    export_id = asked_for(installation, who, number, time)
    made(installation, time)
    assert list(packages_of(installation).names())
    with installation.database.writing() as session:
        case, pieces = case_to_hand_over(session, who, number, time.now)
        case = session.get_one(CaseRecord, case.id)
        case.closed_at = case.opened_at
        record(session, "case.closed", at=time.now, subject=case, case_id=case.id)
    with installation.database.writing() as session:
        erase(session, pieces[-1].id, "asked for", "system", time.now)
    clear_erased(installation.database, installation.objects, time.now)

    with pytest.raises((ExportEnded, RightEnded)):
        fetch_part(installation, who, export_id, 1, time.now)
    end_exports(installation, time.now)

    assert state_of(installation, export_id)[0] == "ended"
    assert not list(packages_of(installation).names())


def test_a_package_ends_when_its_time_is_over(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    who = asks(town.leader)
    export_id = asked_for(installation, who, number, time)
    made(installation, time)

    time.pass_by(KEPT - timedelta(minutes=1))
    assert end_exports(installation, time.now) == 0
    assert fetched(installation, who, export_id, time)
    time.pass_by(timedelta(minutes=1))
    with pytest.raises(ExportEnded):
        fetch_part(installation, who, export_id, 1, time.now)
    assert end_exports(installation, time.now) == 1
    assert not list(packages_of(installation).names())


@pytest.mark.usefixtures("number")
def test_what_is_sealed_off_leaves_only_by_the_dpo_and_to_the_police(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    with installation.database.reading() as session:
        row = session.scalars(select(EvidenceRecord)).first()
    assert row is not None
    row.sealed_off_at = time.now

    require_leaving([row], asks(town.lawyer), to_police=True)
    for person, to_police in ((town.lawyer, False), (town.leader, True), (town.archivist, True)):
        with pytest.raises(SealedOff):
            require_leaving([row], asks(person), to_police=to_police)


def test_parts_are_below_the_size_that_was_asked_for(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    who = asks(town.leader)
    export_id = asked_for(installation, who, number, time, part_size=40_000)

    made(installation, time)

    with installation.database.reading() as session:
        parts = session.get_one(ExportRecord, export_id).parts
    assert len(parts) > 1
    for at, part in enumerate(parts, 1):
        found = fetch_part(installation, who, export_id, at, time.now)
        assert found.name.endswith(f"-{at}-af-{len(parts)}.zip")
        assert len(b"".join(found.stream)) == part["size"]


def test_words_read_in_a_picture_are_covered_where_they_stand() -> None:
    words = [["Kim", 1, 2, 3, 4, 90.0], ["Vred:", 5, 6, 7, 8, 91.0], ["hej", 9, 9, 9, 9, 80.0]]

    assert list(boxes_of(words, "kim vred")) == [(1, 2, 3, 4), (5, 6, 7, 8)]
    assert list(boxes_of(words, "–")) == []
    assert list(boxes_of(words, "Ole")) == []


def read_as_text(installation: Installation, time: Time, evidence_id: UUID) -> None:
    """Let the confined child read the text, as the service does."""
    for lane in LANES:
        for _ in range(100):
            with installation.database.writing() as session:
                claim = claim_next(
                    session, EvidenceRecord, lane.waiting(), worker="test", now=time.now
                )
            if claim is None:
                break
            perform_one(installation, lane, claim)
        assert claim is None
    with installation.database.reading() as session:
        assert session.get_one(EvidenceRecord, evidence_id).state == EvidenceState.READ


def test_a_redacted_bundle_holds_and_has_nothing_of_what_was_covered(
    installation: Installation, time: Time, who: Principal, number: str, tmp_path: Path
) -> None:
    with installation.database.reading() as session:
        pieces = [
            one.id
            for one in case_to_hand_over(session, who, number, time.now)[1]
            if one.filename == "trussel.txt"
        ]
    read_as_text(installation, time, pieces[0])
    with pytest.raises(ReasonMissing):
        redact(installation, who, pieces[0], words=["Niels"], boxes=[], reason=" ", now=time.now)
    redact(
        installation,
        who,
        pieces[0],
        words=["Niels Bøje", "Anna"],
        boxes=[],
        reason="uden for sagen",
        now=time.now,
    )
    with installation.database.writing() as session:
        export_id = ask_for_export(
            session,
            who,
            number,
            pieces,
            recipient="Pressen",
            purpose="Aktindsigt",
            now=time.now,
            redacted=True,
        ).id
    made(installation, time)
    assert state_of(installation, export_id) == ("ready", None)

    data = fetched(installation, who, export_id, time)

    assert check(data, tmp_path / "bundle") == 0
    text = "".join(
        one.read_bytes().decode("utf-8", "replace")
        for one in (tmp_path / "bundle").rglob("*")
        if one.is_file()
    )
    assert COVER in text
    for hidden in ("Niels", "Bøje", "trussel.txt", SAID):
        assert hidden not in text, hidden


def test_a_redacted_bundle_of_what_is_not_redacted_says_so(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    export_id = asked_for(installation, asks(town.leader), number, time, redacted=True)

    made(installation, time)

    assert state_of(installation, export_id) == ("failed", "not_redacted")
