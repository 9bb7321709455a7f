"""Mails about what opens one's own account: told at once, so that only its owner can change it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.people import PersonRecord
from service.notices.composing import AddressUnusable
from service.notices.queueing import queue_notice
from service.settings import Settings
from service.web import catalogues

KIND: Final = "sign_in.changed"


class Change(StrEnum):
    """What has changed in how a person signs in, or was used."""

    APP_ADDED = "app_added"
    APP_REMOVED = "app_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    CODES_MADE = "codes_made"
    CODE_USED = "code_used"
    PASSWORD = "password"  # noqa: S105 — the name of a change, no password
    RESET = "reset"
    GUESSED = "guessed"

    @property
    def kind(self) -> str:
        """Return the kind of the ledger's entry."""
        return f"factor.{self.value}"


def tell_change(
    session: Session, person: PersonRecord, change: Change, *, settings: Settings, now: datetime
) -> None:
    """Write to a person what has changed; the ledger has it even where no mail can be sent."""
    if person.email is None:
        return
    try:
        queue_notice(
            session,
            settings=settings,
            kind=KIND,
            recipient=person.email,
            subject=subject_of(person.language),
            body=body_of(change, settings.municipality, person.language),
            language=person.language,
            now=now,
        )
    except AddressUnusable:
        record(session, "notice.not_made", at=now, subject=person.row_key(), notice=KIND)


def subject_of(language: str) -> str:
    """Return the subject, the same whatever has changed."""
    return str(catalogues.load(language).gettext("How you sign in to Værn"))


def body_of(change: Change, municipality: str, language: str) -> str:
    """Return the mail: what happened, and what to do if it was somebody else."""
    _ = catalogues.load(language).gettext
    happened = {
        Change.APP_ADDED: _("An authenticator app now makes codes for your account."),
        Change.APP_REMOVED: _("The authenticator app no longer makes codes for your account."),
        Change.PASSKEY_ADDED: _("A passkey now opens your account."),
        Change.PASSKEY_REMOVED: _("A passkey no longer opens your account."),
        Change.CODES_MADE: _("You have new recovery codes. Those from before open nothing more."),
        Change.CODE_USED: _("One of your recovery codes was used to sign in."),
        Change.PASSWORD: _("Your password was changed."),
        Change.RESET: _(
            "The IT department has taken away your passkeys, app and recovery codes, so that you"
            " can begin anew."
        ),
        Change.GUESSED: _(
            "Somebody typed your password rightly, and then several wrong codes. Nobody came in."
        ),
    }[change]
    closing = {
        Change.GUESSED: _("If it was not you, your password is known to somebody: change it now."),
        Change.RESET: _("If you have not asked for it, tell the IT department now."),
    }.get(change) or _("If it was not you, change your password now, and tell the IT department.")
    return f"{happened}\n\n{closing}\n\n{municipality}\n"
