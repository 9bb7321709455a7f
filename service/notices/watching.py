"""Mails that say somebody looks: the glass of a case was broken, or unusually much was shown.

Neither names anybody or anything that was seen: who, what and why stand behind the sign-in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import CaseRecord
from archive.records.people import PersonRecord
from service.casework.telling.asking import when_told
from service.notices.composing import AddressUnusable
from service.notices.kinds import OWN
from service.notices.queueing import queue_notice
from service.settings import Settings
from service.web import catalogues

GLASS: Final = "glass.broken"
UNUSUAL: Final = "viewing.unusual"


def tell_glass(
    session: Session,
    case: CaseRecord,
    person: PersonRecord,
    *,
    own: bool,
    settings: Settings,
    now: datetime,
) -> None:
    """Tell one person that the glass of a case was broken; `own` where it is about themselves."""
    _ = catalogues.load(person.language).gettext
    path = f"my-case/{case.number}/circle" if own else f"cases/{case.number}/circle"
    said = [
        _("Somebody outside the circle of case %(number)s has opened what it holds.")
        % {"number": case.number},
        _("They had to write why, and it is open to them for a limited time."),
        *where_to_read(settings, path, _("Who it is, why, and until when:"), person.language),
    ]
    subject = _("News about access to case %(number)s") % {"number": case.number}
    tell_plainly(session, person, GLASS, subject, said, settings=settings, now=now)


def tell_unusual(
    session: Session, person: PersonRecord, *, settings: Settings, now: datetime
) -> None:
    """Tell one person that somebody has had unusually much shown."""
    _ = catalogues.load(person.language).gettext
    said = [
        _("Somebody has had unusually much evidence shown in a short time."),
        _("It may be in order: a large case, or a stand-in who reads up. Somebody should ask."),
        *where_to_read(settings, "unusual-viewings", _("Who, when and how much:"), person.language),
    ]
    subject = _("Something to look at in Værn")
    tell_plainly(session, person, UNUSUAL, subject, said, settings=settings, now=now)


def where_to_read(settings: Settings, path: str, words: str, language: str) -> list[str]:
    """Return where the rest stands, behind the sign-in."""
    if settings.url is None:
        return [catalogues.load(language).gettext("Sign in to Værn to read more.")]
    return [f"{words}\n{settings.url.rstrip('/')}/{path}"]


def tell_plainly(
    session: Session,
    person: PersonRecord,
    kind: str,
    subject: str,
    said: list[str],
    *,
    settings: Settings,
    now: datetime,
) -> bool:
    """Queue a mail that names nobody; False for whoever has no address that a mail can be made to.

    The kinds of `OWN` wait for their hours; the others leave at once.
    """
    # It is no letter of the case: whom it went to stands in the entry of what it tells of.
    if person.email is None:
        return False
    try:
        queue_notice(
            session,
            settings=settings,
            kind=kind,
            recipient=person.email,
            subject=subject,
            body="\n\n".join([*said, settings.municipality]) + "\n",
            language=person.language,
            now=now,
            not_before=when_told(session, person, settings, now, None) if kind in OWN else None,
        )
    except AddressUnusable:
        # The page says it all the same, and the act does not wait for a mail.
        record(session, "notice.not_made", at=now, subject=person.row_key(), notice=kind)
        return False
    return True
