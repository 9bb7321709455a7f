"""A bundle of a piece that belongs to a restricted case as well: its recipient learns of none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.cases.restricting import restrict
from service.casework.exporting.asking import ask_for_export
from service.installation import Installation
from tests.service.casework.cases.opened import open_one
from tests.service.casework.cases.pieces import hand_in, join_also
from tests.service.casework.exporting.test_exporting import check, fetched, made
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]


def test_no_recipient_learns_by_a_piece_of_a_restricted_case_that_it_belongs_to_as_well(
    installation: Installation, town: Town, time: Time, asks: Asks, tmp_path: Path
) -> None:
    leader = asks(town.leader)
    number = open_one(installation, town, time)
    other = open_one(installation, town, time, harassed=[town.bent])
    piece = hand_in(installation, asks(town.anna), "trussel", time, case=number)
    join_also(installation, piece, other, time)

    def handed_over(to: str, *, of: str) -> UUID:
        with installation.database.writing() as session:
            export = ask_for_export(
                session, leader, of, [piece], recipient=to, purpose=to, now=time.now
            ).id
        made(installation, time)
        return export

    def said(export: UUID, name: str) -> bytes:
        assert check(fetched(installation, leader, export, time), tmp_path / name) == 0
        files = [one for one in (tmp_path / name).rglob("*") if one.is_file()]
        return b"".join(one.read_bytes() for one in files)

    handed_over("Advokat Hansen", of=other)
    open_to_all = said(handed_over("Politiet", of=number), "before")
    with installation.database.writing() as session:
        restrict(session, leader, other, restricted=True, reason="Part.", now=time.now)
    shut = said(handed_over("Arbejdstilsynet", of=number), "after")

    assert all(one.encode() in open_to_all for one in (number, other, "Advokat Hansen"))
    assert all(one.encode() in shut for one in (number, "Politiet", "Arbejdstilsynet"))
    assert not any(one.encode() in shut for one in (other, "Advokat Hansen"))
    # Every bundle says so, whether anything was left out or not: else its saying would tell.
    assert all(b"lukket for andre" in one for one in (open_to_all, shut))
