"""Signatures in plain numbers, against RFC 8032 and against keys of every kind made elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from archive.export.checker.certificates import Certificate
from archive.export.checker.der import Malformed, der
from archive.export.checker.ed25519 import ed25519_holds
from archive.export.checker.signatures import NotKnown

# RFC 8032 §7.1: key, message, signature.
VECTORS = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_the_vectors_of_rfc_8032_hold_and_no_changed_one(
    key: str, message: str, signature: str
) -> None:
    public, text, signed = (bytes.fromhex(one) for one in (key, message, signature))

    assert ed25519_holds(public, text, signed)
    assert not ed25519_holds(public, text + b"!", signed)
    assert not ed25519_holds(public, text, signed[:-1] + bytes([signed[-1] ^ 32]))
    assert not ed25519_holds(public, text, bytes([signed[0] ^ 1]) + signed[1:])
    assert not ed25519_holds(bytes([public[0] ^ 1]) + public[1:], text, signed)
    assert not ed25519_holds(public[:-1], text, signed)
    assert not ed25519_holds(public, text, signed + b"\x00")


def test_a_signature_whose_number_is_too_large_is_refused() -> None:
    """RFC 8032 §5.1.7: otherwise every signature would have a second form."""
    key = Ed25519PrivateKey.generate()
    public, signed = key.public_key().public_bytes_raw(), key.sign(b"head")
    order = 2**252 + 27742317777372353535851937790883648493
    other = int.from_bytes(signed[32:], "little") + order

    assert ed25519_holds(public, b"head", signed)
    assert not ed25519_holds(public, b"head", signed[:32] + other.to_bytes(32, "little"))


@pytest.mark.parametrize("number", range(12))
def test_other_keys_signatures_hold_too(number: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    text = bytes(range(number * 9))

    assert ed25519_holds(key.public_key().public_bytes_raw(), text, key.sign(text))


def certificate(key: Any, digest: Any = None, **how: Any) -> Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Tidsstempler æøå")])
    moment = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=1))
        .sign(key, digest, **how)
    )
    return Certificate(der(made.public_bytes(Encoding.DER)))


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pss(digest: Any, salt: int) -> dict[str, Any]:
    return {"rsa_padding": padding.PSS(padding.MGF1(digest), salt)}


@pytest.mark.parametrize(
    "make",
    [
        lambda: certificate(rsa_key(), hashes.SHA256()),
        lambda: certificate(rsa_key(), hashes.SHA384()),
        lambda: certificate(rsa_key(), hashes.SHA512()),
        lambda: certificate(rsa.generate_private_key(3, 2056), hashes.SHA256()),
        lambda: certificate(rsa_key(), hashes.SHA256(), **pss(hashes.SHA256(), 32)),
        lambda: certificate(rsa_key(), hashes.SHA512(), **pss(hashes.SHA512(), 0)),
        lambda: certificate(
            rsa.generate_private_key(65537, 2049), hashes.SHA384(), **pss(hashes.SHA384(), 48)
        ),
        lambda: certificate(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()),
        lambda: certificate(ec.generate_private_key(ec.SECP256R1()), hashes.SHA512()),
        lambda: certificate(ec.generate_private_key(ec.SECP384R1()), hashes.SHA384()),
        lambda: certificate(ec.generate_private_key(ec.SECP384R1()), hashes.SHA256()),
    ],
)
def test_what_another_library_signed_holds_and_nothing_else(
    make: Callable[[], Certificate],
) -> None:
    one = make()
    other = make()

    assert one.signed_by(one)
    assert not one.signed_by(other)
    right = one.signature
    for place in (0, len(right) // 2, len(right) - 1):
        one.signature = right[:place] + bytes([right[place] ^ 1]) + right[place + 1 :]
        assert not _holds(one)
    one.signature = right
    one.body.whole = one.body.whole[:-1] + bytes([one.body.whole[-1] ^ 1])
    assert not one.signed_by(one)


def _holds(one: Certificate) -> bool:
    try:
        return one.signed_by(one)
    except Malformed:
        return False


@pytest.mark.parametrize(
    "make",
    [
        lambda: certificate(ec.generate_private_key(ec.SECP521R1()), hashes.SHA512()),
        lambda: certificate(ed25519.Ed25519PrivateKey.generate()),
        lambda: certificate(ec.generate_private_key(ec.BrainpoolP256R1()), hashes.SHA256()),
    ],
)
def test_a_kind_that_is_not_verified_here_is_said_to_be_so(
    make: Callable[[], Certificate],
) -> None:
    one = make()

    with pytest.raises(NotKnown):
        one.signed_by(one)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x80",
        b"\x30\x81\x01\x00",
        b"\x30\x82\x00\x01\x00",
        b"\x30\x01",
        b"\x1f\x01\x00",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x02\x01\x00\x00",
    ],
)
def test_bytes_that_are_no_der_are_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        der(data)
