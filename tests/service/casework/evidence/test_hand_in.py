"""Handing in by upload: what may be said, which case it joins, what a retry does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from archive.intake.receive import Held, Kept
from archive.records.cases import CaseEvidenceRecord, CaseRecord
from archive.records.evidence import DeliveryRecord, EvidenceRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.cases.course import shipped_procedure
from service.casework.cases.opening import open_case
from service.casework.evidence.custody import Act, custody_of
from service.casework.evidence.hand_in import (
    HandIn,
    about_from,
    answer_given,
    keep_answer,
    register_upload,
    request_digest,
    require_hand_in,
    require_place,
)
from service.errors import (
    CaseClosed,
    CaseNotFound,
    IdempotencyConflict,
    NotPermitted,
    UploadInvalid,
)
from service.installation import Installation
from tests.service.conftest import MONDAY, Time, Town

Asks = Callable[[PersonRecord], Principal]


def held(installation: Installation, data: bytes = b"\x89PNG\r\n\x1a\nx") -> Held:
    receiving = installation.intake.begin()
    receiving.write(data)
    return receiving.finish()


def upload(
    installation: Installation,
    who: Principal,
    told: HandIn | None = None,
    *,
    number: int = 0,
    case_id: UUID | None = None,
) -> Kept:
    return register_upload(
        installation,
        who,
        held(installation),
        told=told or HandIn(),
        filename="C:\\fakepath\\skærm\r\nbillede.png",
        number=number,
        case_id=case_id,
    )


def open_annas_case(installation: Installation, town: Town, time: Time) -> CaseRecord:
    with installation.database.writing() as session:
        return open_case(
            session,
            procedure=shipped_procedure("ishoej"),
            unit_id=town.library.id,
            harassed=[town.anna],
            accounts=[],
            evidence=[],
            now=time.now,
        )


def test_what_is_told_is_read_field_by_field() -> None:
    told = about_from(
        {
            "note": " Den kom i går. ",
            "source_url": "https://debat.example/17",
            "seen_at": "2027-01-31T20:14:00+01:00",
            "case": "2027-001",
        },
        MONDAY,
    )

    assert told.note == "Den kom i går."
    assert told.source_url == "https://debat.example/17"
    assert told.seen_at is not None
    assert told.seen_at.isoformat() == "2027-01-31T19:14:00+00:00"
    assert told.case == "2027-001"
    assert about_from({"note": "", "case": ""}, MONDAY) == HandIn()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("unit_id", "1"),
        ("known", "verified"),
        ("note", "x" * 20_001),
        ("source_url", "javascript:alert(1)"),
        ("source_url", "https://"),
        ("source_url", "https://a.example/\r\nX: y"),
        ("seen_at", "i går"),
        ("seen_at", "2027-01-31T20:14:00"),
        ("seen_at", "2031-01-01T00:00:00Z"),
        ("case", "2027-001' OR 1=1"),
    ],
)
def test_a_field_that_is_not_ours_or_not_well_formed_is_refused_by_name(
    name: str, value: str
) -> None:
    with pytest.raises(UploadInvalid) as refused:
        about_from({name: value}, MONDAY)

    assert refused.value.field == name


def test_an_employee_adds_to_their_own_case_and_to_no_other(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    case = open_annas_case(installation, town, time)
    told = HandIn(case=case.number)

    with installation.database.reading() as session:
        place = require_place(session, asks(town.anna), case.number, time.now)
        with pytest.raises(CaseNotFound):
            require_place(session, asks(town.bent), case.number, time.now)
        with pytest.raises(CaseNotFound):
            require_place(session, asks(town.other_leader), case.number, time.now)
        with pytest.raises(CaseNotFound):
            require_place(session, asks(town.leader), "2027-999", time.now)
    kept = upload(installation, asks(town.anna), told, case_id=place)

    with installation.database.reading() as session:
        assert session.get(CaseEvidenceRecord, (case.id, kept.id)) is not None
        acts = [
            entry.act for entry in custody_of(session, asks(town.leader), kept.id, time.now).entries
        ]
    assert acts == [Act.RECEIVED, Act.JOINED_CASE]
    assert kept.filename == "skærmbillede.png"


def test_an_operator_hands_nothing_in(town: Town, asks: Asks) -> None:
    who = asks(town.bent)
    operator = Principal(who.actor, who.name, (), who.rights, who.person_id)

    with pytest.raises(NotPermitted):
        require_hand_in(operator)


def test_a_closed_case_takes_nothing_more(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    case = open_annas_case(installation, town, time)
    with installation.database.writing() as session:
        from archive.ledger.log import record

        row = session.get_one(CaseRecord, case.id)
        row.closed_at = time.now
        record(session, "case.closed", at=time.now, subject=row, case_id=row.id)

    with installation.database.reading() as session, pytest.raises(CaseClosed):
        require_place(session, asks(town.anna), case.number, time.now)
    with pytest.raises(CaseClosed):
        upload(installation, asks(town.anna), HandIn(case=case.number), case_id=case.id)
    with installation.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(EvidenceRecord)) == 0


def test_the_same_upload_again_is_one_fact_and_equal_files_side_by_side_are_two(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    anna = asks(town.anna)
    first, second = upload(installation, anna), upload(installation, anna, number=1)
    again = upload(installation, anna)
    by_another = upload(installation, asks(town.bent))

    assert again.id == first.id
    assert again.joined
    assert len({first.id, second.id, by_another.id}) == 3
    time.pass_by(timedelta(hours=25))
    assert upload(installation, anna).id != first.id
    with installation.database.reading() as session:
        deliveries = session.scalar(
            select(func.count())
            .select_from(DeliveryRecord)
            .where(DeliveryRecord.evidence_id == first.id)
        )
    assert deliveries == 2


def test_a_key_answers_the_same_request_the_same_for_a_day(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    anna, bent = asks(town.anna), asks(town.bent)
    request = request_digest(HandIn(note="a"), [("x.png", "00")])
    other = request_digest(HandIn(note="b"), [("x.png", "00")])
    answer = {"evidence": [{"id": "1"}]}

    with installation.database.writing() as session:
        assert answer_given(session, anna, "k", request, time.now) is None
        keep_answer(session, anna, "k", request=request, answer=answer, now=time.now)
    with installation.database.writing() as session:
        assert answer_given(session, anna, "k", request, time.now) == answer
        assert answer_given(session, bent, "k", request, time.now) is None
        with pytest.raises(IdempotencyConflict):
            answer_given(session, anna, "k", other, time.now)
        with pytest.raises(UploadInvalid):
            answer_given(session, anna, "", request, time.now)
        kept = keep_answer(
            session, anna, "k", request=request, answer={"evidence": []}, now=time.now
        )
        assert kept == answer
    time.pass_by(timedelta(hours=25))
    with installation.database.writing() as session:
        assert answer_given(session, anna, "k", other, time.now) is None
        keep_answer(session, anna, "k", request=other, answer={}, now=time.now)
        assert answer_given(session, anna, "k", other, time.now) == {}
