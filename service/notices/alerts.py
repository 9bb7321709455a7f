"""The mail to whoever is on duty: somebody is in danger. It comes again until one takes it."""

from __future__ import annotations

from collections.abc import Callable

from service.web import catalogues

Translate = Callable[[str], str]


def alert_subject(number: str, language: str) -> str:
    """Return the subject: that it is urgent, and nothing of what it is about."""
    _ = _of(language)
    return _("Open at once – case %(number)s") % {"number": number}


def alert_body(
    number: str,
    *,
    place: str | None,
    guard: str | None,
    again: int,
    municipality: str,
    language: str,
) -> str:
    """Return the mail: danger, 112, and the `place` where one says that one has taken it."""
    _ = _of(language)
    paragraphs = [
        _("In case %(number)s somebody may be in danger right now.") % {"number": number},
        _("Has nobody called 112? Then do that first."),
    ]
    if guard is not None:
        paragraphs.append(_("The local guard: %(phone)s") % {"phone": guard})
    if place is not None:
        paragraphs.append(_("Say here that you have taken it:") + f"\n{place}")
    paragraphs.append(
        _(
            "You get this mail because you are on duty, handle the case or run Værn. It comes again"
            " every %(again)s minutes until somebody has taken it."
        )
        % {"again": again}
    )
    return "\n\n".join([*paragraphs, municipality]) + "\n"


def _of(language: str) -> Translate:
    translate: Translate = catalogues.load(language).gettext
    return translate
