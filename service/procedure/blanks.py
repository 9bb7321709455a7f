"""The fields a person fills in before a step counts as done."""

from collections.abc import Mapping
from datetime import date

from service.procedure.errors import FieldInvalid, FieldMissing, NotByThisPerson
from service.procedure.facts import Facts
from service.procedure.model import Blank, FieldType, Other, Step


def check_blanks(step: Step, values: Mapping[str, str], *, by: str, facts: Facts) -> None:
    """Raise `FieldMissing`, `FieldInvalid` or `NotByThisPerson`, or return."""
    known = {blank.id: blank for blank in step.blanks}
    for name in values:
        if name not in known:
            raise FieldInvalid(step.id, name, "the step has no such field")
    missing = [one.id for one in step.blanks if is_required(one, values) and not _at(values, one)]
    if missing:
        raise FieldMissing(step.id, missing)
    for blank in step.blanks:
        if _at(values, blank):
            _check_value(step, blank, _at(values, blank), by=by, facts=facts)


def is_required(blank: Blank, values: Mapping[str, str]) -> bool:
    """Whether the field must be filled in, given what the others hold."""
    asked = blank.required_when
    return blank.required or (asked is not None and values.get(asked.field) in asked.answers)


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value  # week dates are not what is asked
    except ValueError:
        return False


def _at(values: Mapping[str, str], blank: Blank) -> str:
    return values.get(blank.id, "").strip()


def _check_value(step: Step, blank: Blank, value: str, *, by: str, facts: Facts) -> None:
    match blank.type:
        case FieldType.DATE:
            if not _is_date(value):
                raise FieldInvalid(step.id, blank.id, "not a date (YYYY-MM-DD)")
        case FieldType.CHOICE:
            if value not in {choice.id for choice in blank.choices}:
                raise FieldInvalid(step.id, blank.id, "none of the choices")
        case FieldType.PERSON:
            if Other.ENDER in blank.other_than and value == by:
                raise NotByThisPerson(step.id, f"{blank.id} is somebody other than who decides")
            if Other.HARASSED in blank.other_than and value in facts.harassed:
                raise NotByThisPerson(step.id, f"{blank.id} is never the employee concerned")
        case FieldType.TEXT:
            pass
