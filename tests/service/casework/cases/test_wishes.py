"""A wish is answered by a recorded decision with its reason; until then nothing closes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from archive.errors import EvidenceNotFound
from archive.records.cases import WishAnswerRecord
from archive.records.ledger import LedgerDetailRecord
from archive.records.people import PersonRecord
from service.access.people import give_role
from service.access.principal import Principal
from service.casework.cases.closing import close_case
from service.casework.cases.finding import find_case
from service.casework.cases.overview import cases_today
from service.casework.cases.telling import TOLD, WISH, tell
from service.casework.cases.wishes import Outcome, Wish, answer_wish, wishes_of
from service.casework.evidence.listing import see_evidence
from service.casework.evidence.searching import Filters, search
from service.errors import CaseClosed, CaseNotFound, CaseNotReady, FourEyes, NotPermitted
from service.errors import ReasonMissing as NoReason
from service.installation import Installation
from tests.service.casework.cases.opened import (
    assert_clean,
    end_every_step,
    leaves_entries,
    leaves_no_entry,
    open_one,
)
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]
WORDS = "Jeg vil helst ikke have, at mit team hører om det."


@pytest.fixture
def number(installation: Installation, town: Town, time: Time) -> str:
    return open_one(installation, town, time)


def wish(
    installation: Installation, who: Principal, number: str, time: Time, *, words: str = WORDS
) -> UUID:
    kept: UUID = tell(installation, who, number, words, kind=WISH, now=time.now).id
    return kept


def reply(
    installation: Installation,
    who: Principal,
    number: str,
    evidence: UUID,
    time: Time,
    *,
    outcome: Outcome = Outcome.GRANTED,
    reason: str = "Vi siger det kun til Ada.",
) -> None:
    with installation.database.writing() as session:
        answer_wish(
            session,
            who,
            number,
            evidence,
            outcome=outcome,
            reason=reason,
            settings=installation.settings,
            now=time.now,
        )


def wishes(installation: Installation, who: Principal, number: str, time: Time) -> list[Wish]:
    with installation.database.reading() as session:
        return wishes_of(session, find_case(session, who, number, time.now).case)


def test_an_answer_is_one_entry_with_who_what_and_why(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    leader = asks(town.leader)
    evidence = wish(installation, asks(town.anna), number, time)
    assert [one.open for one in wishes(installation, leader, number, time)] == [True]

    with leaves_entries(installation, "wish.answered", "notice.made"):
        reply(installation, leader, number, evidence, time, outcome=Outcome.PARTLY)

    (answer,) = wishes(installation, leader, number, time)[0].answers
    assert (answer.outcome, answer.by, answer.at) == (Outcome.PARTLY, "Mette Leder", time.now)
    assert answer.reason == "Vi siger det kun til Ada."
    with installation.database.reading() as session:
        last = session.scalars(
            select(LedgerDetailRecord).where(LedgerDetailRecord.kind == "wish.answered")
        ).one()
    assert str(evidence) in last.details
    assert "Vi siger det kun til Ada." in last.details


def test_a_later_answer_counts_and_the_earlier_one_stays(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    leader = asks(town.leader)
    evidence = wish(installation, asks(town.anna), number, time)
    reply(installation, leader, number, evidence, time, outcome=Outcome.REFUSED, reason="Nej.")
    time.pass_by(timedelta(hours=1))

    with leaves_entries(installation, "wish.answered_anew", "notice.made"):
        reply(installation, leader, number, evidence, time, reason="Jo, alligevel.")

    (found,) = wishes(installation, leader, number, time)
    assert [(one.outcome, one.reason) for one in found.answers] == [
        (Outcome.GRANTED, "Jo, alligevel."),
        (Outcome.REFUSED, "Nej."),
    ]
    with installation.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(WishAnswerRecord)) == 2


def test_an_open_wish_holds_the_closing_up_until_each_is_answered(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    leader, anna = asks(town.leader), asks(town.anna)
    first = wish(installation, anna, number, time)
    second = wish(installation, anna, number, time, words="Ring om formiddagen.")
    tell(installation, anna, number, "Han skrev igen.", kind=TOLD, now=time.now)
    end_every_step(installation, leader, number, time)
    reply(installation, leader, number, first, time)

    with (
        leaves_no_entry(installation),
        pytest.raises(CaseNotReady) as refused,
        installation.database.writing() as session,
    ):
        close_case(session, leader, number, time.now)
    assert refused.value.missing == (f"wish:{second}",)

    reply(installation, leader, number, second, time)
    with installation.database.writing() as session:
        close_case(session, leader, number, time.now)
    with leaves_no_entry(installation), pytest.raises(CaseClosed):
        reply(installation, leader, number, first, time)


def test_only_who_carries_the_case_on_answers_and_never_the_one_concerned(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    evidence = wish(installation, asks(town.anna), number, time)

    for person, refusal in (
        (town.other_leader, CaseNotFound),
        (town.archivist, NotPermitted),
        (town.anna, NotPermitted),
    ):
        with leaves_no_entry(installation), pytest.raises(refusal):
            reply(installation, asks(person), number, evidence, time)
    with installation.database.writing() as session:
        anna = session.merge(town.anna)
        give_role(session, anna, "leader", unit_id=town.library.id, now=time.now, actor="system")
    with leaves_no_entry(installation), pytest.raises(FourEyes):
        reply(installation, asks(town.anna), number, evidence, time)


def test_an_answer_needs_a_reason_and_a_wish_of_this_case(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    leader, anna = asks(town.leader), asks(town.anna)
    evidence = wish(installation, anna, number, time)
    told = tell(installation, anna, number, "Han skrev igen.", kind=TOLD, now=time.now).id
    elsewhere = open_one(installation, town, time)

    with leaves_no_entry(installation), pytest.raises(NoReason):
        reply(installation, leader, number, evidence, time, reason="  ")
    for case, item in ((number, told), (number, uuid4()), (elsewhere, evidence)):
        with leaves_no_entry(installation), pytest.raises(EvidenceNotFound):
            reply(installation, leader, case, item, time)


def test_what_waits_for_an_answer_stands_among_the_acts_of_today(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    leader, anna = asks(town.leader), asks(town.anna)
    quiet = open_one(installation, town, time)
    first = wish(installation, anna, number, time)
    asked = time.now
    time.pass_by(timedelta(hours=1))
    wish(installation, anna, number, time, words="Ring om formiddagen.")

    with installation.database.reading() as session:
        today = {one.case.number: one.wishes for one in cases_today(session, leader, time.now)}
    waiting = today[number]
    assert today[quiet] is None
    assert waiting is not None
    assert (waiting.count, waiting.evidence_id, waiting.since) == (2, first, asked)
    assert_clean(installation)


def test_each_of_several_employees_is_told_of_their_own_wishes_alone(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number = open_one(installation, town, time, harassed=[town.anna, town.bent])
    anna, bent = asks(town.anna), asks(town.bent)
    hers = wish(installation, anna, number, time)
    his = wish(installation, bent, number, time, words="Jeg vil gerne høre det først.")
    with installation.database.reading() as session:
        case = find_case(session, asks(town.leader), number, time.now).case
        for person, own in ((town.anna, hers), (town.bent, his)):
            found = wishes_of(session, case, only_of=person.id)
            assert [one.evidence_id for one in found] == [own]
        for who, seen, hidden in ((anna, hers, his), (bent, his, hers)):
            assert see_evidence(session, who, seen, time.now).id == seen
            with pytest.raises(EvidenceNotFound):
                see_evidence(session, who, hidden, time.now)
            assert search(session, who, "", time.now, filters=Filters(kind="told")).count == 1
    assert {one.person_id for one in wishes(installation, asks(town.leader), number, time)} == {
        town.anna.id,
        town.bent.id,
    }
