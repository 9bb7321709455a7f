"""Time-stamp authorities of our own: certificates by `cryptography`, replies by `openssl ts`."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

POLICY = "1.3.6.1.4.1.99999.1"
OTHER_POLICY = "1.3.6.1.4.1.99999.2"

_CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/leaf.pem
signer_key = {folder}/leaf.key
signer_digest = sha256
default_policy = {policy}
other_policies = {other}
digests = {digests}
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
{certs}
"""


@dataclass(frozen=True)
class Issued:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return self.key.private_bytes(*form).decode()


def issue(
    name: str,
    by: Issued | None = None,
    *,
    is_ca: bool = False,
    usage: Sequence[x509.ObjectIdentifier] | None = (ExtendedKeyUsageOID.TIME_STAMPING,),
    critical: bool = True,
    days: tuple[int, int] = (-1, 3650),
    addresses: Sequence[str] = (),
) -> Issued:
    """Make a certificate, by default one for time-stamping; `by` None signs itself."""
    key = generate_private_key(SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(_key_usage(is_ca=is_ca), critical=True)
    )
    if usage is not None and not is_ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(usage)), critical=critical)
    if addresses:
        names = [x509.IPAddress(ip_address(one)) for one in addresses]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    signing = by.key if by else key
    return Issued(builder.sign(signing, hashes.SHA256()), key)


def _key_usage(*, is_ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=not is_ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )


@dataclass
class Authority:
    """One authority in a folder: a root, its time-stamping certificate, and what it answers."""

    folder: Path
    root: Issued
    leaf: Issued
    chain: tuple[Issued, ...] = ()
    digests: str = "sha256, sha384, sha512"
    asked: list[bytes] = field(default_factory=list)

    @property
    def pins(self) -> tuple[str, ...]:
        """The certificates that a municipality would pin: the signer's own, and the root."""
        return (self.leaf.pem, self.root.pem)

    def reply(self, request: bytes) -> bytes:
        """Answer a request as `openssl ts -reply` does."""
        self.asked.append(request)
        asked, answer = self.folder / "asked.tsq", self.folder / "answer.tsr"
        asked.write_bytes(request)
        self._run("-reply", "-config", "ts.cnf", "-queryfile", "asked.tsq", "-out", "answer.tsr")
        return answer.read_bytes()

    def accepts(self, answer: bytes, message: bytes) -> bool:
        """Ask the second verifier, `openssl ts -verify`, under this authority's root."""
        (self.folder / "given.tsr").write_bytes(answer)
        (self.folder / "given.txt").write_bytes(message)
        (self.folder / "roots.pem").write_text(self.root.pem, "ascii")
        untrusted = "".join(one.pem for one in (self.leaf, *self.chain))
        (self.folder / "untrusted.pem").write_text(untrusted, "ascii")
        done = subprocess.run(
            [
                *("openssl", "ts", "-verify", "-in", "given.tsr", "-data", "given.txt"),
                *("-CAfile", "roots.pem", "-untrusted", "untrusted.pem"),
            ],
            cwd=self.folder,
            capture_output=True,
            check=False,
        )
        return done.returncode == 0

    def signed_anew(self, answer: bytes, signer: Issued) -> bytes:
        """Return an answer of the same content under another signature.

        `openssl ts` signs with no certificate that is not for time-stamps; `openssl cms` does.
        """
        (self.folder / "old.tsr").write_bytes(answer)
        (self.folder / "other.pem").write_text(signer.pem + signer.key_pem, "ascii")
        self._run("-reply", "-in", "old.tsr", "-token_out", "-out", "old.tok")
        taken = ["-verify", "-noverify", "-inform", "DER", "-in", "old.tok", "-out", "tst.der"]
        given = ["-sign", "-binary", "-nodetach", "-cades", "-nosmimecap", "-outform", "DER"]
        given += ["-econtent_type", "1.2.840.113549.1.9.16.1.4", "-signer", "other.pem"]
        for arguments in (taken, [*given, "-in", "tst.der", "-out", "new.tok"]):
            subprocess.run(
                ["openssl", "cms", *arguments], cwd=self.folder, capture_output=True, check=True
            )
        granted, token = bytes.fromhex("3003020100"), (self.folder / "new.tok").read_bytes()
        length = len(granted) + len(token)
        return b"\x30\x82" + length.to_bytes(2, "big") + granted + token

    def _run(self, *arguments: str) -> None:
        subprocess.run(
            ["openssl", "ts", *arguments], cwd=self.folder, capture_output=True, check=True
        )


def found(
    folder: Path,
    name: str = "Authority",
    *,
    leaf: Issued | None = None,
    root: Issued | None = None,
    chain: tuple[Issued, ...] = (),
    digests: str = "sha256, sha384, sha512",
    embeds: Sequence[Issued] = (),
    policy: str = POLICY,
) -> Authority:
    """Set up an authority; `embeds` are further certificates that it puts into its answers."""
    folder.mkdir(parents=True, exist_ok=True)
    root = root or issue(f"{name} root", is_ca=True)
    leaf = leaf or issue(f"{name} signer", root)
    (folder / "leaf.pem").write_text(leaf.pem, "ascii")
    (folder / "leaf.key").write_text(leaf.key_pem, "ascii")
    (folder / "serial").write_text("01", "ascii")
    certs = ""
    if embeds:
        (folder / "embedded.pem").write_text("".join(one.pem for one in embeds), "ascii")
        certs = f"certs = {folder}/embedded.pem"
    (folder / "ts.cnf").write_text(
        _CONFIG.format(
            folder=folder, policy=policy, other=OTHER_POLICY, digests=digests, certs=certs
        ),
        "ascii",
    )
    return Authority(folder, root, leaf, chain, digests)
