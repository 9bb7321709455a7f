"""Passkeys (WebAuthn level 3): signing in with what one has, opened by finger, face or PIN.

Each is discoverable and verifies its user, so that one act is both factors. Attestation is not
asked for: which make of key somebody carries is nothing that we need to know.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, and_, literal, or_, select, update
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.factors import PasskeyRecord
from archive.records.people import PersonRecord
from service.errors import PasskeyNotFound, PasskeyRefused

if TYPE_CHECKING:
    from fido2.server import Fido2Server

MOST: Final = 20
"""Passkeys of one person."""
LONGEST_NAME: Final = 60
_LONGEST_ANSWER: Final = 32_768
_MILLISECONDS: Final = 300_000
_ALGORITHMS: Final = (-7, -8, -35, -36, -37, -257)
"""ES256, EdDSA, ES384, ES512, PS256, RS256 (RFC 9053 §2, RFC 8230, RFC 8812 §2)."""
_MALFORMED: Final = (
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    AssertionError,
    NotImplementedError,
    RecursionError,
    struct.error,
)
"""What the library raises for an answer that is no answer; anything else is a fault of ours."""


@dataclass(frozen=True, slots=True)
class Party:
    """To whom a passkey belongs: the name that browsers bind it to, and our one origin."""

    name: str
    origin: str


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that a browser has made: its public key with its id, and its counter."""

    credential: bytes
    credential_id: bytes
    uses: int


def party_of(url: str | None, host: str | None) -> Party | None:
    """Return our party: `VAERN_URL`'s, else this machine's own; None where browsers allow none.

    `host` is what the browser asked for. Without TLS only `localhost` has passkeys, and an
    address in figures has none at all (WebAuthn §5.1.2, "effective domain").
    """
    try:
        parts = urlsplit(url or f"http://{host or ''}")
        name, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        return None  # whoever asks may call us anything
    if name != "localhost" and (parts.scheme != "https" or url is None or _is_figures(name)):
        return None
    # As a browser writes an origin: without the port that goes without saying (RFC 6454 §6.2).
    unsaid = port in {None, {"http": 80, "https": 443}.get(parts.scheme)}
    return Party(name, f"{parts.scheme}://{name}" + ("" if unsaid else f":{port}"))


def making_options(
    party: Party, person: PersonRecord, standing: Sequence[PasskeyRecord], challenge: bytes
) -> dict[str, Any]:
    """Return what a browser is told to make a passkey (`PublicKeyCredentialCreationOptions`)."""
    return {
        "rp": {"id": party.name, "name": "Værn"},
        "user": {
            "id": _text(person.id.bytes),
            "name": person.email or person.name,
            "displayName": person.name,
        },
        "challenge": _text(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": one} for one in _ALGORITHMS],
        "timeout": _MILLISECONDS,
        "excludeCredentials": [
            {"type": "public-key", "id": _text(_credential_id(one))} for one in standing
        ],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def asking_options(party: Party, challenge: bytes) -> dict[str, Any]:
    """Return what a browser is told to ask for any passkey of ours, whoever's it is."""
    return {
        "rpId": party.name,
        "challenge": _text(challenge),
        "timeout": _MILLISECONDS,
        "userVerification": "required",
        "allowCredentials": [],
    }


def made(party: Party, challenge: bytes, answer: str) -> NewPasskey:
    """Return the passkey that a browser has made (WebAuthn §7.1); raises `PasskeyRefused`."""
    try:
        found = _server(party).register_complete(_state(challenge), _json(answer))
        data = found.credential_data
        if data is None or data.public_key.ALGORITHM not in _ALGORITHMS:
            raise PasskeyRefused("no key of a kind that we take")
        return NewPasskey(bytes(data), data.credential_id, found.counter)
    except _MALFORMED as bad:
        raise PasskeyRefused("the browser's answer does not hold") from bad


def keep_passkey(
    session: Session, person_id: UUID, new: NewPasskey, name: str, now: datetime
) -> PasskeyRecord:
    """Keep a passkey; the caller records it. Raises `PasskeyRefused` for one that stands."""
    key = hashlib.sha256(new.credential_id).hexdigest()
    query = select(PasskeyRecord.id).where(PasskeyRecord.credential_sha256 == key)
    if session.scalars(query).first() or len(passkeys_of(session, person_id)) >= MOST:
        raise PasskeyRefused("this passkey stands already, or there are too many")
    row = PasskeyRecord(
        id=uuid4(),
        person_id=person_id,
        credential_sha256=key,
        credential=new.credential,
        name=name.strip()[:LONGEST_NAME] or "?",
        made_at=now,
        uses=new.uses,
    )
    session.add(row)
    return row


def passkeys_of(session: Session, person_id: UUID) -> Sequence[PasskeyRecord]:
    """Return the passkeys that a person has now, the latest first."""
    query = select(PasskeyRecord).where(
        PasskeyRecord.person_id == person_id, PasskeyRecord.ended_at.is_(None)
    )
    return session.scalars(query.order_by(PasskeyRecord.made_at.desc(), PasskeyRecord.id)).all()


def own_passkey(session: Session, person_id: UUID, passkey_id: UUID) -> PasskeyRecord:
    """Return one of a person's own passkeys; raises `PasskeyNotFound`."""
    row = session.get(PasskeyRecord, passkey_id)
    if row is None or row.person_id != person_id or row.ended_at is not None:
        raise PasskeyNotFound(str(passkey_id))
    return row


def used(
    session: Session, party: Party, challenge: bytes, answer: str, now: datetime
) -> tuple[PasskeyRecord, int, PersonRecord]:
    """Return the passkey that answered, its counter and its owner (WebAuthn §7.2).

    Raises `PasskeyRefused`.
    """
    try:
        told = _json(answer)
        key_id = _bytes(told["rawId"])
        row = _by_credential(session, key_id)
        if row is None or _bytes(told["response"]["userHandle"]) != row.person_id.bytes:
            raise PasskeyRefused("no such passkey")
        from fido2.webauthn import AttestedCredentialData, AuthenticatorData

        standing = [AttestedCredentialData(row.credential)]
        _server(party).authenticate_complete(_state(challenge), standing, told)
        seen = AuthenticatorData(_bytes(told["response"]["authenticatorData"]))
    except _MALFORMED as bad:
        raise PasskeyRefused("the browser's answer does not hold") from bad
    person = session.get_one(PersonRecord, row.person_id)
    if person.ended_at is not None and person.ended_at <= now:
        raise PasskeyRefused("this person has left")
    return row, seen.counter, person


def count_use(session: Session, passkey: PasskeyRecord, counter: int, now: datetime) -> bool:
    """Note a use; False where the counter does not grow: a copy is about (WebAuthn §6.1.1).

    A copy is told to the ledger.
    """
    done = session.execute(
        update(PasskeyRecord)
        .where(
            PasskeyRecord.id == passkey.id,
            PasskeyRecord.ended_at.is_(None),
            or_(PasskeyRecord.uses < counter, and_(PasskeyRecord.uses == 0, literal(counter) == 0)),
        )
        .values(uses=counter, last_used_at=now)
        .execution_options(synchronize_session=False)
    )
    if isinstance(done, CursorResult) and done.rowcount == 1:
        return True
    record(session, "passkey.counter_stands", at=now, subject=passkey.row_key())
    return False


def _by_credential(session: Session, credential_id: bytes) -> PasskeyRecord | None:
    key = hashlib.sha256(credential_id).hexdigest()
    query = select(PasskeyRecord).where(
        PasskeyRecord.credential_sha256 == key, PasskeyRecord.ended_at.is_(None)
    )
    return session.scalars(query).one_or_none()


def _server(party: Party) -> Fido2Server:
    # Loaded by the first who uses it: most installations begin without.
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    return Fido2Server(
        PublicKeyCredentialRpEntity(name="Værn", id=party.name),
        verify_origin=lambda stated: stated == party.origin,
    )


def _state(challenge: bytes) -> dict[str, str]:
    return {"challenge": _text(challenge), "user_verification": "required"}


def _json(answer: str) -> dict[str, Any]:
    if len(answer) > _LONGEST_ANSWER:
        raise PasskeyRefused("an answer is not so long")
    told = json.loads(answer)
    if not isinstance(told, dict):
        raise PasskeyRefused("an answer is an object")
    return told


def _credential_id(passkey: PasskeyRecord) -> bytes:
    # An AAGUID of 16 bytes, the length in two, then the id (WebAuthn §6.5.1).
    (length,) = struct.unpack_from(">H", passkey.credential, 16)
    return passkey.credential[18 : 18 + length]


def _is_figures(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return "." not in name
    return True


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
