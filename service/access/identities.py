"""Who somebody is whom the provider names, and which roles follow from their groups.

A person is known by issuer and subject, which never pass to another; only the
first time by a mail address that the provider has made sure of and that the
municipality has entered. Roles that follow from groups end with them; those
that were given by hand stay, whatever the groups say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from archive.ledger.log import SYSTEM, record
from archive.records.identities import IdentityRecord
from archive.records.people import PersonRecord, RoleRecord, SessionRecord, UnitRecord
from service.access.endings import end_role
from service.access.first_start import nobody_is_here
from service.access.oidc.claims import Claims
from service.access.people import add_person, give_role, person_by_email, secret_hash
from service.errors import PersonNotEntered
from service.log_lines import logger
from service.provider_settings import OWN_UNIT, GroupRole
from service.settings import Settings

BY_PROVIDER: Final = "provider"
"""How a session was opened by the provider's word."""

TOLD_FOR: Final = timedelta(hours=24)
"""So long whoever runs the service sees that somebody came in past the provider."""


def signed_in_person(
    session: Session, claims: Claims, settings: Settings, now: datetime
) -> PersonRecord:
    """Return whom the provider means, with the roles that follow from their groups.

    Raises `PersonNotEntered`, or `ProviderNotBelieved` where groups give roles and were not told.
    """
    issuer = settings.oidc_issuer or ""
    groups = claims.groups if settings.oidc_groups else frozenset()
    known = _identity(session, issuer, claims.subject)
    if known is not None and known.ended_at is None:
        person = _locked(session, known.person_id)
    else:
        person = _met_first(session, claims, settings, now)
    if person.ended_at is not None and person.ended_at <= now:
        raise PersonNotEntered("has_left")
    if known is None or known.ended_at is not None:
        _link(session, known, issuer, claims.subject, person, now=now)
    _keep_roles(session, person, _following(session, person, groups, settings), now)
    return person


def unlink(session: Session, person: PersonRecord, now: datetime, *, actor: str) -> int:
    """Let no provider's word open a person's account any longer; returns how many there were.

    The next sign-in finds them by their address again, whoever has it then.
    """
    rows = session.scalars(_live().where(IdentityRecord.person_id == person.id)).all()
    for row in rows:
        row.ended_at = now
        record(session, "identity.ended", at=now, actor=actor, subject=person)
    return len(rows)


def linked_people(session: Session) -> set[UUID]:
    """Return the ids of all whose account opens by a provider's word."""
    return {row.person_id for row in session.scalars(_live())}


def tell_local(session: Session, person: PersonRecord, way: str, now: datetime) -> None:
    """Put in the ledger that somebody came in past the provider."""
    actor = f"person:{person.id}"
    record(session, "sign_in.local", at=now, actor=actor, subject=person, way=way)


def local_sign_ins(session: Session, now: datetime) -> int:
    """Return how many sign-ins of the last day went past the provider."""
    query = select(func.count()).where(
        SessionRecord.way != BY_PROVIDER, SessionRecord.made_at > now - TOLD_FOR
    )
    return session.scalar(query) or 0


def came_by_provider(session: Session, secret: str) -> bool:
    """Tell whether a session was opened by the provider's word."""
    row = session.get(SessionRecord, secret_hash(secret))
    return row is not None and row.way == BY_PROVIDER


def _met_first(session: Session, claims: Claims, settings: Settings, now: datetime) -> PersonRecord:
    mail = claims.verified_mail
    if mail is None:
        raise PersonNotEntered("mail_not_verified")
    found = person_by_email(session, mail)
    if found is not None:
        person = _locked(session, found.id)  # before it is looked: of two at once, one is first
        taken = _live().where(
            IdentityRecord.person_id == person.id, IdentityRecord.issuer == settings.oidc_issuer
        )
        if session.scalars(taken).first() is not None:
            # The address may have passed to somebody new; what was theirs has not.
            raise PersonNotEntered("mail_of_another")
        return person
    if not settings.oidc_make_people or nobody_is_here(session):
        raise PersonNotEntered("not_entered")  # the first one comes by the first start's link
    if claims.name is None:
        raise PersonNotEntered("no_name")
    return add_person(session, name=claims.name, email=mail, unit_id=None, now=now, actor=SYSTEM)


def _link(
    session: Session,
    known: IdentityRecord | None,
    issuer: str,
    subject: str,
    person: PersonRecord,
    *,
    now: datetime,
) -> None:
    if known is None:
        session.add(
            IdentityRecord(
                id=uuid4(), issuer=issuer, subject=subject, person_id=person.id, linked_at=now
            )
        )
    else:
        known.person_id, known.linked_at, known.ended_at = person.id, now, None
    actor = f"person:{person.id}"
    record(session, "identity.linked", at=now, actor=actor, subject=person)


def _following(
    session: Session, person: PersonRecord, groups: frozenset[str], settings: Settings
) -> Iterator[tuple[str, UUID | None]]:
    """Yield the roles, with their units, that follow from these groups."""
    for line in settings.oidc_groups:
        if line.group not in groups:
            continue
        if line.unit is None:
            yield line.role, None
        elif (unit_id := _unit(session, person, line)) is not None:
            yield line.role, unit_id


def _unit(session: Session, person: PersonRecord, line: GroupRole) -> UUID | None:
    """Return the unit of a line; one that does not exist gives no role, never one everywhere."""
    if line.unit == OWN_UNIT:
        return person.unit_id
    found = session.scalars(select(UnitRecord.id).where(UnitRecord.name == line.unit)).first()
    if found is None:
        logger().warning("sign_in.unit_unknown", kind=line.role)
    return found


def _keep_roles(
    session: Session,
    person: PersonRecord,
    following: Iterable[tuple[str, UUID | None]],
    now: datetime,
) -> None:
    """Give what follows from the groups, and end what followed from them and does not any more."""
    wanted = set(following)
    held = session.scalars(
        select(RoleRecord).where(
            RoleRecord.person_id == person.id,
            RoleRecord.by_group.is_(True),
            or_(RoleRecord.until.is_(None), RoleRecord.until > now),
        )
    ).all()
    for row in held:
        if (row.role, row.unit_id) not in wanted:
            end_role(session, row, now, actor=SYSTEM)
    standing = {(row.role, row.unit_id) for row in held}
    for role, unit_id in sorted(wanted - standing, key=str):
        give_role(session, person, role, unit_id=unit_id, now=now, actor=SYSTEM, by_group=True)


def _identity(session: Session, issuer: str, subject: str) -> IdentityRecord | None:
    return session.scalars(
        select(IdentityRecord).where(
            IdentityRecord.issuer == issuer, IdentityRecord.subject == subject
        )
    ).one_or_none()


def _live() -> Select[IdentityRecord]:
    return select(IdentityRecord).where(IdentityRecord.ended_at.is_(None))


def _locked(session: Session, person_id: UUID) -> PersonRecord:
    """Return a person whom nobody else signs in meanwhile: their roles are given once."""
    return session.get_one(PersonRecord, person_id, with_for_update=True)
