"""What a mail says of one telling: looked up when it is written, for whoever gets it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from archive.records.cases import CaseRecord
from archive.records.people import PersonRecord
from archive.records.tellings import TellingRecord
from service.casework.cases.finding import may_on
from service.casework.cases.opening import reads_before
from service.casework.cases.outlines import is_large
from service.casework.telling.deadlines import still_running
from service.casework.telling.reaching import NEEDS, Reached
from service.casework.telling.round import Round
from service.notices.kinds import BACK, DEADLINE, HANDLER
from service.notices.ordinary import Known, because, hint, section_of
from service.notices.sections import Section


def section_for(
    at: Round, row: TellingRecord, case: CaseRecord | None, to: Reached, person: PersonRecord
) -> Section:
    """Return what is said of one telling to the person who gets it."""
    meant = at.session.get_one(PersonRecord, row.person_id)
    if not to.knows:
        return hint(meant.name, at.settings.url, person.language)
    section = section_of(row.kind, _known(at, row, case, person.language), person.language, at.now)
    if to.why is None:
        return section
    return replace(section, because=because(to.why, meant.name, person.language))


def _known(at: Round, row: TellingRecord, case: CaseRecord | None, language: str) -> Known:
    url = at.settings.url
    if row.kind == BACK:
        return Known(url=url, handed=_handed(at, row))
    if case is None:
        return Known(url=url)
    if row.kind == HANDLER:
        return Known(case.number, url, reads_before(case))
    if row.kind == DEADLINE:
        runs = still_running(at.session, case, row, at.now)
        if runs is None:
            return Known(case.number, url)
        return Known(case.number, url, runs.due.moment, runs.title.within(language))
    smallest = at.settings.smallest_unit
    large = case.unit_id is not None and is_large(at.session, case.unit_id, at.now, smallest)
    return Known(case.number if large else None, url)


def _handed(at: Round, row: TellingRecord) -> tuple[tuple[str | None, str], ...]:
    """Return what went to whom, with no subject of what the person no longer may know of."""
    person = at.session.get_one(PersonRecord, row.person_id)
    who = at.as_asking(person)
    query = (
        select(TellingRecord, PersonRecord.name)
        .join(PersonRecord, PersonRecord.id == TellingRecord.told_to)
        .where(TellingRecord.id.in_([UUID(one) for one in row.facts.get("of", ())]))
        .order_by(TellingRecord.told_at, TellingRecord.id)
    )
    handed: list[tuple[str | None, str]] = []
    for one, name in at.session.execute(query).all():
        case = at.session.get(CaseRecord, one.case_id) if one.case_id is not None else None
        needs = NEEDS.get(one.kind)
        hidden = (
            case is not None
            and needs is not None
            and not may_on(at.session, who, case, needs, at.now, though_closed=True)
        )
        section = section_of(
            one.kind, _known(at, one, case, person.language), person.language, at.now
        )
        handed.append((None if hidden else section.subject, name))
    return tuple(handed)
