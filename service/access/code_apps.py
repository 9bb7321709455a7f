"""Authenticator apps: codes of six digits that change each half minute (RFC 6238).

The secret itself is kept nowhere: it is made from a key that only the vault key opens. So a
copy of the database makes no codes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from archive.errors import SealBroken
from archive.records.factors import CodeAppRecord
from archive.records.people import PersonRecord
from archive.vault.sealing import EvidenceKey, WrappedKey
from archive.vault.vault import Vault
from service.errors import FormInvalid

STEP: Final = 30
"""Seconds that one code stands for."""
ASIDE: Final = 1
"""Steps that the app's clock may be ahead or behind (RFC 6238 §5.2)."""
_DIGITS: Final = 6
_SECRET_BYTES: Final = 20  # as long as the hash that apps use (RFC 4226 §4, R6)


@dataclass(frozen=True, slots=True)
class AppDraft:
    """An app that is being set up: its secret, and the wrapped key that its page keeps for us."""

    wrapped: WrappedKey
    secret: bytes

    @property
    def text(self) -> str:
        """Return what the page's form carries: nobody without the vault key reads it."""
        kept = base64.urlsafe_b64encode(self.wrapped.wrapped).decode()
        return f"{self.wrapped.key_id}.{kept}"

    @property
    def typed(self) -> str:
        """Return the secret as it is typed into an app that reads no picture."""
        written = _base32(self.secret)
        return " ".join(written[start : start + 4] for start in range(0, len(written), 4))


def draft_app(vault: Vault) -> AppDraft:
    """Return a fresh secret for an app."""
    key, wrapped = vault.new_key()
    return AppDraft(wrapped, _secret(key))


def draft_from(vault: Vault, text: str) -> AppDraft:
    """Return the secret that a page of ours was made with; raises `FormInvalid`."""
    key_id, _, kept = text.partition(".")
    try:
        wrapped = WrappedKey(key_id, base64.urlsafe_b64decode(kept.encode("ascii")))
        return AppDraft(wrapped, _secret(vault.unwrap(wrapped)))
    except (SealBroken, binascii.Error, UnicodeEncodeError) as bad:
        raise FormInvalid("no page of ours has this secret") from bad


def address_of(draft: AppDraft, email: str, municipality: str) -> str:
    """Return the `otpauth://` address that an app reads from a picture."""
    import pyotp

    app = pyotp.TOTP(_base32(draft.secret), name=email, issuer=f"Værn {municipality}")
    return app.provisioning_uri()


def step_of(secret: bytes, code: str, now: datetime) -> int | None:
    """Return the step that a code belongs to, near now, or None where it is no right code."""
    import pyotp

    typed = "".join(code.split())
    if len(typed) != _DIGITS or not (typed.isascii() and typed.isdigit()):
        return None
    app = pyotp.TOTP(_base32(secret), digits=_DIGITS, interval=STEP)
    present = int(now.timestamp()) // STEP
    found = None
    for step in range(present - ASIDE, present + ASIDE + 1):
        if hmac.compare_digest(app.generate_otp(step), typed):
            found = step
    return found


def app_of(session: Session, person_id: UUID) -> CodeAppRecord | None:
    """Return the app that makes a person's codes now, if there is one."""
    query = select(CodeAppRecord).where(
        CodeAppRecord.person_id == person_id, CodeAppRecord.ended_at.is_(None)
    )
    return session.scalars(query.order_by(CodeAppRecord.made_at.desc()).limit(1)).one_or_none()


def secret_of(vault: Vault, app: CodeAppRecord) -> bytes:
    """Return the secret of an app; raises `SealBroken`."""
    return _secret(vault.unwrap(WrappedKey(app.key_id, app.wrapped)))


def keep_app(
    session: Session, person_id: UUID, draft: AppDraft, step: int, now: datetime
) -> CodeAppRecord:
    """Keep an app whose first code, of this step, was right; the caller records it.

    The one that stood before ends; a page that was sent twice at once has one app in the end.
    """
    session.get_one(PersonRecord, person_id, with_for_update=True)
    if (before := app_of(session, person_id)) is not None:
        before.ended_at = now
    app = CodeAppRecord(
        id=uuid4(),
        person_id=person_id,
        key_id=draft.wrapped.key_id,
        wrapped=draft.wrapped.wrapped,
        made_at=now,
        last_step=step,
    )
    session.add(app)
    return app


def take_step(session: Session, app_id: UUID, step: int, now: datetime) -> bool:
    """Use up the code of a step; False where it, or a later one, was used before."""
    done = session.execute(
        update(CodeAppRecord)
        .where(
            CodeAppRecord.id == app_id,
            CodeAppRecord.last_step < step,
            CodeAppRecord.ended_at.is_(None),
        )
        .values(last_step=step, last_used_at=now)
        .execution_options(synchronize_session=False)
    )
    return isinstance(done, CursorResult) and done.rowcount == 1


def _secret(key: EvidenceKey) -> bytes:
    made = hmac.digest(key.secret(), b"authenticator app", hashlib.sha256)
    return made[:_SECRET_BYTES]


def _base32(secret: bytes) -> str:
    return base64.b32encode(secret).decode()
