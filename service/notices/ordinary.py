"""The words of each mail that waits for working hours: neutral, no name of anybody harassed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.notices.kinds import BACK, DEADLINE, HANDLER, UNREACHABLE
from service.notices.safety import KIND as SAFETY
from service.notices.safety import VIOLENCE, safety_words, violence_words
from service.notices.sections import Section, url_of
from service.web import catalogues
from service.web.words import Words

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Known:
    """What the words of one telling may use; `number` is None where not even that may be said.

    `before` is by when a handler reads the case, or by when `what` is to be done. `handed` are, for
    somebody who is back, what went to whom: the subject as they would have got it (None where they
    have no right to it), and the name.
    """

    number: str | None = None
    url: str | None = None
    before: datetime | None = None
    what: str | None = None
    handed: tuple[tuple[str | None, str], ...] = ()


def section_of(kind: str, known: Known, language: str, now: datetime) -> Section:
    """Return what is said of one telling; raises `KeyError` for a kind that is not ordinary."""
    return {
        HANDLER: _handler,
        SAFETY: lambda known, language, _now: safety_words(known.number, known.url, language),
        VIOLENCE: lambda known, language, _now: violence_words(known.number, known.url, language),
        BACK: _back,
        DEADLINE: _deadline,
        UNREACHABLE: _unreachable,
    }[kind](known, language, now)


class Why(StrEnum):
    """Why somebody gets what is another's."""

    AWAY = "away"
    LEFT = "left"
    UNREACHED = "unreached"
    INSTEAD = "instead"
    """It is no longer for them."""


def because(why: Why, name: str, language: str) -> str:
    """Return for whom somebody else gets it, and why."""
    _ = _of(language)
    said = {
        Why.AWAY: _("You get this for %(name)s, who is away."),
        Why.LEFT: _("You get this for %(name)s, who no longer works here."),
        Why.UNREACHED: _("You get this for %(name)s, whom no mail reaches."),
        Why.INSTEAD: _("You get this instead of %(name)s."),
    }[why]
    return said % {"name": name}


def hint(for_whom: str, url: str | None, language: str) -> Section:
    """Return the words to somebody who answers for another and has no right to what it is about."""
    _ = _of(language)
    return Section(
        _("Something waits for a colleague"),
        (
            _(
                "Something waits for %(name)s, and you answer for them now. You have no access to"
                " it, so this mail does not say what it is."
            )
            % {"name": for_whom},
            _("Are you to take care of it? Then ask those who run Værn for a role for the time."),
        ),
        url_of(url, "today"),
    )


def _handler(known: Known, language: str, now: datetime) -> Section:
    _ = _of(language)
    said = _("A case has been opened and waits for you.")
    if known.before is not None and known.before > now:
        words = Words(language, _, catalogues.load(language).ngettext)
        said = _("A case has been opened and waits for you. Read it %(when)s at the latest.") % {
            "when": words.moment(known.before, now)
        }
    return Section(
        _("A case for you – %(number)s") % {"number": known.number},
        (
            said,
            _(
                "You need not answer this mail. Everything stands in the case, and what offends is"
                " covered until you ask for it."
            ),
        ),
        url_of(known.url, f"cases/{known.number}"),
    )


def _deadline(known: Known, language: str, now: datetime) -> Section:
    _ = _of(language)
    said = _("Something in the case has a deadline that comes near.")
    if known.what is not None and known.before is not None:
        words = Words(language, _, catalogues.load(language).ngettext)
        said = _("%(what)s: %(when)s at the latest.") % {
            "what": known.what,
            "when": words.moment(known.before, now),
        }
    return Section(
        _("A deadline in case %(number)s") % {"number": known.number},
        (said,),
        url_of(known.url, f"cases/{known.number}"),
    )


def _back(known: Known, language: str, now: datetime) -> Section:
    del now
    _ = _of(language)
    lines = [
        _("%(subject)s: went to %(name)s") % {"subject": subject, "name": name}
        if subject is not None
        else _("Something that you no longer have access to: went to %(name)s") % {"name": name}
        for subject, name in known.handed
    ]
    return Section(
        _("While you were away"),
        (
            _("Others got these mails for you. How far each matter is stands in Værn."),
            "\n".join(f"– {line}" for line in lines),
        ),
        url_of(known.url, "today"),
    )


def _unreachable(known: Known, language: str, now: datetime) -> Section:
    del now
    _ = _of(language)
    return Section(
        _("Mail does not reach somebody"),
        (
            _(
                "Værn could not write to one of yours: the address is missing or cannot be used."
                " As long as it is so, somebody else is told in their place, where there is one."
            ),
            _("Correct the address. What waits then leaves by itself."),
        ),
        url_of(known.url, "operations/mail"),
    )


def _of(language: str) -> Translate:
    translate: Translate = catalogues.load(language).gettext
    return translate
