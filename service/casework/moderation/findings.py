"""Keeping what rules found in a post: one row a finding, and by which rules it was judged."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from archive.records.pages import FindingRecord, PostRecord
from service.casework.moderation.judging import Judgement


def keep_findings(session: Session, post: PostRecord, judgement: Judgement, now: datetime) -> None:
    """Keep what the rules in force said of a post that is being kept."""
    post.judged_with = judgement.rules
    for finding in judgement.findings:
        session.add(
            FindingRecord(
                id=uuid4(),
                post_id=post.id,
                clause=finding.clause,
                duty=str(finding.duty),
                rule=finding.rule,
                version=finding.full_version,
                spans=[list(span) for span in finding.spans],
                deobfuscated=finding.deobfuscated,
                reasons=list(finding.reasons),
                rank=judgement.rank_of(finding),
                made_at=now,
            )
        )
