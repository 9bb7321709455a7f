"""Statements written out once say the same as those that are compiled each time."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import DBAPIError

from archive.asking import ask
from archive.ledger.log import record
from archive.prepared import Prepared
from archive.records.evidence import DeliveryRecord, EvidenceRecord, WrappedKeyRecord
from archive.records.people import UnitRecord
from tests.archive.house import NOW, House

WHOLE = (
    select(
        *EvidenceRecord.__table__.c,
        DeliveryRecord.envelope,
        DeliveryRecord.at,
        WrappedKeyRecord.wrapped,
        (EvidenceRecord.size > 2).label("large"),
        func.count().over().label("in_all"),
    )
    .join(DeliveryRecord, DeliveryRecord.evidence_id == EvidenceRecord.id)
    .join(WrappedKeyRecord, WrappedKeyRecord.evidence_id == EvidenceRecord.id)
    .where(
        EvidenceRecord.id == bindparam("of"),
        EvidenceRecord.received_at <= bindparam("now"),
        DeliveryRecord.at <= bindparam("now"),
        EvidenceRecord.kind.is_not(None),
    )
    .limit(5)
)


def test_a_row_has_the_same_names_and_values_of_the_same_types(archive_house: House) -> None:
    kept = archive_house.receive(b"bytes")
    asked = {"of": kept.id, "now": NOW}
    prepared = Prepared(WHOLE)

    with archive_house.database.reading() as session:
        expected = session.execute(WHOLE, asked).one()
        for _ in range(2):
            (row,) = ask(session, prepared, asked)
            assert tuple(row) == tuple(expected)
            assert [type(one) for one in row] == [type(one) for one in expected]
            assert (row.id, row.envelope, row.large) == (kept.id, {"name": "picture.png"}, True)
        assert ask(session, prepared, {"of": uuid4(), "now": NOW}) == []


def test_it_sees_the_moment_that_its_session_sees(archive_house: House) -> None:
    every = Prepared(select(UnitRecord.name))

    with archive_house.database.reading() as before:
        assert ask(before, every) == []
        with archive_house.database.writing() as session:
            session.add(UnitRecord(id=uuid4(), name="Bibliotek", parent_id=None))
            assert [row.name for row in ask(session, every)] == ["Bibliotek"]
            session.rollback()
        _add(archive_house, "Skole")
        assert ask(before, every) == []
    with archive_house.database.reading() as after:
        assert [row.name for row in ask(after, every)] == ["Skole"]


def _add(house: House, name: str) -> None:
    with house.database.writing() as session:
        unit = UnitRecord(id=uuid4(), name=name, parent_id=None)
        session.add(unit)
        record(session, "unit.added", at=NOW, subject=unit)


def test_what_goes_wrong_is_said_as_for_any_other_statement(archive_house: House) -> None:
    broken = Prepared(select(UnitRecord.name).where(func.no_such_function(1) == 1))

    with archive_house.database.reading() as session, pytest.raises(DBAPIError):
        ask(session, broken)


def test_a_value_that_is_missing_is_an_error(archive_house: House) -> None:
    with archive_house.database.reading() as session, pytest.raises(Exception, match="now"):
        ask(session, Prepared(WHOLE), {"of": uuid4()})


def test_a_list_of_values_cannot_be_prepared(archive_house: House) -> None:
    named = Prepared(select(UnitRecord.name).where(UnitRecord.name.in_(["a", "b"])))

    with archive_house.database.reading() as session:
        if archive_house.database.is_sqlite:
            with pytest.raises(ValueError, match="list of values"):
                ask(session, named)
        else:
            assert ask(session, named) == []
