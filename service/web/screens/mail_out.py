"""Mail that has not left, from values to the screen: each code in words, and what helps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from service.casework.operations.mail_out import MailStanding, MailState, StuckMail, Unreached
from service.casework.telling.unreachable import NO_ADDRESS, NOT_AN_ADDRESS, REFUSED
from service.web import catalogues
from service.web.screens.letters import letter_name
from service.web.screens.paging import page_query
from service.web.views.mail_out import MailOutView, StuckRow, UnreachedRow
from service.web.views.operations import Light, LightName, LightState
from service.web.words import Words

PATH = "/operations/mail"


def mail_out_view(
    how: MailStanding,
    stuck: Sequence[StuckMail],
    unreached: Sequence[Unreached],
    language: str,
    now: datetime,
    *,
    may_send: bool,
    to_folder: str | None,
    place: tuple[datetime, UUID] | None = None,
    following: tuple[datetime, UUID] | None = None,
) -> MailOutView:
    """Return the page."""
    words = _words(language)
    return MailOutView(
        waits=waits_in_words(how, language, now),
        unreached=tuple(
            UnreachedRow(
                one.name,
                why_stuck(one.code, language),
                one.noted_at,
                f"/organisation/people/{one.person_id}",
            )
            for one in unreached
        ),
        unreached_count=how.unreachable,
        stuck=tuple(_row(one, words, may_send=may_send) for one in stuck),
        all_url=f"{PATH}/again" if may_send and stuck else None,
        last_left=how.last_left,
        to_folder=to_folder,
        first_url=PATH if place else None,
        more_url=f"{PATH}?{page_query(following)}" if following else None,
    )


def mail_light(how: MailStanding, language: str, *, leaves: bool) -> Light:
    """Return the traffic light of the mail that leaves (`leaves`: a smarthost is set up)."""
    catalogue = catalogues.load(language)
    _, _n, name = catalogue.gettext, catalogue.ngettext, LightName.MAIL_OUT
    act = (_("Look at it"), PATH)
    if how.state is MailState.PUT_OFF:
        cause = _n(
            "One mail cannot leave now, and is tried again.",
            "%(num)d mails cannot leave now, and are tried again.",
            how.put_off,
        ) % {"num": how.put_off}
        return Light(name, LightState.STOPPED, how.last_left, cause, *act)
    if how.state is MailState.REFUSED:
        cause = _n(
            "One mail was refused for good.", "%(num)d mails were refused for good.", how.refused
        ) % {"num": how.refused}
        return Light(name, LightState.AMBER, how.last_left, cause, *act)
    if how.unreachable:
        cause = _n(
            "Mail does not reach one of ours.",
            "Mail does not reach %(num)d of ours.",
            how.unreachable,
        ) % {"num": how.unreachable}
        return Light(name, LightState.AMBER, how.last_left, cause, *act)
    seen = (_("See outgoing mail"), PATH)
    if not leaves:
        cause = _("Mails are written as files here, and reach nobody by themselves.")
        return Light(name, LightState.OFF, how.last_left, cause, *seen)
    return Light(name, LightState.GREEN, how.last_left, None, *seen)


def waits_in_words(how: MailStanding, language: str, now: datetime) -> tuple[str, ...]:
    """Say how many things wait until when for somebody's working hours."""
    words, _n = _words(language), catalogues.load(language).ngettext
    said = [
        _n("One thing waits until %(when)s.", "%(num)d things wait until %(when)s.", count)
        % {"num": count, "when": words.moment(at, now)}
        for at, count in how.waits
        if at > now
    ]
    if how.more:
        said.append(_n("One waits longer.", "%(num)d wait longer.", how.more) % {"num": how.more})
    return tuple(said)


def why_stuck(code: str, language: str) -> str:
    """Return in plain words why a mail has not left."""
    _ = catalogues.load(language).gettext
    known = {
        NO_ADDRESS: _("There is no mail address."),
        NOT_AN_ADDRESS: _("The mail address cannot be one."),
        "too_many_attempts": _("It was tried many times."),
    }
    answers = (
        (tuple(REFUSED), _("The mail system says that there is no such mailbox (%(code)s).")),
        (("smtp_5", "smtp_us_"), _("The mail system refused it for good (%(code)s).")),
        (("smtp_4",), _("The mail system asks us to try again later (%(code)s).")),
        (("outbox_",), _("The folder for outgoing mail cannot be written (%(code)s).")),
    )
    found = next((text for starts, text in answers if code.startswith(starts)), None)
    general = found or _("Something went wrong here (%(code)s).")
    number = code.replace("smtp_us_", "smtp_").partition("_")[2]
    if code.startswith("smtp_") and not number.isdecimal():
        return _("The mail system cannot be reached.")
    return known.get(code) or general % {"code": number or code}


def _row(one: StuckMail, words: Words, *, may_send: bool) -> StuckRow:
    return StuckRow(
        # To whom it was is not said: a receipt would tell who has handed something in.
        name=letter_name(one.kind, words.language),
        made_at=one.made_at,
        why=why_stuck(one.code, words.language),
        given_up=one.next_at is None,
        next_at=one.next_at,
        attempts=one.attempts,
        again_url=f"{PATH}/{one.id}/again" if may_send and one.next_at is None else None,
    )


def _words(language: str) -> Words:
    catalogue = catalogues.load(language)
    return Words(language, catalogue.gettext, catalogue.ngettext)
