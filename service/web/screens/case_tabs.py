"""The tabs of a case: a screenful of the open one, and how much each of them holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from service.access.principal import Principal
from service.casework.cases.listing import (
    COUNTED,
    Timed,
    actor_names,
    letters_in,
    timeline_of,
)
from service.casework.evidence.listing import evidence_of_case
from service.web.screens.evidence import evidence_rows
from service.web.screens.letters import letter_name
from service.web.screens.paging import page_query
from service.web.views.case import LetterRow, Tab, TimelineEntry
from service.web.views.evidence import EvidenceRow
from service.web.wording import gettext_of, happened

if TYPE_CHECKING:
    from archive.records.cases import CaseRecord, NoticeRecord


@dataclass(frozen=True)
class Tabs:
    """What the tabs show; only the open one has rows."""

    documentation: tuple[EvidenceRow, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    letters: tuple[LetterRow, ...] = ()
    counts: dict[Tab, str] = field(default_factory=dict)
    more_url: str | None = None


def tabs_of(
    session: Session,
    who: Principal,
    case: CaseRecord,
    now: datetime,
    *,
    language: str,
    tab: Tab,
    place: tuple[datetime, UUID] | None,
    entry: int | None,
) -> Tabs:
    """Fill the open tab with one screenful, from `place` or `entry` on, and count the others."""
    here = tab is Tab.DOCUMENTATION
    evidence = evidence_of_case(session, who, case, now, after=place if here else None)
    timeline = timeline_of(session, case, entry if tab is Tab.TIMELINE else None)
    letters = letters_in(session, case, place if tab is Tab.LETTERS else None)
    following = {
        Tab.DOCUMENTATION: page_query(evidence.next) if evidence.next else None,
        Tab.TIMELINE: f"entry={timeline.next}" if timeline.next is not None else None,
        Tab.LETTERS: page_query(letters.next) if letters.next else None,
    }[tab]
    counts = {
        Tab.DOCUMENTATION: evidence.count + (not evidence.count_is_exact),
        Tab.TIMELINE: timeline.count,
        Tab.LETTERS: letters.count,
    }
    return Tabs(
        documentation=evidence_rows(session, evidence.rows, language) if here else (),
        timeline=_timeline(session, timeline.entries, language) if tab is Tab.TIMELINE else (),
        letters=tuple(_letter(one, language) for one in letters.rows) if tab is Tab.LETTERS else (),
        counts={name: _spoken(count) for name, count in counts.items()},
        more_url=f"/cases/{case.number}?tab={tab}&{following}#tabs" if following else None,
    )


def _spoken(count: int) -> str:
    return str(count) if count <= COUNTED else "1.000+"


def _timeline(session: Session, timed: Sequence[Timed], language: str) -> tuple[TimelineEntry, ...]:
    names = actor_names(session, {one.actor for one in timed})
    return tuple(
        TimelineEntry(
            at=one.at,
            text=_told(one.kind, one.facts, language),
            who=names.get(one.actor),
            case_number=one.case_number,
        )
        for one in timed
    )


def _told(kind: str, facts: dict[str, object], language: str) -> str:
    words = happened(language, kind)
    step = facts.get("step")
    return f"{words}: {step}" if step else words


def _letter(notice: NoticeRecord, language: str) -> LetterRow:
    _ = gettext_of(language)
    state = _("Sent") if notice.sent_at else _("Waits to be sent")
    return LetterRow(
        letter_name(notice.kind, language), state, notice.sent_at or notice.made_at, ""
    )
