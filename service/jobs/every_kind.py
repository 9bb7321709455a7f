"""Every kind of work that the service has, in one engine."""

from __future__ import annotations

from service.installation import Installation
from service.jobs.engine import Engine
from service.jobs.housekeeping import EVERY_SECONDS, tidy
from service.jobs.reading import READING
from service.jobs.sending import NOTICES
from service.jobs.verifications import VERIFICATIONS
from service.jobs.visits import VISITS

KINDS = (READING, NOTICES, VISITS, VERIFICATIONS)


def make_engine(installation: Installation) -> Engine:
    """Return an engine, not yet started, for all of it."""
    engine = Engine(installation, KINDS)
    engine.regularly("housekeeping", tidy, EVERY_SECONDS)
    return engine
