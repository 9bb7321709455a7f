"""Time-stamps by RFC 3161: the question put to an authority, and the judgement of its answer.

Pure; what comes back is untrusted, so the service judges it in the confined
child (`read_stamp`). The library accepts any signer under a trusted root, so
the signer's own certificate is compared with the pinned ones here as well.
"""

from __future__ import annotations

import base64
import hashlib
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from archive.ledger.der import sorted_certificates

if TYPE_CHECKING:
    # The library is loaded where it is needed: most services ask once an hour, some never.
    from rfc3161_client import TimeStampResponse

MOST_BYTES: Final = 64 * 1024
"""Of an answer; one with three certificates is some 6 KiB."""

_BY_OID: Final = MappingProxyType(
    {
        "2.16.840.1.101.3.4.2.1": "sha256",
        "2.16.840.1.101.3.4.2.2": "sha384",
        "2.16.840.1.101.3.4.2.3": "sha512",
    }
)
_SIGNED_DATA_VERSION = 3
_SIGNER_INFO_VERSION = 1


class StampRefused(ValueError):
    """An answer is no time-stamp of what was asked; `code` says in what.

    `unreadable`, `too_large`, `status` (the authority refused), `other_message`,
    `other_nonce`, `other_policy`, `not_for_timestamps` (the signer's extended key
    usage), `not_pinned` (another signer), `untrusted` (no pinned root above it),
    `signature`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Question:
    """What is sent to an authority: the DER request, and what its answer must repeat."""

    request: bytes
    nonce: int
    digest: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer is held against.

    `certificates` are pinned, as PEM: at least one root, and those of the
    signers that are accepted; without any signer's, every one under the roots.
    `nonce` and `policy` are compared where given.
    """

    message: bytes
    certificates: tuple[str, ...]
    nonce: int | None = None
    policy: str | None = None

    def packed(self, answer: bytes) -> bytes:
        """Return all of it with the answer, as one item for the confined child."""
        facts = {
            **asdict(self),
            "message": base64.b64encode(self.message).decode(),
            "answer": base64.b64encode(answer).decode(),
        }
        return json.dumps(facts).encode()

    @classmethod
    def unpacked(cls, item: bytes) -> tuple[Self, bytes]:
        """Take `packed` apart again."""
        facts = json.loads(item)
        answer = base64.b64decode(facts.pop("answer"))
        facts["message"] = base64.b64decode(facts["message"])
        facts["certificates"] = tuple(facts["certificates"])
        return cls(**facts), answer


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a good answer states: the moment, and the certificates that it stands on.

    `certificates` are PEM, the signer's own first, then the pinned ones.
    """

    made_at: datetime
    policy: str
    serial: str
    signer: str
    certificates: tuple[str, ...]

    def as_facts(self) -> dict[str, Any]:
        """Return plain values, to be carried out of the confined child."""
        return {**asdict(self), "made_at": self.made_at.isoformat()}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Self:
        """Return what `as_facts` described."""
        made_at = datetime.fromisoformat(facts["made_at"]).astimezone(UTC)
        texts = {name: str(facts[name]) for name in ("policy", "serial", "signer")}
        chain = tuple(str(one) for one in facts["certificates"])
        return cls(made_at=made_at, certificates=chain, **texts)


def question(message: bytes, digest: str = "sha256") -> Question:
    """Return a question about a message, with a fresh nonce, that asks for the certificate too."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    known = {"sha256": HashAlgorithm.SHA256, "sha512": HashAlgorithm.SHA512}
    built = (
        TimestampRequestBuilder().data(message).hash_algorithm(known[digest]).nonce(nonce=True)
    ).build()
    if built.nonce is None:
        raise AssertionError("the library was told to make a nonce")
    return Question(built.as_bytes(), built.nonce, digest)


def judge(answer: bytes, expected: Expected) -> Stamp:
    """Return what an answer states, having held it against everything expected.

    Raises `StampRefused`, and nothing else, whatever the bytes are.
    """
    if len(answer) > MOST_BYTES:
        raise StampRefused("too_large")
    try:
        with warnings.catch_warnings():
            # `cryptography` warns of odd certificates, which are then refused or not pinned.
            warnings.simplefilter("ignore")
            return _judge(answer, expected)
    except (StampRefused, MemoryError):
        raise
    except Exception as bad:
        # What cannot be parsed they tell in a dozen kinds of their own, some only when looked at.
        raise StampRefused("unreadable") from bad


def imprint_of(answer: bytes) -> tuple[str, bytes]:
    """Return the digest's name and the digest that an answer speaks of, nothing being verified.

    Raises `StampRefused`, and nothing else.
    """
    from rfc3161_client import decode_timestamp_response

    if len(answer) > MOST_BYTES:
        raise StampRefused("too_large")
    try:
        info = decode_timestamp_response(sorted_certificates(answer)).tst_info
        imprint = info.message_imprint
        return _BY_OID[imprint.hash_algorithm.dotted_string], bytes(imprint.message)
    except MemoryError:
        raise
    except Exception as bad:
        raise StampRefused("unreadable") from bad


def read_stamp(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    """Judge an answer in the confined child: the facts of the stamp, or `refused` with its code."""
    del media_type
    expected, answer = Expected.unpacked(source.read())
    try:
        yield judge(answer, expected).as_facts()
    except StampRefused as refused:
        yield {"refused": refused.code}


def _judge(answer: bytes, expected: Expected) -> Stamp:
    from rfc3161_client import (
        PKIStatus,
        VerificationError,
        VerifierBuilder,
        decode_timestamp_response,
    )

    response = decode_timestamp_response(sorted_certificates(answer))
    if response.status != PKIStatus.GRANTED:
        raise StampRefused("status")
    info = response.tst_info
    _compare(response, expected)
    roots, others, signers = _sorted_pins(expected.certificates)
    signer = _signer(response, signers)
    if not _is_for_timestamps(signer):
        raise StampRefused("not_for_timestamps")
    if signers and signer not in signers:
        raise StampRefused("not_pinned")
    # Built whole each time: the library's builder shares its lists between copies.
    verifier = VerifierBuilder(
        policy_id=x509.ObjectIdentifier(expected.policy) if expected.policy else None,
        # Only a pinned one: the library takes it for an anchor of trust.
        tsa_certificate=signer if signer in signers else None,
        intermediates=list(others),
        roots=list(roots),
        nonce=expected.nonce,
    ).build()
    try:
        verifier.verify_message(response, expected.message)
    except VerificationError as refused:
        chain = "certificate verify error" in str(refused)
        raise StampRefused("untrusted" if chain else "signature") from refused
    chain_pem = dict.fromkeys(_pem(one) for one in (signer, *signers, *others, *roots))
    return Stamp(
        made_at=info.gen_time.astimezone(UTC),
        policy=info.policy.dotted_string,
        serial=format(info.serial_number, "x"),
        signer=signer.subject.rfc4514_string(),
        certificates=tuple(chain_pem),
    )


def _compare(response: TimeStampResponse, expected: Expected) -> None:
    """Compare what the answer repeats; whether it is signed at all comes after."""
    info, signed = response.tst_info, response.signed_data
    imprint = info.message_imprint
    digest = _BY_OID[imprint.hash_algorithm.dotted_string]
    if imprint.message != hashlib.new(digest, expected.message).digest():
        raise StampRefused("other_message")
    if expected.nonce is not None and info.nonce != expected.nonce:
        raise StampRefused("other_nonce")
    if expected.policy is not None and info.policy.dotted_string != expected.policy:
        raise StampRefused("other_policy")
    versions = (signed.version, *(one.version for one in signed.signer_infos))
    if versions != (_SIGNED_DATA_VERSION, _SIGNER_INFO_VERSION):
        raise StampRefused("signature")


def _sorted_pins(
    pems: Sequence[str],
) -> tuple[list[x509.Certificate], list[x509.Certificate], list[x509.Certificate]]:
    """Part the pinned certificates into roots, authorities between, and signers.

    One that signs itself and time-stamps is both root and signer.
    """
    roots, between, signers = [], [], []
    for pem in pems:
        one = x509.load_pem_x509_certificate(pem.encode("ascii"))
        is_root, is_authority = one.issuer == one.subject, _is_authority(one)
        if is_root:
            roots.append(one)
        if not is_authority and (not is_root or _is_for_timestamps(one)):
            signers.append(one)
        elif not is_root:
            between.append(one)
    if not roots:
        raise StampRefused("untrusted")
    return roots, between, signers


def _signer(response: TimeStampResponse, pinned: Sequence[x509.Certificate]) -> x509.Certificate:
    """Return the certificate that the signature names, out of the answer or the pinned ones."""
    stated = list(response.signed_data.signer_infos)
    if len(stated) != 1:
        raise StampRefused("signature")
    embedded = [x509.load_der_x509_certificate(one) for one in response.signed_data.certificates]
    for one in (*embedded, *pinned):
        if (one.issuer, one.serial_number) == (stated[0].issuer, stated[0].serial_number):
            return one
    raise StampRefused("not_pinned")


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _is_for_timestamps(certificate: x509.Certificate) -> bool:
    """RFC 3161 §2.3: the one purpose is time-stamping, and the extension is critical."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    return found.critical and list(found.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode("ascii")
