"""The check of one original, filled."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from service.web.views.check import CheckProgress

if TYPE_CHECKING:
    from archive.records.operations import CheckRecord
    from service.casework.evidence.beside import Check


def check_progress(evidence_id: UUID, check: CheckRecord | Check | None) -> CheckProgress:
    """Return how far the check is, or what the last one found."""
    url = f"/evidence/{evidence_id}/check"
    if check is None:
        return CheckProgress(url)
    return CheckProgress(
        url,
        running=check.ended_at is None,
        done=check.done,
        total=check.total,
        result=check.result,
        ended_at=check.ended_at,
    )
