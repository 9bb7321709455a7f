"""A post that one of ours typed from a screenshot: judged, decided, and never our own capture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import inspect, select, text

from archive.clearing import clear_erased
from archive.records.cases import CaseEvidenceRecord
from archive.records.evidence import DeliveryRecord, EvidenceRecord, Known, ViewingRecord
from archive.records.pages import DecisionRecord, FindingRecord, PostRecord, VisitRecord
from archive.records.people import PersonRecord
from archive.retention import erase
from service.access.principal import Principal
from service.casework.cases.finding import find_case
from service.casework.cases.merging import Decided, merge
from service.casework.moderation.queue import card_of, count_waiting
from service.casework.moderation.revealing import reveal_post
from service.casework.moderation.sealing_posts import seal_off_post
from service.casework.moderation.typed_posts import keep_typed_post, place_of, typed_posts_at
from service.casework.moderation.typed_words import MOST_TEXT, TypedWords, words_from
from service.errors import (
    FourEyes,
    NotPermitted,
    NotYetCaptured,
    ReasonMissing,
    UploadInvalid,
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
    ADVERT,
    NICE,
    PAGE,
    THREAT,
    answered,
    decided,
    keep_page,
    queue_of,
)
from tests.service.casework.moderation.typing_posts import (
    WALLED,
    WORDS,
    failed_visit,
    shot,
    type_post,
    typed,
    walled_page,
)
from tests.service.conftest import Time, Town
from tests.service.jobs.following import every, work_off

Asks = Callable[[PersonRecord], Principal]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what has nothing to do with the database."""


def test_a_post_behind_a_sign_in_is_typed_judged_at_once_and_removed_with_a_colleague(
    installation: Installation, time: Time, asks: Asks, team: Team, town: Town
) -> None:
    number = open_one(installation, town, time)
    sanne, per = asks(team.sanne), asks(team.per)
    visit = failed_visit(installation, time, asks(town.leader), case=number)

    kept = type_post(installation, time, sanne, visit=visit)

    assert kinds(installation)[-3:] == ["evidence.received", "case.evidence_added", "post.typed"]
    (waiting,) = queue_of(installation, sanne, time)
    assert (waiting.post.id, waiting.clause, waiting.secured) == (kept.post_id, "unlawful", False)
    post = typed(installation, kept.post_id)
    assert (post.typed_by, post.typed_at) == (team.sanne.id, time.now)
    assert (post.author, post.time, post.time_stated) == ("Kai Konto", None, "2 t")
    assert post.evidence_id == kept.evidence_id
    (finding,) = [one for one in every(installation, FindingRecord) if one.clause == "unlawful"]
    assert THREAT[slice(*finding.spans[0])]
    with installation.database.reading() as session:
        row = session.get_one(EvidenceRecord, kept.evidence_id)
        assert (row.kind, row.known, row.source_url) == ("screenshot", Known.HANDED_IN, WALLED)
        joined = session.scalars(select(CaseEvidenceRecord.evidence_id)).all()
        assert kept.evidence_id in joined
        failed = session.get_one(VisitRecord, visit)
        assert [one.id for one in typed_posts_at(session, failed)] == [kept.post_id]
    with leaves_no_entry(installation), pytest.raises(NotYetCaptured):
        decided(installation, per, kept.post_id, time, "delete", clause="unlawful")

    work_off(installation, READING)

    (waiting,) = queue_of(installation, per, time)
    assert waiting.secured
    with leaves_no_entry(installation), pytest.raises(ReasonMissing):
        decided(installation, sanne, kept.post_id, time, "delete", clause="unlawful")
    with leaves_one_entry(installation, "post.proposed"):
        decided(installation, sanne, kept.post_id, time, "delete", clause="unlawful", reason="X")
    with leaves_no_entry(installation), pytest.raises(FourEyes):
        answered(installation, sanne, kept.post_id, time, agrees=True)
    decision = answered(installation, per, kept.post_id, time, agrees=True)
    assert (decision.evidence_id, decision.known) == (kept.evidence_id, Known.HANDED_IN)
    assert queue_of(installation, per, time) == []
    assert_clean(installation)


def test_whoever_did_not_type_it_decides_alone_where_a_duty_was_seen(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    kept = type_post(installation, time, asks(team.sanne))
    advert = type_post(
        installation, time, asks(team.sanne), replace(WORDS, text=ADVERT), content=shot("red")
    )
    work_off(installation, READING)

    with leaves_one_entry(installation, "post.decided"):
        decided(installation, asks(team.per), kept.post_id, time, "delete", clause="unlawful")
    with leaves_one_entry(installation, "post.proposed"):
        own = decided(
            installation,
            asks(team.sanne),
            advert.post_id,
            time,
            "delete",
            clause="irrelevant",
            reason="Reklame",
        )
    assert not own.excepted, "an advertisement is sampled only where one person took it alone"


def test_the_same_sent_twice_is_one_post_and_another_post_from_the_same_picture_is_another(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    first = type_post(installation, time, sanne)
    time.pass_by(timedelta(seconds=1))

    again = type_post(installation, time, sanne)
    other = type_post(installation, time, sanne, replace(WORDS, text=NICE))

    assert again.post_id == first.post_id
    assert other.post_id != first.post_id
    assert len(every(installation, PostRecord)) == len(every(installation, VisitRecord)) == 2
    assert len(every(installation, EvidenceRecord)) == 2
    assert len(every(installation, DeliveryRecord)) == 3
    assert kinds(installation).count("post.typed") == 2
    assert_clean(installation)


@on_sqlite
def test_what_no_rule_marks_waits_too_until_somebody_has_judged_it(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    keep_page(installation, time, sanne, [NICE])
    kept = type_post(installation, time, sanne, replace(WORDS, text=NICE))
    worse = type_post(installation, time, sanne, content=shot("red"))

    found = queue_of(installation, sanne, time)
    assert [(one.post.id, one.clause) for one in found] == [
        (worse.post_id, "unlawful"),
        (kept.post_id, None),
    ]
    with installation.database.reading() as session:
        assert count_waiting(session, sanne, time.now) == 2
    decided(installation, sanne, kept.post_id, time, "let_stand")
    assert [one.post.id for one in queue_of(installation, sanne, time)] == [worse.post_id]


@on_sqlite
def test_what_is_seen_anew_after_its_removal_waits_anew_and_what_may_stand_does_not(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne, per = asks(team.sanne), asks(team.per)
    visit = failed_visit(installation, time, sanne)
    threat = type_post(installation, time, sanne, visit=visit)
    nice = type_post(
        installation, time, sanne, replace(WORDS, text=NICE), visit=visit, content=shot("white")
    )
    work_off(installation, READING)
    decided(installation, per, threat.post_id, time, "delete", clause="unlawful")
    decided(installation, per, nice.post_id, time, "let_stand")
    time.pass_by(timedelta(hours=1))

    again = type_post(installation, time, sanne, visit=visit, content=shot("red"))
    type_post(
        installation, time, sanne, replace(WORDS, text=NICE), visit=visit, content=shot("blue")
    )

    assert [one.post.id for one in queue_of(installation, sanne, time)] == [again.post_id]


@on_sqlite
def test_typed_words_are_never_those_of_a_post_that_we_captured(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    captured = keep_page(installation, time, sanne, [THREAT], pictures=False)[THREAT]
    with installation.database.reading() as session:
        link = session.get_one(PostRecord, captured).permalink

    kept = type_post(installation, time, sanne, replace(WORDS, permalink=link), address=PAGE)
    work_off(installation, READING)

    waiting = {one.post.id: one.secured for one in queue_of(installation, sanne, time)}
    assert waiting == {captured: False, kept.post_id: True}


def test_what_is_shown_of_it_is_the_screenshot_and_a_viewing_of_that(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    kept = type_post(installation, time, asks(team.sanne))
    work_off(installation, READING)

    words = reveal_post(installation, asks(team.per), kept.post_id, time.now)
    picture = reveal_post(installation, asks(team.per), kept.post_id, time.now, "picture")

    assert (words.text, bool(words.marks)) == (THREAT, True)
    assert picture.picture_name is not None
    assert {one.evidence_id for one in every(installation, ViewingRecord)} == {kept.evidence_id}


@on_sqlite
def test_nothing_is_kept_of_what_is_refused(
    installation: Installation, time: Time, asks: Asks, team: Team, town: Town
) -> None:
    number = open_one(installation, town, time)
    visit = failed_visit(installation, time, asks(town.leader), case=number)
    sanne = asks(team.sanne)
    type_post(installation, time, sanne)
    before = len(every(installation, EvidenceRecord)), list(installation.objects.names())

    with leaves_no_entry(installation):
        with pytest.raises(UploadInvalid) as refused:
            type_post(installation, time, sanne, content=b"some words", filename="x.txt")
        assert refused.value.field == "files"
        with pytest.raises(UploadInvalid) as refused:
            type_post(installation, time, sanne, address=PAGE)
        assert refused.value.field == "another"
        for about in (f"{team.sanne.name} er dum", f"Hej {team.sanne.name.split()[0]} Side"):
            with pytest.raises(FourEyes):
                type_post(installation, time, sanne, TypedWords(about))
        for nobody in (team.operator, town.anna, town.leader):
            with pytest.raises(NotPermitted):
                type_post(installation, time, asks(nobody), visit=visit)
    assert before == (len(every(installation, EvidenceRecord)), list(installation.objects.names()))


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("text", " \r\n "),
        ("text", "x" * (MOST_TEXT + 1)),
        ("author", "x" * 301),
        ("time_stated", "x" * 201),
        ("permalink", "javascript:alert(1)"),
        ("author_url", "https://kai:hemmeligt@example.dk/"),
    ],
)
def test_each_wrong_field_is_named(field: str, told: str) -> None:
    with pytest.raises(UploadInvalid) as refused:
        words_from({"text": THREAT} | {field: told})
    assert refused.value.field == field


def test_words_keep_their_lines_and_lose_only_what_no_database_takes() -> None:
    words = words_from({"text": "\r\nFørst\r\n\r\nså \x00 😀\n", "author": "  Kai \n Konto "})

    assert words == TypedWords("Først\n\nså \ufffd 😀", author="Kai Konto")


def test_its_erasure_leaves_no_words_and_spares_what_was_typed_from_another_picture(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    marker = "Zq7maerkeord"
    visit = failed_visit(installation, time, sanne, url=f"{WALLED}/gruppe")
    other = type_post(installation, time, sanne, replace(WORDS, text=NICE), visit=visit)
    kept = type_post(
        installation,
        time,
        sanne,
        TypedWords(f"{THREAT} {marker}", marker, f"{PAGE}/{marker}", f"{PAGE}/p/{marker}", marker),
        visit=visit,
        content=shot("red"),
        filename=f"{marker}.png",
    )
    work_off(installation, READING)
    decided(
        installation, asks(team.per), kept.post_id, time, "delete", clause="unlawful", reason=marker
    )
    assert _told(installation, marker)

    with installation.database.writing() as session:
        erase(session, kept.evidence_id, "bad om det", sanne.actor, time.now)
    clear_erased(installation.database, installation.objects, time.now)

    assert _told(installation, marker) == []
    assert [one.id for one in every(installation, PostRecord)] == [other.post_id]
    assert every(installation, DecisionRecord) == []
    assert len(every(installation, VisitRecord)) == 2
    assert_clean(installation)


@on_sqlite
def test_the_failed_capture_may_be_erased_and_what_was_typed_in_its_place_stays(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    visit, capture = walled_page(installation, time, sanne)
    kept = type_post(installation, time, sanne, visit=visit)

    with installation.database.writing() as session:
        erase(session, capture, "bad om det", sanne.actor, time.now)
    clear_erased(installation.database, installation.objects, time.now)

    (waiting,) = queue_of(installation, sanne, time)
    assert waiting.post.id == kept.post_id
    assert [one.status for one in every(installation, VisitRecord)] == ["typed"]
    assert_clean(installation)


@on_sqlite
def test_what_is_sealed_off_stays_shut_when_somebody_types_it_anew(
    installation: Installation, time: Time, asks: Asks, team: Team
) -> None:
    sanne = asks(team.sanne)
    kept = type_post(installation, time, sanne)
    with installation.database.writing() as session:
        seal_off_post(session, sanne, kept.post_id, time.now)
    time.pass_by(timedelta(hours=1))

    again = type_post(installation, time, sanne, content=shot("red"))

    with installation.database.reading() as session:
        assert card_of(session, sanne, again.post_id, time.now).shut
        visit = session.get_one(VisitRecord, typed(installation, again.post_id).visit_id)
        assert typed_posts_at(session, visit) == []
        assert typed_posts_at(session, visit, also_shut=True) != []


def _told(installation: Installation, marker: str) -> list[str]:
    """Return the tables in which a word stands anywhere."""
    found = []
    with installation.database.reading() as session:
        for name in inspect(session.connection()).get_table_names():
            rows = session.execute(text(f'SELECT * FROM "{name}"')).all()  # noqa: S608 — a name of our own tables
            if any(marker.lower() in repr(row).lower() for row in rows):
                found.append(name)
    return found


@on_sqlite
def test_what_was_typed_while_its_case_was_merged_is_of_the_case_in_which_it_goes_on(
    installation: Installation, time: Time, asks: Asks, team: Team, town: Town
) -> None:
    leader, sanne = asks(town.leader), asks(team.sanne)
    old, new = (open_one(installation, town, time) for _ in range(2))
    visit = failed_visit(installation, time, leader, case=old)
    with installation.database.reading() as session:
        place = place_of(session, sanne, time.now, visit_id=visit)
    with installation.database.writing() as session:
        decided = Decided("Det er samme sag.")
        merge(session, leader, old, new, decided, settings=installation.settings, now=time.now)
    receiving = installation.intake.begin()
    receiving.write(shot())

    kept = keep_typed_post(
        installation, sanne, place, WORDS, receiving.finish(), filename="a.png", now=time.now
    )

    with installation.database.reading() as session:
        case = find_case(session, leader, new, time.now).case
        assert session.get(CaseEvidenceRecord, (case.id, kept.evidence_id)) is not None
        card = card_of(session, leader, kept.post_id, time.now)
        assert (card.visit.case_id, card.case_number) == (case.id, new)
    assert_clean(installation)
