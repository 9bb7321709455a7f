"""A page on loopback, visited for real: its threat stands first in the queue and can be decided."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from archive.records.cases import CaseEvidenceRecord
from archive.records.evidence import EvidenceRecord, EvidenceState
from archive.records.pages import FindingRecord, PostRecord, VisitRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.capture.requesting import request_visit
from service.casework.moderation.verifying import check_preserved
from service.installation import Installation
from service.jobs import visits
from tests.capture.site import Answer, Site, open_site
from tests.service.casework.cases.opened import assert_clean, employ, kinds, open_one
from tests.service.casework.moderation.kept import claim_visit, decided, queue_of
from tests.service.conftest import Time, Town

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
Asks = Callable[[PersonRecord], Principal]

ARTICLE = """<article role="article" aria-label="Kommentar fra {author}">
<a href="/profil/{number}">{author}</a>
<div dir="auto">{text}</div>
<a href="/opslag/7?comment_id={number}"><time datetime="2026-11-20T12:03:00+01:00">2 t.</time></a>
</article>"""
THREAT = "Anna Holm, jeg finder dig og slår dig ihjel."
RUDE = "I er nogle idioter allesammen på det bibliotek."
NICE = "Tak for en dejlig aften på biblioteket."


@pytest.fixture
def site() -> Iterator[Site]:
    with open_site() as opened:
        yield opened


def page(*texts: str) -> Answer:
    articles = [
        ARTICLE.format(author=f"Kai Konto {number}", number=number, text=text)
        for number, text in enumerate(texts, start=11)
    ]
    return Answer.page(f'<main><div role="feed">{"".join(articles)}</div></main>')


def allowing(installation: Installation, site: Site) -> Installation:
    place = f"127.0.0.1:{site.port}"
    changed = installation.settings.model_copy(update={"capture_allow": (place,)})
    return replace(installation, settings=changed)


def carried_out(
    installation: Installation, who: Principal, url: str, time: Time, **more: Any
) -> VisitRecord:
    with installation.database.writing() as session:
        visit_id = request_visit(session, who, url, time.now, **more).id
    visits.perform(installation, claim_visit(installation, time), lambda _: None)
    with installation.database.reading() as session:
        return session.get_one(VisitRecord, visit_id)


def test_a_page_is_visited_kept_whole_judged_and_its_threat_decided(
    installation: Installation, town: Town, time: Time, asks: Asks, site: Site
) -> None:
    team = employ(installation, time, "Sanne Side", "page_team", unit=town.centre, everywhere=True)
    house, leader, sanne = allowing(installation, site), asks(town.leader), asks(team)
    number = open_one(installation, town, time)
    site.answers["/side"] = page(NICE, RUDE, THREAT)

    visit = carried_out(house, leader, site.url("/side"), time, case_number=number)

    assert (visit.status, visit.reason, visit.posts_read) == ("captured", None, 3)
    with house.database.reading() as session:
        evidence = session.get_one(EvidenceRecord, visit.evidence_id)
        posts = session.scalars(select(PostRecord).order_by(PostRecord.number)).all()
        joined = session.scalars(select(CaseEvidenceRecord.evidence_id)).all()
        findings = session.scalars(select(FindingRecord)).all()
    assert (evidence.kind, evidence.state) == ("capture", EvidenceState.READ)
    assert (evidence.unit_id, joined) == (town.library.id, [evidence.id])
    assert [one.text for one in posts] == [NICE, RUDE, THREAT]
    assert [one.text_sha256 for one in posts] == [
        hashlib.sha256(text.encode()).hexdigest() for text in (NICE, RUDE, THREAT)
    ]
    assert all(one.picture_name for one in posts)
    assert {one.clause for one in findings} >= {"harasses-named", "unlawful", "unsuitable"}

    waiting = queue_of(house, sanne, time)
    assert [one.post.text for one in waiting] == [THREAT, RUDE]
    worst = waiting[0].post.id
    assert check_preserved(house, worst).whole
    decided(house, sanne, worst, time, "delete", clause="unlawful")
    assert [one.post.text for one in queue_of(house, sanne, time)] == [RUDE]
    assert kinds(house).count("capture.kept") == 1
    assert_clean(house)


def test_a_page_that_cannot_be_had_leaves_its_reason_and_what_was_seen(
    installation: Installation, town: Town, time: Time, asks: Asks, site: Site
) -> None:
    house = allowing(installation, site)
    site.answers["/gone"] = Answer.page("<h1>Siden findes ikke</h1>", status=404)

    visit = carried_out(house, asks(town.leader), site.url("/gone"), time)

    assert visit.status == "failed"
    assert visit.reason
    assert visit.evidence_id is not None
    assert kinds(house)[-1] == "capture.failed"
    assert_clean(house)


# What the browser may not reach is no matter of the database: once is enough.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_our_own_doors_are_not_visited_even_where_they_are_listed(
    installation: Installation, town: Town, time: Time, asks: Asks, site: Site
) -> None:
    house = allowing(installation, site)
    door = f"127.0.0.1:{site.port}"
    house = replace(house, settings=house.settings.model_copy(update={"http": door}))
    site.answers["/side"] = page(THREAT)

    visit = carried_out(house, asks(town.leader), site.url("/side"), time)

    assert visit.status == "failed"
    assert site.asked == []
