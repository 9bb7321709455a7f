"""The steps of a case: where each stands, and the form of the one that is open."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from service.web.views.frame import FormState, Origin


class StepState(StrEnum):
    """Where a step stands."""

    OPEN = "open"
    WAITING = "waiting"
    DONE = "done"
    NOT_RELEVANT = "not_relevant"
    WAIVED = "waived"


class FieldKind(StrEnum):
    """Which input a step's field is."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    DATE = "date"
    MOMENT = "moment"
    NUMBER = "number"
    CHOICE = "choice"
    PERSON = "person"
    TICK = "tick"


@dataclass(frozen=True, slots=True)
class StepField:
    """One field of a step's form; the input's name is `field-{name}`.

    Attributes:
        name: Its key in the procedure file.
        label: As the procedure words it.
        kind: Which input.
        required: Needed for *done*.
        value: What is kept already, as typed ("" for nothing, "yes" for a tick).
        hint: A line beneath the label, or None.
        choices: Value and label, only with `CHOICE` and `PERSON`.
    """

    name: str
    label: str
    kind: FieldKind
    required: bool = False
    value: str = ""
    hint: str | None = None
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StepView:
    """One of the steps.

    Attributes:
        id: Its key in the procedure ("secure-evidence"), in paths.
        number: As the procedure numbers it ("12.2").
        title: As the procedure words it.
        url: The case with this step's form open.
        state: Where it stands.
        responsible: Who does it, in words ("leder").
        due: When it is due; past `frame.now` and still open means overdue.
        origin: Where that deadline comes from.
        opens_at: When a waiting step opens, if that is known.
        waits_for: Numbers and titles of the steps it waits for; its own parts are not among them.
        waits_for_parts: Titles of its own parts that it waits for.
        settled_at: When it was done, found not relevant or waived.
        settled_by: By whom.
        reason: Why not relevant or waived.
        late: Whether it was, or is, past its deadline.
        expected: False for an optional step; it must still be ended, by a person.
        parts: Dated parts of the step, each a step of its own.
    """

    id: str
    number: str
    title: str
    url: str
    state: StepState
    responsible: str
    due: datetime | None = None
    origin: Origin | None = None
    opens_at: datetime | None = None
    waits_for: tuple[str, ...] = ()
    waits_for_parts: tuple[str, ...] = ()
    settled_at: datetime | None = None
    settled_by: str | None = None
    reason: str | None = None
    late: bool = False
    expected: bool = True
    parts: tuple["StepView", ...] = ()


@dataclass(frozen=True, slots=True)
class StepForm:
    """The open step's form, `POST /cases/{number}/steps/{id}`.

    Attributes:
        step: The step.
        what: What to do, as the procedure words it.
        done_when: What counts as done, as the procedure words it.
        why: Why the step is there, as the procedure words it, or None.
        fields: What is asked.
        may_be_not_relevant: Whether *ikke relevant* can be chosen.
        may_be_waived: Whether *fravalgt* can be chosen.
        may_change: False shows the step without a form (no right, or it waits).
        form: What was typed, after an error.
    """

    step: StepView
    what: str
    done_when: str
    why: str | None = None
    fields: tuple[StepField, ...] = ()
    may_be_not_relevant: bool = True
    may_be_waived: bool = True
    may_change: bool = True
    form: FormState = field(default_factory=FormState)
