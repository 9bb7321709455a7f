"""A sign-in that was begun and has not come back: signed, in the browser's own cookie.

It holds what the answer must fit to; so an answer opens nothing in another
browser than the one that asked (RFC 9700 §4.7). Each has a cookie of its own,
for two tabs are two sign-ins.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.records.identities import UsedStateRecord
from service.access.people import secret_hash
from service.errors import SignInNotBegunHere

LASTS: Final = timedelta(minutes=10)
COOKIE: Final = "vaern_begun_"
_FOR: Final = b"vaern: a sign-in that was begun"


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in on its way: what the answer must fit to, and which path of ours was asked for."""

    state: str
    nonce: str
    verifier: str
    next: str

    @property
    def cookie(self) -> str:
        """The name of its cookie."""
        return cookie_of(self.state)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person brought back: a code, and the issuer that the answer names (RFC 9207)."""

    code: str
    issuer: str | None


def begin(next_path: str) -> Begun:
    """Return a new sign-in; nobody can guess any part of it (RFC 7636 §7.1)."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Begun(state, nonce, verifier, next_path)


def cookie_of(state: str) -> str:
    """Return the name of the cookie that belongs to a state."""
    return COOKIE + hashlib.sha256(state.encode()).hexdigest()[:16]


class Seals:
    """Signs what is left in the browser, under a key of this installation."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, _FOR, hashlib.sha256)

    def seal(self, begun: Begun, now: datetime) -> str:
        """Return the cookie's value."""
        ends = int((now + LASTS).timestamp())
        text = json.dumps([begun.state, begun.nonce, begun.verifier, begun.next, ends])
        body = base64.urlsafe_b64encode(text.encode()).decode()
        return f"{body}.{self._sign(body)}"

    def open(self, value: str | None, state: str, now: datetime) -> Begun:
        """Return the sign-in that this state belongs to; raises `SignInNotBegunHere`."""
        body, _, signature = (value or "").rpartition(".")
        if not body or not hmac.compare_digest(self._sign(body).encode(), signature.encode()):
            raise SignInNotBegunHere("not_begun_here")
        try:
            kept, nonce, verifier, next_path, ends = json.loads(base64.urlsafe_b64decode(body))
        except (ValueError, binascii.Error) as bad:
            raise SignInNotBegunHere("not_begun_here") from bad
        if not hmac.compare_digest(str(kept).encode(), state.encode()):
            raise SignInNotBegunHere("not_begun_here")
        if now.timestamp() >= ends:
            raise SignInNotBegunHere("took_too_long")
        return Begun(kept, nonce, verifier, next_path)

    def _sign(self, body: str) -> str:
        return hmac.new(self._key, body.encode(), hashlib.sha256).hexdigest()


def use_up(session: Session, begun: Begun, now: datetime) -> None:
    """Let a sign-in come back once; raises `SignInNotBegunHere` the second time."""
    try:
        with session.begin_nested():
            session.add(UsedStateRecord(state_sha256=secret_hash(begun.state), used_at=now))
    except IntegrityError as again:
        raise SignInNotBegunHere("used_up") from again


def forget_used(session: Session, now: datetime) -> None:
    """Delete what could not come back any more in any case."""
    session.execute(delete(UsedStateRecord).where(UsedStateRecord.used_at < now - 2 * LASTS))
