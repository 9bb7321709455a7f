"""How one signs in: the second step at the door, choosing one, and what one has."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from markupsafe import Markup

from service.web.views.frame import FormState


class CodeRefusal(StrEnum):
    """Why the last code did not open the door."""

    WRONG = "wrong"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class SecondView:
    """`second_step.html`: the password was right; now a code, or a passkey.

    Attributes:
        next: The path of ours to open afterwards.
        code: Whether this person has an app, so that a code of six digits is asked for.
        passkey: Whether they have a passkey that works at this address.
        retry_after: Seconds to wait, with `WAIT`, perhaps with `WRONG`.
    """

    next: str
    code: bool
    passkey: bool
    refusal: CodeRefusal | None = None
    retry_after: int | None = None
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class AppView:
    """An authenticator app that is being set up: its picture, its secret in letters, our form.

    `address` opens an app on the phone that shows the page, which cannot look at its own screen.
    """

    action: str
    kept: str
    typed: str
    address: str
    picture: Markup
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class SetUpView:
    """`set_up.html`: choosing a second step, at the door or (`at_door` False) afterwards.

    Attributes:
        passkey: The path below which a passkey is made, or None where this address has none.
    """

    app: AppView
    at_door: bool
    passkey: str | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class CodesView:
    """`recovery_codes.html`: shown this once."""

    codes: tuple[str, ...]
    next: str


@dataclass(frozen=True, slots=True)
class PasskeyLine:
    """One passkey."""

    name: str
    made_at: datetime
    last_used_at: datetime | None
    end_url: str


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One browser in which one is signed in; `way` is how one came in."""

    id: str
    label: str
    way: str
    made_at: datetime
    last_seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class SecurityView:
    """`security.html`: what one has, and where one is signed in.

    Attributes:
        local: Whether the account has a password of ours; else the municipality's sign-in decides.
        fresh: Whether one has just signed in, and so may change something.
        can_passkey: Whether this address has passkeys.
        new_name: What a new passkey is called, if nothing else is typed.
        app_since: When the app was set up, or None where there is none.
        codes: How many recovery codes are left.
    """

    local: bool
    fresh: bool
    can_passkey: bool
    new_name: str
    passkeys: tuple[PasskeyLine, ...]
    app_since: datetime | None
    app_used_at: datetime | None
    codes: int
    sessions: tuple[SessionLine, ...]
    form: FormState = field(default_factory=FormState)

    @property
    def has_factor(self) -> bool:
        """Whether there is anything beside the password."""
        return bool(self.passkeys) or self.app_since is not None
