"""The proof of a receipt: checked here as a stranger would, with the rules of RFC 9162."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from archive.errors import EvidenceNotFound
from archive.intake.receive import About, Envelope
from archive.ledger.checkpoint import fingerprint, read_note
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.evidence.numbers import receipts, spoken_number
from service.casework.evidence.proof import Proof, proof_of
from service.installation import Installation
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]


def root_from(proof: Proof) -> bytes:
    """RFC 9162 §2.1.3.2, written anew."""
    node = hashlib.sha256(b"\x00" + proof.leaf).digest()
    number, last = proof.position, proof.tree_size - 1
    for step in map(bytes.fromhex, proof.path):
        if number % 2 or number == last:
            node = hashlib.sha256(b"\x01" + step + node).digest()
            while number and not number % 2:
                number, last = number // 2, last // 2
        else:
            node = hashlib.sha256(b"\x01" + node + step).digest()
        number, last = number // 2, last // 2
    assert last == 0
    return node


def test_every_receipt_stands_under_the_signed_head(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    who = asks(town.archivist)
    kept = [
        installation.intake.receive(
            f"{number}".encode(), About(), Envelope("upload", facts={"n": number}), time.now
        ).id
        for number in range(9)
    ]

    with installation.database.reading() as session:
        for one in kept:
            proof = proof_of(session, who, one, time.now)
            assert proof is not None
            assert root_from(proof).hex() == proof.root_hash
            note = read_note(proof.note, installation.signer.public_key, "test.example")
            assert (note.size, note.root.hex()) == (proof.tree_size, proof.root_hash)
            assert proof.key_fingerprint == fingerprint(installation.signer.public_key)
            assert proof.head_at == time.now
        positions = receipts(session, kept)
    assert len(set(positions.values())) == len(kept)
    assert spoken_number(kept[0], 42) == "D-0042"


def test_a_proof_is_not_shown_to_whom_the_evidence_is_hidden_from(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    kept = installation.intake.receive(b"x", About(), Envelope("upload"), time.now)

    with installation.database.reading() as session, pytest.raises(EvidenceNotFound):
        proof_of(session, asks(town.bent), kept.id, time.now)
