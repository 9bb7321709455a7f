"""Working hours, one's own or a unit's."""

from dataclasses import dataclass, field

from service.web.views.frame import FormState


@dataclass(frozen=True, slots=True)
class HoursView:
    """`hours.html`.

    Attributes:
        post_url, clear_url: Where they are saved, and where they are taken away.
        back_url: The page that this belongs to.
        usual: The hours that hold where none are entered, translated.
        unit: The unit's name; None for one's own.
        own: Whether hours of their own stand now.
        days: Weekdays that are chosen (Monday is 1).
        begins, ends: As `HH:MM`.
        on_holidays: Whether they work on public holidays too.
    """

    post_url: str
    clear_url: str
    back_url: str
    usual: str
    unit: str | None = None
    own: bool = False
    days: frozenset[int] = frozenset(range(1, 6))
    begins: str = "08:00"
    ends: str = "16:00"
    on_holidays: bool = False
    form: FormState = field(default_factory=FormState)
