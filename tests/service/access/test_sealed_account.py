"""The sealed account: a paper that opens once, does an operator's work alone, and is told of."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from archive.records.people import PersonRecord, SessionRecord
from archive.records.ways_in import SealedSecretRecord
from service.access.endings import end_person
from service.access.people import (
    give_role,
    open_session,
    principal_of,
    secret_hash,
    session_by_secret,
)
from service.access.sealed_account import (
    break_seal,
    is_sealed_secret,
    seal_account,
    sealed_person,
    sealed_standing,
    those_to_tell,
)
from service.access.sessions import holder_of
from service.casework.organisation.listing import find_people, person_facts
from service.casework.organisation.roles import give, let_go, person_to_change
from service.errors import NotSignedIn, PersonNotFound
from service.installation import Installation
from tests.service.casework.cases.opened import assert_clean, employ, kinds
from tests.service.conftest import Time, Town

HOUR = timedelta(hours=1)


def sealed(installation: Installation, time: Time, keep: str | None = None) -> str:
    with installation.database.writing() as session:
        return seal_account(session, "Forseglet", time.now, actor="system", keep=keep)


def broken(installation: Installation, time: Time, typed: str) -> bool:
    with installation.database.writing() as session:
        return break_seal(session, typed, time.now)


def test_of_two_that_seal_it_at_once_one_paper_opens(
    installation: Installation, time: Time
) -> None:
    made = [sealed(installation, time)]
    other = threading.Thread(target=lambda: made.append(sealed(installation, time)))
    with installation.database.writing() as session:
        made.append(seal_account(session, "Forseglet", time.now, actor="system"))
        other.start()
        other.join(0.3)  # so long it may come while this one is not kept yet
    other.join()

    with installation.database.reading() as session:
        assert [is_sealed_secret(session, one) for one in made] == [False, False, True]


def entered(installation: Installation, time: Time) -> str:
    with installation.database.writing() as session:
        person = sealed_person(session)
        assert person is not None
        return open_session(session, person, time.now, way="sealed")[0]


def test_the_paper_opens_once_however_it_is_typed_and_is_kept_nowhere(
    installation: Installation, time: Time
) -> None:
    secret = sealed(installation, time)
    assert len(secret.replace("-", "")) == 32
    typed = secret.upper().replace("-", " ").replace("O", "0").replace("L", "1")

    with installation.database.reading() as session:
        assert secret not in str(vars(session.scalars(select(SealedSecretRecord)).one()))
        assert is_sealed_secret(session, typed)
        assert not is_sealed_secret(session, secret[:-1])
        assert not is_sealed_secret(session, "")
    assert broken(installation, time, typed)
    assert not broken(installation, time, typed)
    with installation.database.reading() as session:
        assert not is_sealed_secret(session, secret)
        standing = sealed_standing(session)
    assert standing is not None
    assert standing.opened_at == time.now
    assert kinds(installation)[-1] == "sealed_account.opened"
    assert_clean(installation)


def test_of_two_who_open_it_at_once_one_is_in(installation: Installation, time: Time) -> None:
    secret = sealed(installation, time)
    outcomes: list[bool] = []
    together = threading.Barrier(2)

    def use() -> None:
        together.wait(30)
        outcomes.append(broken(installation, time, secret))

    both = [threading.Thread(target=use) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)

    assert sorted(outcomes) == [False, True]


def test_it_does_an_operators_work_and_nothing_else(installation: Installation, time: Time) -> None:
    sealed(installation, time)
    secret = entered(installation, time)

    with installation.database.reading() as session:
        held = holder_of(session, secret, installation.rights, time.now, idle=HOUR, whole=HOUR).who
        person = sealed_person(session)
        assert person is not None
        by_name = principal_of(session, person, installation.rights, time.now)
    for who in (held, by_name):
        assert [one.role for one in who.roles] == ["operator"]
        may = {action for action in installation.rights.actions if who.may(action)}
        of_role = {name for name, row in installation.rights.actions.items() if "operator" in row}
        assert may == of_role
        assert not {one for one in may if one.startswith(("evidence.", "case.", "post."))}


def test_sealing_anew_ends_the_paper_and_every_session_but_the_one_that_asks(
    installation: Installation, time: Time
) -> None:
    first = sealed(installation, time)
    broken(installation, time, first)
    one, two = entered(installation, time), entered(installation, time)
    second = sealed(installation, time, keep=secret_hash(one))

    def is_in(secret: str) -> bool:
        with installation.database.reading() as session:
            try:
                session_by_secret(session, secret, time.now, idle=HOUR, whole=HOUR)
            except NotSignedIn:
                return False
            return True

    assert (is_in(one), is_in(two)) == (True, False)
    third = sealed(installation, time)
    assert not is_in(one)
    with installation.database.reading() as session:
        usable = [each for each in (first, second, third) if is_sealed_secret(session, each)]
        accounts = session.scalars(select(PersonRecord).where(PersonRecord.sealed)).all()
        standing = sealed_standing(session)
    assert usable == [third]
    assert len(accounts) == 1
    assert standing is not None
    assert standing.opened_at is None
    assert_clean(installation)


def test_those_who_run_the_service_and_the_dpo_are_told_and_nobody_else(
    installation: Installation, town: Town, time: Time
) -> None:
    sealed(installation, time)
    dorte = employ(installation, time, "Dorte Drift", "operator", unit=town.centre)
    gone = employ(installation, time, "Gerda Gået", "operator", unit=town.centre)
    with installation.database.writing() as session:
        give_role(
            session,
            session.merge(town.anna),
            "operator",
            unit_id=None,
            now=time.now - 2 * HOUR,
            actor="system",
            until=time.now,
        )
        end_person(session, session.merge(gone), time.now, actor="system")
        told = [one.id for one in those_to_tell(session, time.now)]

    assert sorted(told) == sorted([dorte.id, town.lawyer.id])


def test_the_account_is_nobody_and_is_not_changed_by_hand(
    installation: Installation, town: Town, time: Time
) -> None:
    sealed(installation, time)
    dorte = employ(installation, time, "Dorte Drift", "operator", unit=town.centre)
    with installation.database.writing() as session:
        account = sealed_person(session)
        assert account is not None
        who = principal_of(session, session.merge(dorte), installation.rights, time.now)
        found, _ = find_people(session, who, "", time.now)
        assert account.id not in {one.id for one in found}
        for refused in (
            lambda: person_facts(session, who, account.id, time.now),
            lambda: person_to_change(session, who, account.id),
            lambda: let_go(session, who, account.id, time.now),
            lambda: give(
                session, who, account.id, "archivist", unit_id=None, until=None, now=time.now
            ),
        ):
            with pytest.raises(PersonNotFound):
                refused()
    with installation.database.reading() as session:
        assert session.scalars(select(SessionRecord)).all() == []
