"""Mails to safety representatives: that there is a case, and where to see how far. No name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from service.notices.sections import Section, url_of
from service.web import catalogues

KIND: Final = "safety.case"
VIOLENCE: Final = "safety.violence"

Translate = Callable[[str], str]


def safety_words(number: str | None, url: str | None, language: str) -> Section:
    """Return the words to the representative of a unit in which a case has opened.

    `number` is None where the unit is too small to tell it.
    """
    _ = _of(language)
    if number is None:
        subject = _("A new case in one of your units")
        said = _(
            "A case about harassment has opened in one of your units. The unit is small, and more"
            " would tell who is concerned. So this mail says only that there is a case."
        )
    else:
        subject = _("A new case in one of your units – %(number)s") % {"number": number}
        said = _(
            "A case about harassment has opened in one of your units. You can see how far its"
            " steps are. Whom it is about you are not told here."
        )
    ask = _("The leader of the unit talks with you about what the case means for the workplace.")
    return Section(subject, (said, ask), url_of(url, "safety"))


def violence_words(number: str | None, url: str | None, language: str) -> Section:
    """Return the words to the chief safety representative after violence (HUST-7.4.2)."""
    _ = _of(language)
    if number is None:
        subject = _("A case that you are to know of")
        said = _("In a case in a small unit it has been noted that there was violence.")
    else:
        subject = _("A case that you are to know of – %(number)s") % {"number": number}
        said = _("In case %(number)s it has been noted that there was violence.") % {
            "number": number
        }
    ask = _("You are told on the first working day, as the guideline has it.")
    return Section(subject, (said, ask), url_of(url, "safety"))


def _of(language: str) -> Translate:
    translate: Translate = catalogues.load(language).gettext
    return translate
