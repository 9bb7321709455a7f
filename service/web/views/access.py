"""Signing in, and refusals."""

from dataclasses import dataclass, field
from enum import StrEnum

from service.web.views.frame import FormState


class SignInRefusal(StrEnum):
    """Why the last attempt did not open the door."""

    WRONG = "wrong"
    BUSY = "busy"
    WAIT = "wait"
    SIGNED_OUT = "signed_out"
    ENDED = "ended"
    PROVIDER_SILENT = "provider_silent"
    PROVIDER_NOT_BELIEVED = "provider_not_believed"
    PROVIDER_REFUSED = "provider_refused"
    NOT_BEGUN = "not_begun"
    NOT_ENTERED = "not_entered"
    HALF_OVER = "half_over"
    PASSKEY = "passkey"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class SignInView:
    """`sign_in.html`.

    Attributes:
        next: The path to open afterwards (one of ours) or "/".
        refusal: Why the person stands here again, or None.
        retry_after: Seconds to wait, with `BUSY` and `WAIT`, perhaps with `WRONG`.
        passkeys: Whether this address has passkeys.
        provider: What people call the provider that signs them in, or None where there is none.
        reference: The request's id, where the provider's answer was not accepted.
        nobody: Whether nobody was ever entered, so that only the first start's link opens.
        sealed: Whether a paper in a safe opens the sealed account.
    """

    next: str
    form: FormState = field(default_factory=FormState)
    refusal: SignInRefusal | None = None
    retry_after: int | None = None
    passkeys: bool = False
    provider: str | None = None
    reference: str | None = None
    nobody: bool = False
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class SignedOutView:
    """`signed_out.html`: the session here has ended.

    Attributes:
        provider: What people call the provider.
        way_out: Where one signs out there too, or None where that cannot be said.
    """

    provider: str
    way_out: str | None


@dataclass(frozen=True, slots=True)
class ErrorView:
    """`error.html`: 403, 404, 409, 413, 422, 429, 500, 503, 507.

    Attributes:
        status: The answer's status.
        code: The stable code of the error (`evidence-not-found`), for whoever asks for help.
        reference: The request's id, the only thing to tell the IT department.
        retry_after: Seconds to wait, with 429 and 503.
        kept: Evidence that was already safe when the error came, by filename.
        most: How many files are taken at a time, where there were more.
        back: The path to go back to.
    """

    status: int
    code: str
    reference: str | None = None
    retry_after: int | None = None
    kept: tuple[str, ...] = ()
    most: int | None = None
    back: str = "/"
