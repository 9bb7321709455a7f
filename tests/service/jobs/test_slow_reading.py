"""Text in pictures: read after all else, kept beside the facts, never where it may not be."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from archive.intake.receive import About, Envelope
from archive.ledger.log import record
from archive.reading.language_data import unpack
from archive.records.evidence import EvidenceRecord, EvidenceState, ObjectRecord, ReadingRecord
from archive.records.ledger import LedgerDetailRecord
from archive.records.readings import FingerprintRecord, SlowReadingRecord
from archive.retention import erase
from service.casework.evidence.lookalikes import look_alikes
from service.casework.evidence.reading_again import read_again, read_all_again
from service.casework.evidence.readings import latest_reading, text_in
from service.casework.evidence.slow_readings import together
from service.casework.operations.verifications import texts_waiting
from service.installation import Installation
from service.jobs.claims import claim_next
from service.jobs.reading import READING
from service.jobs.reading_lanes import LANES
from service.jobs.slow_reading import SLOW_READING
from tests.archive.reading.hostile import one_page
from tests.archive.reading.screenshots import Look, accuracy, made
from tests.service.conftest import Time, Town
from tests.service.jobs.following import every, only, work_off

SHOT = made(Look(comments=2), 1)


def kept(installation: Installation, data: bytes, time: Time, name: str = "skærm.png") -> UUID:
    about = About(filename=name)
    envelope = Envelope(door="upload", facts={"name": name})
    return installation.intake.receive(data, about, envelope, time.now).id


def seal_off(installation: Installation, evidence_id: UUID, time: Time) -> None:
    with installation.database.writing() as session:
        evidence = session.get_one(EvidenceRecord, evidence_id)
        evidence.sealed_off_at = time.now
        record(session, "evidence.sealed_off", at=time.now, subject=evidence)


def smaller(data: bytes) -> bytes:
    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as picture:
        small = picture.convert("RGB").resize((picture.width // 2, picture.height // 2))
    small.save(out, "JPEG", quality=60)
    return out.getvalue()


def texts(installation: Installation) -> tuple[int, int, datetime | None]:
    with installation.database.reading() as session:
        return texts_waiting(session)


@pytest.fixture(scope="module", autouse=True)
def _language_data() -> None:
    unpack()


def test_the_text_of_a_screenshot_comes_after_its_picture_and_both_stand_together(
    installation: Installation, time: Time
) -> None:
    evidence = kept(installation, SHOT.data, time)

    work_off(installation, READING)
    with installation.database.reading() as session:
        quick = latest_reading(session, installation.vault, evidence)
    time.pass_by(timedelta(seconds=2))
    work_off(installation, SLOW_READING)

    with installation.database.reading() as session:
        slow = latest_reading(session, installation.vault, evidence)
        text = text_in(session, installation.vault, evidence)
        row = session.get_one(EvidenceRecord, evidence)
        programs = session.scalars(
            select(ReadingRecord.version).where(ReadingRecord.reader == "picture_text")
        ).one()
    assert quick is not None
    assert slow is not None
    assert quick.facts["text_state"] == "waiting"
    assert (slow.reader, slow.facts["text_state"], row.state) == ("picture_text", "read", "read")
    assert slow.facts["width"] == quick.facts["width"]
    assert accuracy(text, SHOT.text) > 0.95
    assert "tesserocr" in programs
    assert only(installation, SlowReadingRecord).ended_at == time.now


def test_operations_tell_how_many_pictures_wait_for_their_text_and_how_far_it_is(
    installation: Installation, time: Time
) -> None:
    small = [made(Look(comments=1, width=400), number).data for number in range(3)]
    for number, data in enumerate(small):
        kept(installation, data, time, f"{number}.png")
    work_off(installation, READING)
    since = time.now

    assert texts(installation) == (3, 0, since)
    time.pass_by(timedelta(seconds=2))
    with installation.database.writing() as session:
        claim = claim_next(
            session, SlowReadingRecord, SLOW_READING.waiting(), worker="test", now=time.now
        )
    assert claim is not None
    SLOW_READING.perform(installation, claim, lambda *_: None)
    assert texts(installation) == (2, 1, since)
    for evidence in every(installation, EvidenceRecord):
        seal_off(installation, evidence.id, time)
    assert texts(installation) == (0, 0, None)


def test_what_is_sealed_off_is_never_read(installation: Installation, time: Time) -> None:
    other = made(Look(comments=2), 4)
    quick = kept(installation, SHOT.data, time)
    slow = kept(installation, other.data, time, "b.png")
    seal_off(installation, quick, time)

    work_off(installation, *LANES)
    seal_off(installation, slow, time)
    work_off(installation, SLOW_READING)

    with installation.database.reading() as session:
        assert session.get_one(EvidenceRecord, quick).state == EvidenceState.RECEIVED
        readers = session.scalars(select(ReadingRecord.reader)).all()
    assert readers == ["image"]


def test_an_erased_picture_leaves_neither_fingerprint_nor_a_reading_that_waits(
    installation: Installation, time: Time
) -> None:
    evidence = kept(installation, SHOT.data, time)
    work_off(installation, READING)
    assert len(every(installation, FingerprintRecord)) == 1

    with installation.database.writing() as session:
        erase(session, evidence, "prøve", "system", time.now)
    work_off(installation, SLOW_READING)

    assert every(installation, FingerprintRecord) == every(installation, SlowReadingRecord) == []


def test_a_picture_handed_in_again_smaller_is_found_by_those_who_may_see_it(
    installation: Installation, time: Time, town: Town, asks: object
) -> None:
    first = kept(installation, SHOT.data, time)
    again = kept(installation, smaller(SHOT.data), time, "igen.jpg")
    kept(installation, made(Look(comments=3), 7).data, time, "andet.png")
    work_off(installation, READING)

    with installation.database.reading() as session:
        found = look_alikes(session, asks(town.archivist), first, time.now)  # type: ignore[operator]  # the fixture's function
        hidden = look_alikes(session, asks(town.bent), first, time.now)  # type: ignore[operator]  # the fixture's function

    assert [one.evidence_id for one in found] == [again]
    assert hidden == []


def test_reading_again_makes_another_reading_of_the_same_bytes(
    installation: Installation, time: Time
) -> None:
    evidence = kept(installation, SHOT.data, time)
    work_off(installation, *LANES)

    with installation.database.writing() as session:
        read_again(session, evidence, time.now, "system")
    work_off(installation, *LANES)
    with installation.database.writing() as session:
        last = read_all_again(session, "image", time.now, "system")
        assert read_all_again(session, "image", time.now, "system", last) is None
    work_off(installation, *LANES)

    with installation.database.reading() as session:
        assert session.get_one(EvidenceRecord, evidence).state == EvidenceState.READ
        assert len(session.scalars(select(ReadingRecord.id)).all()) == 3
        original = session.scalars(
            select(ObjectRecord).where(ObjectRecord.role == "original")
        ).one()
        kinds = session.scalars(select(LedgerDetailRecord.kind)).all()
    assert original.size == len(SHOT.data)
    assert kinds.count("evidence.to_be_read_again") == 2


def test_a_document_keeps_the_text_of_its_pages_in_order() -> None:
    quick = {"page_texts": ["En", "", "Tre"], "pages_without_text": [1], "text": "En\n\nTre"}
    slow = {"scanned_pages": 1, "scanned_pages_read": 1, "page-1": {"text": "To"}}

    facts = together(quick, slow)

    assert (facts["text"], facts["text_state"]) == ("En\n\nTo\n\nTre", "read")
    assert together({"width": 9}, {"text_state": "unsure", "text_unsure": "?"}) == {
        "width": 9,
        "text_state": "unsure",
        "text_unsure": "?",
    }


def test_a_document_whose_pages_all_have_text_waits_for_nothing(
    installation: Installation, time: Time
) -> None:
    page = one_page(b"BT /F1 9 Tf 20 40 Td (Hej) Tj ET")
    evidence = kept(installation, page, time, "brev.pdf")

    work_off(installation, *LANES)

    assert every(installation, SlowReadingRecord) == []
    with installation.database.reading() as session:
        assert text_in(session, installation.vault, evidence) == "Hej"
