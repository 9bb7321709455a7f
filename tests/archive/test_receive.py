import errno
import hashlib
import os
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.errors import EvidenceErased, StorageFull
from archive.intake.receive import About, Envelope, Kept
from archive.ledger.log import custody, head, prove, prove_growth
from archive.ledger.merkle import leaf_hash, verify_consistency, verify_inclusion
from archive.records.evidence import DeliveryRecord, EvidenceRecord
from archive.retention import erase
from archive.vault.vault import SEGMENT_SIZE
from tests.archive.house import NOW, House


def count(house: House, table: type) -> int:
    with house.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def receive(house: House, data: bytes, envelope: Envelope, after: timedelta) -> Kept:
    return house.intake.receive(data, About(), envelope, NOW + after)


@pytest.mark.parametrize(
    "size", [0, 1, 511, 100_000, SEGMENT_SIZE, SEGMENT_SIZE + 1], ids=lambda size: f"{size}-bytes"
)
def test_what_comes_out_is_what_went_in(archive_house: House, size: int) -> None:
    data = os.urandom(size)

    kept = archive_house.receive(data)

    assert (kept.size, kept.sha256) == (size, hashlib.sha256(data).hexdigest())
    assert archive_house.read(kept.id) == data
    assert archive_house.verify(plain=True).ok


def test_nothing_readable_reaches_the_disk(archive_house: House) -> None:
    word = b"kun for de indviede"
    archive_house.receive(word * 1000, "brev.txt")

    for path in archive_house.folder.rglob("*"):
        assert not path.is_file() or word not in path.read_bytes()


def test_a_retry_joins_what_its_first_try_left(archive_house: House) -> None:
    envelope = Envelope("smtp", facts={"from": "a@example.dk", "to": ["arkiv@example.dk"]})

    first = receive(archive_house, b"mail", envelope, timedelta())
    second = receive(archive_house, b"mail", envelope, timedelta(hours=23))

    assert (first.joined, second.joined) == (False, True)
    assert first.id == second.id
    assert count(archive_house, EvidenceRecord) == 1
    assert count(archive_house, DeliveryRecord) == 2
    assert len(archive_house.stored()) == 1
    assert archive_house.verify().ok


@pytest.mark.parametrize(
    ("data", "envelope", "after"),
    [
        (b"mail", Envelope("http", "person:2"), timedelta()),
        (b"mail", Envelope("smtp", "person:1"), timedelta()),
        (b"mail", Envelope("http", "person:1", {"note": "other"}), timedelta()),
        (b"mail!", Envelope("http", "person:1"), timedelta()),
        (b"mail", Envelope("http", "person:1"), timedelta(hours=24)),
    ],
    ids=["another person", "another door", "another note", "other bytes", "a day later"],
)
def test_what_is_not_a_retry_is_a_fact_of_its_own(
    archive_house: House, data: bytes, envelope: Envelope, after: timedelta
) -> None:
    first = receive(archive_house, b"mail", Envelope("http", "person:1"), timedelta())
    second = receive(archive_house, data, envelope, after)

    assert not second.joined
    assert first.id != second.id
    assert archive_house.verify().ok


def test_a_retry_of_something_erased_is_received_anew(archive_house: House) -> None:
    first = archive_house.receive(b"mail")
    with archive_house.database.writing() as session:
        erase(session, first.id, "asked", "person:1", NOW)

    assert not archive_house.receive(b"mail").joined


def test_names_as_strange_as_they_come_are_kept(archive_house: House) -> None:
    strange = "\ud800 lone \x00 nul \u202e.exe " + "n" * 600

    kept = archive_house.intake.receive(
        b"data",
        About(filename=strange, note="\x00\udfff", source_url="http://x\x00"),
        Envelope("http", facts={"name": strange, "list": ["\ud800", {"\x00": 1}]}),
        NOW,
    )

    assert archive_house.read(kept.id) == b"data"
    assert (kept.filename or "").endswith("n")
    assert len(kept.filename or "") == 500
    assert archive_house.verify().ok


def test_a_full_disk_refuses_and_leaves_nothing(
    archive_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel's answer is made here; the real one is met in `test_faults.py`."""
    receiving = archive_house.intake.begin()
    with monkeypatch.context() as full:
        full.setattr(os, "write", _no_room)
        receiving.write(b"data")
        with pytest.raises(StorageFull):
            receiving.finish()
    receiving.abandon()

    assert archive_house.stored() == []
    assert archive_house.receive(b"data").size == 4


def test_what_the_database_refuses_leaves_no_object(archive_house: House) -> None:
    def refuse(session: Session, kept: Kept) -> None:
        del session, kept
        raise LookupError("no such case")

    held = archive_house.intake.begin()
    held.write(b"data")
    with pytest.raises(LookupError):
        archive_house.intake.register(held.finish(), About(), Envelope("http"), NOW, also=refuse)

    assert archive_house.stored() == []
    assert count(archive_house, EvidenceRecord) == 0
    assert archive_house.verify().ok


def test_a_sender_who_goes_away_leaves_nothing(archive_house: House) -> None:
    receiving = archive_house.intake.begin()
    receiving.write(os.urandom(SEGMENT_SIZE + 10))
    receiving.abandon()

    assert archive_house.stored() == []


def test_every_receipt_can_be_proved(archive_house: House) -> None:
    kept = [archive_house.receive(b"%d" % number) for number in range(9)]

    with archive_house.database.reading() as session:
        for number, one in enumerate(kept):
            (entry,) = custody(session, f"evidence:{one.id}")
            proof = prove(session, entry.position)
            root = verify_inclusion(
                leaf_hash(proof.leaf), proof.position, proof.head.size, proof.path
            )
            assert (entry.position, entry.kind) == (number, "evidence.received")
            assert root == proof.head.root
        with pytest.raises(IndexError):
            prove(session, 9)


def test_growth_can_be_proved_from_any_earlier_head(archive_house: House) -> None:
    heads = []
    for number in range(6):
        archive_house.receive(b"%d" % number)
        heads.append(archive_house.head())

    with archive_house.database.reading() as session:
        now = head(session)
        for old in heads:
            proof = prove_growth(session, old.size)
            assert verify_consistency(old.size, old.root, now.size, now.root, proof)
            assert not verify_consistency(old.size, b"x" * 32, now.size, now.root, proof)


def test_erased_evidence_has_no_key(archive_house: House) -> None:
    kept = archive_house.receive(b"data")
    with archive_house.database.writing() as session:
        erase(session, kept.id, "asked", "person:1", NOW)

    with archive_house.database.reading() as session, pytest.raises(EvidenceErased):
        archive_house.evidence_key(session, kept.id)


def _no_room(_handle: int, _data: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")
