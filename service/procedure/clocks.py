"""The clocks that run side by side, each from its own start (C22)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.procedure.deadlines import Due, due
from service.procedure.endings import Ending, in_force
from service.procedure.facts import Facts
from service.procedure.model import Clock, Procedure


class ClockState(StrEnum):
    """How a clock stands; *not started* waits for its event."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    STOPPED = "stopped"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock. `late` says that it ran out before something stopped it, or is out now."""

    clock: Clock
    state: ClockState
    due: Due | None
    stopped_at: datetime | None
    late: bool


def clocks(
    procedure: Procedure, endings: Sequence[Ending], facts: Facts, now: datetime
) -> tuple[ClockView, ...]:
    """Return the clocks whose circumstances hold: the running ones first, the nearest first."""
    views = (
        _view(procedure, clock, endings, facts, now)
        for clock in procedure.clocks
        if not clock.period.when or not facts.holds.isdisjoint(clock.period.when)
    )
    return tuple(sorted(views, key=_urgency))


def _view(
    procedure: Procedure, clock: Clock, endings: Sequence[Ending], facts: Facts, now: datetime
) -> ClockView:
    ended = in_force(endings)
    runs_out = due(clock.period, facts, ended, procedure.working_time)
    stops = [one.at for one in endings if one.step_id in clock.stopped_by]
    stops += [at for event, at in facts.moments.items() if event in clock.stopped_by]
    stopped = min(stops, default=None)
    late = runs_out is not None and (stopped or now) > runs_out.moment
    if stopped is not None:
        state = ClockState.STOPPED
    elif runs_out is None:
        state = ClockState.NOT_STARTED
    else:
        state = ClockState.EXPIRED if late else ClockState.RUNNING
    return ClockView(clock, state, runs_out, stopped, late)


def _urgency(view: ClockView) -> tuple[int, float]:
    order = (ClockState.EXPIRED, ClockState.RUNNING, ClockState.NOT_STARTED, ClockState.STOPPED)
    return order.index(view.state), view.due.moment.timestamp() if view.due else 0.0
