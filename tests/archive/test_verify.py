from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, select, text, update

from archive.database import Database
from archive.ledger.checkpoint import Signer
from archive.ledger.checks.findings import Kind
from archive.ledger.verify import verify
from archive.records import Protected, protected_tables
from archive.records.evidence import ErasureRecord, EvidenceRecord, ObjectRecord
from archive.records.ledger import (
    LedgerDetailRecord,
    LedgerEntryRecord,
    LedgerHeadRecord,
)
from archive.vault.objects import LocalObjects
from archive.vault.sealing import VaultKey
from tests.archive.house import House, copied_folder, opened_house
from tests.databases import SQLiteBlanks


def change(house: House, statement: str, **values: object) -> None:
    """Write past everything, as somebody with the database's password would."""
    with house.database.engine.begin() as link:
        link.execute(text(statement), values)


def kinds(house: House, **how: object) -> set[str]:
    return {str(finding.kind) for finding in house.verify(**how).findings}  # type: ignore[arg-type]  # passed on as given


def test_a_full_house_verifies_with_and_without_the_vault_key(full_house: House) -> None:
    sealed = full_house.verify()
    plain = full_house.verify(plain=True)

    assert sealed.to_json()["findings"] == plain.to_json()["findings"] == []
    assert sealed.ok
    assert sealed.entries == full_house.head().size
    assert sealed.objects == 7
    assert sealed.unchecked == ()


def test_an_empty_house_verifies(archive_house: House) -> None:
    report = archive_house.verify()

    assert report.ok
    assert (report.entries, report.objects) == (0, 0)


def test_what_was_not_checked_is_said(full_house: House) -> None:
    report = verify(full_house.database, full_house.objects, sample=(1, 2))

    assert report.ok
    assert [line.partition(":")[0] for line in report.unchecked] == [
        "objects",
        "public key",
        "outside head",
    ]


def test_every_object_lies_in_one_part_of_a_sample(full_house: House) -> None:
    parts = [
        verify(full_house.database, full_house.objects, sample=(part, 3)) for part in (1, 2, 3)
    ]

    assert sum(part.objects for part in parts) == full_house.verify().objects


def test_progress_ends_where_it_said_it_would(full_house: House) -> None:
    steps: list[tuple[int, int]] = []

    verify(
        full_house.database,
        full_house.objects,
        progress=lambda done, total: steps.append((done, total)),
    )

    assert len({total for _, total in steps}) == 1
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert steps[-1][0] == steps[-1][1]


def test_a_changed_row_is_named_in_every_protected_table(full_house: House) -> None:
    for table in protected_tables():
        before, after = _victim(full_house, table)

        _write(full_house, table, before, after)
        findings = full_house.verify().findings
        _write(full_house, table, after, before)

        assert findings, table.__table__.name
        assert {f.kind for f in findings} <= {Kind.ROW, Kind.ROW_MISSING, Kind.ROW_UNRECORDED}
        assert all((f.id or "").startswith(f"{table.__table__.name}:") for f in findings)
    assert full_house.verify().ok


def test_a_leaf_that_was_changed_is_named_by_its_position(full_house: House) -> None:
    with full_house.database.engine.begin() as link:
        link.execute(
            update(LedgerEntryRecord).where(LedgerEntryRecord.position == 3).values(leaf=b"other")
        )

    findings = full_house.verify().findings

    assert Kind.LEAF in {f.kind for f in findings if f.position == 3}
    assert Kind.HEAD in {f.kind for f in findings}


def test_details_that_were_changed_are_named_by_their_position(full_house: House) -> None:
    change(full_house, "UPDATE ledger_details SET details = '{}' WHERE position = 4")

    assert [f.position for f in full_house.verify().findings if f.kind == Kind.DETAILS] == [4]


def test_a_column_beside_true_details_must_repeat_them(full_house: House) -> None:
    change(
        full_house, "UPDATE ledger_details SET actor = 'person:somebody-else' WHERE position = 2"
    )

    findings = full_house.verify().findings

    assert (Kind.DETAILS, 2) in {(f.kind, f.position) for f in findings}


def test_missing_details_need_an_erasure_that_names_them(full_house: House) -> None:
    change(full_house, "DELETE FROM ledger_details WHERE position = 5")

    assert (Kind.DETAILS_MISSING, 5) in {(f.kind, f.position) for f in full_house.verify().findings}


def test_a_cut_tail_shows_against_an_outside_head(full_house: House) -> None:
    outside = full_house.head().note
    size = full_house.head().size
    with full_house.database.engine.begin() as link:
        for table in (LedgerDetailRecord, LedgerEntryRecord):
            link.execute(delete(table).where(table.position >= size - 2))

    found = kinds(full_house, head_note=outside)

    assert {Kind.HEAD, Kind.OUTSIDE_HEAD} <= found


def test_an_older_whole_copy_is_found_by_a_younger_outside_head(
    full_folder: Path, tmp_path: Path
) -> None:
    copied_folder(full_folder, tmp_path / "older")
    copied_folder(full_folder, tmp_path / "younger")
    with opened_house(tmp_path / "younger", f"sqlite:///{tmp_path}/younger/vaern.db") as younger:
        younger.receive(b"what the older copy does not have")
        outside = younger.head().note

    with opened_house(tmp_path / "older", f"sqlite:///{tmp_path}/older/vaern.db") as older:
        assert older.verify().ok
        assert kinds(older, head_note=outside) == {Kind.OUTSIDE_HEAD}


def test_a_history_rewritten_and_signed_by_its_owner_shows_against_an_outside_head(
    full_folder: Path, tmp_path: Path
) -> None:
    notes = []
    for name, data in (("one", b"the true history"), ("two", b"the other history")):
        folder = copied_folder(full_folder, tmp_path / name)
        with opened_house(folder, f"sqlite:///{folder}/vaern.db") as house:
            house.receive(data)
            notes.append(house.head().note)
            assert house.verify().ok

    with opened_house(tmp_path / "two", f"sqlite:///{tmp_path}/two/vaern.db") as rewritten:
        assert kinds(rewritten, head_note=notes[0]) == {Kind.OUTSIDE_HEAD}


def test_a_log_of_another_identity_is_not_taken_for_ours(
    full_house: House, sqlite_blanks: SQLiteBlanks, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with opened_house(other, sqlite_blanks.url(other)) as stranger:
        stranger.receive(b"stranger")
        report = verify(
            stranger.database, stranger.objects, public_key=full_house.signer.public_key
        )

    assert {f.kind for f in report.findings} == {Kind.HEAD}


def test_an_outside_head_of_the_same_key_and_another_origin_is_refused(full_house: House) -> None:
    key = Ed25519PrivateKey.generate()
    head = full_house.head()
    forged = Signer("elsewhere.example", key).sign(head.size, head.root)

    assert kinds(full_house, head_note=forged) == {Kind.OUTSIDE_HEAD}


def test_an_inner_node_is_named(full_house: House) -> None:
    with full_house.database.engine.begin() as link:
        link.execute(
            text("UPDATE ledger_nodes SET hash = :h WHERE level = 2 AND number = 1"),
            {"h": b"x" * 32},
        )

    assert [(f.kind, f.id) for f in full_house.verify().findings] == [
        (Kind.NODE, "ledger_nodes:2:1")
    ]


def test_an_invented_row_is_found(full_house: House) -> None:
    with full_house.database.engine.begin() as link:
        row = dict(link.execute(select(EvidenceRecord.__table__).limit(1)).mappings().one())
        link.execute(EvidenceRecord.__table__.insert(), {**row, "id": uuid4()})

    assert kinds(full_house) == {Kind.ROW_UNRECORDED}


def test_an_erasure_that_nobody_made_is_found(full_house: House) -> None:
    with full_house.database.engine.begin() as link:
        row = link.execute(select(EvidenceRecord.__table__).limit(1)).mappings().one()
        link.execute(
            ErasureRecord.__table__.insert(),
            {"evidence_id": row["id"], "erased_at": row["received_at"], "objects": []},
        )

    assert kinds(full_house) == {Kind.ROW_UNRECORDED}


@pytest.mark.parametrize("how", ["changed", "cut", "gone", "grown"])
def test_a_spoiled_object_is_named(full_house: House, how: str) -> None:
    victim = full_house.stored()[2]
    data = victim.read_bytes()
    victim.unlink()
    if how != "gone":
        spoiled = {"changed": data[:-1] + b"\x00", "cut": data[:-1], "grown": data + b"\x00"}
        victim.write_bytes(spoiled[how])

    findings = full_house.verify().findings

    due = Kind.OBJECT_MISSING if how == "gone" else Kind.OBJECT
    assert [(f.kind, f.id) for f in findings] == [(due, victim.name.partition(".")[0])]


def test_a_segment_too_many_is_found(full_house: House) -> None:
    victim = full_house.stored()[0]
    victim.with_name(f"{victim.name.partition('.')[0]}.000007").write_bytes(b"more")

    assert kinds(full_house) == {Kind.OBJECT_EXTRA}


def test_bytes_of_a_receipt_that_was_never_acknowledged_are_no_fault(full_house: House) -> None:
    receiving = full_house.intake.begin()
    receiving.write(b"the sender went away")
    receiving.finish()

    report = full_house.verify()

    assert report.ok
    assert "never acknowledged" in report.unchecked[0]


def test_with_the_vault_key_the_bytes_inside_are_compared(full_house: House) -> None:
    """Sealed anew with the right key and every row but the ledger set right: the plain is wrong."""
    with full_house.database.reading() as session:
        row = session.scalars(select(ObjectRecord).where(ObjectRecord.role == "original")).first()
        assert row is not None
        key = full_house.evidence_key(session, row.evidence_id)
    full_house.objects.delete(f"{row.name}.000000")
    full_house.objects.put(f"{row.name}.000000", key.seal(b"forged"))

    assert Kind.OBJECT in kinds(full_house, plain=True)


def test_another_vault_key_opens_nothing_and_says_so(full_house: House) -> None:
    report = verify(
        full_house.database,
        full_house.objects,
        public_key=full_house.signer.public_key,
        vault_key=VaultKey.new(),
    )

    assert {f.kind for f in report.findings} == {Kind.KEY}


def test_verifying_a_copy_changes_nothing_in_it(full_folder: Path, tmp_path: Path) -> None:
    folder = copied_folder(full_folder, tmp_path / "copy")
    before = (folder / "vaern.db").read_bytes()
    database = Database(f"sqlite:///{folder}/vaern.db")

    report = verify(database, LocalObjects(folder / "objects"))
    database.close()

    assert report.ok
    assert (folder / "vaern.db").read_bytes() == before


@pytest.mark.parametrize("share", [0.0, 0.1, 0.4, 0.7, 0.99])
def test_a_torn_database_is_a_finding_and_never_a_traceback(
    full_folder: Path, tmp_path: Path, share: float
) -> None:
    folder = copied_folder(full_folder, tmp_path / "copy")
    file = folder / "vaern.db"
    data = bytearray(file.read_bytes())
    start = int(len(data) * share)
    data[start : start + 4096] = b"\xa5" * len(data[start : start + 4096])
    file.write_bytes(data)
    database = Database(f"sqlite:///{file}")

    report = verify(database, LocalObjects(folder / "objects"))
    database.close()

    assert not report.ok


@pytest.mark.parametrize("left", [0, 100, 5000, 60_000])
def test_a_cut_database_is_a_finding(full_folder: Path, tmp_path: Path, left: int) -> None:
    folder = copied_folder(full_folder, tmp_path / "copy")
    file = folder / "vaern.db"
    file.write_bytes(file.read_bytes()[:left])
    database = Database(f"sqlite:///{file}")

    report = verify(database, LocalObjects(folder / "objects"))
    database.close()

    assert {f.kind for f in report.findings} >= {Kind.DATABASE}


def test_a_database_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/nothing.db")

    report = verify(database, LocalObjects(tmp_path / "objects"))
    database.close()

    assert {f.kind for f in report.findings} == {Kind.DATABASE}
    assert not (tmp_path / "nothing.db").exists()


def test_the_head_row_must_be_the_one_head(full_house: House) -> None:
    with full_house.database.engine.begin() as link:
        link.execute(delete(LedgerHeadRecord))

    assert Kind.HEAD in {f.kind for f in verify(full_house.database, full_house.objects).findings}


Row = dict[str, Any]


def _victim(house: House, table: type[Protected]) -> tuple[Row, Row]:
    """Return a row of a table by its key and one more column, and the same row changed there."""
    columns = table.__table__.columns
    keys = [column.name for column in table.__table__.primary_key.columns]
    with house.database.reading() as session:
        row = dict(session.execute(select(table.__table__).limit(1)).mappings().one())
        changed = _to_change(table, row, keys)
        before = {name: row[name] for name in (*keys, changed)}
        other: object = _other(row[changed])
        if isinstance(row[changed], datetime):
            other = row[changed] + timedelta(seconds=1)
        for reference in columns[changed].foreign_keys:
            known = select(reference.column).where(reference.column != row[changed])
            other = session.scalars(known.limit(1)).one()
    return before, {**before, changed: other}


def _to_change(table: type[Protected], row: Row, keys: list[str]) -> str:
    """Return a column of plain text; else a moment; else, of a mere link, one of its ends."""
    columns = table.__table__.columns
    free = [name for name in table.protected_columns() if not columns[name].foreign_keys]
    texts = [name for name in free if columns[name].type.python_type is str]
    plain = [name for name in texts if name not in {"kind", "outcome", "act", *keys}] or texts
    moments = [name for name in free if isinstance(row[name], datetime)]
    return (plain or moments or keys)[-1]


def _write(house: House, table: type[Protected], before: Row, after: Row) -> None:
    where = [table.__table__.columns[name] == part for name, part in before.items()]
    with house.database.engine.begin() as link:
        written = link.execute(update(table.__table__).where(*where).values(after))
        assert written.rowcount == 1


def _other(value: object) -> str:
    text = "" if value is None else str(value)
    return f"{text[:-1]}{'x' if text[-1:] != 'x' else 'y'}"
