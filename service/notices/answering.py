"""Whether a mail may be answered by a machine at all (RFC 3834 §2). Pure.

What answers machines, lists or bounces ends in a loop or reaches people who
never wrote to us; so a doubtful mail gets no answer, and is kept all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from archive.mailbox.marks import ANSWERS, is_list_mark

_BULK: Final = frozenset({"bulk", "junk", "list", "auto_reply"})
_MACHINES: Final = frozenset(
    {
        "mailer-daemon",
        "postmaster",
        "no-reply",
        "noreply",
        "donotreply",
        "do-not-reply",
        "bounce",
        "bounces",
        "listserv",
        "majordomo",
        "owner",
        "nobody",
        "root",
        "daemon",
        "mail-daemon",
        "mailerdaemon",
        "no_reply",
        "do_not_reply",
        "ikkesvar",
        "ikke-svar",
        "svarikke",
        "svar-ikke",
        "autosvar",
        "autoreply",
        "auto-reply",
        "www-data",
    }
)
_AUTOMATIC: Final = ANSWERS | {"x-loop", "x-loops", "feedback-id"}
_SUBJECTS: Final = re.compile(
    r"""\s*(?:
        auto(?:matic|matisk(?:t)?)?[\s-]*(?:reply|response|svar)\b |
        autosvar\b | autoreply\b | auto\s*: |
        out\s+of\s+(?:the\s+)?office\b | fraværs?(?:besked|melding)\b | fravær\s*: |
        ikke\s+(?:til\s+stede|på\s+kontor(?:et)?)\b | feriebesked\b |
        vacation\s+(?:reply|notice)\b |
        abwesenheits(?:notiz|nachricht)\b | automatische\s+antwort\b |
        undeliver(?:able|ed)\b | delivery\s+(?:status\s+notification|failure|delayed) |
        mail\s+delivery\s+(?:failed|subsystem)\b | returned\s+mail\b | failure\s+notice\b |
        ikke[\s-]leveret\b | kan\s+ikke\s+leveres\b | kunne\s+ikke\s+leveres\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
"""How machines whose header says nothing begin a subject; a forward of one begins otherwise."""

_SUPPRESSED: Final = frozenset({"all", "autoreply"})


class Silence(StrEnum):
    """Why a mail is not answered."""

    NULL_SENDER = "null_sender"
    OWN_ADDRESS = "own_address"
    MACHINE_ADDRESS = "machine_address"
    AUTOMATIC = "automatic"
    LIST = "list"
    REPORT = "report"
    SUPPRESSED = "suppressed"
    ENOUGH_TODAY = "enough_today"
    NO_ADDRESS = "no_address"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a mail that may be answered.

    `headers` are the values of each header by its name in lower case;
    `envelope_from` is the envelope's sender, "" for the null sender and None
    where the door knew none (a mail fetched from a mailbox).
    """

    sender: str
    envelope_from: str | None
    headers: Mapping[str, Sequence[str]]
    content_type: str = "text/plain"
    subject: str = ""

    def first(self, name: str) -> str:
        """Return a header's first value in lower case without its parameters, or ""."""
        values = self.headers.get(name) or ("",)
        return values[0].partition(";")[0].strip().lower()


def silence(asked: Asked, own_addresses: frozenset[str]) -> Silence | None:
    """Return why this mail gets no automatic answer, or None where it may have one."""
    addresses = [asked.sender.lower()]
    if asked.envelope_from is not None:
        if not asked.envelope_from.strip("<> "):
            return Silence.NULL_SENDER
        addresses.append(asked.envelope_from.lower())
    if asked.first("return-path") == "<>":
        return Silence.NULL_SENDER
    if not all(_is_address(address) for address in addresses):
        return Silence.NO_ADDRESS
    if own_addresses.intersection(addresses):
        return Silence.OWN_ADDRESS
    if any(_is_machine(address) for address in addresses):
        return Silence.MACHINE_ADDRESS
    return _by_headers(asked)


def answers_us(asked: Asked, own_domain: str, own_subjects: Iterable[str] = ()) -> bool:
    """Tell whether a mail answers one of our own notices: a machine that does not say so, perhaps.

    It refers to one, carries the subject of one, or was sent on by a rule of a
    mailbox. Such a sender gets at most one answer a day, so that two machines
    which answer each other come to rest.
    """
    marks = (*asked.headers.get("in-reply-to", ()), *asked.headers.get("references", ()))
    subject = asked.subject.casefold()
    return (
        any(f"@{own_domain.lower()}>" in mark.lower() for mark in marks)
        or any(own.casefold() in subject for own in own_subjects)
        or "x-ms-exchange-inbox-rules-loop" in asked.headers
    )


def _by_headers(asked: Asked) -> Silence | None:
    suppressed = ",".join(asked.headers.get("x-auto-response-suppress", ())).lower().split(",")
    found = (
        (Silence.AUTOMATIC, asked.first("auto-submitted") not in ("", "no")),
        (Silence.LIST, asked.first("precedence") in _BULK),
        (Silence.LIST, any(is_list_mark(name) for name in asked.headers)),
        (Silence.AUTOMATIC, any(name in asked.headers for name in _AUTOMATIC)),
        (Silence.REPORT, asked.content_type.lower().startswith("multipart/report")),
        (Silence.AUTOMATIC, _SUBJECTS.match(asked.subject) is not None),
        (Silence.SUPPRESSED, any(part.strip() in _SUPPRESSED for part in suppressed)),
    )
    return next((why for why, holds in found if holds), None)


def _is_address(address: str) -> bool:
    local, at, domain = address.rpartition("@")
    return bool(at and local and domain) and not any(c.isspace() or c in "<>,;" for c in address)


def _is_machine(address: str) -> bool:
    local = address.rpartition("@")[0]
    return (
        local in _MACHINES
        or local.startswith(
            ("bounce-", "bounces-", "bounce+", "bounces+", "owner-", "noreply+", "no-reply+")
        )
        or local.endswith(("-owner", "-request", "-bounces", "-bounce"))
    )
