"""Certificates (RFC 5280), as far as a time-stamp's signer needs them."""

from __future__ import annotations

from archive.export.checker.der import BITS, OCTETS, OID, SET, Der, Malformed, der
from archive.export.checker.findings import Mismatch, printable
from archive.export.checker.signatures import signature_holds

_COMMON_NAME, _ORGANISATION = "2.5.4.3", "2.5.4.10"
_KEY_USE, _STAMPING, _BASIC = "2.5.29.37", "1.3.6.1.5.5.7.3.8", "2.5.29.19"


class Certificate:
    """One certificate: who, until when, which key, signed by whom."""

    def __init__(self, found: Der) -> None:
        self.whole = found.whole
        self.body, self.algorithm, signature = found.parts()
        if signature.only(BITS).content[:1] != b"\x00":
            raise Malformed("a signature is a whole number of bytes")
        self.signature = signature.content[1:]
        parts = self.body.parts()
        if parts[0].tag == 0xA0:
            parts = parts[1:]
        self.issuer, validity, self.subject, self.key = parts[2:6]
        self.begins, self.ends = (one.moment() for one in validity.parts())
        self.extensions: dict[str, Der] = {}
        for one in parts[6:]:
            if one.tag == 0xA3:
                for extension in one.inner().parts():
                    values = extension.parts()
                    self.extensions[values[0].oid()] = der(values[-1].only(OCTETS).content)

    def name(self) -> str:
        """Return how the certificate names its owner."""
        found = {}
        for group in self.subject.parts():
            for one in group.only(SET).parts():
                kind, value = one.parts()
                found[kind.oid()] = printable(value.content.decode("utf-8", "replace"))
        return found.get(_COMMON_NAME) or found.get(_ORGANISATION) or "?"

    def stamps(self) -> bool:
        """Tell whether the certificate is for time-stamping."""
        uses = self.extensions.get(_KEY_USE)
        return uses is not None and [one.only(OID).oid() for one in uses.parts()] == [_STAMPING]

    def signs_others(self) -> bool:
        """Tell whether the certificate may sign other certificates."""
        basic = self.extensions.get(_BASIC)
        return basic is not None and any(one.content == b"\xff" for one in basic.parts()[:1])

    def signed_by(self, other: Certificate) -> bool:
        """Tell whether another's key signed this one; raises `NotKnown`."""
        return self.issuer.whole == other.subject.whole and signature_holds(
            other.key, self.algorithm, None, self.body.whole, self.signature
        )


def check_chain(chain: list[Certificate], moment: str, place: str) -> None:
    """Check the signer's certificate up to the last one at hand; raises `Mismatch`."""
    pairs = list(zip(chain, chain[1:]))
    if chain[-1].issuer.whole == chain[-1].subject.whole:
        pairs.append((chain[-1], chain[-1]))
    good = chain[0].stamps() and all(one.begins <= moment <= one.ends for one in chain)
    for one, above in pairs:
        good = good and one.signed_by(above) and (one is above or above.signs_others())
    if not good:
        raise Mismatch(
            place,
            "certifikaterne bærer ikke tidsstemplet",
            "the certificates do not carry the time-stamp",
        )
