"""Your security, from rows to the screen."""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import Request
from sqlalchemy.orm import Session

from service.access.code_apps import app_of
from service.access.factors import is_local
from service.access.own_security import is_fresh, sessions_of
from service.access.passkeys import passkeys_of
from service.access.phones import label_of
from service.access.principal import Principal
from service.access.recovery import codes_left
from service.errors import PersonNotFound
from service.installation import Installation
from service.web.dependencies import COOKIE
from service.web.passkey_asking import party_at
from service.web.views.frame import FormState
from service.web.views.security import PasskeyLine, SecurityView, SessionLine


def security_view(
    session: Session,
    request: Request,
    house: Installation,
    who: Principal,
    *,
    now: datetime,
    form: FormState | None = None,
) -> SecurityView:
    """Return what a person has, and where they are signed in."""
    if who.person_id is None:
        raise PersonNotFound("a program has no account of its own")
    secret, settings = request.cookies[COOKIE], house.settings
    app = app_of(session, who.person_id)
    sessions = sessions_of(
        session,
        who.person_id,
        secret,
        now,
        idle=timedelta(minutes=settings.session_idle_minutes),
        whole=timedelta(hours=settings.session_hours),
    )
    return SecurityView(
        local=is_local(session, who.person_id),
        fresh=is_fresh(session, secret, now),
        can_passkey=party_at(request, house) is not None,
        new_name=label_of(request.headers.get("user-agent", "")),
        passkeys=tuple(
            PasskeyLine(
                row.name, row.made_at, row.last_used_at, f"/my-security/passkey/{row.id}/end"
            )
            for row in passkeys_of(session, who.person_id)
        ),
        app_since=app.made_at if app else None,
        app_used_at=app.last_used_at if app else None,
        codes=codes_left(session, who.person_id),
        sessions=tuple(
            SessionLine(
                one.id, one.label, one.way, one.made_at, one.last_seen_at, is_this=one.is_this
            )
            for one in sessions
        ),
        form=form or FormState(),
    )
