"""The invitations job: each that waits gets its link, and a mail that holds it."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Final

from sqlalchemy import ColumnElement

from archive.ledger.log import record
from archive.records.people import PersonRecord
from archive.records.ways_in import InvitationRecord
from service.access.invitations import new_secret
from service.installation import Installation
from service.jobs.claims import Claim, done, given_up, held
from service.jobs.errors import TryLater
from service.jobs.kinds import Kind, Wake
from service.jobs.sending import NAME as NOTICES
from service.notices.ways_in import tell_way_in

NAME: Final = "invitations"
_LISTENING: Final = "listening.json"


def waiting() -> ColumnElement[bool]:
    """Return the condition that a person has not been told yet."""
    return InvitationRecord.told_at.is_(None) & InvitationRecord.ended_at.is_(None)


def perform(installation: Installation, claim: Claim, wake: Wake) -> None:
    """Make one person's link and the mail that holds it; the mail leaves as every notice does."""
    now, settings = installation.clock.now(), installation.settings
    place = _place(installation)
    with installation.database.writing() as session:
        row = held(session, InvitationRecord, claim)
        person = session.get_one(PersonRecord, row.person_id)
        left = person.ended_at is not None and person.ended_at <= now
        if row.ended_at is not None or left or person.email != row.email:
            done(row)
            return
        link = None
        if not settings.signs_in_by_provider:
            if place is None:
                raise TryLater("own_address_unknown")
            link = f"{place}/welcome/{new_secret(row, now)}"
        row.told_at = now
        told = tell_way_in(
            session,
            person,
            link,
            place=place,
            settings=settings,
            expires_at=row.expires_at,
            now=now,
        )
        if told:
            done(row)
            record(session, "invitation.told", at=now, subject=row, person=person.id)
        else:
            row.told_at = row.expires_at = row.secret_sha256 = None
            given_up(row, "address_unusable")
            record(session, "invitation.not_told", at=now, subject=row, person=person.id)
    wake(NOTICES)


def give_up(installation: Installation, claim: Claim, code: str) -> None:
    """Leave a person untold; whoever runs the service sees it beside their name."""
    with installation.database.writing() as session:
        given_up(held(session, InvitationRecord, claim), code)


def _place(installation: Installation) -> str | None:
    """Return where the service is reached: as it is set, or, on this machine, as it listens."""
    if installation.settings.url is not None:
        return installation.settings.url.rstrip("/")
    with suppress(OSError, ValueError, KeyError):
        doors = json.loads((installation.data / _LISTENING).read_bytes())
        return str(doors["http"])
    return None


INVITATIONS = Kind(
    name=NAME,
    table=InvitationRecord,
    waiting=waiting,
    perform=perform,
    give_up=give_up,
    at_once=1,
)
