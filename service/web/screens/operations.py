"""Drift, filled: a check of everything as its page shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.web.views.operations import VerifyFinding, VerifyProgress, VerifyState

if TYPE_CHECKING:
    from archive.records.operations import VerificationRecord


def verify_progress(run: VerificationRecord, sealed: str | None = None) -> VerifyProgress:
    """Return how far a check is, or what it found; `sealed` says how the ledger stands outside."""
    result: dict[str, Any] = run.result or {}
    findings = tuple(
        VerifyFinding(
            str(one["kind"]), _text(one.get("id")), one.get("position"), str(one["message"])
        )
        for one in result.get("findings", ())
    )
    return VerifyProgress(
        url=f"/operations/verify/{run.id}",
        state=_state(run, result),
        started_at=run.started_at,
        ended_at=run.ended_at,
        entries_checked=int(result.get("entries", 0)),
        objects_checked=int(result.get("objects", 0)),
        done=run.done,
        total=run.total,
        findings=findings,
        unchecked=tuple(str(one) for one in result.get("unchecked", ())),
        sealed=sealed,
    )


def _state(run: VerificationRecord, result: dict[str, Any]) -> VerifyState:
    if run.ended_at is None:
        return VerifyState.RUNNING
    if not result:
        return VerifyState.INTERRUPTED
    return VerifyState.CLEAN if result.get("ok") else VerifyState.FINDINGS


def _text(value: object) -> str | None:
    return None if value is None else str(value)
