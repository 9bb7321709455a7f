"""What can be wrong with a procedure file, or with an act on a step."""

from collections.abc import Sequence


class ProcedureError(Exception):
    """Something the procedure does not allow; `code` is stable for interfaces."""

    code = "procedure"


class ProcedureInvalid(ProcedureError):
    """The procedure file cannot be used; says where, and on which line."""

    code = "procedure_invalid"

    def __init__(self, where: str, problem: str, line: int | None = None) -> None:
        at = f"line {line}: " if line is not None else ""
        super().__init__(f"{at}{where}: {problem}")
        self.where, self.problem, self.line = where, problem, line


class StepUnknown(ProcedureError):
    """The procedure has no step or part with this id."""

    code = "step_unknown"

    def __init__(self, step_id: str) -> None:
        super().__init__(f"the procedure has no step {step_id!r}")
        self.step_id = step_id


class StepNotAllowed(ProcedureError):
    """The step cannot end yet, or not in this way; `waiting_for` names what must end first."""

    code = "step_not_allowed"

    def __init__(self, step_id: str, why: str, waiting_for: Sequence[str] = ()) -> None:
        super().__init__(f"step {step_id} cannot end: {why}")
        self.step_id, self.why, self.waiting_for = step_id, why, tuple(waiting_for)


class NotByThisPerson(StepNotAllowed):
    """This person may not be the one: the employee concerned, or the one who decided."""

    code = "not_by_this_person"


class StepAlreadyEnded(ProcedureError):
    """The step has an ending; only a correction with a reason can replace it."""

    code = "step_already_ended"

    def __init__(self, step_id: str) -> None:
        super().__init__(f"step {step_id} has ended; correct the ending with a reason instead")
        self.step_id = step_id


class NothingToCorrect(ProcedureError):
    """A correction needs an ending to correct, and the step has none."""

    code = "nothing_to_correct"

    def __init__(self, step_id: str) -> None:
        super().__init__(f"step {step_id} has no ending to correct")
        self.step_id = step_id


class ReasonMissing(ProcedureError):
    """Not relevant, waived and corrected all need a written reason."""

    code = "reason_missing"

    def __init__(self, step_id: str) -> None:
        super().__init__(f"step {step_id} needs a reason")
        self.step_id = step_id


class FieldMissing(ProcedureError):
    """The step counts as done only with these fields filled in."""

    code = "field_missing"

    def __init__(self, step_id: str, names: Sequence[str]) -> None:
        super().__init__(f"step {step_id} lacks {', '.join(names)}")
        self.step_id, self.names = step_id, tuple(names)


class FieldInvalid(ProcedureError):
    """A field holds something that its type does not allow, or is none of the step's fields."""

    code = "field_invalid"

    def __init__(self, step_id: str, name: str, problem: str) -> None:
        super().__init__(f"step {step_id}, field {name}: {problem}")
        self.step_id, self.name, self.problem = step_id, name, problem
