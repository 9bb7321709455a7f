import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from archive.ledger.checkpoint import (
    Checkpoint,
    CheckpointInvalid,
    Signer,
    fingerprint,
    key_hash,
    read_note,
    signed_by_one,
)

ROOT = bytes(range(32))
SIGNER = Signer("vaern.example", Ed25519PrivateKey.from_private_bytes(b"k" * 32))
NOTE = SIGNER.sign(42, ROOT)


def test_a_note_says_origin_size_and_root_and_reads_back() -> None:
    assert NOTE.splitlines()[:4] == [
        "vaern.example",
        "42",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "",
    ]
    assert read_note(NOTE, SIGNER.public_key, "vaern.example") == Checkpoint(
        "vaern.example", 42, ROOT
    )
    assert signed_by_one(NOTE)


def test_the_key_is_named_as_signed_notes_name_it() -> None:
    line = NOTE.splitlines()[-1]
    blob = base64.b64decode(line.rpartition(" ")[2])

    assert line.startswith("— vaern.example ")
    assert blob[:4] == key_hash("vaern.example", SIGNER.public_key)
    assert len(fingerprint(SIGNER.public_key)) == 64


def test_every_bit_of_a_note_counts() -> None:
    raw = NOTE.encode()
    for place in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[place // 8] ^= 1 << place % 8
        text = changed.decode("utf-8", "replace")
        try:
            accepted = read_note(text, SIGNER.public_key, "vaern.example")
        except CheckpointInvalid:
            continue
        assert accepted == Checkpoint("vaern.example", 42, ROOT)
        assert not signed_by_one(text)


def test_witnesses_may_sign_below() -> None:
    witness = Signer("witness.example", Ed25519PrivateKey.generate())
    line = witness.sign(42, ROOT).splitlines()[-1]

    assert read_note(f"{NOTE}{line}\n", SIGNER.public_key).size == 42
    assert not signed_by_one(f"{NOTE}{line}\n")


@pytest.mark.parametrize(
    "note",
    [
        "",
        "vaern.example\n42\n",
        NOTE.replace("\n42\n", "\n042\n"),
        NOTE.replace("\n42\n", "\n-1\n"),
        NOTE.replace("\n42\n", "\n٤٢\n"),
        NOTE.replace("AAEC", "AAE*"),
        NOTE.replace("AAECAwQF", "AAEC"),
        NOTE.partition("— ")[0],
    ],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(CheckpointInvalid):
        read_note(note, SIGNER.public_key)


def test_another_origin_or_key_is_refused() -> None:
    stranger = Signer("vaern.example", Ed25519PrivateKey.generate())

    with pytest.raises(CheckpointInvalid, match="speaks of"):
        read_note(NOTE, SIGNER.public_key, "elsewhere.example")
    with pytest.raises(CheckpointInvalid, match="no valid signature"):
        read_note(NOTE, stranger.public_key)
    with pytest.raises(CheckpointInvalid, match="no valid signature"):
        read_note(stranger.sign(42, ROOT), SIGNER.public_key)


@pytest.mark.parametrize("origin", ["", "two words", "a+b", "line\nbreak"])
def test_an_origin_is_one_word(origin: str) -> None:
    with pytest.raises(ValueError, match="one word"):
        Signer(origin, Ed25519PrivateKey.generate())
