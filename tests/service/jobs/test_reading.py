"""The reading job: mail becomes a case, pictures get their copies."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from archive.intake.receive import About, Envelope
from archive.records.cases import (
    AccountRecord,
    CaseEvidenceRecord,
    CaseRecord,
    CircleRecord,
    HarassedRecord,
)
from archive.records.evidence import (
    EvidenceRecord,
    EvidenceState,
    ObjectRecord,
)
from archive.records.pages import VisitRecord
from service.casework.evidence.readings import text_in
from service.casework.mail.sorting import Unsorted
from service.installation import Installation
from service.jobs.engine import perform_one
from service.jobs.reading import READING
from service.log_lines import configure
from tests.service.casework.mail.mails import (
    MARKER,
    forwarded_as_attachment,
    hand_over,
    mail,
    with_picture,
)
from tests.service.conftest import Time, Town
from tests.service.jobs.following import (
    claimed,
    every,
    only,
    outbox,
    picture,
    why_unsorted,
    work_off,
)


def test_a_forwarded_mail_opens_a_case_of_the_employee_with_everything_that_belongs_to_it(
    installation: Installation, town: Town, time: Time
) -> None:
    kept = hand_over(installation, mail())

    work_off(installation, READING)

    case = only(installation, CaseRecord)
    assert case.number == "2027-001"
    assert case.unit_id == town.library.id
    assert case.handler_id == town.leader.id
    assert (case.procedure, case.opened_at) == ("ishoej", time.now)
    assert case.incident_at == datetime(2027, 1, 31, 19, 14, tzinfo=UTC)
    assert only(installation, HarassedRecord).person_id == town.anna.id
    account = only(installation, AccountRecord)
    assert (account.platform, account.name, account.address, account.known) == (
        "mail",
        "Gert Vred",
        "gert@vred.example",
        "typed_inline",
    )
    assert only(installation, CaseEvidenceRecord).evidence_id == kept.id
    assert only(installation, CircleRecord).person_id == town.leader.id
    assert [visit.url for visit in every(installation, VisitRecord)] == [
        "https://debat.example/opslag/17"
    ]
    with installation.database.reading() as session:
        assert session.get_one(EvidenceRecord, kept.id).state == EvidenceState.READ
        assert MARKER in text_in(session, installation.vault, kept.id)


@pytest.mark.usefixtures("town")
def test_an_attached_original_is_known_as_attached_and_becomes_evidence_of_its_own(
    installation: Installation,
) -> None:
    kept = hand_over(installation, forwarded_as_attachment())

    work_off(installation, READING)

    assert only(installation, AccountRecord).known == "attached"
    with installation.database.reading() as session:
        child = session.scalars(
            select(EvidenceRecord).where(EvidenceRecord.parent_id == kept.id)
        ).one()
        assert (child.kind, child.known, child.state) == ("attachment", "attached", "read")
        assert child.media_type == "message/rfc822"
        in_case = session.scalars(select(CaseEvidenceRecord.evidence_id)).all()
    assert set(in_case) == {kept.id, child.id}
    assert len(every(installation, CaseRecord)) == 1


@pytest.mark.usefixtures("town")
def test_the_sender_of_a_mail_attached_as_a_mere_file_is_the_cases_account(
    installation: Installation,
) -> None:
    outer = mail(subject="VS: se vedhæftet", text="Den her kom i går.\n")
    saved = next(forwarded_as_attachment().iter_attachments()).get_content().as_bytes()
    outer.add_attachment(
        saved, maintype="application", subtype="octet-stream", filename="Din afgørelse.eml"
    )
    hand_over(installation, outer)

    work_off(installation, READING)

    account = only(installation, AccountRecord)
    assert (account.address, account.known) == ("gert@vred.example", "attached")


@pytest.mark.usefixtures("town")
def test_what_came_inside_an_attached_mail_follows_it_into_the_case(
    installation: Installation,
) -> None:
    inner = with_picture(picture())
    outer = mail(subject="VS: se vedhæftet", text="Den her kom i går.\n")
    outer.add_attachment(inner)
    kept = hand_over(installation, outer)

    work_off(installation, READING)

    with installation.database.reading() as session:
        rows = session.scalars(select(EvidenceRecord)).all()
        in_case = set(session.scalars(select(CaseEvidenceRecord.evidence_id)))
    (attached,) = [row for row in rows if row.parent_id == kept.id]
    inside = sorted(str(row.filename) for row in rows if row.parent_id == attached.id)
    assert inside == ["note.txt", "skærmbillede.png"]
    assert in_case == {row.id for row in rows}
    assert len(every(installation, CaseRecord)) == 1


@pytest.mark.usefixtures("town")
def test_a_picture_in_a_mail_is_kept_as_it_came_and_gets_an_upright_copy(
    installation: Installation,
) -> None:
    original = picture()
    kept = hand_over(installation, with_picture(original))

    work_off(installation, READING)

    with installation.database.reading() as session:
        children = session.scalars(
            select(EvidenceRecord)
            .where(EvidenceRecord.parent_id == kept.id)
            .order_by(EvidenceRecord.filename)
        ).all()
        assert [child.state for child in children] == ["read", "read"]
        image = next(child for child in children if child.media_type == "image/png")
        roles = session.scalars(
            select(ObjectRecord.role).where(ObjectRecord.evidence_id == image.id)
        ).all()
        stored = session.scalars(
            select(ObjectRecord).where(
                ObjectRecord.evidence_id == image.id, ObjectRecord.role == "original"
            )
        ).one()
    assert sorted(roles) == ["original", "preview", "reading", "thumbnail"]
    assert stored.size == len(original)


@pytest.mark.usefixtures("town")
def test_a_strangers_guess_of_a_case_number_joins_nothing(installation: Installation) -> None:
    hand_over(installation, mail())
    work_off(installation, READING)
    hand_over(
        installation,
        mail(sender="Karl <karl@fremmed.example>", subject="SV: sag 2027-001"),
        mail_from="karl@fremmed.example",
    )
    hand_over(
        installation,
        mail(sender="Bent Lund <bent@kommune.example>", subject="sag 2027-001", text="Hej\n"),
        mail_from="bent@kommune.example",
    )

    work_off(installation, READING)

    cases = {case.number: case for case in every(installation, CaseRecord)}
    assert sorted(cases) == ["2027-001"]
    # Both came at one moment: which is read first is chance.
    assert sorted(why_unsorted(installation)) == [Unsorted.CASE_UNKNOWN, Unsorted.SENDER_UNKNOWN]
    with installation.database.reading() as session:
        counted = session.scalar(
            select(func.count())
            .select_from(CaseEvidenceRecord)
            .where(CaseEvidenceRecord.case_id == cases["2027-001"].id)
        )
    assert counted == 1


@pytest.mark.usefixtures("town")
def test_a_new_mail_from_the_same_account_joins_the_open_case(installation: Installation) -> None:
    hand_over(installation, mail())
    work_off(installation, READING)
    hand_over(installation, mail(subject="VS: igen", text=mail().get_content() + "\nmere\n"))
    work_off(installation)

    assert len(every(installation, CaseRecord)) == 1
    assert len(every(installation, CaseEvidenceRecord)) == 2
    assert len(every(installation, AccountRecord)) == 1
    assert len(outbox(installation)) == 2


@pytest.mark.usefixtures("town")
def test_nothing_of_a_mail_reaches_the_log(installation: Installation, tmp_path: Path) -> None:
    with (tmp_path / "log").open("w+") as stream:
        configure("DEBUG", stream)
        hand_over(installation, mail())
        hand_over(installation, mail(sender="", subject=MARKER))
        hand_over(installation, b"Content-Type: multipart/mixed\r\n\r\n" + MARKER.encode())
        work_off(installation)
        stream.seek(0)
        lines = stream.read()

    assert "evidence.done" in lines
    for words in (MARKER, "Gert", "vred.example", "anna@", "Anna", "afgørelse"):
        assert words not in lines


@pytest.mark.usefixtures("town")
def test_what_nobody_can_read_yet_is_kept_and_shown_so(
    installation: Installation, time: Time
) -> None:
    kept = installation.intake.receive(
        b"Rar!\x1a\x07\x01\x00...", About(filename="a.rar"), Envelope(door="upload"), time.now
    )

    work_off(installation, READING)

    with installation.database.reading() as session:
        row = session.get_one(EvidenceRecord, kept.id)
        assert (row.state, row.last_error) == ("unreadable", "no_reader")


@pytest.mark.usefixtures("town")
def test_bytes_that_are_no_longer_what_was_received_are_told_as_such(
    installation: Installation,
) -> None:
    kept = hand_over(installation, mail())
    with installation.database.reading() as session:
        name = session.scalars(
            select(ObjectRecord.name).where(ObjectRecord.evidence_id == kept.id)
        ).one()
    path = next((installation.data / "objects").glob(f"*/{name}*"))
    path.write_bytes(path.read_bytes()[:-1] + b"x")

    work_off(installation, READING)

    with installation.database.reading() as session:
        row = session.get_one(EvidenceRecord, kept.id)
        assert (row.state, row.last_error) == ("unreadable", "seal_broken")
    assert why_unsorted(installation) == [Unsorted.COULD_NOT_BE_READ]


@pytest.mark.usefixtures("town")
def test_a_mail_that_cannot_be_sorted_again_and_again_is_read_and_waits_for_a_person(
    installation: Installation, time: Time
) -> None:
    kept = hand_over(installation, mail())
    mine = claimed(installation, time)
    assert mine is not None

    perform_one(installation, READING, replace(mine, attempts=4))

    with installation.database.reading() as session:
        assert session.get_one(EvidenceRecord, kept.id).state == EvidenceState.READ
    assert every(installation, CaseRecord) == []
    assert why_unsorted(installation) == [Unsorted.COULD_NOT_BE_SORTED]


@pytest.mark.usefixtures("town")
def test_a_mail_whose_reader_dies_again_and_again_is_shown_as_unreadable(
    installation: Installation, time: Time
) -> None:
    kept = hand_over(installation, mail())
    mine = claimed(installation, time)
    assert mine is not None

    perform_one(installation, READING, replace(mine, attempts=READING.most_attempts + 1))

    with installation.database.reading() as session:
        row = session.get_one(EvidenceRecord, kept.id)
        assert (row.state, row.last_error) == ("unreadable", "too_many_attempts")
    assert claimed(installation, time) is None
    assert why_unsorted(installation) == [Unsorted.COULD_NOT_BE_READ]
