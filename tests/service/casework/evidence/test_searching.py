"""Searching through the service: what is read is found, by whom it may be, and by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import EvidenceNotFound
from archive.intake.receive import About, Envelope
from archive.ledger.log import record
from archive.records.cases import CaseRecord
from archive.records.evidence import EvidenceRecord, ViewingRecord
from archive.records.pages import PostRecord
from archive.records.people import PersonRecord
from archive.records.search import ReindexRecord
from archive.retention import erase
from archive.search.index import forget
from archive.search.query import understand
from service.access.people import give_role
from service.access.principal import Principal
from service.access.visibility import evidence_within
from service.casework.capture.requesting import request_visit
from service.casework.cases.opening import add_to_circle
from service.casework.evidence.excerpts import excerpts, reveal_excerpts
from service.casework.evidence.indexing import missing, reindex
from service.casework.evidence.listing import TOLD
from service.casework.evidence.searching import Filters, Results, search
from service.errors import NotPermitted
from service.installation import Installation
from service.jobs.reading import READING
from service.jobs.reindexing import REINDEXING, look_for_missing
from tests.service.casework.mail.mails import MARKER, hand_over, mail
from tests.service.casework.moderation.kept import PAGE, claim_visit, keep_page, keep_posts, post
from tests.service.conftest import Time, Town
from tests.service.jobs.following import every, work_off

NOTHING = Filters()
Asks = Callable[[PersonRecord], Principal]


@pytest.fixture
def mailed(installation: Installation, town: Town) -> UUID:
    """A mail that Anna forwarded, read, in her case."""
    del town
    kept: UUID = hand_over(installation, mail()).id
    work_off(installation, READING)
    return kept


def asked(
    installation: Installation, who: Principal, typed: str, filters: Filters = NOTHING
) -> Results:
    with installation.database.reading() as session:
        return search(session, who, typed, installation.clock.now(), filters=filters)


def ids(results: Results) -> list[UUID]:
    assert results.count == len(results.rows)
    return [row.id for row in results.rows]


def invite(session: Session, case: CaseRecord, person: PersonRecord, role: str, time: Time) -> None:
    add_to_circle(
        session, case, person, role=role, reason="efter aftale", now=time.now, actor="system"
    )


def upload(
    installation: Installation, name: str, actor: str = "system", unit: UUID | None = None
) -> UUID:
    about = About(filename=name, unit_id=unit, note=f"om {name}")
    envelope = Envelope("upload", actor, {"name": name})
    return installation.intake.receive(name.encode(), about, envelope, installation.clock.now()).id


TYPED = (
    MARKER,
    '"jeg ved hvor du bor"',
    "afgørelser",
    "gert@vred.example",
    "anna holm",
    "debat.example",
    "idiot -spam",
    "idio*",
    '"VS: Din afgørelse"',
)


def test_what_stands_in_a_mail_is_found_by_its_own_and_by_no_other(
    installation: Installation, town: Town, asks: Asks, mailed: UUID
) -> None:
    for typed in TYPED:
        for person in (town.anna, town.leader, town.archivist, town.lawyer):
            assert ids(asked(installation, asks(person), typed)) == [mailed], typed
        for person in (town.bent, town.other_leader):
            results = asked(installation, asks(person), typed)
            hints = [hint.count for hint in results.hints if hint.count]
            assert (ids(results), hints) == ([], []), typed


def test_what_was_just_received_is_found_before_it_is_read_and_once_after(
    installation: Installation, town: Town, asks: Asks
) -> None:
    one = upload(installation, "Trusselsbrev fra Åse.txt")
    archivist = asks(town.archivist)

    for typed in ("trusselsbrev", "åse", "trussels*", "trusselsbreve"):
        assert ids(asked(installation, archivist, typed)) == [one]
    assert ids(asked(installation, archivist, "ase")) == []
    assert ids(asked(installation, asks(town.leader), "trusselsbrev")) == []
    work_off(installation, READING)
    assert ids(asked(installation, archivist, "trusselsbrev")) == [one]


def test_pages_of_read_and_unread_follow_one_another(
    installation: Installation, town: Town, asks: Asks, time: Time
) -> None:
    for number in range(9):
        upload(installation, f"brev {number}.txt")
        time.pass_by(timedelta(seconds=1))
        if number == 4:
            work_off(installation, READING)
    who, seen, mark = asks(town.archivist), [], None
    for _ in range(9):
        with installation.database.reading() as session:
            page = search(session, who, "breve", time.now, after=mark, limit=2)
        assert page.count == 9
        seen += [row.filename for row in page.rows]
        mark = page.next
        if mark is None:
            break
    assert mark is None
    assert seen == [f"brev {number}.txt" for number in range(8, -1, -1)]


def test_the_index_and_the_condition_of_rights_say_the_same(
    installation: Installation, town: Town, asks: Asks, mailed: UUID, time: Time
) -> None:
    """Whoever asks: what the index finds is what `evidence_within` lets through."""
    upload(installation, "om skolen.txt", unit=town.school.id)
    upload(installation, "om biblioteket.txt", f"person:{town.bent.id}", unit=town.library.id)
    work_off(installation, READING)
    with installation.database.writing() as session:
        case = session.scalars(select(CaseRecord)).one()
        case.serious = True
        record(session, "case.marked", at=time.now, subject=case)
    people = [town.anna, town.bent, town.leader, town.other_leader, town.archivist, town.lawyer]
    roles = ("director", "hr", "centre_chief", "key_person", "amr", "it", "page_team")
    for role in roles:
        with installation.database.writing() as session:
            give_role(session, town.bent, role, unit_id=None, now=time.now, actor="system")
        _agree(installation, asks(town.bent), time)
    for person in people:
        _agree(installation, asks(person), time)
    with installation.database.writing() as session:
        case = session.scalars(select(CaseRecord)).one()
        invite(session, case, town.bent, "amr", time)
    _agree(installation, asks(town.bent), time)
    with installation.database.writing() as session:
        row = session.get_one(EvidenceRecord, mailed)
        row.unit_id = town.school.id
        case = session.scalars(select(CaseRecord)).one()
        case.unit_id = town.school.id
        record(session, "case.moved", at=time.now, subject=case)
    for person in people:
        _agree(installation, asks(person), time)


def _agree(installation: Installation, who: Principal, time: Time) -> None:
    with installation.database.reading() as session:
        told = evidence_within(who, "evidence.see", time.now, TOLD)
        seen = evidence_within(who, "evidence.see", time.now)
        by_rights = set(session.scalars(select(EvidenceRecord.id).where(told)))
        all_rights = set(session.scalars(select(EvidenceRecord.id).where(seen)))
    assert set(ids(asked(installation, who, "-xyzzy"))) == by_rights
    assert (
        set(ids(asked(installation, who, "", Filters(state="read"))))
        | set(ids(asked(installation, who, "", Filters(state="unreadable"))))
        == all_rights
    )


def test_at_level_status_a_piece_is_found_by_its_number_and_never_by_its_words(
    installation: Installation, town: Town, asks: Asks, mailed: UUID, time: Time
) -> None:
    with installation.database.writing() as session:
        case = session.scalars(select(CaseRecord)).one()
        number = case.number
        give_role(session, town.bent, "hr", unit_id=None, now=time.now, actor="system")
        invite(session, case, town.bent, "hr", time)
    who = asks(town.bent)

    for typed in (MARKER, "idiot", '"hvor du bor"', "gert", "anna", f"{number} idiot"):
        assert ids(asked(installation, who, typed)) == []
    assert ids(asked(installation, who, number)) == [mailed]
    assert ids(asked(installation, asks(town.other_leader), number)) == []


def test_each_choice_narrows_down(
    installation: Installation, town: Town, asks: Asks, mailed: UUID, time: Time
) -> None:
    time.pass_by(timedelta(days=2))
    other = upload(installation, "idiot.txt", unit=town.school.id)
    work_off(installation, READING)
    with installation.database.reading() as session:
        number = session.scalars(select(CaseRecord.number)).one()
    who = asks(town.archivist)
    lawyer = asks(town.lawyer)

    def found(filters: Filters, typed: str = "idiot", by: Principal = who) -> list[UUID]:
        return ids(asked(installation, by, typed, filters))

    assert set(found(Filters())) == {mailed, other}
    assert found(Filters(kind="mail")) == found(Filters(channel="mail")) == [mailed]
    assert found(Filters(kind="document")) == found(Filters(channel="upload")) == [other]
    assert found(Filters(unit=town.school.id)) == [other]
    assert found(Filters(case=number)) == [mailed]
    assert found(Filters(account="vred.example"), by=lawyer) == [mailed]
    assert found(Filters(employee=town.anna.id), by=lawyer) == [mailed]
    # Who sees a case at level status is not told whom it is about.
    assert found(Filters(employee=town.anna.id)) == []
    assert found(Filters(since=time.now - timedelta(days=1))) == [other]
    assert found(Filters(until=time.now - timedelta(days=1))) == [mailed]
    assert found(Filters(state="waiting")) == found(Filters(kind="nothing such")) == []
    assert found(Filters(case="2031-999")) == []
    assert found(Filters(kind="mail"), typed="") == [mailed]


def test_an_account_is_found_in_what_it_posted_and_sent_by_whom_it_may_be_told_to(
    installation: Installation, town: Town, asks: Asks, time: Time
) -> None:
    with installation.database.writing() as session:
        give_role(session, town.leader, "page_team", unit_id=None, now=time.now, actor="system")
    keep_page(installation, time, asks(town.leader), ["‡et opslag om biblioteket"])
    hand_over(installation, mail(subject="‡biblioteket", text="‡biblioteket"))
    kept = hand_over(installation, mail(), mail_from="ravn88@post.example").id
    work_off(installation, READING)
    with installation.database.reading() as reading:
        [captured] = set(reading.scalars(select(PostRecord.evidence_id)))

    def found(account: str, who: PersonRecord, typed: str = "") -> list[UUID]:
        return ids(asked(installation, asks(who), typed, Filters(account=account)))

    for typed in ("", "biblioteket"):
        assert found("kai kon", town.archivist, typed) == [captured]
    assert kept in found("anna@kommune.example", town.archivist)
    # The envelope, and the original that was forwarded: each is a sender.
    for account in ("ravn88@post", "gert vred", "VRED.exam", "Vred"):
        assert found(account, town.archivist) == found(account, town.archivist, MARKER) == [kept]
    for account in ("arkiv@kommune.example", "idiot", "ulækre", "gert holm", "afgørelse"):
        assert found(account, town.archivist) == []  # to whom, and of what, is not from whom
    for account in ("kai konto", "ravn88", "gert vred"):
        assert found(account, town.bent) == found(account, town.other_leader) == []
    assert found("100%", town.archivist) == found("biblioteket", town.archivist) == []


@pytest.mark.parametrize("account", ["åse ørs", "ÅSE ØRSTED", "se Ørsted", "ørsted", "/ÆØ"])
def test_an_account_is_found_however_its_letters_are_written(
    installation: Installation, town: Town, asks: Asks, time: Time, account: str
) -> None:
    with installation.database.writing() as session:
        give_role(session, town.leader, "page_team", unit_id=None, now=time.now, actor="system")
        request_visit(session, asks(town.leader), PAGE, time.now, None)
    said = replace(post("et opslag"), author="Åse Ørsted", author_url=f"{PAGE}/æø")
    keep_posts(installation, time, claim_visit(installation, time), PAGE, [said])

    hits = ids(asked(installation, asks(town.archivist), "", Filters(account=account)))

    with installation.database.reading() as reading:
        assert hits == list(set(reading.scalars(select(PostRecord.evidence_id))))


def test_what_finds_nothing_together_says_what_each_part_finds(
    installation: Installation, town: Town, asks: Asks, mailed: UUID
) -> None:
    results = asked(installation, asks(town.leader), "idiot zebra bor")

    assert ids(results) == []
    assert [(hint.typed, hint.count) for hint in results.hints] == [
        ("idiot", 1),
        ("zebra", 0),
        ("bor", 1),
    ]
    del mailed  # it is what each part finds
    longer = asked(installation, asks(town.leader), "ulæk")
    assert [(hint.typed, hint.count) for hint in longer.hints] == [("ulæk*", 1)]


def test_where_the_words_stand_is_shown_once_it_is_noted(
    installation: Installation, town: Town, asks: Asks, mailed: UUID, time: Time
) -> None:
    shown = reveal_excerpts(installation, asks(town.leader), mailed, "bor idiot", time.now)

    assert len(every(installation, ViewingRecord)) == 1
    marked = [one.text[start:end] for one in shown for start, end in one.marks]
    assert {"bor", "idiot"} <= set(marked)
    for person, refusal in ((town.other_leader, EvidenceNotFound), (town.lawyer, NotPermitted)):
        with pytest.raises(refusal):
            reveal_excerpts(installation, asks(person), mailed, "bor", time.now)
    assert len(every(installation, ViewingRecord)) == 1


def test_excerpts_mark_forms_and_phrases_and_leave_the_rest_away() -> None:
    text = f"Først {'langt ' * 60}kom truslerne om, hvor du bor. {'Meget ' * 60}Han truede igen."

    shown = excerpts(text, understand('trussel "hvor du bor" -spam'))

    assert [[one.text[s:e] for s, e in one.marks] for one in shown] == [
        ["truslerne", "hvor du bor"],
        ["truede"],
    ]
    assert all(len(one.text) < 260 for one in shown)
    assert [(one.goes_on_before, one.goes_on_after) for one in shown] == [
        (True, True),
        (True, False),
    ]
    assert excerpts(text, understand("zebra")) == []


def test_an_index_that_lost_everything_is_made_anew_by_itself(
    installation: Installation, town: Town, asks: Asks, mailed: UUID
) -> None:
    upload(installation, "brev.txt")
    work_off(installation, READING)
    with installation.database.writing() as session:
        forget(session, [mailed])
        assert missing(session) == 1
    assert ids(asked(installation, asks(town.leader), MARKER)) == []

    look_for_missing(installation)
    look_for_missing(installation)
    work_off(installation, REINDEXING)

    (run,) = every(installation, ReindexRecord)
    assert run.ended_at is not None
    assert run.done == run.total == 2
    assert ids(asked(installation, asks(town.leader), MARKER)) == [mailed]
    assert ids(asked(installation, asks(town.archivist), "brev")) != []


def test_making_the_index_anew_forgets_what_is_gone_and_keeps_what_stands(
    installation: Installation, town: Town, asks: Asks, mailed: UUID, time: Time
) -> None:
    told: list[tuple[int, int]] = []

    assert reindex(installation, lambda done, total: told.append((done, total))) == 1

    assert told == [(0, 1), (1, 1)]
    assert ids(asked(installation, asks(town.leader), "idiot")) == [mailed]
    with installation.database.writing() as session:
        case = session.scalars(select(CaseRecord)).one()
        case.closed_at, case.closed_by = time.now, "person:1"
        record(session, "case.closed", at=time.now, subject=case)
    with installation.database.writing() as session:
        erase(session, mailed, "asked for", "person:1", time.now)
    assert reindex(installation) == 0
    assert ids(asked(installation, asks(town.leader), "idiot")) == []
