"""Mails that say that a case has changed for somebody: named in it, taken off it, or merged.

None names anybody or says what it is about: that stands behind the sign-in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from archive.records.cases import CaseRecord
from archive.records.people import PersonRecord
from service.notices.watching import tell_plainly, where_to_read
from service.settings import Settings
from service.web import catalogues

KIND: Final = "case.changed"


def tell_named(
    session: Session, case: CaseRecord, person: PersonRecord, *, settings: Settings, now: datetime
) -> None:
    """Tell an employee that a case concerns them too, and where it stands."""
    _ = catalogues.load(person.language).gettext
    said = [
        _("Case %(number)s concerns you as well. Somebody at work takes care of it.")
        % {"number": case.number},
        _("You see how far it is, who takes part, and you can say what you wish."),
        *where_to_read(settings, f"my-case/{case.number}", _("Your case:"), person.language),
    ]
    subject = _("News in case %(number)s") % {"number": case.number}
    tell_plainly(session, person, KIND, subject, said, settings=settings, now=now)


def tell_taken_off(
    session: Session, case: CaseRecord, person: PersonRecord, *, settings: Settings, now: datetime
) -> None:
    """Tell an employee that a case does not concern them after all."""
    _ = catalogues.load(person.language).gettext
    said = [
        _("Your name has been taken off case %(number)s. You no longer see it.")
        % {"number": case.number},
        _("If it does concern you, tell your leader or your safety representative."),
    ]
    subject = _("News in case %(number)s") % {"number": case.number}
    tell_plainly(session, person, KIND, subject, said, settings=settings, now=now)


def tell_answered(
    session: Session, case: CaseRecord, person: PersonRecord, *, settings: Settings, now: datetime
) -> None:
    """Tell an employee that what they wished has an answer, and where they read it."""
    _ = catalogues.load(person.language).gettext
    said = [
        _("You have an answer to what you wished in case %(number)s.") % {"number": case.number},
        *where_to_read(settings, f"my-case/{case.number}", _("Your case:"), person.language),
    ]
    subject = _("News in case %(number)s") % {"number": case.number}
    tell_plainly(session, person, KIND, subject, said, settings=settings, now=now)


def tell_merged(
    session: Session,
    source: CaseRecord,
    into: CaseRecord,
    person: PersonRecord,
    *,
    own: bool,
    sees: bool,
    settings: Settings,
    now: datetime,
) -> None:
    """Tell somebody that two cases are one; the other's number only to whoever sees it (`sees`)."""
    _ = catalogues.load(person.language).gettext
    numbers = {"old": source.number, "new": into.number}
    if sees:
        path = f"my-case/{into.number}" if own else f"cases/{into.number}"
        said = [
            _("Case %(old)s goes on in case %(new)s. Everything is kept together there.") % numbers,
            *where_to_read(settings, path, _("The case:"), person.language),
        ]
        subject = _("News in case %(number)s") % {"number": into.number}
    else:
        said = [
            _("Case %(old)s goes on together with another case, in which you do not take part.")
            % numbers,
            _("Your part in it has ended. If you still need to see it, ask whoever handles it."),
        ]
        subject = _("News in case %(number)s") % {"number": source.number}
    tell_plainly(session, person, KIND, subject, said, settings=settings, now=now)
