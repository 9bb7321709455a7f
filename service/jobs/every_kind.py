"""Every kind of work that the service has, in one engine."""

from __future__ import annotations

from service.installation import Installation
from service.jobs.alerting import EVERY_SECONDS as ALERTING_SECONDS
from service.jobs.alerting import tell_duty
from service.jobs.checks import CHECKS
from service.jobs.engine import Engine
from service.jobs.exports import EXPORTS
from service.jobs.housekeeping import EVERY_SECONDS, tidy
from service.jobs.inviting import INVITATIONS
from service.jobs.reading_lanes import LANES
from service.jobs.reindexing import REINDEXING, look_for_missing
from service.jobs.reminding import EVERY_SECONDS as REMINDING_SECONDS
from service.jobs.reminding import Reminding
from service.jobs.scanning import SCANS, ask_for_older
from service.jobs.sealing import OUTSIDE
from service.jobs.sealing_regularly import EVERY_SECONDS as SEALING_SECONDS
from service.jobs.sealing_regularly import seal_regularly
from service.jobs.sending import ALERTS, NOTICES
from service.jobs.slow_reading import SLOW_READING
from service.jobs.telling import EVERY_SECONDS as DUE_SECONDS
from service.jobs.telling import LOOKING_SECONDS, look_for_untold, tell_due
from service.jobs.telling_safety import EVERY_SECONDS as TELLING_SECONDS
from service.jobs.telling_safety import tell_safety
from service.jobs.verifications import VERIFICATIONS
from service.jobs.visits import VISITS

KINDS = (
    *LANES,
    SLOW_READING,
    SCANS,
    ALERTS,
    NOTICES,
    INVITATIONS,
    VISITS,
    VERIFICATIONS,
    CHECKS,
    EXPORTS,
    OUTSIDE,
    REINDEXING,
)
NAMES_SECONDS = 60
"""So long a process beside the one that heard it works on without the municipality's name."""


def make_engine(installation: Installation) -> Engine:
    """Return an engine, not yet started, for all of it."""
    engine = Engine(installation, KINDS)
    engine.regularly("housekeeping", tidy, EVERY_SECONDS)
    engine.regularly("names", Installation.take_up_names, NAMES_SECONDS)
    engine.regularly("scans", ask_for_older, EVERY_SECONDS)
    engine.regularly("search", look_for_missing, EVERY_SECONDS)
    engine.regularly("outside", seal_regularly, SEALING_SECONDS)
    engine.regularly("alerts", tell_duty, ALERTING_SECONDS)
    engine.regularly("safety", tell_safety, TELLING_SECONDS)
    engine.regularly("untold", look_for_untold, LOOKING_SECONDS)
    engine.regularly("telling", tell_due, DUE_SECONDS)
    engine.regularly("reminding", Reminding().look, REMINDING_SECONDS)
    return engine
