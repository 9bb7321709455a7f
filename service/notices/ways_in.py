"""Mails about ways in: one's own invitation, the sealed account, a program's new token.

The subjects are neutral and nothing of any case is told.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from archive.records.people import PersonRecord
from service.notices.watching import tell_plainly, where_to_read
from service.settings import Settings
from service.web import catalogues
from service.web.words import FORMATS, Words

INVITED: Final = "person.invited"
SEALED: Final = "sealed_account.opened"
TOKEN: Final = "token.made"  # noqa: S105 — the name of a notice, no token


def tell_way_in(
    session: Session,
    person: PersonRecord,
    link: str | None,
    *,
    place: str | None,
    settings: Settings,
    expires_at: datetime | None,
    now: datetime,
) -> bool:
    """Tell one person of their way in; False where no mail can be made to their address.

    `link` is where they choose a password; without one the municipality's sign-in opens `place`.
    """
    _ = catalogues.load(person.language).gettext
    said = [
        _("%(municipality)s uses Værn, and you now have access to it.")
        % {"municipality": settings.municipality}
    ]
    if link is not None and expires_at is not None:
        until = _words(person.language).day(expires_at, now)
        said += [
            _("Open this link and choose a password of your own. It works once, until %(day)s:")
            % {"day": until}
            + f"\n{link}",
            _("Nobody else knows your password, and nobody will ask you for it."),
            _("Has the time run out? Those who run Værn where you work can send you a new link."),
        ]
    else:
        said.append(_("You sign in as you do everywhere else at work; there is no new password."))
        if place is not None:
            said.append(place)
    subject = _("Your access to Værn")
    return tell_plainly(session, person, INVITED, subject, said, settings=settings, now=now)


def tell_seal_broken(
    session: Session, person: PersonRecord, *, settings: Settings, now: datetime
) -> None:
    """Tell one person that the sealed account was used."""
    _ = catalogues.load(person.language).gettext
    words = _words(person.language)
    said = [
        _("The sealed account of Værn was opened %(when)s, with the paper from the safe.")
        % {"when": words.moment(now, now)},
        _("Do you know who did it, and why? If not, seal it anew now: that signs them out."),
        *where_to_read(settings, "operations", _("Seal it anew here:"), person.language),
    ]
    subject = _("The sealed account was opened")
    tell_plainly(session, person, SEALED, subject, said, settings=settings, now=now)


def tell_token_made(
    session: Session, person: PersonRecord, *, settings: Settings, now: datetime
) -> None:
    """Tell one person that a program was given a token."""
    _ = catalogues.load(person.language).gettext
    said = [
        _("A program has been given access to Værn."),
        _(
            "Which one, what it may do, and until when, stands under Programs; the ledger has by"
            " whom."
        ),
        *where_to_read(settings, "organisation/programs", _("See it here:"), person.language),
    ]
    subject = _("A program has access to Værn")
    tell_plainly(session, person, TOKEN, subject, said, settings=settings, now=now)


def _words(language: str) -> Words:
    chosen = language if language in FORMATS else "da"
    texts = catalogues.load(chosen)
    return Words(chosen, texts.gettext, texts.ngettext)
