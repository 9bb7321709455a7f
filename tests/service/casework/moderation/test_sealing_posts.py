"""Shutting a post: nothing of it is shown, at no visit, until the DPO opens it again."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from PIL import Image

from archive.errors import EvidenceNotFound
from archive.records.evidence import EvidenceRecord, ViewingRecord
from archive.records.pages import PostRecord
from archive.records.people import PersonRecord
from archive.records.readings import ScanRecord
from service.access.principal import Principal
from service.casework.evidence.lifting import lift_seal
from service.casework.evidence.originals import object_of
from service.casework.evidence.sealing_off import clear_shut, seal_off
from service.casework.moderation.queue import card_of, shut_among
from service.casework.moderation.revealing import reveal_post
from service.casework.moderation.screenshots import Standing
from service.casework.moderation.sealing_posts import seal_off_post
from service.casework.moderation.standing_in import hand_in_screenshot
from service.casework.moderation.verifying import check_preserved
from service.errors import NotPermitted, NotYetCaptured, PostNotFound, SealedOff
from service.installation import Installation
from service.jobs.reading import READING
from tests.service.casework.cases.opened import assert_clean, kinds, leaves_no_entry, open_one
from tests.service.casework.mail.mails import hand_over, with_picture
from tests.service.casework.moderation.conftest import Team
from tests.service.casework.moderation.kept import (
    RUDE,
    THREAT,
    decided,
    keep_page,
    queue_of,
)
from tests.service.conftest import Time, Town
from tests.service.jobs.following import every, work_off

Asks = Callable[[PersonRecord], Principal]
PARTS = ("text", "picture")
OTHER = "https://www.facebook.example/andet"
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is no matter of SQL."""


def drawn(shade: int = 10) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((64, 64)).rotate(shade).convert("RGB").save(out, "PNG")
    return out.getvalue()


def hand_in(
    house: Installation,
    time: Time,
    who: Principal,
    post: UUID,
    content: bytes,
    *,
    read: bool = True,
) -> UUID:
    receiving = house.intake.begin()
    receiving.write(content)
    held = receiving.finish()
    kept = hand_in_screenshot(house, who, post, held, filename="skærm.png", now=time.now)
    if read:
        work_off(house, READING)
    return kept.evidence_id


def seal_post(house: Installation, time: Time, who: Principal, post: UUID) -> None:
    time.pass_by(timedelta(seconds=1))
    with house.database.writing() as session:
        shut = seal_off_post(session, who, post, time.now)
    clear_shut(house, shut)


def seal(house: Installation, time: Time, who: Principal, evidence: UUID) -> None:
    time.pass_by(timedelta(seconds=1))
    with house.database.writing() as session:
        shut = seal_off(session, who, evidence, time.now)
    clear_shut(house, shut)


def lift(house: Installation, time: Time, who: Principal, evidence: UUID) -> set[UUID]:
    time.pass_by(timedelta(seconds=1))
    with house.database.writing() as session:
        return set(lift_seal(session, who, evidence, "Det er en hund.", time.now))


def capture_of(house: Installation, post: UUID) -> UUID:
    with house.database.reading() as session:
        return session.get_one(PostRecord, post).evidence_id


def sealed(house: Installation) -> set[UUID]:
    rows = every(house, EvidenceRecord)
    return {one.id for one in rows if one.sealed_off_at is not None}


def shows_nothing(house: Installation, time: Time, who: Principal, post: UUID) -> None:
    for part in PARTS:
        with leaves_no_entry(house), pytest.raises(SealedOff):
            reveal_post(house, who, post, time.now, part)


def test_whichever_of_capture_and_screenshot_is_shut_nothing_of_the_post_is_shown(
    installation: Installation, time: Time, asks: Asks, team: Team, town: Town
) -> None:
    sanne, archivist, dpo = asks(team.sanne), asks(town.archivist), asks(town.lawyer)
    post = keep_page(installation, time, sanne, [THREAT], pictures=False)[THREAT]
    capture = capture_of(installation, post)
    screenshot = hand_in(installation, time, sanne, post, drawn())
    for pointed_at in (screenshot, capture):
        seal(installation, time, archivist, pointed_at)

        assert sealed(installation) == {capture, screenshot}
        shows_nothing(installation, time, sanne, post)
        (waiting,) = queue_of(installation, sanne, time)
        assert (waiting.shut, waiting.secured) == (True, True)

        assert lift(installation, time, dpo, pointed_at) == {capture, screenshot}
        work_off(installation, READING)
        assert reveal_post(installation, sanne, post, time.now, "picture").evidence_id == screenshot
    assert_clean(installation)


@on_sqlite
def test_a_capture_that_was_pointed_at_does_not_open_with_a_screenshot_nor_before_it(
    installation: Installation, time: Time, asks: Asks, team: Team, town: Town
) -> None:
    sanne, archivist, dpo = asks(team.sanne), asks(town.archivist), asks(town.lawyer)
    posts = keep_page(installation, time, sanne, [THREAT, RUDE], pictures=False)
    capture = capture_of(installation, posts[THREAT])
    first = hand_in(installation, time, sanne, posts[THREAT], drawn(10))
    other = hand_in(installation, time, sanne, posts[RUDE], drawn(70))

    seal(installation, time, archivist, first)
    assert sealed(installation) == {first, capture}
    seal(installation, time, archivist, other)
    assert lift(installation, time, dpo, first) == {first}
    assert lift(installation, time, dpo, other) == {other, capture}

    work_off(installation, READING)
    seal(installation, time, archivist, capture)
    assert sealed(installation) == {first, other, capture}
    assert lift(installation, time, dpo, first) == set()
    assert lift(installation, time, dpo, capture) == {first, other, capture}


@on_sqlite
def test_the_page_team_shuts_a_post_at_every_visit_before_and_after(
    installation: Installation, time: Time, asks: Asks, team: Team, town: Town
) -> None:
    sanne, per, dpo = asks(team.sanne), asks(team.per), asks(town.lawyer)
    before = keep_page(installation, time, sanne, [THREAT])[THREAT]
    elsewhere = keep_page(installation, time, sanne, [THREAT], url=OTHER)[THREAT]
    time.pass_by(timedelta(days=1))
    post = keep_page(installation, time, sanne, [THREAT, RUDE])[THREAT]

    seal_post(installation, time, sanne, post)

    visits = {capture_of(installation, before), capture_of(installation, post)}
    assert sealed(installation) == visits
    assert kinds(installation)[-1] == "post.sealed_off"
    for one in (before, post):
        shows_nothing(installation, time, per, one)
    assert reveal_post(installation, per, elsewhere, time.now).text == THREAT

    time.pass_by(timedelta(days=1))
    later = keep_page(installation, time, sanne, [THREAT])[THREAT]
    assert sealed(installation) == visits | {capture_of(installation, later)}
    shows_nothing(installation, time, per, later)
    time.pass_by(timedelta(days=1))
    gone = keep_page(installation, time, sanne, [RUDE])[RUDE]
    assert reveal_post(installation, per, gone, time.now).text == RUDE
    # It is kept all the same, and can be deleted.
    assert decided(installation, sanne, later, time, "delete", clause="unlawful").evidence_id

    assert lift(installation, time, dpo, capture_of(installation, post)) == {
        *visits,
        capture_of(installation, later),
    }
    time.pass_by(timedelta(days=1))
    again = keep_page(installation, time, sanne, [THREAT])[THREAT]
    assert reveal_post(installation, per, again, time.now).text == THREAT
    assert_clean(installation)


def test_only_whoever_sees_it_in_the_queue_shuts_it(
    installation: Installation, time: Time, asks: Asks, team: Team, town: Town
) -> None:
    number = open_one(installation, town, time, harassed=[team.per])
    post = keep_page(installation, time, asks(town.leader), [RUDE], case=number)[RUDE]
    bare = keep_page(installation, time, asks(team.sanne), [THREAT])[THREAT]

    for person in (town.anna, town.archivist, town.other_leader, team.operator):
        with leaves_no_entry(installation), pytest.raises((NotPermitted, PostNotFound)):
            seal_post(installation, time, asks(person), post)
    with leaves_no_entry(installation), pytest.raises(PostNotFound):
        seal_post(installation, time, asks(town.leader), bare)

    # Whoever it is about may: it judges nothing. So may the leader in whose unit it is.
    seal_post(installation, time, asks(team.per), post)
    seal_post(installation, time, asks(town.leader), post)
    assert sealed(installation) == {capture_of(installation, post)}
    with installation.database.reading() as session:
        assert shut_among(session, [post, bare]) == {post}


@on_sqlite
def test_of_what_is_shut_no_screenshot_is_taken(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [THREAT], pictures=False)[THREAT]
    seal_post(installation, time, sanne, post)

    with leaves_no_entry(installation), pytest.raises(SealedOff):
        hand_in(installation, time, sanne, post, drawn())


def test_a_shut_screenshot_counts_only_where_it_was_opened_as_a_picture(
    installation: Installation, time: Time, asks: Asks, team: Team, town: Town
) -> None:
    sanne, archivist = asks(team.sanne), asks(town.archivist)
    posts = keep_page(installation, time, sanne, [THREAT, RUDE], pictures=False)
    opened = hand_in(installation, time, sanne, posts[THREAT], drawn())
    broken = hand_in(installation, time, sanne, posts[RUDE], b"\x89PNG\r\n\x1a\n and nothing")
    for one in (opened, broken):
        seal(installation, time, archivist, one)

    counted = {True: posts[THREAT], False: posts[RUDE]}
    secured = {one.post.id: one.secured for one in queue_of(installation, sanne, time)}
    for counts, post in counted.items():
        with installation.database.reading() as session:
            (shot,) = card_of(session, sanne, post, time.now).screenshots
        assert shot.standing is (Standing.COUNTS if counts else Standing.SHUT)
        assert check_preserved(installation, post).whole is counts
        assert secured[post] is counts
    kept = decided(installation, sanne, posts[THREAT], time, "delete", clause="unlawful")
    assert kept.evidence_id == opened
    with pytest.raises(NotYetCaptured):
        decided(
            installation, sanne, posts[RUDE], time, "delete", clause="unsuitable", reason="Groft."
        )


@on_sqlite
def test_a_screenshot_that_is_shut_before_it_is_read_counts_where_its_bytes_were_opened_before(
    installation: Installation, time: Time, asks: Asks, team: Team, town: Town
) -> None:
    sanne, archivist = asks(team.sanne), asks(town.archivist)
    seen = keep_page(installation, time, sanne, [THREAT], pictures=False)[THREAT]
    unseen = keep_page(installation, time, sanne, [RUDE], pictures=False)[RUDE]
    hand_over(installation, with_picture(drawn(10)))
    work_off(installation, READING)
    (known,) = [one for one in every(installation, EvidenceRecord) if "image" in one.media_type]
    seal(installation, time, archivist, known.id)

    for post, shade, counts in ((seen, 10, True), (unseen, 70, False)):
        shot = hand_in(installation, time, sanne, post, drawn(shade), read=False)
        seal(installation, time, archivist, shot)
        assert check_preserved(installation, post).whole is counts


@on_sqlite
def test_what_a_scanner_found_something_in_is_not_shown_and_nobody_has_seen_it(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [THREAT], pictures=False)[THREAT]
    screenshot = hand_in(installation, time, sanne, post, drawn())
    reveal_post(installation, sanne, post, time.now, "picture")
    with installation.database.writing() as session:
        session.add(
            ScanRecord(
                id=uuid4(),
                evidence_id=screenshot,
                asked_at=time.now,
                scanned_at=time.now,
                verdict="infected",
            )
        )
    time.pass_by(timedelta(hours=1))

    with leaves_no_entry(installation), pytest.raises(PostNotFound):
        reveal_post(installation, sanne, post, time.now, "picture")
    assert reveal_post(installation, sanne, post, time.now).text == THREAT


@on_sqlite
def test_nobody_stands_as_having_seen_a_picture_or_words_that_a_post_has_not(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    bare = keep_page(installation, time, sanne, [THREAT], pictures=False)[THREAT]
    wordless = keep_page(installation, time, sanne, [""], url=OTHER)[""]

    for post, part in ((bare, "picture"), (wordless, "text")):
        with leaves_no_entry(installation), pytest.raises(PostNotFound):
            reveal_post(installation, sanne, post, time.now, part)
    assert every(installation, ViewingRecord) == []
    assert reveal_post(installation, sanne, wordless, time.now, "picture").picture_name


@on_sqlite
def test_a_link_to_the_picture_of_a_post_opens_nothing_once_the_post_is_shut(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    post = keep_page(installation, time, sanne, [THREAT])[THREAT]
    shown = reveal_post(installation, sanne, post, time.now, "picture")
    assert shown.picture_name is not None
    seal_post(installation, time, sanne, post)

    with installation.database.reading() as session, pytest.raises(EvidenceNotFound):
        object_of(
            session,
            installation.vault,
            sanne,
            evidence_id=shown.evidence_id,
            name=shown.picture_name,
            now=time.now,
        )
