"""Honest samples of every screen in its states: what the browser tests and eyes look at."""

from collections.abc import Mapping
from typing import Any

from tests.service.web.samples import (
    bundles,
    case,
    circle,
    concerned,
    doors,
    evidence,
    operations,
    organisation,
    person,
    phone,
    queue,
    rights,
    roster,
    safety,
    search,
    security,
    ways_in,
)

SAMPLES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    **doors.SAMPLES,
    **person.SAMPLES,
    **phone.SAMPLES,
    **security.SAMPLES,
    **evidence.SAMPLES,
    **queue.SAMPLES,
    **search.SAMPLES,
    **case.SAMPLES,
    **circle.SAMPLES,
    **concerned.SAMPLES,
    **roster.SAMPLES,
    **safety.SAMPLES,
    **bundles.SAMPLES,
    **rights.SAMPLES,
    **operations.SAMPLES,
    **organisation.SAMPLES,
    **ways_in.SAMPLES,
}
