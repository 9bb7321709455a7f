"""Ways in: the first start, an invitation, the sealed account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from service.web.views.frame import FormState


@dataclass(frozen=True, slots=True)
class FirstStartView:
    """`first_start.html`: the form, or (`action` None) that the link is over.

    Attributes:
        municipality: Its name where a setting gives it, which is then not asked for.
        archive_address: Likewise where staff forward mail.
        provider: What people call the provider that signs them in; then no password is asked for.
        anybody: Whether somebody is here already, so that the link has done its work.
    """

    action: str | None
    municipality: str | None = None
    archive_address: str | None = None
    provider: str | None = None
    anybody: bool = False
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class SealedSecretView:
    """`sealed_secret.html`: the sealed account's secret, shown this once.

    Attributes:
        next: Where one goes on.
        first: Whether the service has just begun.
        email: By which its first person signs in, where it has.
    """

    secret: str
    next: str
    first: bool = False
    email: str | None = None


@dataclass(frozen=True, slots=True)
class SealedDoorView:
    """`sealed_door.html`: the sealed account is opened with the paper."""

    refused: bool = False


@dataclass(frozen=True, slots=True)
class WelcomeView:
    """`welcome.html`: choosing a password by a mail's link, or (`action` None) that it is over."""

    action: str | None
    name: str = ""
    email: str = ""
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class SealedView:
    """The sealed account on the operations page; `made_at` None where there is none yet.

    Attributes:
        opened_at: When the paper was used; None while it lies in the safe.
        may_seal: Whether the one who looks may seal it anew.
    """

    made_at: datetime | None
    opened_at: datetime | None
    may_seal: bool
