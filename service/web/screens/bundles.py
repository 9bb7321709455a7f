"""Bevispakke, filled: what may be chosen, and how far a bundle is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from archive.ledger.checkpoint import fingerprint
from archive.ledger.log import head
from service.access.principal import Principal
from service.casework.cases.listing import names_of
from service.casework.exporting.asking import exports_of
from service.casework.exporting.permitting import count_of, is_dpo
from service.casework.exporting.redacting import can_be_redacted, redacted_among
from service.web.screens.evidence import kind_of, numbers_of
from service.web.views.bundle import (
    BundleChoice,
    BundleFormView,
    BundlePart,
    BundleProblem,
    BundleRun,
    BundleState,
)
from service.web.views.frame import CaseLink, FormState

if TYPE_CHECKING:
    from archive.records.cases import CaseRecord
    from archive.records.evidence import EvidenceRecord
    from archive.records.exports import ExportRecord

_PROBLEMS = {
    "not_redacted": BundleProblem.NOT_REDACTED,
    "erased": BundleProblem.ERASED,
    "StorageFull": BundleProblem.NO_ROOM,
    "private_contact": BundleProblem.PRIVATE,
    "document_failed": BundleProblem.NOT_PRINTED,
    "fonts_missing": BundleProblem.NOT_PRINTED,
    "without_pictures": BundleProblem.NO_PICTURES,
    "plain_letters": BundleProblem.NO_PICTURES,
}


def bundle_form(
    session: Session,
    who: Principal,
    case: CaseRecord,
    pieces: Sequence[EvidenceRecord],
    now: datetime,
    *,
    form: FormState | None = None,
    chosen: Collection[str] | None = None,
) -> BundleFormView:
    """Return the form; `chosen` are the boxes that were ticked, all of them at first."""
    numbers = numbers_of(session, pieces)
    redacted = redacted_among(session, [one.id for one in pieces])
    choices = tuple(
        BundleChoice(
            id=str(one.id),
            number=numbers[one.id],
            kind=kind_of(one),
            title=(one.source_url if one.kind == "capture" else one.filename) or "",
            received_at=one.received_at,
            chosen=str(one.id) in chosen if chosen is not None else one.sealed_off_at is None,
            redacted=one.id in redacted,
            redact_url=f"/evidence/{one.id}/redaction" if can_be_redacted(one) else None,
        )
        for one in pieces
        if one.sealed_off_at is None or is_dpo(who)
    )
    return BundleFormView(
        case=CaseLink(case.number, f"/cases/{case.number}"),
        choices=choices,
        sealed_off=any(one.sealed_off_at is not None for one in pieces),
        earlier=tuple(bundle_run(session, one) for one in exports_of(session, who, case, now)),
        form=form or FormState(),
    )


def bundle_run(session: Session, export: ExportRecord) -> BundleRun:
    """Return how far a bundle is, or where it is fetched."""
    url = f"/bundles/{export.id}"
    names = names_of(session, [export.person_id]) if export.person_id else {}
    return BundleRun(
        url=url,
        state=_state(export),
        recipient=export.recipient,
        purpose=export.purpose,
        pieces=count_of(session, export.id),
        asked_at=export.asked_at,
        asked_by=names.get(export.person_id, "Værn") if export.person_id else "Værn",
        redacted=export.redacted,
        done=export.done,
        total=export.total,
        parts=tuple(
            BundlePart(part["name"], f"{url}/{number}", part["size"], part["sha256"])
            for number, part in enumerate(export.parts, 1)
        ),
        ends_at=export.ends_at,
        problem=_PROBLEMS.get(export.reason, BundleProblem.OTHER) if export.reason else None,
        fingerprint=fingerprint(head(session).public_key),
        booklet=export.only_booklet,
        private_in=tuple(export.private_in),
    )


def _state(export: ExportRecord) -> BundleState:
    if export.state == "waiting":
        return BundleState.MAKING if export.claimed_by else BundleState.WAITING
    return BundleState(str(export.state))
