"""A notice as bytes: exactly our own headers, one recipient, nothing taken over unlooked at.

The headers are written here and nowhere else. Whatever came from outside (an
address, a message id) passes only if it has the plain shape of one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from uuid import UUID

from service.notices.markup import as_html

_MESSAGE_ID: Final = re.compile(
    r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\[\]:-]{1,200}@[A-Za-z0-9.\[\]:_-]{1,200}>"
)
_LOCAL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_DOMAIN: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


class AddressUnusable(ValueError):
    """The address has not the plain shape of one; no notice can be sent to it."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """From whom notices come: an address, and the name shown beside it."""

    address: str
    name: str


def compose(
    notice_id: UUID,
    *,
    letterhead: Letterhead,
    recipient: str,
    subject: str,
    body: str,
    language: str,
    answers: str | None,
    now: datetime,
    plain_only: bool = False,
) -> str:
    """Return the whole message as text with CRLF; raises `AddressUnusable`.

    Its Message-ID is made from the notice's id, so that it is the same at
    every attempt to send it. The text stands in it plain and as simple HTML;
    `plain_only` for what a program reads again.
    """
    own = _checked(letterhead.address)
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["From"] = Address(_one_line(letterhead.name), addr_spec=own)
    message["To"] = Address(addr_spec=_checked(recipient))
    message["Subject"] = _one_line(subject)
    message["Date"] = format_datetime(now.astimezone(UTC))
    message["Message-ID"] = f"<{notice_id}@{own.rpartition('@')[2]}>"
    if (referred := sanitised_message_id(answers)) is not None:
        message["In-Reply-To"] = referred
        message["References"] = referred
    message["Auto-Submitted"] = "auto-replied"
    message["X-Auto-Response-Suppress"] = "All"
    message["X-Loop"] = own
    message.set_content(body, cte="quoted-printable")
    if not plain_only:
        html = as_html(_one_line(subject), body, language)
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        message.set_boundary(f"=_{notice_id.hex}")  # no line of quoted-printable holds "=_"
    message["Content-Language"] = language  # after the content, which begins its own headers anew
    return message.as_bytes().decode("ascii")


def is_address(address: str | None) -> bool:
    """Tell whether a notice could be sent to an address: whether it has the shape of one."""
    try:
        _checked(address or "")
    except AddressUnusable:
        return False
    return True


def sanitised_message_id(stated: str | None) -> str | None:
    """Return a message id that is safe to repeat, or None where it is not one in plain letters."""
    found = (stated or "").strip()
    return found if _MESSAGE_ID.fullmatch(found) else None


def _checked(address: str) -> str:
    local, _, domain = address.rpartition("@")
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise AddressUnusable("not a plain address")
    return f"{local}@{domain}"


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
