"""Passkeys from an authenticator in software, which tells the truth once and then lies."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from service.access.challenges import Challenges, spend
from service.access.factors import Changing, add_passkey, remove_passkey
from service.access.passkeys import (
    Party,
    asking_options,
    count_use,
    made,
    making_options,
    party_of,
    passkeys_of,
    used,
)
from service.errors import PasskeyNotFound, PasskeyRefused
from service.installation import Installation
from tests.service.access.authenticator import PRESENT, Authenticator, text
from tests.service.casework.cases.opened import assert_clean, kinds
from tests.service.conftest import MONDAY, Time, Town

PARTY = Party("vaern.example", "https://vaern.example")
CHALLENGE = b"c" * 32
ONCE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Keys:
    """Anna's passkey, kept with us."""

    def __init__(self, installation: Installation, town: Town, time: Time) -> None:
        self.installation, self.town, self.time = installation, town, time
        self.device = Authenticator()
        options = making_options(PARTY, town.anna, (), CHALLENGE)
        new = made(PARTY, CHALLENGE, self.device.make(options))
        with installation.database.writing() as session:
            add_passkey(session, self.by(session), new, "Annas telefon")

    def by(self, session: Any) -> Changing:
        return Changing(session.merge(self.town.anna), self.installation.settings, self.time.now)

    def use(self, answer: str | None = None, challenge: bytes = CHALLENGE) -> bool:
        """Let an answer in; tells whether its counter grew. Raises `PasskeyRefused`."""
        if answer is None:
            answer = self.device.use(asking_options(PARTY, CHALLENGE))
        with self.installation.database.writing() as session:
            row, counter, person = used(session, PARTY, challenge, answer, self.time.now)
            assert person.id == self.town.anna.id
            return count_use(session, row, counter, self.time.now)


@pytest.fixture
def keys(installation: Installation, town: Town, time: Time) -> Keys:
    return Keys(installation, town, time)


def test_a_passkey_is_kept_used_again_and_again_and_ended(keys: Keys) -> None:
    assert keys.use()
    assert keys.use(), "one that keeps no counter is used as often as one likes"
    with keys.installation.database.writing() as session:
        (row,) = passkeys_of(session, keys.town.anna.id)
        assert (row.name, row.last_used_at) == ("Annas telefon", keys.time.now)
        other = Changing(session.merge(keys.town.bent), keys.installation.settings, MONDAY)
        with pytest.raises(PasskeyNotFound):
            remove_passkey(session, other, row.id)
        remove_passkey(session, keys.by(session), row.id)
    with pytest.raises(PasskeyRefused):
        keys.use()
    assert {"factor.passkey_added", "factor.passkey_removed"} <= set(kinds(keys.installation))
    assert_clean(keys.installation)


@ONCE
def test_a_counter_that_stands_is_a_copy_and_told(keys: Keys) -> None:
    keys.device.counter = 7
    assert keys.use()
    keys.device.counter = 8
    assert keys.use()
    for copy in (8, 3, 0):
        keys.device.counter = copy
        assert not keys.use()
    assert kinds(keys.installation).count("passkey.counter_stands") == 3


@ONCE
def test_an_answer_for_another_place_person_or_moment_opens_nothing(keys: Keys) -> None:
    options, device = asking_options(PARTY, CHALLENGE), keys.device
    lies = [device.use(options, kind="webauthn.create")]
    for name, lie in (
        ("origin", "https://vaern.example.evil.example"),
        ("origin", "http://vaern.example"),
        ("name", "evil.example"),
        ("flags", PRESENT),
        ("flags", 0),
        ("user", keys.town.bent.id.bytes),
        ("user", b""),
        ("credential_id", b"another"),
    ):
        truth = getattr(device, name)
        setattr(device, name, lie)
        lies.append(device.use(options))
        setattr(device, name, truth)
    stranger = Authenticator()
    stranger.user = device.user
    lies.append(stranger.use(options))
    for lie in lies:
        with pytest.raises(PasskeyRefused):
            keys.use(lie)
    with pytest.raises(PasskeyRefused):
        keys.use(device.use(options), challenge=b"d" * 32)
    assert keys.use()


@ONCE
def test_what_is_no_answer_is_refused_and_never_a_fault(keys: Keys) -> None:
    true = json.loads(keys.device.use(asking_options(PARTY, CHALLENGE)))
    broken = ["", "x", "[]", "{}", "null", '{"rawId": 3}', "[" * 20_000, "x" * 40_000]
    for name in true["response"]:
        broken += [
            json.dumps({**true, "response": {**true["response"], name: lie}})
            for lie in ("", "!", text(b"\xff"), text(b"\x9f" * 500), 3, None, {})
        ]
    for answer in broken:
        with pytest.raises(PasskeyRefused):
            keys.use(answer)
        with pytest.raises(PasskeyRefused):
            made(PARTY, CHALLENGE, answer)
    making = json.loads(keys.device.make(making_options(PARTY, keys.town.anna, (), CHALLENGE)))
    for lie in ("", "!", text(b"\xa0"), text(b"\x81" * 3000), text(b"\x9b" + b"\xff" * 8), 3, None):
        told = {**making, "response": {**making["response"], "attestationObject": lie}}
        with pytest.raises(PasskeyRefused):
            made(PARTY, CHALLENGE, json.dumps(told))


@ONCE
def test_a_passkey_is_made_only_here_verified_and_once(keys: Keys) -> None:
    options = making_options(PARTY, keys.town.anna, (), CHALLENGE)
    for name, lie in (("origin", "https://evil.example"), ("name", "x"), ("flags", PRESENT)):
        other = Authenticator()
        setattr(other, name, lie)
        with pytest.raises(PasskeyRefused):
            made(PARTY, CHALLENGE, other.make(options))
    again = made(PARTY, CHALLENGE, keys.device.make(options))
    with keys.installation.database.writing() as session, pytest.raises(PasskeyRefused):
        add_passkey(session, keys.by(session), again, "den samme")
    with keys.installation.database.reading() as session:
        standing = passkeys_of(session, keys.town.anna.id)
        left_out = making_options(PARTY, keys.town.anna, standing, CHALLENGE)["excludeCredentials"]
    assert [one["id"] for one in left_out] == [text(keys.device.credential_id)]


@pytest.mark.parametrize(
    ("url", "host", "expected"),
    [
        ("https://vaern.example", "x", Party("vaern.example", "https://vaern.example")),
        ("https://vaern.example:8443/", "x", Party("vaern.example", "https://vaern.example:8443")),
        ("http://vaern.example", "x", None),
        ("https://192.0.2.7", "x", None),
        ("https://[2001:db8::1]", "x", None),
        (None, "127.0.0.1:8000", None),
        (None, "localhost:8000", Party("localhost", "http://localhost:8000")),
        (None, "evil.example", None),
        (None, None, None),
        (None, "[", None),
        ("https://Vaern.Example:443", "x", Party("vaern.example", "https://vaern.example")),
        (
            "https://værn.example",
            "x",
            Party("xn--vrn-yla.example", "https://xn--vrn-yla.example"),
        ),
    ],
)
def test_passkeys_belong_to_our_name_and_to_no_figures(
    url: str | None, host: str | None, expected: Party | None
) -> None:
    assert party_of(url, host) == expected


def test_a_challenge_holds_for_one_purpose_and_five_minutes() -> None:
    challenges, other = Challenges(b"k" * 32), Challenges(b"o" * 32)
    challenge, kept = challenges.make("sign-in", MONDAY)

    assert challenges.read(kept, "sign-in", MONDAY + timedelta(minutes=4)) == challenge
    later = MONDAY + timedelta(minutes=5)
    number, ends, signature = kept.split(".")
    for how in (
        (challenges, kept, "make:anna", MONDAY),
        (challenges, kept, "sign-in", later),
        (challenges, f"{number}.{int(ends) + 600}.{signature}", "sign-in", MONDAY),
        (challenges, f"{'00' * 32}.{ends}.{signature}", "sign-in", MONDAY),
        (challenges, "", "sign-in", MONDAY),
        (challenges, None, "sign-in", MONDAY),
        (challenges, "æ.ø.å", "sign-in", MONDAY),
        (other, kept, "sign-in", MONDAY),
    ):
        with pytest.raises(PasskeyRefused):
            how[0].read(*how[1:])


def test_a_challenge_is_answered_once(installation: Installation, time: Time) -> None:
    with installation.database.writing() as session:
        spend(session, CHALLENGE, time.now)
    with installation.database.writing() as session, pytest.raises(PasskeyRefused):
        spend(session, CHALLENGE, time.now)
