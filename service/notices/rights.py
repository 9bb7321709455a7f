"""Mails about the table of rights: somebody has to agree, or something was opened.

Neither says what or to whom: that, who asked for it and why stand behind the sign-in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from archive.records.people import PersonRecord
from service.notices.watching import tell_plainly, where_to_read
from service.settings import Settings
from service.web import catalogues

WAITS: Final = "right.waits"
CHANGED: Final = "right.changed"
PATH: Final = "rights/changes"


def tell_waiting(
    session: Session, person: PersonRecord, *, settings: Settings, now: datetime
) -> None:
    """Tell one person that a change waits for somebody else than whoever asked for it."""
    _ = catalogues.load(person.language).gettext
    said = [
        _("Somebody has asked that a role may see or do more in Værn than today."),
        _("It does not hold before somebody else has looked at it and agreed. That can be you."),
        *where_to_read(settings, PATH, _("What it is about, and why:"), person.language),
    ]
    subject = _("A change of rights waits for an answer")
    tell_plainly(session, person, WAITS, subject, said, settings=settings, now=now)


def tell_changed(
    session: Session,
    person: PersonRecord,
    *,
    settings: Settings,
    now: datetime,
    widens: bool = True,
) -> None:
    """Tell one person that a role may from now on see or do more, or less than before."""
    _ = catalogues.load(person.language).gettext
    more = (
        _("From now on a role may see or do more in Værn than before."),
        _("Two people have agreed on it. If you know nothing of it, ask them why."),
    )
    less = (
        _("From now on a role may see or do less in Værn than before."),
        _("One person has decided it. If you know nothing of it, ask them why."),
    )
    said = [
        *(more if widens else less),
        *where_to_read(settings, PATH, _("What, who and why:"), person.language),
    ]
    subject = _("The table of rights has been changed")
    tell_plainly(session, person, CHANGED, subject, said, settings=settings, now=now)
