"""Judging posts by the rules in force: the pure engine, fed with our roster and the rules file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.records.people import PersonRecord, RosterRecord, UnitRecord
from moderation.engine import Engine
from moderation.policy import Duty
from moderation.rules import RuleSet, read_rules
from moderation.shipped import default_engine, shipped_version
from moderation.signals.employees import Roster
from moderation.signals.personal_data import OwnContacts
from moderation.text import normalise
from moderation.values import Finding, Post, RosterEntry
from moderation.words import Words
from service.installation import Installation
from service.settings import Settings

MUST_FIRST = 100
_NATIONAL = 8  # digits of a Danish or Norwegian number, without the country's


@dataclass(frozen=True)
class Judgement:
    """What the rules said of one post; `rules` names the set of rules and roster it was."""

    rules: str
    findings: tuple[Finding, ...]

    @staticmethod
    def rank_of(finding: Finding) -> int:
        """Return the place in the queue: duties before judgements, the most severe first."""
        return (MUST_FIRST if finding.duty is Duty.MUST else 0) + finding.severity


def judge_posts(
    installation: Installation, posts: Iterable[tuple[str, str, str | None]]
) -> dict[str, Judgement]:
    """Judge posts given as (id, text, author); returns a judgement for each id."""
    with installation.database.reading() as session:
        roster = roster_of(
            session, installation.clock.now(), days=installation.settings.roster_days
        )
    text = _own_rules(installation)
    own = own_contacts(installation.settings)
    engine = engine_for(roster, text, own)
    known = (shipped_version(), roster, text, sorted(own.phones), sorted(own.mail_domains))
    name = hashlib.sha256(repr(known).encode()).hexdigest()
    return {
        local_id: Judgement(name, engine.judge(Post(local_id, words, author)))
        for local_id, words, author in posts
    }


@lru_cache(maxsize=4)
def engine_for(
    roster: tuple[RosterEntry, ...], own_rules: str | None, own: OwnContacts | None = None
) -> Engine:
    """Return the compiled rules for a roster, with the municipality's own where it has any.

    `own`: the numbers and mail domains that may stand on its pages.
    """
    extra: RuleSet | None = read_rules(own_rules, "rules file") if own_rules else None
    return default_engine(roster=roster, own=own, extra=extra)


def own_contacts(settings: Settings) -> OwnContacts:
    """Return the telephones and mail domains that belong to the municipality, by its settings."""
    phones = (
        settings.duty_phone,
        settings.guard_phone,
        settings.counselling_phone,
        settings.hotline_phone,
        settings.contact_phone,
    )
    digits = ("".join(c for c in phone if c.isdigit()) for phone in phones if phone)
    domains = (*settings.workplace_domains, settings.archive_address.rpartition("@")[2])
    return OwnContacts(
        mail_domains=frozenset(domain.lower() for domain in domains if domain),
        phones=frozenset(number[-_NATIONAL:] for number in digits),
    )


def roster_of(session: Session, now: datetime, *, days: int) -> tuple[RosterEntry, ...]:
    """Return whom the page rules protect: everyone who works here, and the names of the roster.

    Whoever has left counts for so many `days` more: that is when some begin to write of them.
    """
    left = now - timedelta(days=days)
    entries: dict[object, RosterEntry] = {}
    people = (
        select(PersonRecord.id, PersonRecord.name, PersonRecord.title, UnitRecord.name)
        .outerjoin(UnitRecord, UnitRecord.id == PersonRecord.unit_id)
        .where(
            or_(PersonRecord.ended_at.is_(None), PersonRecord.ended_at > left),
            PersonRecord.sealed.is_(False),
        )
        .order_by(PersonRecord.name, PersonRecord.id)
    )
    for person_id, name, title, unit in session.execute(people):
        entries[person_id] = RosterEntry(name, title=title, unit=unit)
    names = select(RosterRecord).where(
        or_(RosterRecord.ended_at.is_(None), RosterRecord.ended_at > left)
    )
    for row in session.scalars(names.order_by(RosterRecord.name, RosterRecord.id)):
        nicknames = tuple(str(one) for one in row.nicknames)
        if row.person_id is not None:
            # Of one of ours only what else they are called; they may have left long ago.
            if (known := entries.get(row.person_id)) is not None:
                entries[row.person_id] = replace(known, nicknames=nicknames)
            continue
        for title in row.titles or (None,):
            entries[row.id, title] = RosterEntry(
                row.name, nicknames, str(title) if title else None, row.unit
            )
    return tuple(dict.fromkeys(entries.values()))


def names(session: Session, person_id: UUID, text: str) -> bool:
    """Tell whether a text names this person, by name or by a nickname of the roster.

    Read the way the rules read it, but without the title or place of work that a first name
    needs beside it there: this keeps a person from deciding, and flags nobody.
    """
    person = session.get_one(PersonRecord, person_id)
    known = select(RosterRecord).where(
        or_(RosterRecord.person_id == person_id, RosterRecord.name == person.name)
    )
    entries = [RosterEntry(person.name)]
    entries += [
        RosterEntry(row.name, tuple(str(one) for one in row.nicknames))
        for row in session.scalars(known)
    ]
    return bool(Roster(entries).find(Words(normalise(text)), {}))


def _own_rules(installation: Installation) -> str | None:
    path = installation.settings.rules_file
    return path.read_text("utf-8") if path is not None else None
