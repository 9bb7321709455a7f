"""When a period runs out, and what it was counted from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.procedure.endings import Ending
from service.procedure.facts import Facts
from service.procedure.model import Opens, Origin, Period, Unit
from service.procedure.working_time import WorkingTime

_ENDED = "ended:"
_DAY_UNITS = frozenset({Unit.DAYS, Unit.MONTHS})


@dataclass(frozen=True, slots=True)
class Due:
    """A moment by which something is to be done (UTC), and where that comes from.

    `counted_from` is the event used; `assumed` says that an earlier-named event is not known
    to the case, so the true deadline may be another. `whole_day` asks to be shown as a date.
    """

    moment: datetime
    started: datetime
    counted_from: str
    assumed: bool
    whole_day: bool
    origin: Origin
    citation: str


def due(
    period: Period, facts: Facts, ended: Mapping[str, Ending], working_time: WorkingTime
) -> Due | None:
    """Return when the period runs out; None where it does not apply or has not started."""
    if period.when and facts.holds.isdisjoint(period.when):
        return None
    begun = _begun(period.starts, facts, ended)
    if begun is None:
        return None
    event, started, assumed = begun
    return Due(
        moment=_after(started, period.amount, period.unit, working_time),
        started=started,
        counted_from=event,
        assumed=assumed,
        whole_day=period.unit in _DAY_UNITS,
        origin=period.origin,
        citation=period.citation,
    )


def opens_at(
    opens: Opens | None, facts: Facts, ended: Mapping[str, Ending], working_time: WorkingTime
) -> datetime | None:
    """Return from when a dated task is one to do now; None where it is so at once."""
    begun = None if opens is None else _begun(opens.starts, facts, ended)
    if opens is None or begun is None:
        return None
    moment = _after(begun[1], opens.amount, opens.unit, working_time)
    return working_time.start_of_day(moment) if opens.unit in _DAY_UNITS else moment


def _begun(
    starts: tuple[str, ...], facts: Facts, ended: Mapping[str, Ending]
) -> tuple[str, datetime, bool] | None:
    for place, start in enumerate(starts):
        moment = _moment(start, facts, ended)
        if moment is not None:
            return start, moment, place > 0
    return None


def _moment(start: str, facts: Facts, ended: Mapping[str, Ending]) -> datetime | None:
    if start.startswith(_ENDED):
        ending = ended.get(start.removeprefix(_ENDED))
        return ending.at if ending else None
    return facts.moment(start)


def _after(start: datetime, amount: int, unit: Unit, working_time: WorkingTime) -> datetime:
    match unit:
        case Unit.HOURS:
            return working_time.after_hours(start, amount)
        case Unit.WORKING_HOURS:
            return working_time.after_working_hours(start, amount)
        case Unit.WORKING_DAYS:
            return working_time.after_working_days(start, amount)
        case Unit.DAYS:
            return working_time.after_days(start, amount)
        case Unit.MONTHS:
            return working_time.after_months(start, amount)
