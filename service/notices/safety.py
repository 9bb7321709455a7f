"""Mails to safety representatives: that there is a case, and where to see how far. No name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from service.web import catalogues

KIND: Final = "safety.case"
VIOLENCE: Final = "safety.violence"

Translate = Callable[[str], str]


def safety_subject(number: str | None, language: str) -> str:
    """Return the subject; `number` is None where the unit is too small to tell it."""
    _ = _of(language)
    if number is None:
        return _("A new case in one of your units")
    return _("A new case in one of your units – %(number)s") % {"number": number}


def safety_body(number: str | None, url: str | None, municipality: str, language: str) -> str:
    """Return the mail to the representative of a unit in which a case has opened."""
    _ = _of(language)
    if number is None:
        said = _(
            "A case about harassment has opened in one of your units. The unit is small, and more"
            " would tell who is concerned. So this mail says only that there is a case."
        )
    else:
        said = _(
            "A case about harassment has opened in one of your units. You can see how far its"
            " steps are. Whom it is about you are not told here."
        )
    ask = _("The leader of the unit talks with you about what the case means for the workplace.")
    return _joined(said, ask, url, municipality)


def violence_body(number: str | None, url: str | None, municipality: str, language: str) -> str:
    """Return the mail to the chief safety representative after violence (HUST-7.4.2)."""
    _ = _of(language)
    if number is None:
        said = _("In a case in a small unit it has been noted that there was violence.")
    else:
        said = _("In case %(number)s it has been noted that there was violence.") % {
            "number": number
        }
    ask = _("You are told on the first working day, as the guideline has it.")
    return _joined(said, ask, url, municipality)


def violence_subject(number: str | None, language: str) -> str:
    """Return the subject of the mail after violence: neutral, whoever sees it on a screen."""
    _ = _of(language)
    if number is None:
        return _("A case that you are to know of")
    return _("A case that you are to know of – %(number)s") % {"number": number}


def _joined(said: str, ask: str, url: str | None, municipality: str) -> str:
    place = [f"{url.rstrip('/')}/safety"] if url else []
    return "\n\n".join([said, ask, *place, municipality]) + "\n"


def _of(language: str) -> Translate:
    translate: Translate = catalogues.load(language).gettext
    return translate
