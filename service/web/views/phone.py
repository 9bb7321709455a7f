"""Employees' phones: the page that sends, the link that connects, the lists that end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class PhoneView:
    """`phone.html`: what stands on the phone itself; it is kept there, and names nobody.

    Attributes:
        connected: Whether this phone may hand in.
        new: It has just been connected.
    """

    connected: bool
    new: bool = False


@dataclass(frozen=True, slots=True)
class PhoneLinkView:
    """`phone_link.html`: a link that connects; `code` is its QR, None where it connects no more."""

    path: str
    code: Markup | None


@dataclass(frozen=True, slots=True)
class PhoneSentView:
    """`phone_sent.html`: how many files of a share are safe, for phones without JavaScript."""

    safe: int


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """One connected phone; `person` is None in one's own list."""

    label: str
    enrolled_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    end_url: str
    person: str | None = None


@dataclass(frozen=True, slots=True)
class PhonesView:
    """`phones.html`: one's own phones, or everybody's for those who run Værn.

    Attributes:
        link: A link that was just made, with its QR in `code`.
        sees_every: Whether this person may see everybody's.
    """

    phones: tuple[PhoneLine, ...]
    own: bool
    link: str | None = None
    code: Markup | None = None
    sees_every: bool = False
