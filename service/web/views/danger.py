"""*Jeg er i fare*: 112 first, then those on duty, and who has taken it."""

from dataclasses import dataclass, field

from service.casework.cases.danger import OwnAlert
from service.web.views.frame import FormState


@dataclass(frozen=True, slots=True)
class DangerView:
    """`danger.html`.

    Attributes:
        alert: What was said already and is still told of, or None.
        seen: The latest alert that this page knows of, so that a second press is not a second
            alert; "" where there was none.
        case: The case that it belongs to, where the page was asked for from one.
        on_duty: Who is on duty now, by name.
        own_phone: The number by which those on duty reach them.
        guard_phone: The local guard.
        form: What was typed to those on duty, after an error.
    """

    alert: OwnAlert | None
    seen: str = ""
    case: str = ""
    on_duty: tuple[str, ...] = ()
    own_phone: str | None = None
    guard_phone: str | None = None
    form: FormState = field(default_factory=FormState)
