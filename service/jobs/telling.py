"""Every few seconds: what is due to be told becomes mails; now and then: who has not been told."""

from __future__ import annotations

from typing import Final

from service.casework.cases.handing_on import left_behind
from service.casework.telling.gathering import any_due, gather
from service.casework.telling.handlers import (
    back_again,
    tell_back_again,
    tell_handlers,
    tell_takers_over,
    untold_handlers,
)
from service.casework.telling.round import Round
from service.casework.telling.unreachable import forget_reachable, one_at_a_time, reachable_again
from service.installation import Installation

EVERY_SECONDS: Final = 5
LOOKING_SECONDS: Final = 20


def tell_due(installation: Installation) -> None:
    """Write the mails of what is due; may run in any number of processes."""
    now = installation.clock.now()
    with installation.database.reading() as session:
        if not any_due(session, now):
            return
    with installation.database.writing() as session:
        gather(Round(session, installation.settings, installation.rights, now))


def look_for_untold(installation: Installation) -> None:
    """Hand on the cases of who has left; tell handlers of theirs, and who is back of the rest."""
    now, settings = installation.clock.now(), installation.settings
    with installation.database.reading() as session:
        nothing = not (
            untold_handlers(session, now)
            or left_behind(session, now)
            or back_again(session, now)
            or reachable_again(session, now)
        )
    if nothing:
        return
    with installation.database.writing() as session:
        one_at_a_time(session)
        tell_takers_over(session, settings, now)
        tell_handlers(session, settings, now)
        tell_back_again(session, settings, now)
        forget_reachable(session, settings, now)
