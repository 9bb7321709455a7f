"""A procedure file becomes a `Procedure`, or an error that says where and on which line."""

import tomllib
from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from service.procedure.errors import ProcedureInvalid
from service.procedure.lines import Place, line_of
from service.procedure.model import Procedure
from service.procedure.soundness import first_fault

SHIPPED = ("ishoej", "hustadvika", "fo_home_office")
"""The procedures that ship with the product, as `shipped/<name>.toml`; the first is default."""

_ADAPTER = TypeAdapter(Procedure)


def load_procedure(text: str) -> Procedure:
    """Return the procedure that `text` (TOML) describes; raises `ProcedureInvalid`."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as unreadable:
        raise ProcedureInvalid("the file", str(unreadable)) from unreadable
    try:
        procedure = _ADAPTER.validate_python(tables)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        raise _invalid(text, first["loc"], first["msg"]) from wrong
    fault = first_fault(procedure)
    if fault is not None:
        raise _invalid(text, fault.place, fault.problem)
    return procedure


def _invalid(text: str, place: Place, problem: str) -> ProcedureInvalid:
    return ProcedureInvalid(_spoken(place), problem, line_of(text, place))


def _spoken(place: Sequence[int | str]) -> str:
    """`("steps", 2, "title", "nb")` is read as `steps[3].title.nb`, counted as people count."""
    spoken = ""
    for part in place:
        spoken += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if spoken else part
    return spoken or "the file"
