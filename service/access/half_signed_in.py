"""Sign-ins half way: the password was right, the second factor is owed. It opens nothing else.

The state belongs to one browser, by a cookie of its own, lasts five minutes and ends with use.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import CursorResult, delete
from sqlalchemy.orm import Session

from archive.records.factors import HalfSignInRecord, SpentChallengeRecord
from archive.records.people import PersonRecord
from service.access.challenges import LASTS as CHALLENGE_LASTS
from service.access.people import secret_hash
from service.errors import HalfSignInOver

LASTS: Final = timedelta(minutes=5)
SETS_UP: Final = timedelta(minutes=20)
"""So long for choosing a second factor: an app may have to be installed first."""
_LONGEST_PATH: Final = 2000


@dataclass(frozen=True, slots=True)
class HalfSignIn:
    """Who has given the right password, and where they were going."""

    key: str
    person: PersonRecord
    sets_up: bool
    next_path: str


def begin_half(
    session: Session, person: PersonRecord, next_path: str, now: datetime, *, sets_up: bool
) -> str:
    """Begin, and return the secret that the browser keeps."""
    secret = secrets.token_urlsafe(32)
    path = next_path if len(next_path) <= _LONGEST_PATH else "/"
    session.add(
        HalfSignInRecord(
            secret_sha256=secret_hash(secret),
            person_id=person.id,
            sets_up=sets_up,
            next_path=path,
            made_at=now,
        )
    )
    return secret


def half_of(
    session: Session, secret: str | None, now: datetime, *, sets_up: bool = False
) -> HalfSignIn:
    """Return who stands half way with this secret; raises `HalfSignInOver`."""
    row = session.get(HalfSignInRecord, secret_hash(secret or ""))
    lasts = SETS_UP if sets_up else LASTS
    if row is None or row.sets_up != sets_up or now - row.made_at > lasts:
        raise HalfSignInOver("no sign-in is half way here")
    person = session.get_one(PersonRecord, row.person_id)
    if person.ended_at is not None and person.ended_at <= now:
        raise HalfSignInOver("this person has left")
    return HalfSignIn(row.secret_sha256, person, row.sets_up, row.next_path)


def end_half(session: Session, half: HalfSignIn) -> None:
    """Use it up; raises `HalfSignInOver` where somebody else has."""
    done = session.execute(
        delete(HalfSignInRecord).where(HalfSignInRecord.secret_sha256 == half.key)
    )
    if not isinstance(done, CursorResult) or done.rowcount != 1:
        raise HalfSignInOver("it was used already")


def end_halves(session: Session, person: PersonRecord) -> None:
    """Let no sign-in of a person's go on from half way: what they rested on has changed."""
    session.execute(delete(HalfSignInRecord).where(HalfSignInRecord.person_id == person.id))


def forget_halves(session: Session, now: datetime) -> None:
    """Delete what nobody finished, and challenges that are too old to be tried again."""
    session.execute(delete(HalfSignInRecord).where(HalfSignInRecord.made_at < now - SETS_UP))
    session.execute(
        delete(SpentChallengeRecord).where(SpentChallengeRecord.at < now - 2 * CHALLENGE_LASTS)
    )
