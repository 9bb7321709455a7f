"""A file brought into the tables: what was shown is made, and nothing else, with its entries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from archive.records.people import PersonRecord, RoleRecord, UnitRecord
from service.access.people import give_role, open_session, session_by_secret
from service.casework.organisation.importing import apply_plan, plan_of, require_shown
from service.casework.organisation.present import present_organisation
from service.errors import NotSignedIn, PlanChanged
from service.installation import Installation
from service.organisation.plan import Kind, Plan
from tests.service.casework.cases.opened import assert_clean, kinds
from tests.service.conftest import Time, Town

FIRST = """Medarbejdernr;Navn;E-mail;Enhed;Overenhed;Rolle;Rolleenhed
1;Anna Holm;anna@kommune.example;Biblioteket;Center for Kultur;;
2;Mette Leder;mette@kommune.example;Biblioteket;Center for Kultur;leder;
3;Nye Nanna;nanna@kommune.example;Musikskolen;Center for Kultur;AMR;Center for Kultur
4;Karen Kommune;karen@kommune.example;Direktionen;;direktør;*
5;Per Pension;per@kommune.example;Musikskolen;;;
6;Siv Sø;siv@kommune.example;Musikskolen;;;
"""


def shown(installation: Installation, time: Time, text: str, *, end_missing: bool = False) -> Plan:
    with installation.database.reading() as session:
        roles = installation.rights.roles
        return plan_of(session, text.encode(), roles, time.now, end_missing=end_missing)


def applied(
    installation: Installation, time: Time, text: str, *, end_missing: bool = False
) -> Plan:
    with installation.database.writing() as session:
        roles, content = installation.rights.roles, text.encode()
        plan = plan_of(session, content, roles, time.now, end_missing=end_missing)
        apply_plan(session, plan, content, time.now, actor="system")
    return plan


def person(installation: Installation, name: str) -> PersonRecord:
    with installation.database.reading() as session:
        return session.scalars(select(PersonRecord).where(PersonRecord.name == name)).one()


def test_a_file_is_brought_in_once_and_then_says_nothing_new(
    installation: Installation, town: Town, time: Time
) -> None:
    before = kinds(installation)
    plan = applied(installation, time, FIRST)

    assert plan.unusable == ()
    assert plan.counts == {
        Kind.UNIT_ADDED: 2,
        Kind.PERSON_ADDED: 4,
        Kind.PERSON_CHANGED: 2,
        Kind.ROLE_GIVEN: 2,
    }
    assert {town.anna.id, town.leader.id, town.library.id, town.centre.id} == set(plan.adopted)
    assert sorted(kinds(installation)[len(before) :]) == sorted(
        ["unit.added"] * 2
        + ["person.added"] * 4
        + ["person.changed"] * 2
        + ["role.given"] * 2
        + ["organisation.imported"]
    )
    again = shown(installation, time, FIRST, end_missing=True)
    assert again.is_empty
    assert again.missing == 0
    with installation.database.reading() as session:
        school = session.scalars(select(UnitRecord).where(UnitRecord.name == "Musikskolen")).one()
        held = session.scalars(select(RoleRecord).where(RoleRecord.by_file.is_(True))).all()
    assert school.parent_id == town.centre.id
    assert {(one.role, one.unit_id) for one in held} == {
        ("amr", town.centre.id),
        ("director", None),
    }
    assert_clean(installation)


def test_what_was_shown_is_made_or_nothing_is(
    installation: Installation, town: Town, time: Time
) -> None:
    plan = shown(installation, time, FIRST)
    with installation.database.writing() as session:
        give_role(
            session, session.merge(town.anna), "hr", unit_id=None, now=time.now, actor="system"
        )
    same = shown(installation, time, FIRST)
    require_shown(same, plan.digest)  # a role by hand changes nothing of what the file says
    applied(installation, time, FIRST.replace("Nye Nanna", "Nye Nina"))

    with pytest.raises(PlanChanged):
        require_shown(shown(installation, time, FIRST), plan.digest)


@pytest.mark.usefixtures("town")
def test_whoever_stands_in_the_file_no_longer_loses_everything_at_once_when_asked(
    installation: Installation, time: Time
) -> None:
    applied(installation, time, FIRST)
    nanna = person(installation, "Nye Nanna")
    with installation.database.writing() as session:
        secret, _ = open_session(session, session.merge(nanna), time.now)
    time.pass_by(timedelta(minutes=1))
    without = FIRST.replace(
        "3;Nye Nanna;nanna@kommune.example;Musikskolen;Center for Kultur;AMR;Center for Kultur\n",
        "",
    )
    assert shown(installation, time, without).counts == {}

    plan = applied(installation, time, without, end_missing=True)

    assert [(one.kind, one.name) for one in plan.changes] == [(Kind.PERSON_ENDED, "Nye Nanna")]
    hours = timedelta(hours=12)
    with installation.database.reading() as session, pytest.raises(NotSignedIn):
        session_by_secret(session, secret, time.now, idle=hours, whole=hours)
    with installation.database.reading() as session:
        present = present_organisation(session, time.now)
    (left,) = [one for one in present.people if one.id == nanna.id]
    assert (left.ended, left.roles) == (True, ())
    assert not person(installation, "Bent Lund").ended_at, "by hand: no file misses him"
    back = shown(installation, time, FIRST)
    assert back.counts == {Kind.PERSON_BACK: 1, Kind.ROLE_GIVEN: 1}
    assert_clean(installation)


def test_a_leaders_move_ends_the_role_that_the_file_gave_and_gives_the_new_one(
    installation: Installation, town: Town, time: Time
) -> None:
    text = "navn,e-mail,enhed,rolle\nLena Ny,lena@kommune.example,Biblioteket,leder\n"
    applied(installation, time, text)
    time.pass_by(timedelta(days=1))

    plan = applied(installation, time, text.replace("Biblioteket", "Skolen"))

    assert list(plan.counts) == [Kind.PERSON_MOVED, Kind.ROLE_ENDED, Kind.ROLE_GIVEN]
    with installation.database.reading() as session:
        present = present_organisation(session, time.now)
    (lena,) = [one for one in present.people if one.name == "Lena Ny"]
    assert [(one.role, one.unit_id) for one in lena.roles] == [("leader", town.school.id)]
    assert_clean(installation)


@pytest.mark.usefixtures("town")
def test_units_are_renamed_moved_closed_and_opened_by_their_number(
    installation: Installation, time: Time
) -> None:
    tree = "enhedsnr\tenhed\toverenhed\n10\tTeknik\t\n11\tVej\tTeknik\n12\tPark\tTeknik\n"
    applied(installation, time, tree)
    time.pass_by(timedelta(days=1))

    plan = applied(
        installation,
        time,
        "enhedsnr\tenhed\toverenhed\n10\tTeknik og Miljø\t\n11\tVej\tCenter for Kultur\n",
        end_missing=True,
    )

    assert [(one.kind, one.name) for one in plan.changes] == [
        (Kind.UNIT_CHANGED, "Teknik"),
        (Kind.UNIT_MOVED, "Vej"),
        (Kind.UNIT_ENDED, "Park"),
    ]
    back = applied(installation, time, "enhedsnr\tenhed\n12\tPark og Natur\n")
    assert list(back.counts) == [Kind.UNIT_BACK, Kind.UNIT_CHANGED]
    assert_clean(installation)
