"""What is said of heads outside: on Drift, beneath a check, and in a receipt's proof."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from archive.ledger.outside import OutsideHead
from service.casework.operations.outside_standing import (
    HolderStanding,
    LastSeal,
    Seal,
    Standing,
)
from service.web import catalogues
from service.web.views.operations import (
    Light,
    LightName,
    LightState,
    OutsideHolder,
    OutsideView,
)
from service.web.views.proof import OutsideSeal
from service.web.words import Words

ACT: Final = "/operations/seal"


def outside_view(how: Standing, language: str, now: datetime) -> OutsideView:
    """Return the part of Drift that says who outside holds what."""
    words = _words(language)
    return OutsideView(
        says=seal_sentence(how, language, now),
        holders=tuple(
            OutsideHolder(
                name=_holder(one.holder.kind, one.holder.name, words),
                at=one.at,
                trouble=_trouble(one, words),
                late_since=one.late_since,
            )
            for one in how.holders
        ),
        may_send=how.seal not in (Seal.OFF, Seal.CONTRADICTED),
    )


def seal_sentence(how: Standing, language: str, now: datetime) -> str:
    """Return the one sentence: sealed outside when and by whom, or that it is not."""
    words = _words(language)
    if how.last is None:
        return words._(
            "Not sealed outside yet: without that, the chain proves nothing against the one who"
            " owns it."
        )
    return words._("Sealed outside %(when)s by %(whom)s.") % {
        "when": words.moment(how.last.at, now),
        "whom": _whom(how.last, words),
    }


def seal_light(how: Standing, language: str, now: datetime) -> Light:
    """Return the traffic light of the outside seal, with its cause and the one act."""
    words = _words(language)
    name, at = LightName.OUTSIDE_SEAL, how.last.at if how.last else None
    if how.seal is Seal.OFF:
        return Light(name, LightState.OFF, at, words._("Nobody outside is set up to hold a seal."))
    if how.seal is Seal.CONTRADICTED:
        return Light(
            name,
            LightState.STOPPED,
            at,
            words._("A store outside holds a seal that does not fit this archive."),
            words._("What to do"),
            "#outside",
        )
    cause = _first_trouble(how, words)
    if how.seal is Seal.LATE:
        since = min(one.late_since for one in how.holders if one.late_since)
        late = words._("What is new since %(when)s is not sealed outside.") % {
            "when": words.moment(since, now)
        }
        return _with_act(LightState.STOPPED, at, f"{late} {cause or ''}".strip(), words)
    if how.seal is Seal.NONE_YET:
        return _with_act(LightState.AMBER, at, cause or words._("Nothing is sealed yet."), words)
    if how.failing:
        return _with_act(LightState.AMBER, at, cause or words._("Not everyone has it."), words)
    return Light(name, LightState.GREEN, at)


def _first_trouble(how: Standing, words: Words) -> str | None:
    for one in how.failing:
        if trouble := _trouble(one, words):
            return f"{_holder(one.holder.kind, one.holder.name, words)}: {trouble}"
    return None


def _with_act(state: LightState, at: datetime | None, cause: str, words: Words) -> Light:
    act = words._("Seal now")
    return Light(LightName.OUTSIDE_SEAL, state, at, cause, act, ACT, act_posts=True)


def seals(heads: Sequence[OutsideHead], language: str) -> tuple[OutsideSeal, ...]:
    """Return who outside vouches for a receipt: the first head of each that speaks for it."""
    if not heads:
        return ()
    words = _words(language)
    return tuple(
        OutsideSeal(_holder(one.kind, one.authority, words), one.made_at, one.size) for one in heads
    )


def _whom(last: LastSeal, words: Words) -> str:
    """Name the holders by number: "to tidsstempelmyndigheder og et vidne"."""
    ngettext = catalogues.load(words.language).ngettext
    parts = [
        ngettext("one time-stamp authority", "%(count)s time-stamp authorities", last.authorities)
        % {"count": _count(last.authorities, words)},
        ngettext("one witness", "%(count)s witnesses", last.witnesses)
        % {"count": _count(last.witnesses, words)},
        ngettext("one store elsewhere", "%(count)s stores elsewhere", last.stores)
        % {"count": _count(last.stores, words)},
    ]
    numbers = (last.authorities, last.witnesses, last.stores)
    named = [part for part, number in zip(parts, numbers, strict=True) if number]
    if len(named) == 1:
        return named[0]
    return words._("%(some)s and %(last)s") % {"some": ", ".join(named[:-1]), "last": named[-1]}


def _count(number: int, words: Words) -> str:
    small = {2: words._("two"), 3: words._("three"), 4: words._("four"), 5: words._("five")}
    return small.get(number) or words.number(number)


def _holder(kind: str, name: str, words: Words) -> str:
    """Name a holder; a witness's address is nobody else's business."""
    if kind == "timestamp":
        return words._("Time-stamp by %(name)s") % {"name": urlsplit(name).netloc or name}
    if kind == "witness":
        return words._("Witness at %(name)s") % {"name": name.rpartition("@")[2]}
    return words._("Store where a name is written once")


def _trouble(one: HolderStanding, words: Words) -> str | None:
    """Return in plain words what is wrong with one holder, or None."""
    if one.code is None:
        return None
    _ = words._
    texts = {
        "no_name": _("Its address is not known."),
        "no_connection": _("It cannot be reached."),
        "too_slow": _("It does not answer in time."),
        "no_trust": _("Its web certificate is not trusted."),
        "redirected": _("It refers us to another address, and we do not follow."),
        "clocks_differ": _("Its clock and ours differ by more than an hour."),
        "no_certificate": _("The file with its certificate cannot be read."),
        "not_set_up": _("It is no longer set up."),
        "refused_status": _("It declines to seal."),
        "refused_not_pinned": _("Its certificate is not the one that was pinned."),
        "refused_untrusted": _("Its certificate is not the one that was pinned."),
        "contradicted": _("It holds a seal that does not fit this archive."),
        "no_smarthost": _("The mail lies in the outbox of this machine: no smarthost is set up."),
        "mail_waits": _("The mail has not left yet."),
        "address": _("Its mail address cannot be used."),
    }
    general = {
        "refused_": _("Its answer is no valid time-stamp of our seal."),
        "folder_": _("The folder cannot be written."),
        "mail_": _("The mail could not be sent."),
    }
    found = texts.get(one.code)
    if found is None:
        found = next((t for start, t in general.items() if one.code.startswith(start)), None)
    return found or _("It gave an answer that we cannot use.")


def _words(language: str) -> Words:
    catalogue = catalogues.load(language)
    return Words(language, catalogue.gettext, catalogue.ngettext)
