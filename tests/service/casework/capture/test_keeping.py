"""Keeping a capture: all in one commit, under its fence, whatever a page wrote into its posts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from archive.records.cases import CaseEvidenceRecord
from archive.records.evidence import EvidenceRecord, ObjectRecord
from archive.records.pages import PostRecord, VisitRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.capture.keeping import fail_visit
from service.casework.capture.requesting import request_visit
from service.casework.cases.finding import find_case
from service.casework.cases.merging import Decided, merge
from service.installation import Installation
from service.jobs.claims import LEASE
from service.jobs.errors import FenceMoved
from tests.service.casework.cases.opened import assert_clean, kinds, leaves_one_entry, open_one
from tests.service.casework.moderation.kept import (
    PAGE,
    RUDE,
    THREAT,
    claim_visit,
    keep_page,
    keep_posts,
    post,
)
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]


def asked(installation: Installation, who: Principal, time: Time) -> None:
    with installation.database.writing() as session:
        request_visit(session, who, PAGE, time.now)


def count(installation: Installation, table: type[object]) -> int:
    with installation.database.reading() as session:
        return int(session.scalar(select(func.count()).select_from(table)) or 0)


def test_posts_findings_files_and_the_visit_come_in_one_commit(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    before = len(kinds(installation))
    keep_page(installation, time, asks(town.leader), [THREAT, RUDE])

    assert kinds(installation)[before:] == [
        "capture.requested",
        "evidence.received",
        "capture.kept",
    ]
    with installation.database.reading() as session:
        visit = session.scalars(select(VisitRecord)).one()
        roles = session.scalars(select(ObjectRecord.role).order_by(ObjectRecord.role)).all()
    assert (visit.status, visit.claimed_by, visit.next_attempt_at) == ("captured", None, None)
    assert sorted(roles) == ["log", "original", "page", "picture", "picture"]
    assert_clean(installation)


def test_whoever_lost_the_claim_keeps_nothing_and_leaves_no_bytes(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    asked(installation, asks(town.leader), time)
    late = claim_visit(installation, time)
    time.pass_by(LEASE)
    claim_visit(installation, time)

    with pytest.raises(FenceMoved):
        keep_posts(installation, time, late, PAGE, [post(THREAT)])
    with pytest.raises(FenceMoved):
        fail_visit(installation, late, "browser-lost")

    assert count(installation, PostRecord) == count(installation, EvidenceRecord) == 0
    assert list(installation.objects.names()) == []
    assert_clean(installation)


def test_what_a_page_writes_where_no_text_belongs_does_not_stop_its_capture(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    asked(installation, asks(town.leader), time)
    hostile = replace(
        post(f"{THREAT}\x00"),
        author="Kai\x00" * 200,
        author_url="https://a.example/\x00",
        permalink="https://a.example/\x00?" + "x" * 5000,
        time="2026-11-20T12:03:00+01:00 og lidt mere \x00 end der er plads til",
        time_stated="\x00" * 300,
        id="\x00" * 400,
    )

    keep_posts(installation, time, claim_visit(installation, time), PAGE, [hostile])

    with installation.database.reading() as session:
        row = session.scalars(select(PostRecord)).one()
    assert row.text == f"{THREAT}\ufffd"
    assert (len(row.author or ""), len(row.local_id)) == (300, 300)
    assert "\x00" not in f"{row.author}{row.author_url}{row.permalink}{row.time}{row.time_stated}"
    assert_clean(installation)


def test_a_visit_that_our_own_side_could_not_make_ends_with_its_code(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    asked(installation, asks(town.leader), time)
    claim = claim_visit(installation, time)
    time.pass_by(timedelta(seconds=5))

    with leaves_one_entry(installation, "capture.failed"):
        fail_visit(installation, claim, "browser-lost")

    with installation.database.reading() as session:
        visit = session.scalars(select(VisitRecord)).one()
    assert (visit.status, visit.reason) == ("failed", "browser-lost")
    assert visit.ended_at is not None
    assert visit.next_attempt_at is None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_capture_that_is_being_kept_while_its_case_is_merged_follows_it(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    leader = asks(town.leader)
    old, new = (open_one(installation, town, time) for _ in range(2))
    with installation.database.writing() as session:
        visit_id = request_visit(session, leader, PAGE, time.now, old).id
    claim = claim_visit(installation, time)
    with installation.database.writing() as keeping:
        keeping.get_one(VisitRecord, visit_id, with_for_update=True)
        with installation.database.writing() as session:
            session.execute(text("SET LOCAL lock_timeout = '5s'"))  # it waits for no capture
            decided = Decided("Det er samme sag.")
            merge(session, leader, old, new, decided, settings=installation.settings, now=time.now)

    keep_posts(installation, time, claim, PAGE, [post(THREAT)])

    with installation.database.reading() as session:
        visit = session.get_one(VisitRecord, visit_id)
        case = find_case(session, leader, new, time.now).case
        assert visit.case_id == case.id
        assert session.get(CaseEvidenceRecord, (case.id, visit.evidence_id)) is not None
    assert_clean(installation)
