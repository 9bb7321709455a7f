from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from archive.clearing import clear_erased, sweep_orphans
from archive.errors import EvidenceErased, EvidenceNotFound, HeldByLaw, ObjectMissing
from archive.ledger.checks.findings import Kind
from archive.ledger.log import record
from archive.records import Base
from archive.records.cases import CaseEvidenceRecord
from archive.records.evidence import (
    ErasureRecord,
    EvidenceRecord,
    EvidenceState,
    IdempotencyRecord,
    ObjectRecord,
    ViewingRecord,
)
from archive.records.ledger import LedgerDetailRecord
from archive.records.pages import PageRecord, PostRecord
from archive.retention import Erased, erase, hold, release
from tests.archive.contents import MARKER, Contents, close_case
from tests.archive.house import NOW, House

LATER = NOW + timedelta(days=3)


def erased(house: House, *ids: object) -> list[Erased]:
    done = []
    for one in ids:
        with house.database.writing() as session:
            done.append(erase(session, one, "asked for by the person", "person:1", LATER))  # type: ignore[arg-type]  # ids of the contents
    clear_erased(house.database, house.objects, LATER)
    return done


@pytest.fixture
def closed(full_house: House, contents: Contents) -> House:
    """The full house, with no open case in the way."""
    with full_house.database.writing() as session:
        close_case(session, contents.case)
    return full_house


def texts(house: House) -> Iterator[tuple[str, str]]:
    """Yield every row of every table as text, as a query would show it."""
    with house.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                yield table.name, repr(tuple(row))


def test_an_erasure_takes_the_evidence_with_its_parts(closed: House, contents: Contents) -> None:
    (done,) = erased(closed, contents.mail.id)

    assert set(done.evidence) == {contents.mail.id, contents.attachment.id}
    assert done.objects == 3
    with closed.database.reading() as session:
        tombstone = session.get_one(EvidenceRecord, contents.mail.id)
        assert tombstone.state == EvidenceState.ERASED
        assert tombstone.erased_at == LATER
        assert (tombstone.sha256, tombstone.filename, tombstone.note) == (None, None, None)
        assert session.get(ErasureRecord, contents.attachment.id) is not None
        with pytest.raises(EvidenceErased):
            closed.evidence_key(session, contents.mail.id)


def test_after_an_erasure_the_house_verifies(closed: House, contents: Contents) -> None:
    outside = closed.head().note

    erased(closed, contents.mail.id, contents.page.id)

    report = closed.verify(plain=True, head_note=outside)
    assert (report.findings, report.unchecked) == ((), ())


def test_no_word_of_it_is_left_in_any_table(closed: House, contents: Contents) -> None:
    assert any(MARKER in text for _, text in texts(closed))

    erased(closed, contents.mail.id, contents.page.id)

    assert [(table, text) for table, text in texts(closed) if MARKER in text] == []


def test_no_byte_of_it_is_left_in_any_file(
    full_house: House, contents: Contents, tmp_path: Path
) -> None:
    """Database file, write-ahead log, objects: the whole data folder, on SQLite."""
    if full_house.database.path is None:
        assert full_house.database.forget_deleted()
        return
    with full_house.database.writing() as session:
        close_case(session, contents.case)
    word = MARKER.encode()
    assert word in (tmp_path / "vaern.db").read_bytes()

    erased(full_house, contents.mail.id, contents.page.id)

    holding = [p for p in tmp_path.rglob("*") if p.is_file() and word in p.read_bytes()]
    assert holding == []


# PostgreSQL has no file in which we could look.
@pytest.mark.parametrize("blanks", ["sqlite"], indirect=True)
def test_no_byte_is_left_of_many_posts_that_moved_between_pages(
    full_house: House, contents: Contents, tmp_path: Path
) -> None:
    """Rows written in many sizes and changed again leave copies where pages were split."""
    with full_house.database.writing() as session:
        close_case(session, contents.case)
    with full_house.database.reading() as session:
        known = session.scalars(select(PostRecord)).first()
    assert known is not None
    ids = [uuid4() for _ in range(600)]
    for start in range(0, 600, 100):
        with full_house.database.writing() as session:
            session.add_all(
                PostRecord(
                    id=one,
                    visit_id=known.visit_id,
                    evidence_id=known.evidence_id,
                    number=number,
                    local_id=str(one),
                    author=None,
                    author_url=None,
                    permalink=None,
                    time=None,
                    time_stated=None,
                    text=f"{MARKER} " * (number % 97),
                    text_sha256="c" * 64,
                )
                for number, one in enumerate(ids[start : start + 100], start)
            )
            record(session, "visit.captured", at=NOW, subject=f"visits:{known.visit_id}")
    for start in range(0, 600, 100):
        with full_house.database.writing() as session:
            for one in ids[start : start + 100 : 7]:
                post = session.get_one(PostRecord, one)
                post.text = f"{post.text} {MARKER}" * 3
                record(session, "post.corrected", at=NOW, subject=post)

    erased(full_house, contents.page.id, contents.mail.id)

    assert full_house.verify().ok
    assert MARKER.encode() not in (tmp_path / "vaern.db").read_bytes()
    assert (tmp_path / "vaern.db-wal").stat().st_size == 0


def test_what_does_not_belong_to_it_stays(closed: House, contents: Contents) -> None:
    erased(closed, contents.mail.id, contents.page.id)

    assert closed.read(contents.other.id) == b"something else altogether" * 400
    with closed.database.reading() as session:
        assert session.scalars(select(CaseEvidenceRecord)).one().evidence_id == contents.mail.id
        assert session.scalars(select(ViewingRecord)).one().evidence_id == contents.mail.id
        assert session.scalars(select(PageRecord)).one().name == "Siden"


def test_objects_are_gone_from_the_store(closed: House, contents: Contents) -> None:
    with closed.database.reading() as session:
        query = select(ObjectRecord.name).where(ObjectRecord.evidence_id == contents.page.id)
        names = list(session.scalars(query))

    erased(closed, contents.page.id)

    assert len(names) == 2
    for name in names:
        with pytest.raises(ObjectMissing):
            closed.objects.get(f"{name}.000000")


def test_a_crash_before_the_objects_are_removed_is_made_good(
    closed: House, contents: Contents
) -> None:
    with closed.database.writing() as session:
        erase(session, contents.page.id, "asked", "person:1", LATER)
    assert {f.kind for f in closed.verify().findings} == {Kind.NOT_ERASED}

    assert clear_erased(closed.database, closed.objects, LATER) == 1
    assert clear_erased(closed.database, closed.objects, LATER) == 0

    assert closed.verify().ok


def test_an_answer_kept_for_a_retry_goes_too(closed: House, contents: Contents) -> None:
    with closed.database.writing() as session:
        session.add(
            IdempotencyRecord(
                key_sha256="d" * 64,
                made_at=NOW,
                request_sha256="e" * 64,
                answer={"evidence": [{"id": str(contents.mail.id), "filename": MARKER}]},
            )
        )

    erased(closed, contents.mail.id)

    with closed.database.reading() as session:
        assert session.get(IdempotencyRecord, "d" * 64) is None


def test_a_reading_under_way_can_no_longer_write_its_result(
    closed: House, contents: Contents
) -> None:
    with closed.database.reading() as session:
        fence = session.get_one(EvidenceRecord, contents.mail.id).fence

    erased(closed, contents.mail.id)

    with closed.database.reading() as session:
        assert session.get_one(EvidenceRecord, contents.mail.id).fence > fence


def test_a_hold_stands_in_the_way_until_it_is_released(closed: House, contents: Contents) -> None:
    with closed.database.writing() as session:
        hold(session, contents.other.id, "police", "person:1", NOW)

    with pytest.raises(HeldByLaw):
        erased(closed, contents.other.id)
    with closed.database.writing() as session:
        release(session, contents.other.id, "case ended", "person:1", NOW)
    erased(closed, contents.other.id)

    assert closed.verify().ok


def test_a_hold_on_a_part_or_on_the_whole_holds_both(closed: House, contents: Contents) -> None:
    for held, wanted in (
        (contents.attachment, contents.mail),
        (contents.mail, contents.attachment),
    ):
        with closed.database.writing() as session:
            hold(session, held.id, "police", "person:1", NOW)
        with pytest.raises(HeldByLaw):
            erased(closed, wanted.id)
        with closed.database.writing() as session:
            release(session, held.id, "case ended", "person:1", NOW)


@pytest.mark.parametrize("which", ["mail", "attachment"])
def test_an_open_case_stands_in_the_way(full_house: House, contents: Contents, which: str) -> None:
    with pytest.raises(HeldByLaw, match="2026-0001"):
        erased(full_house, getattr(contents, which).id)

    assert full_house.verify().ok


def test_what_is_erased_or_unknown_is_said(closed: House, contents: Contents) -> None:
    erased(closed, contents.other.id)

    with pytest.raises(EvidenceErased):
        erased(closed, contents.other.id)
    with pytest.raises(EvidenceNotFound):
        erased(closed, uuid4())


def test_details_forgotten_without_an_erasure_stay_a_finding(
    closed: House, contents: Contents
) -> None:
    """An erasure explains the positions that it names, and no others."""
    erased(closed, contents.other.id)
    with closed.database.writing() as session:
        row = session.scalars(select(LedgerDetailRecord).limit(1)).one()
        session.delete(row)

    assert Kind.DETAILS_MISSING in {f.kind for f in closed.verify().findings}


def test_every_table_that_refers_to_what_is_erased_has_its_place_in_an_erasure() -> None:
    """A new table that hangs on evidence must be thought of: emptied, or left on purpose."""
    emptied = {
        "decisions",
        "deliveries",
        "findings",
        "fingerprints",
        "mails_seen",
        "notices",
        "objects",
        "phone_files",
        "posts",
        "readings",
        "samples",
        "scans",
        "screenshots",
        "slow_readings",
        "visits",
        "wish_answers",
        "wrapped_keys",
    }
    # Who saw it, who got it, in which case it was and when it was counted over stays true.
    left = {"case_evidence", "checks", "evidence", "export_items", "viewings"}
    # Only notices without evidence are referred to: our own letters to witnesses, and what waited.
    never = {"outside_heads", "tellings"}
    erasable = {"evidence", *emptied}

    referring = {
        table.name
        for table in Base.metadata.sorted_tables
        if any(key.column.table.name in erasable for key in table.foreign_keys)
    }

    assert referring == emptied | left | never


def test_orphans_are_swept_when_no_receipt_can_still_be_theirs(full_house: House) -> None:
    receiving = full_house.intake.begin()
    receiving.write(b"the sender went away")
    receiving.finish()
    made = full_house.objects.made_at(next(full_house.objects.names()))

    soon = sweep_orphans(full_house.database, full_house.objects, made + timedelta(days=6))
    late = sweep_orphans(full_house.database, full_house.objects, made + timedelta(days=8))

    assert (soon, late) == (0, 1)
    assert full_house.verify(plain=True).unchecked == ()
