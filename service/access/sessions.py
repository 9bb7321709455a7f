"""Who holds a browser's session: session, person, roles and table in one look, as pages ask it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from archive.asking import Prepared, ask
from archive.records.people import PersonRecord, RoleRecord, SessionRecord
from service.access.own_rights import differing, in_force
from service.access.people import UnitsBelow, require_live, secret_hash, with_roles
from service.access.principal import Principal
from service.access.rights import Rights
from service.errors import NotSignedIn

_SESSION: Final = SessionRecord.__table__.c
_PERSON: Final = PersonRecord.__table__.c
_ROLE: Final = RoleRecord.__table__.c
_NOW: Final = bindparam("now", type_=_ROLE.since.type)
_HOLDER: Final = Prepared(
    select(
        _SESSION.token_sha256,
        _SESSION.form_token,
        _SESSION.made_at,
        _SESSION.last_seen_at,
        _SESSION.ended_at,
        _PERSON.id,
        _PERSON.name,
        _PERSON.unit_id,
        _PERSON.language,
        _PERSON.pictures,
        _PERSON.sealed,
        _PERSON.ended_at.label("left_at"),
        _ROLE.role,
        _ROLE.unit_id.label("role_unit_id"),
        differing().label("differing"),
    )
    .join(PersonRecord.__table__, _PERSON.id == _SESSION.person_id)
    .outerjoin(
        RoleRecord.__table__,
        and_(
            _ROLE.person_id == _PERSON.id,
            _ROLE.since <= _NOW,
            or_(_ROLE.until.is_(None), _ROLE.until > _NOW),
        ),
    )
    .where(_SESSION.token_sha256 == bindparam("key"))
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a session, and the session's key and last use."""

    who: Principal
    key: str
    last_seen_at: datetime


def holder_of(
    session: Session,
    secret: str,
    rights: Rights,
    now: datetime,
    *,
    idle: timedelta,
    whole: timedelta,
) -> Holder:
    """Return the person who holds a live session's secret, or raise `NotSignedIn`."""
    rows = ask(session, _HOLDER, {"key": secret_hash(secret), "now": now})
    if not rows:
        raise NotSignedIn("no such session")
    one = rows[0]
    require_live(one, now, idle=idle, whole=whole)
    if one.left_at is not None and one.left_at <= now:
        raise NotSignedIn("this person has left")
    held = [(row.role, row.role_unit_id) for row in rows if row.role is not None]
    who = Principal(
        actor=f"person:{one.id}",
        name=one.name,
        roles=with_roles(UnitsBelow(session), held, one.unit_id, sealed=one.sealed),
        rights=in_force(rights, one.differing),
        person_id=one.id,
        unit_id=one.unit_id,
        language=one.language,
        form_token=one.form_token,
        pictures=one.pictures,
    )
    return Holder(who, one.token_sha256, one.last_seen_at)
