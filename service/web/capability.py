"""Links to the evidence host: signed, for one object, one session, five minutes at most.

That host ignores cookies; whoever holds a link still passes the same checks of
session and right on each use (DESIGN §3.12).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LONGEST = timedelta(minutes=5)


class CapabilityInvalid(ValueError):
    """The link is forged, cut or too old."""


@dataclass(frozen=True, slots=True)
class Capability:
    """What a link opens: an object of a piece of evidence, for a session."""

    evidence: str
    object_name: str
    session: str
    ends: int


class Capabilities:
    """Makes and reads links under a secret of this installation."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def make(self, evidence: str, object_name: str, session: str, now: datetime) -> str:
        """Return the text of a link, good for five minutes."""
        ends = int((now + LONGEST).timestamp())
        body = _encode(json.dumps([evidence, object_name, session, ends]).encode())
        return f"{body}.{_encode(self._sign(body))}"

    def read(self, text: str, now: datetime) -> Capability:
        """Return what a link opens; raises `CapabilityInvalid`."""
        body, _, signature = text.partition(".")
        # As bytes: `compare_digest` refuses text that is not ASCII with another error.
        if not hmac.compare_digest(_encode(self._sign(body)).encode(), signature.encode()):
            raise CapabilityInvalid("not a link of ours")
        try:
            evidence, object_name, session, ends = json.loads(_decode(body))
        except (ValueError, binascii.Error) as bad:
            raise CapabilityInvalid("not a link of ours") from bad
        if datetime.fromtimestamp(ends, UTC) <= now:
            raise CapabilityInvalid("the link is too old")
        return Capability(evidence, object_name, session, ends)

    def _sign(self, body: str) -> bytes:
        return hmac.digest(self._secret, body.encode(), hashlib.sha256)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
