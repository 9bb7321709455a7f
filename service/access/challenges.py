"""Challenges to passkeys: bound to one browser and one purpose, good for five minutes, once.

A challenge that waits stands in no table: its browser holds it, signed, in a cookie that no
script reads, so that nobody fills a table by asking. One that was answered is spent for good.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.records.factors import SpentChallengeRecord
from service.errors import PasskeyRefused

LASTS: Final = timedelta(minutes=5)
_LENGTH: Final = 32


class Challenges:
    """Makes and reads challenges under a secret of this installation."""

    def __init__(self, secret: bytes) -> None:
        # A key of its own: what is signed for another purpose is never taken for a challenge.
        self._key = hmac.digest(secret, b"passkey challenges", hashlib.sha256)

    def make(self, purpose: str, now: datetime) -> tuple[bytes, str]:
        """Return a challenge, and the text that the browser keeps of it."""
        challenge = secrets.token_bytes(_LENGTH)
        ends = str(int((now + LASTS).timestamp()))
        signature = self._signature(purpose, challenge, ends)
        return challenge, f"{challenge.hex()}.{ends}.{_text(signature)}"

    def read(self, kept: str | None, purpose: str, now: datetime) -> bytes:
        """Return the challenge that a browser kept; raises `PasskeyRefused`."""
        written, _, rest = (kept or "").partition(".")
        ends, _, signature = rest.partition(".")
        try:
            challenge = binascii.unhexlify(written)
        except ValueError as bad:
            raise PasskeyRefused("no challenge of ours") from bad
        wanted = _text(self._signature(purpose, challenge, ends))
        if not hmac.compare_digest(wanted.encode(), signature.encode()):
            raise PasskeyRefused("no challenge of ours")
        if int(ends) <= now.timestamp():
            raise PasskeyRefused("the challenge is too old")
        return challenge

    def _signature(self, purpose: str, challenge: bytes, ends: str) -> bytes:
        text = f"{purpose}\0{challenge.hex()}\0{ends}"
        return hmac.digest(self._key, text.encode(), hashlib.sha256)


def spend(session: Session, challenge: bytes, now: datetime) -> None:
    """Note that a challenge was answered; raises `PasskeyRefused` where it was before."""
    key = hashlib.sha256(challenge).hexdigest()
    try:
        with session.begin_nested():
            session.add(SpentChallengeRecord(challenge_sha256=key, at=now))
    except IntegrityError as again:
        raise PasskeyRefused("the challenge was answered already") from again


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
