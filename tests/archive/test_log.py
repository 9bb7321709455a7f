from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import event, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from archive.database import Database
from archive.errors import LedgerBroken, UnrecordedChange
from archive.ledger import merkle
from archive.ledger.checkpoint import Signer, read_note
from archive.ledger.log import head, keep_checkpoint, open_log, prove, record
from archive.records.columns import canonical, row_digest
from archive.records.ledger import LedgerDetailRecord, LedgerHeadRecord, LedgerNodeRecord
from archive.records.people import TokenRecord, UnitRecord
from tests.archive.contents import Contents
from tests.archive.house import NOW, House


def add_unit(session: Session) -> None:
    unit = UnitRecord(id=uuid4(), name="one")
    session.add(unit)
    record(session, "unit.added", at=NOW, subject=unit)
    session.flush()


def test_a_protected_row_needs_an_entry(archive_house: House) -> None:
    with (
        pytest.raises(UnrecordedChange, match="units"),
        archive_house.database.writing() as session,
    ):
        session.add(UnitRecord(name="silent"))

    assert archive_house.head().size == 0


def test_a_change_after_the_entry_needs_one_of_its_own(archive_house: House) -> None:
    def change(session: Session) -> None:
        add_unit(session)
        session.add(UnitRecord(name="two"))

    with pytest.raises(UnrecordedChange), archive_house.database.writing() as session:
        change(session)


def test_a_row_deleted_without_an_entry_is_noticed(full_house: House) -> None:
    with pytest.raises(UnrecordedChange), full_house.database.writing() as session:
        session.delete(session.scalars(select(TokenRecord)).one())


def test_columns_of_work_need_no_entry(full_house: House) -> None:
    with full_house.database.writing() as session:
        session.scalars(select(TokenRecord)).one().last_used_at = NOW

    assert full_house.verify().ok


def test_a_use_case_that_fails_leaves_no_entry(archive_house: House) -> None:
    def fail(session: Session) -> None:
        add_unit(session)
        raise LookupError

    with pytest.raises(LookupError), archive_house.database.writing() as session:
        fail(session)

    assert archive_house.head().size == 0
    assert archive_house.verify().ok


def test_a_reading_session_cannot_write(archive_house: House) -> None:
    with archive_house.database.reading() as session, pytest.raises(DBAPIError):
        session.execute(insert(UnitRecord).values(id=uuid4(), name="read-only"))


def test_the_head_is_signed_at_every_commit(archive_house: House) -> None:
    for number in range(3):
        archive_house.receive(b"%d" % number)
        head = archive_house.head()
        note = read_note(head.note, archive_house.signer.public_key, "vaern.example")
        assert (note.size, note.root) == (head.size, head.root) == (number + 1, head.root)


def test_another_key_appends_nothing(archive_house: House) -> None:
    stranger = Signer("vaern.example", Ed25519PrivateKey.generate())
    other = Database(archive_house.url, stranger)

    with pytest.raises(LedgerBroken), other.writing() as session:
        record(session, "something.happened", at=NOW)
    with pytest.raises(LedgerBroken), other.writing() as session:
        open_log(session, stranger)
    other.close()
    assert archive_house.head().size == 0


def test_a_head_that_contradicts_itself_is_not_appended_to(archive_house: House) -> None:
    archive_house.receive(b"one")
    with archive_house.database.writing() as session:
        session.scalars(select(LedgerHeadRecord)).one().edge = b"x" * 32

    with pytest.raises(LedgerBroken):
        archive_house.receive(b"two")


def test_a_checkpoint_is_kept_once_for_each_size(full_house: House) -> None:
    for _ in range(2):
        with full_house.database.writing() as session:
            kept = keep_checkpoint(session, NOW)

    assert kept.size == full_house.head().size
    assert full_house.verify().ok


def test_details_hide_behind_their_salt(full_house: House, contents: Contents) -> None:
    with full_house.database.reading() as session:
        salts = list(session.scalars(select(LedgerDetailRecord.salt)))
        leaf = prove(session, 0).leaf

    assert len(set(salts)) == len(salts)
    assert {len(salt) for salt in salts} == {32}
    assert str(contents.person).encode() not in leaf


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 100, 1000])
def test_a_proof_reads_as_many_rows_as_the_tree_is_high(archive_house: House, size: int) -> None:
    """Rows, not entries: 64 hashes at most, however long the log."""
    with archive_house.database.writing() as session:
        for number in range(size):
            record(session, "thing.happened", at=NOW, number=number)
    statements: list[str] = []
    event.listen(
        archive_house.database.read_only_engine,
        "before_cursor_execute",
        lambda _c, _k, statement, *_rest: statements.append(statement),
    )

    with archive_house.database.reading() as session:
        proof = prove(session, size // 2)

    reads = [one for one in statements if one.lstrip().startswith("SELECT")]
    assert len(reads) <= 2 + 2 * size.bit_length()
    leaf = merkle.leaf_hash(proof.leaf)
    root = merkle.verify_inclusion(leaf, proof.position, proof.head.size, proof.path)
    assert root == proof.head.root


def test_every_complete_subtree_is_kept(archive_house: House) -> None:
    with archive_house.database.writing() as session:
        for number in range(100):
            record(session, "thing.happened", at=NOW, number=number)
    with archive_house.database.reading() as session:
        query = select(LedgerNodeRecord.level, LedgerNodeRecord.number)
        kept = {(row.level, row.number) for row in session.execute(query)}

    assert kept == {(level, n) for level in range(1, 8) for n in range(100 >> level)}


def test_a_new_nullable_column_leaves_earlier_digests_true() -> None:
    assert row_digest({"id": 1, "name": "a"}) == row_digest({"id": 1, "name": "a", "new": None})
    assert row_digest({"id": 1, "name": "a"}) != row_digest({"id": 1, "name": "a", "new": ""})


def test_canonical_json_has_one_form() -> None:
    assert canonical({"b": [1, "æ"], "a": NOW}) == (
        '{"a":"2026-11-21T09:30:15.123456Z","b":[1,"æ"]}'.encode()
    )
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": float("inf")})


def test_the_head_of_an_empty_log_is_that_of_nothing(archive_house: House) -> None:
    with archive_house.database.reading() as session:
        assert head(session).root == merkle.EMPTY_ROOT
        with pytest.raises(IndexError):
            prove(session, 0)
