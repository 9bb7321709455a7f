"""The words of a receipt, in the recipient's language; every sentence goes through the catalogue.

112 and the duty number come first, whatever the rest says. Nothing of the
mail that is answered is repeated, and nothing in it is offensive: it may be
read on a telephone's locked screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from service.settings import Settings
from service.web import catalogues
from service.web.words import FORMATS, Words

DEFAULT_LANGUAGE: Final = "da"

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Said:
    """What a receipt tells.

    `case` is None while somebody has to sort the mail, or where the recipient
    is not one of ours and learns nothing of any case.
    """

    received_at: datetime
    case: str | None = None
    joined: bool = False
    handler: str | None = None
    reads_before: datetime | None = None
    inline_only: bool = False
    my_case_url: str | None = None
    phone_url: str | None = None
    from_phone: bool = False


def subject(said: Said, language: str) -> str:
    """Return the subject: neutral, with the case number where there is one."""
    _ = _translate(language)
    if said.case is None:
        return _("Receipt from the archive")
    return _("Receipt from the archive – case %(number)s") % {"number": said.case}


def receipt_subjects() -> tuple[str, ...]:
    """Return what every receipt's subject contains, in each language."""
    return tuple(_translate(language)("Receipt from the archive") for language in FORMATS)


def body(said: Said, settings: Settings, language: str, now: datetime) -> str:
    """Return the text of the receipt: short paragraphs, the most urgent first."""
    words = _words(language)
    return "\n\n".join(_paragraphs(said, settings, words, now)) + "\n"


def _paragraphs(said: Said, settings: Settings, words: Words, now: datetime) -> Iterator[str]:
    _ = words._
    yield _danger(settings, _)
    if said.case is None:
        yield _("What you sent has been received and is kept unchanged.")
        yield _("A person will look at it and write to you if anything is missing.")
        yield from _by_phone(said, _)
        yield _goodbye(settings, _)
        return
    if said.joined:
        yield _("It is safe. It has been added to case %(number)s.") % {"number": said.case}
    else:
        yield _("It is safe. Your case has number %(number)s.") % {"number": said.case}
    if not said.from_phone:
        yield _(
            "You need not read it again, and you need not answer it. "
            "Just leave the mail where it is."
        )
    yield _reader(said, words, now, _)
    if said.inline_only:
        yield _(
            "One thing that helps: your mail holds only a copy of the text. "
            "If you still have the original, please send it once more, forwarded as an attachment. "
            "In Outlook: open the mail, choose the three dots, “Other reply actions” "
            "and “Forward as attachment”. "
            "Then sender and time can be shown as they were."
        )
    if said.my_case_url:
        yield _("Follow the case, add pictures or tell more: %(url)s") % {"url": said.my_case_url}
    yield from _by_phone(said, _)
    help_line = _help(settings, _)
    if help_line:
        yield help_line
    yield _goodbye(settings, _)


def _by_phone(said: Said, _: Translate) -> Iterator[str]:
    if said.phone_url:
        yield _(
            "Do you have pictures on your phone? Open this link once, within seven days, "
            "and you can share them straight from the phone: %(url)s"
        ) % {"url": said.phone_url}
    if said.from_phone:
        yield _(
            "You may delete the pictures from your phone now. "
            "Leave the message or post itself where it is: the police may ask to see it."
        )


def _danger(settings: Settings, _: Translate) -> str:
    if settings.duty_phone:
        return _("Are you in danger now? Call 112. Our duty number is %(phone)s.") % {
            "phone": settings.duty_phone
        }
    return _("Are you in danger now? Call 112.")


def _reader(said: Said, words: Words, now: datetime, _: Translate) -> str:
    if said.handler is None:
        return _("The archive finds out who takes care of the case and tells you who it is.")
    if said.reads_before is None:
        return _("%(name)s takes care of the case and contacts you.") % {"name": said.handler}
    return _(
        "%(name)s takes care of the case, reads it %(when)s at the latest and contacts you."
    ) % {
        "name": said.handler,
        "when": words.moment(said.reads_before, now),
    }


def _help(settings: Settings, _: Translate) -> str | None:
    if not settings.counselling_name:
        return None
    reach = ", ".join(
        part
        for part in (
            settings.counselling_phone,
            settings.counselling_hours,
            settings.counselling_url,
        )
        if part
    )
    line = _("Would you like to talk to somebody? %(name)s is there for you.") % {
        "name": settings.counselling_name
    }
    if reach:
        line += f" {reach}."
    return line + " " + _("Nobody records whether you use it.")


def _goodbye(settings: Settings, _: Translate) -> str:
    return _("Kind regards\n%(municipality)s") % {"municipality": settings.municipality}


def _translate(language: str) -> Translate:
    return _words(language)._


def _words(language: str) -> Words:
    chosen = language if language in FORMATS else DEFAULT_LANGUAGE
    catalogue = catalogues.load(chosen)
    return Words(chosen, catalogue.gettext, catalogue.ngettext)
