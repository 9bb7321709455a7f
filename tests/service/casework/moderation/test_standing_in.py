"""A screenshot stands in for our own capture where that failed: this very post's, and whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from archive.clearing import clear_erased
from archive.intake.receive import evidence_key
from archive.records.cases import CaseEvidenceRecord
from archive.records.evidence import EvidenceRecord, Known, ObjectRecord, ViewingRecord
from archive.records.pages import DecisionRecord, ScreenshotRecord
from archive.records.people import PersonRecord
from archive.retention import erase
from service.access.principal import Principal
from service.casework.moderation.deciding import approve
from service.casework.moderation.queue import Card, card_of
from service.casework.moderation.revealing import reveal_post
from service.casework.moderation.screenshots import Standing, counting
from service.casework.moderation.standing_in import HandedIn, NotCounted, hand_in_screenshot
from service.casework.moderation.verifying import check_preserved
from service.errors import (
    AlreadySecured,
    FourEyes,
    NotPermitted,
    NotYetCaptured,
    PostNotFound,
    ReasonMissing,
)
from service.installation import Installation
from service.jobs.reading import READING
from tests.service.casework.cases.opened import (
    assert_clean,
    kinds,
    leaves_no_entry,
    leaves_one_entry,
    open_one,
)
from tests.service.casework.moderation.conftest import Team
from tests.service.casework.moderation.kept import (
    PAGE,
    RUDE,
    THREAT,
    answered,
    decided,
    flip_a_byte,
    keep_page,
    lose,
    objects_of_post,
    queue_of,
)
from tests.service.conftest import Time, Town
from tests.service.jobs.following import picture, work_off

Asks = Callable[[PersonRecord], Principal]
REMOVALS = ("delete", "hide")
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what has nothing to do with the database."""


def hand_in(
    installation: Installation,
    time: Time,
    who: Principal,
    post_id: UUID,
    content: bytes | None = None,
) -> HandedIn:
    """Hand in as the route does: sealed first, then registered."""
    receiving = installation.intake.begin()
    receiving.write(picture() if content is None else content)
    held = receiving.finish()
    return hand_in_screenshot(
        installation, who, post_id, held, filename="Skærmbillede.png", now=time.now
    )


def card(installation: Installation, time: Time, who: Principal, post_id: UUID) -> Card:
    with installation.database.reading() as session:
        return card_of(session, who, post_id, time.now)


def evidence(installation: Installation, evidence_id: UUID) -> EvidenceRecord:
    with installation.database.reading() as session:
        return session.get_one(EvidenceRecord, evidence_id)


def objects(installation: Installation, evidence_id: UUID) -> dict[str, ObjectRecord]:
    with installation.database.reading() as session:
        query = select(ObjectRecord).where(ObjectRecord.evidence_id == evidence_id)
        return {one.role: one for one in session.scalars(query)}


def test_a_deletion_is_refused_until_the_screenshot_is_opened_and_whole_and_then_rests_on_it(
    installation: Installation, time: Time, asks: Asks, team: Team, town: Town
) -> None:
    number = open_one(installation, town, time)
    sanne = asks(team.sanne)
    leader = asks(town.leader)
    post = keep_page(installation, time, leader, [THREAT], case=number, pictures=False)[THREAT]
    for act in REMOVALS:
        with leaves_no_entry(installation), pytest.raises(NotYetCaptured):
            decided(installation, sanne, post, time, act, clause="unlawful")

    kept = hand_in(installation, time, sanne, post)

    assert kept.not_counted is None
    assert kinds(installation)[-3:] == [
        "evidence.received",
        "case.evidence_added",
        "post.screenshot_handed_in",
    ]
    assert not check_preserved(installation, post).whole
    with leaves_no_entry(installation), pytest.raises(NotYetCaptured):
        decided(installation, sanne, post, time, "delete", clause="unlawful")

    work_off(installation, READING)

    (waiting,) = queue_of(installation, sanne, time)
    assert waiting.secured
    with leaves_one_entry(installation, "post.decided"):
        decision = decided(installation, sanne, post, time, "delete", clause="unlawful")
    assert (decision.evidence_id, decision.known) == (kept.evidence_id, Known.HANDED_IN)
    row = evidence(installation, kept.evidence_id)
    assert (row.kind, row.known, row.unit_id) == ("screenshot", "handed_in", town.library.id)
    with installation.database.reading() as session:
        in_case = session.scalars(select(CaseEvidenceRecord.evidence_id)).all()
    assert kept.evidence_id in in_case


def test_what_our_own_capture_holds_needs_no_screenshot_and_takes_none(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [THREAT])[THREAT]

    with leaves_no_entry(installation), pytest.raises(AlreadySecured):
        hand_in(installation, time, sanne, post)

    decision = decided(installation, sanne, post, time, "delete", clause="unlawful")
    assert decision.known == Known.CAPTURED


@on_sqlite
@pytest.mark.parametrize("spoil", [flip_a_byte, lose])
def test_a_damaged_capture_may_be_replaced_by_a_screenshot(
    installation: Installation,
    time: Time,
    asks: Asks,
    team: Team,
    *,
    spoil: Callable[[Installation, object], None],
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [THREAT])[THREAT]
    spoil(installation, objects_of_post(installation, post)["picture"])

    kept = hand_in(installation, time, sanne, post)
    work_off(installation, READING)

    decision = decided(installation, sanne, post, time, "delete", clause="unlawful")
    assert (decision.evidence_id, decision.known) == (kept.evidence_id, Known.HANDED_IN)


@on_sqlite
@pytest.mark.parametrize("role", ["original", "preview"])
@pytest.mark.parametrize("spoil", [flip_a_byte, lose])
def test_a_screenshot_that_is_damaged_or_missing_does_not_count(
    installation: Installation,
    time: Time,
    asks: Asks,
    team: Team,
    *,
    spoil: Callable[[Installation, object], None],
    role: str,
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [THREAT], pictures=False)[THREAT]
    kept = hand_in(installation, time, sanne, post)
    work_off(installation, READING)
    assert check_preserved(installation, post).whole

    spoil(installation, objects(installation, kept.evidence_id)[role])

    assert not check_preserved(installation, post).whole
    with pytest.raises(NotYetCaptured):
        decided(installation, sanne, post, time, "delete", clause="unlawful")


@on_sqlite
@pytest.mark.parametrize(
    "content", [b"%PDF-1.7 a page", b"GIF8", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b""]
)
def test_what_is_no_picture_is_kept_and_does_not_count(
    installation: Installation, time: Time, asks: Asks, team: Team, *, content: bytes
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [THREAT], pictures=False)[THREAT]

    kept = hand_in(installation, time, sanne, post, content)
    work_off(installation, READING)

    assert kept.not_counted is NotCounted.NO_PICTURE
    assert kinds(installation).count("post.screenshot_not_counted") == 1
    assert evidence(installation, kept.evidence_id).size == len(content)
    assert card(installation, time, sanne, post).screenshots == []
    with pytest.raises(NotYetCaptured):
        decided(installation, sanne, post, time, "delete", clause="unlawful")
    assert_clean(installation)


def test_what_begins_like_a_picture_and_cannot_be_opened_does_not_count(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [THREAT], pictures=False)[THREAT]

    kept = hand_in(installation, time, sanne, post, b"\x89PNG\r\n\x1a\n and then nothing")
    work_off(installation, READING)

    assert kept.not_counted is None
    (one,) = card(installation, time, sanne, post).screenshots
    assert one.standing is Standing.UNREADABLE
    with pytest.raises(NotYetCaptured):
        decided(installation, sanne, post, time, "delete", clause="unlawful")


def test_another_posts_picture_is_kept_and_does_not_count(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    bare = keep_page(installation, time, sanne, [THREAT, RUDE], pictures=False)
    other = keep_page(installation, time, sanne, [RUDE], url="https://other.example/")[RUDE]
    stored = objects_of_post(installation, other)["picture"]
    with installation.database.reading() as session:
        key = evidence_key(session, installation.vault, stored.evidence_id)
    captured = installation.vault.read(key, stored)
    hand_in(installation, time, sanne, bare[RUDE])

    for content in (captured, picture()):
        kept = hand_in(installation, time, sanne, bare[THREAT], content)
        assert kept.not_counted is NotCounted.ANOTHER_POSTS
    work_off(installation, READING)

    assert counting(card(installation, time, sanne, bare[RUDE]).screenshots) is not None
    assert not check_preserved(installation, bare[THREAT]).whole
    with pytest.raises(NotYetCaptured):
        decided(installation, sanne, bare[THREAT], time, "delete", clause="unlawful")


def test_an_erased_screenshot_stands_in_for_nothing_even_after_a_check_found_it_whole(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne, per = asks(team.sanne), asks(team.per)
    post = keep_page(installation, time, sanne, [RUDE], pictures=False)[RUDE]
    kept = hand_in(installation, time, sanne, post)
    work_off(installation, READING)
    decided(installation, sanne, post, time, "delete", clause="unsuitable", reason="Groft.")
    found_whole = check_preserved(installation, post)
    with installation.database.writing() as session:
        erase(session, kept.evidence_id, "bad om det", per.actor, time.now)

    with pytest.raises(NotYetCaptured), installation.database.writing() as session:
        approve(session, per, post, agrees=True, preserved=found_whole, now=time.now)
    clear_erased(installation.database, installation.objects, time.now)
    assert found_whole.whole
    assert not check_preserved(installation, post).whole
    with pytest.raises(NotYetCaptured):
        answered(installation, per, post, time, agrees=True)
    with installation.database.reading() as session:
        assert session.scalars(select(ScreenshotRecord)).all() == []
        assert session.scalars(select(DecisionRecord.approved_at)).all() == [None]
    assert_clean(installation)


def test_the_same_words_at_a_later_visit_are_the_same_post(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne, per = asks(team.sanne), asks(team.per)
    first = keep_page(installation, time, sanne, [RUDE], pictures=False)[RUDE]
    hand_in(installation, time, sanne, first)
    work_off(installation, READING)
    decided(installation, sanne, first, time, "delete", clause="unsuitable", reason="Groft.")
    time.pass_by(timedelta(hours=1))
    later = keep_page(installation, time, sanne, [RUDE], pictures=False)[RUDE]

    with leaves_one_entry(installation, "post.approved"):
        answered(installation, per, later, time, agrees=True)

    elsewhere = keep_page(
        installation, time, sanne, [RUDE], url="https://other.example/", pictures=False
    )[RUDE]
    assert not check_preserved(installation, elsewhere).whole


def test_a_colleague_is_shown_the_screenshot_and_that_is_what_the_ledger_says_was_viewed(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne, per = asks(team.sanne), asks(team.per)
    post = keep_page(installation, time, sanne, [THREAT], pictures=False)[THREAT]
    kept = hand_in(installation, time, sanne, post)
    work_off(installation, READING)

    with leaves_one_entry(installation, "evidence.viewed"):
        shown = reveal_post(installation, per, post, time.now, "picture")

    assert shown.evidence_id == kept.evidence_id
    assert shown.picture_name == objects(installation, kept.evidence_id)["preview"].name
    with installation.database.reading() as session:
        (viewing,) = session.scalars(select(ViewingRecord))
    assert (viewing.person_id, viewing.evidence_id) == (team.per.id, kept.evidence_id)


def test_only_the_page_team_hands_in_and_never_who_the_post_is_about(
    installation: Installation, time: Time, asks: Asks, team: Team, town: Town
) -> None:
    number = open_one(installation, town, time, harassed=[team.per])
    leader = asks(town.leader)
    post = keep_page(installation, time, leader, [RUDE], case=number, pictures=False)[RUDE]

    for person, refusal in (
        (team.per, FourEyes),
        (town.leader, NotPermitted),
        (town.lawyer, NotPermitted),
        (town.other_leader, PostNotFound),
        (team.operator, PostNotFound),
    ):
        with leaves_no_entry(installation), pytest.raises(refusal):
            hand_in(installation, time, asks(person), post)


def test_gone_before_it_was_captured_is_recorded_with_its_reason_and_only_where_nothing_stands(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    posts = keep_page(installation, time, sanne, [THREAT], pictures=False)
    secured = keep_page(installation, time, sanne, [RUDE], url="https://other.example/")[RUDE]

    with leaves_no_entry(installation), pytest.raises(AlreadySecured):
        decided(installation, sanne, secured, time, "gone", reason="Den var væk.")
    with leaves_no_entry(installation), pytest.raises(ReasonMissing):
        decided(installation, sanne, posts[THREAT], time, "gone")
    with leaves_one_entry(installation, "post.decided"):
        decision = decided(
            installation, sanne, posts[THREAT], time, "gone", reason="Slettet kl. 9, før vi kom."
        )

    assert (decision.needs_approval, decision.evidence_id) == (False, None)
    assert [one.post.id for one in queue_of(installation, sanne, time)] == [secured]
    time.pass_by(timedelta(days=1))
    back = keep_page(installation, time, sanne, [THREAT], url=PAGE)[THREAT]
    assert back in [one.post.id for one in queue_of(installation, sanne, time)]
