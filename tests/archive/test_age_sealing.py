"""What we seal is age: pyrage opens it, whatever its size, and nobody else does."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import SealBroken
from archive.vault import age_sealing
from archive.vault.age import CHUNK_PLAIN
from archive.vault.age_sealing import AgeRecipient, agrees_with_pyrage
from archive.vault.sealing import EvidenceKey

SIZES = sorted({0, 1, 15, 16, *(n * CHUNK_PLAIN + d for n in (1, 2, 3) for d in (-1, 0, 1))})
IDENTITY = pyrage.x25519.Identity.generate()
RECIPIENT = AgeRecipient(str(IDENTITY.to_public()))


@pytest.fixture(autouse=True)
def _looked_at_afresh() -> Iterator[None]:
    agrees_with_pyrage.cache_clear()
    yield
    agrees_with_pyrage.cache_clear()


@pytest.mark.parametrize("size", SIZES)
def test_pyrage_opens_what_we_seal_at_every_edge_of_a_chunk(size: int) -> None:
    plain = os.urandom(size)

    assert pyrage.decrypt(bytes(RECIPIENT.seal(plain)), [IDENTITY]) == plain


@given(st.binary(max_size=300))
@settings(max_examples=60)
def test_pyrage_opens_any_bytes_that_we_seal(plain: bytes) -> None:
    sealed = bytes(RECIPIENT.seal(memoryview(plain)))

    assert pyrage.decrypt(sealed, [IDENTITY]) == plain


def test_the_head_is_the_one_that_the_format_asks_for() -> None:
    lines = bytes(RECIPIENT.seal(b"ord")).split(b"\n")

    assert lines[0] == b"age-encryption.org/v1"
    assert lines[1].startswith(b"-> X25519 ")
    assert (len(lines[1]), len(lines[2]), len(lines[3][:47])) == (10 + 43, 43, 47)
    assert lines[3].startswith(b"--- ")


def test_no_two_sealings_have_anything_in_common() -> None:
    first, second = (bytes(RECIPIENT.seal(bytes(100))) for _ in range(2))

    assert first[-116:] != second[-116:]
    assert first.split(b"\n")[1] != second.split(b"\n")[1]


def test_a_stranger_or_a_changed_byte_opens_nothing() -> None:
    sealed = bytearray(RECIPIENT.seal(b"ord" * 30_000))

    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(bytes(sealed), [pyrage.x25519.Identity.generate()])
    for at in (30, 80, 130, 200, CHUNK_PLAIN + 300, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises((pyrage.DecryptError, ValueError)):
            pyrage.decrypt(bytes(changed), [IDENTITY])
    for cut in (len(sealed) - 1, CHUNK_PLAIN + 200):
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(bytes(sealed[:cut]), [IDENTITY])


class WrongCipher:
    """A cipher that a processor gets wrong: what it makes is as long as it should be."""

    def __init__(self, _key: bytes) -> None:
        self.tag = 16

    def encrypt(self, _nonce: bytes, data: bytes, _with: None) -> bytes:
        return os.urandom(len(data) + self.tag)

    def encrypt_into(self, _nonce: bytes, data: bytes, _with: None, into: memoryview) -> int:
        into[:] = os.urandom(len(data) + self.tag)
        return len(into)


def test_where_the_ciphers_here_are_wrong_pyrage_seals(monkeypatch: pytest.MonkeyPatch) -> None:
    assert agrees_with_pyrage()
    agrees_with_pyrage.cache_clear()
    monkeypatch.setattr(age_sealing, "ChaCha20Poly1305", WrongCipher)
    key = EvidenceKey.new()

    assert not agrees_with_pyrage()
    assert key.open(bytes(key.seal(b"ord"))) == b"ord"
    with pytest.raises(SealBroken):
        EvidenceKey.new().open(bytes(key.seal(b"ord")))
