"""Invitations: a mail with a link that opens once, for whoever it was sent to and nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email import message_from_string
from email.policy import default

import pytest
from sqlalchemy import select

from archive.records.cases import NoticeRecord
from archive.records.people import CredentialRecord, PersonRecord
from archive.records.ways_in import InvitationRecord
from service.access.endings import end_person, rename_person
from service.access.invitations import (
    LINK_LASTS,
    InvitedState,
    accept,
    count_not_yet_in,
    how_far,
    invite,
    require_invitation,
)
from service.access.people import add_person
from service.errors import InvitationOver
from service.installation import Installation
from service.jobs.engine import Engine
from service.jobs.inviting import INVITATIONS
from service.settings import Settings
from tests.service.casework.cases.opened import assert_clean, kinds
from tests.service.conftest import Time, Town
from tests.service.jobs.following import SOON

HASH = "$argon2id$kept"


def invited(installation: Installation, time: Time, *people: PersonRecord) -> int:
    with installation.database.writing() as session:
        return invite(session, [session.merge(one) for one in people], time.now, actor="system")


def told(installation: Installation) -> None:
    engine = Engine(installation, (INVITATIONS,))
    engine.sweep()
    assert engine.rest(SOON)
    assert engine.stop(SOON)


def mails(installation: Installation) -> list[tuple[str, str, str]]:
    """Return recipient, subject and text of each mail, in order."""
    with installation.database.reading() as session:
        rows = session.scalars(select(NoticeRecord).order_by(NoticeRecord.made_at)).all()
        found = [message_from_string(one.message, policy=default) for one in rows]
    texts = [one.get_body(("plain",)) for one in found]
    return [
        (one["To"], one["Subject"], text.get_content() if text else "")
        for one, text in zip(found, texts, strict=True)
    ]


def links(installation: Installation) -> list[str]:
    texts = "\n".join(text for _, _, text in mails(installation))
    return re.findall(r"https://vaern\.example/welcome/(\S+)", texts)


def opens(installation: Installation, time: Time, secret: str) -> bool:
    try:
        with installation.database.reading() as session:
            require_invitation(session, secret, time.now)
    except InvitationOver:
        return False
    return True


def state(installation: Installation, time: Time, person: PersonRecord) -> InvitedState:
    with installation.database.reading() as session:
        one = session.get_one(PersonRecord, person.id)
        return how_far(session, [(one.id, one.email)], time.now)[one.id].state


def test_a_person_chooses_a_password_by_the_mails_link_once(
    installation: Installation, town: Town, time: Time
) -> None:
    assert state(installation, time, town.anna) is InvitedState.NEVER
    assert invited(installation, time, town.anna) == 1
    assert state(installation, time, town.anna) is InvitedState.ON_ITS_WAY
    told(installation)

    ((to, subject, text),) = mails(installation)
    assert (to, subject) == ("anna@kommune.example", "Din adgang til Værn")
    assert "Havn Kommune" in text
    assert not re.search("chikane|trussel|sag", text)
    assert state(installation, time, town.anna) is InvitedState.TOLD
    (secret,) = links(installation)
    with installation.database.reading() as session:
        waiting = count_not_yet_in(session, time.now)
        assert secret not in str(vars(session.scalars(select(InvitationRecord)).one()))
    with installation.database.writing() as session:
        assert accept(session, secret, HASH, time.now).id == town.anna.id

    with installation.database.reading() as session:
        assert session.get_one(CredentialRecord, town.anna.id).password_hash == HASH
        assert count_not_yet_in(session, time.now) == waiting - 1
    assert not opens(installation, time, secret)
    with pytest.raises(InvitationOver), installation.database.writing() as session:
        accept(session, secret, HASH, time.now)
    assert [one for one in kinds(installation) if one.startswith("invitation.")] == [
        "invitation.asked",
        "invitation.told",
        "invitation.used",
    ]
    assert_clean(installation)


@pytest.mark.parametrize("language", ["da", "nb", "en"])
def test_the_mail_is_in_the_persons_language(
    installation: Installation, town: Town, time: Time, language: str
) -> None:
    with installation.database.writing() as session:
        one = add_person(
            session,
            name="Ny",
            email="ny@kommune.example",
            unit_id=town.library.id,
            now=time.now,
            actor="system",
            language=language,
        )
        invite(session, [one], time.now, actor="system")
    told(installation)

    ((_, subject, _),) = mails(installation)
    expected = {"da": "Din adgang til Værn", "nb": "Din tilgang til Værn"}
    assert subject == expected.get(language, "Your access to Værn")


def _leaves(installation: Installation, time: Time, anna: PersonRecord) -> None:
    with installation.database.writing() as session:
        end_person(session, session.merge(anna), time.now, actor="system")


def _has_another_address(installation: Installation, time: Time, anna: PersonRecord) -> None:
    with installation.database.writing() as session:
        rename_person(
            session, session.merge(anna), time.now, email="ah@kommune.example", actor="system"
        )


def _is_invited_again(installation: Installation, time: Time, anna: PersonRecord) -> None:
    assert invited(installation, time, anna) == 1


def _waits_a_week(_: Installation, time: Time, __: PersonRecord) -> None:
    time.pass_by(LINK_LASTS)


@pytest.mark.parametrize(
    "happens", [_leaves, _has_another_address, _is_invited_again, _waits_a_week]
)
def test_a_link_opens_nothing_more_when_its_owner(
    installation: Installation,
    town: Town,
    time: Time,
    happens: Callable[[Installation, Time, PersonRecord], None],
) -> None:
    invited(installation, time, town.anna)
    told(installation)
    (secret,) = links(installation)
    assert opens(installation, time, secret)

    happens(installation, time, town.anna)

    assert not opens(installation, time, secret)
    with pytest.raises(InvitationOver), installation.database.writing() as session:
        accept(session, secret, HASH, time.now)
    assert_clean(installation)


def test_whoever_left_or_got_another_address_before_the_mail_was_made_gets_none(
    installation: Installation, town: Town, time: Time
) -> None:
    invited(installation, time, town.anna, town.bent)
    _leaves(installation, time, town.anna)
    _has_another_address(installation, time, town.bent)
    told(installation)

    assert mails(installation) == []
    with installation.database.reading() as session:
        for row in session.scalars(select(InvitationRecord)):
            assert row.next_attempt_at is None


def test_who_has_come_in_has_left_or_has_no_address_is_left_out(
    installation: Installation, town: Town, time: Time
) -> None:
    with installation.database.writing() as session:
        inside = add_person(
            session,
            name="Inde",
            email="inde@kommune.example",
            unit_id=None,
            now=time.now,
            actor="system",
            password_hash=HASH,
        )
        bare = add_person(
            session, name="Uden", email=None, unit_id=None, now=time.now, actor="system"
        )
    _leaves(installation, time, town.bent)

    assert invited(installation, time, inside, bare, town.bent) == 0
    assert invited(installation, time, inside, bare, town.bent, town.anna) == 1
    assert state(installation, time, bare) is InvitedState.NO_ADDRESS
    assert_clean(installation)


def test_an_address_to_which_no_mail_can_be_made_is_shown_and_not_tried_for_ever(
    installation: Installation, time: Time
) -> None:
    with installation.database.writing() as session:
        odd = add_person(
            session,
            name="Sær",
            email="sær@kommune.example",
            unit_id=None,
            now=time.now,
            actor="system",
        )
    invited(installation, time, odd)
    told(installation)
    time.pass_by(timedelta(hours=2))
    told(installation)

    assert mails(installation) == []
    assert state(installation, time, odd) is InvitedState.NOT_SENT
    assert kinds(installation).count("invitation.not_told") == 1
    assert_clean(installation)


def test_where_the_provider_signs_people_in_the_mail_holds_no_link_that_opens(
    installation: Installation, town: Town, time: Time
) -> None:
    more = {"oidc_issuer": "https://login.kommune.example", "oidc_client_id": "vaern"}
    settings: Settings = installation.settings.model_copy(update=more)
    invited(installation, time, town.anna)
    told(replace(installation, settings=settings))

    ((_, _, text),) = mails(installation)
    assert "https://vaern.example" in text
    assert "/welcome/" not in text
    assert "ingen ny adgangskode" in text
    assert state(installation, time, town.anna) is InvitedState.TOLD
    assert_clean(installation)
