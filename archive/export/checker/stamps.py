"""Time-stamps (RFC 3161): an authority outside the house signed when it saw a head."""

from __future__ import annotations

import base64
import binascii
import hashlib

from archive.export.checker.certificates import Certificate, check_chain
from archive.export.checker.der import OCTETS, SEQUENCE, Der, Malformed, der
from archive.export.checker.findings import Findings, Mismatch
from archive.export.checker.items import Bundle
from archive.export.checker.notes import Head
from archive.export.checker.signatures import DIGESTS, NotKnown, signature_holds

STAMPS = "timestamps/timestamps.json"
_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_SIGNER_HASHES = {"1.2.840.113549.1.9.16.2.12": "sha1", "1.2.840.113549.1.9.16.2.47": "sha256"}
_BEGIN, _END = "-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n"


def check_stamps(bundle: Bundle, heads: dict[int, Head], findings: Findings) -> None:
    """Check each time-stamp that came along, and say what it proves."""
    listed = bundle.json(STAMPS).get("stamps")
    stamps = listed if isinstance(listed, list) else [None]
    for one in stamps:
        if not isinstance(one, dict) or set(one) != {"size", "token", "certificates"}:
            raise Mismatch(STAMPS, "filen kan ikke forstås", "the file cannot be understood")
        try:
            _check_stamp(bundle, heads, one, findings)
        except Mismatch as wrong:
            findings.wrong.append(wrong)
    if not stamps:
        findings.alone = True
        findings.note(
            STAMPS,
            "intet tidsstempel udefra er med: kæden beviser intet over for kommunen selv",
            "no time-stamp from outside came along: "
            "the chain proves nothing against the municipality itself",
        )


def _check_stamp(
    bundle: Bundle, heads: dict[int, Head], one: dict[str, object], findings: Findings
) -> None:
    place, size = str(one["token"]), one["size"]
    note = f"ledger/heads/{size}.txt"
    if type(size) is not int or size not in heads:
        raise Mismatch(place, "stemplet er for et ukendt hoved", "the stamp is of an unknown head")
    for path in (place, one["certificates"]):
        bundle.sha256(path)
    data = bundle.folder.read(note)
    try:
        signed = _signed_data(der(bundle.folder.read(place)), place)
        info = _checked_info(signed, data, place)
        chain = _certificates(bundle.folder.read(str(one["certificates"])))
        moment = info[4].moment()
        _check_signature(signed, chain[0], place)
        check_chain(chain, moment, place)
    except NotKnown as other:
        use = _openssl(place, note, one)
        findings.left(
            place,
            f"underskriften ({other}) kan ikke efterprøves her. Brug: {use}",
            f"the signature ({other}) cannot be verified here. Use: {use}",
        )
        return
    except (Malformed, ValueError, IndexError, binascii.Error):
        raise Mismatch(
            place, "tidsstemplet kan ikke forstås", "the time-stamp cannot be understood"
        ) from None
    day, hour = f"{moment[:4]}-{moment[4:6]}-{moment[6:8]}", moment[8:]
    told = f"{day} {hour[:2]}:{hour[2:4]}:{hour[4:6]} UTC"
    who, pin = chain[0].name(), f"SHA-256 {hashlib.sha256(chain[-1].whole).hexdigest()}"
    findings.fine(
        place,
        f"de første {size} poster fandtes {told}; det siger {who} (certifikat {pin})",
        f"the first {size} entries existed at {told}; so says {who} (certificate {pin})",
    )


def _openssl(token: str, note: str, one: dict[str, object]) -> str:
    return "openssl ts -verify -in {} -data {} -CAfile {} -partial_chain".format(
        token, note, one["certificates"]
    )


def _signed_data(response: Der, place: str) -> list[Der]:
    """Return the parts of the SignedData in an authority's answer; raises `Mismatch`."""
    parts = response.only(SEQUENCE).parts()
    if len(parts) != 2 or parts[0].parts()[0].number() not in (0, 1):
        raise Mismatch(place, "myndigheden afslog at stemple", "the authority refused to stamp")
    kind, content = parts[1].parts()
    if kind.oid() != _SIGNED_DATA:
        raise Malformed("no signed data")
    return content.only(0xA0).inner().parts()


def _checked_info(signed: list[Der], data: bytes, place: str) -> list[Der]:
    """Return the parts of the TSTInfo, which must speak of these bytes."""
    kind, content = signed[2].parts()
    if kind.oid() != _TST_INFO:
        raise Malformed("no time-stamp")
    info = der(content.inner().only(OCTETS).content).parts()
    algorithm, imprint = info[2].parts()
    digest = DIGESTS.get(algorithm.parts()[0].oid())
    if digest in (None, "sha1"):
        raise NotKnown("hash " + algorithm.parts()[0].oid())
    if hashlib.new(str(digest), data).digest() != imprint.content:
        raise Mismatch(
            place,
            "tidsstemplet gælder noget andet end loggens hoved",
            "the time-stamp is of something else than the ledger's head",
        )
    return info


def _check_signature(signed: list[Der], signer: Certificate, place: str) -> None:
    """The one signer signed the attributes, and they name content and certificate."""
    infos = signed[-1].parts()
    if len(infos) != 1:
        raise NotKnown("several signers")
    parts = infos[0].parts()
    digest = DIGESTS.get(parts[2].parts()[0].oid())
    if digest is None or parts[3].tag != 0xA0:
        raise NotKnown("attributes")
    attributes = {one.parts()[0].oid(): one.parts()[1].inner() for one in parts[3].parts()}
    content = signed[2].parts()[1].inner().content
    named = [
        (hashes, attributes[oid]) for oid, hashes in _SIGNER_HASHES.items() if oid in attributes
    ]
    good = (
        (
            attributes[_CONTENT_TYPE].oid() == _TST_INFO
            and attributes[_MESSAGE_DIGEST].content == hashlib.new(digest, content).digest()
            and bool(named)
            and all(_names(one, hashes, signer) for hashes, one in named)
        )
        if _CONTENT_TYPE in attributes and _MESSAGE_DIGEST in attributes
        else False
    )
    message = b"\x31" + parts[3].whole[1:]
    if not good or not signature_holds(signer.key, parts[4], digest, message, parts[5].content):
        raise Mismatch(
            place,
            "myndighedens underskrift passer ikke",
            "the authority's signature does not hold",
        )


def _names(attribute: Der, hashes: str, signer: Certificate) -> bool:
    """Tell whether the signing-certificate attribute (RFC 5035) names this certificate."""
    first = attribute.parts()[0].parts()[0].parts()
    if first[0].tag == SEQUENCE:
        hashes = DIGESTS.get(first[0].parts()[0].oid(), "")
        first = first[1:]
    if not hashes:
        raise NotKnown("hash of the certificate")
    return first[0].only(OCTETS).content == hashlib.new(hashes, signer.whole).digest()


def _certificates(pem: bytes) -> list[Certificate]:
    """Read certificates in PEM, in the one form we write; the signer's stands first."""
    text = pem.decode("ascii")
    found = []
    while text:
        if not text.startswith(_BEGIN) or _END not in text:
            raise Malformed("no certificate")
        body, text = text[len(_BEGIN) :].split(_END, 1)
        data = base64.b64decode(body.replace("\n", ""), validate=True)
        lines = base64.b64encode(data).decode()
        if "".join(lines[at : at + 64] + "\n" for at in range(0, len(lines), 64)) != body:
            raise Malformed("not the form that we write")
        found.append(Certificate(der(data)))
    if not found:
        raise Malformed("no certificate")
    return found
