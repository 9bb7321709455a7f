"""What must be done now and then: erasures finished, old answers forgotten, heads kept."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from archive.clearing import clear_erased, sweep_orphans
from archive.ledger.log import SYSTEM, keep_checkpoint
from archive.records.evidence import IdempotencyRecord
from archive.records.people import SessionRecord
from service.access.devices import KEPT
from service.access.half_signed_in import forget_halves
from service.access.oidc.begun import forget_used
from service.access.tries import forget_tries
from service.casework.exporting.fetching import end_exports
from service.casework.moderation.sampling import draw_samples
from service.casework.organisation.drafts import forget_drafts
from service.casework.organisation.forgetting import forget_past
from service.casework.organisation.roster import forget_who_left
from service.installation import Installation
from service.log_lines import logger

EVERY_SECONDS = 3600
ANSWERS_KEPT = timedelta(hours=24)
SESSIONS_KEPT = timedelta(days=30)
COPIES_KEPT = timedelta(days=7)


def tidy(installation: Installation) -> None:
    """Do all of it once; each part may run at any time and in any number of processes."""
    now = installation.clock.now()
    ended = end_exports(installation, now)
    erased = clear_erased(installation.database, installation.objects, now)
    swept = sweep_orphans(installation.database, installation.objects, now)
    with installation.database.writing() as session:
        session.execute(
            delete(IdempotencyRecord).where(IdempotencyRecord.made_at < now - ANSWERS_KEPT)
        )
        session.execute(
            delete(SessionRecord).where(SessionRecord.last_seen_at < now - SESSIONS_KEPT)
        )
        draw_samples(session, now)
        forget_tries(session, now, KEPT)
        forget_halves(session, now)
        forget_used(session, now)
        forget_drafts(session, now)
        forget_past(session, now)
        forget_who_left(session, now, days=installation.settings.roster_days, actor=SYSTEM)
        keep_checkpoint(session, now)
    for copy in installation.data.glob("before-*.db"):
        # It holds wrapped keys: kept longer, no erasure would reach it.
        if now.timestamp() - copy.stat().st_mtime > COPIES_KEPT.total_seconds():
            copy.unlink(missing_ok=True)
    if ended or erased or swept:
        logger().info("housekeeping.done", ended=ended, erased=erased, swept=swept)
