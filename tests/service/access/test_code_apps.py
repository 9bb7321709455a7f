"""Codes of authenticator apps: RFC 6238's own, near enough in time, each once."""

from __future__ import annotations

from base64 import b32decode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from urllib.parse import parse_qs, urlsplit

import pytest
from pyotp import TOTP

from archive.vault.keys import begin_rotation, forget_older_keys, load_vault_key, rotate
from archive.vault.vault import Vault
from service.access.code_apps import (
    address_of,
    app_of,
    draft_app,
    draft_from,
    secret_of,
    step_of,
    take_step,
)
from service.access.factors import Changing, add_app, has_factor, remove_app
from service.errors import FormInvalid
from service.installation import Installation
from tests.service.casework.cases.opened import assert_clean
from tests.service.conftest import Time, Town

ONCE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("second", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_codes_are_those_of_the_standard(second: int, code: str) -> None:
    """RFC 6238, appendix B: the last six of its eight digits."""
    moment = datetime.fromtimestamp(second, UTC)
    assert step_of(SECRET, code, moment) == second // 30
    assert step_of(SECRET, f" {code[:3]} {code[3:]} ", moment) == second // 30


def test_a_code_holds_one_step_before_and_after_and_no_longer() -> None:
    moment = datetime(2027, 2, 1, 9, 0, 10, tzinfo=UTC)
    code = TOTP("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").at(moment)

    def holds(seconds: int) -> bool:
        return step_of(SECRET, code, moment + timedelta(seconds=seconds)) is not None

    assert [holds(after) for after in (-41, -40, 0, 49, 50)] == [False, True, True, True, False]


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "-12345"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert step_of(SECRET, typed, datetime(2027, 2, 1, tzinfo=UTC)) is None


@ONCE
def test_an_app_reads_the_secret_from_the_address_or_by_hand(installation: Installation) -> None:
    draft = draft_app(installation.vault)

    address = urlsplit(address_of(draft, "anna@kommune.example", "Havn Kommune"))

    told = parse_qs(address.query)
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert b32decode(told["secret"][0]) == draft.secret
    assert draft.typed.replace(" ", "") == told["secret"][0]
    assert told["issuer"] == ["Værn Havn Kommune"]
    assert len(draft.secret) == 20
    assert draft_app(installation.vault).secret != draft.secret


@ONCE
def test_only_a_page_of_ours_names_a_secret(installation: Installation) -> None:
    draft = draft_app(installation.vault)
    assert draft_from(installation.vault, draft.text).secret == draft.secret
    key_id, _, kept = draft.text.partition(".")
    for forged in ("", ".", "x", f"{key_id}.{kept[:-8]}", f"{key_id}.{kept[::-1]}", f"{key_id}.æ"):
        with pytest.raises(FormInvalid):
            draft_from(installation.vault, forged)


def test_a_code_is_used_once_and_none_before_it_either(
    installation: Installation, town: Town, time: Time
) -> None:
    draft = draft_app(installation.vault)
    with installation.database.writing() as session:
        by = Changing(session.merge(town.anna), installation.settings, time.now)
        add_app(session, by, draft, 1000)
    with installation.database.reading() as session:
        app = app_of(session, town.anna.id)
        assert app is not None
        assert secret_of(installation.vault, app) == draft.secret
        assert has_factor(session, town.anna.id)
        assert not has_factor(session, town.bent.id)

    def take(step: int) -> bool:
        with installation.database.writing() as session:
            return take_step(session, app.id, step, time.now)

    assert [take(step) for step in (999, 1000, 1001, 1001, 1000, 1003, 1002)] == [
        False,
        False,
        True,
        False,
        False,
        True,
        False,
    ]
    assert_clean(installation)


def test_of_many_who_type_the_same_code_at_once_one_comes_in(
    installation: Installation, town: Town, time: Time
) -> None:
    draft = draft_app(installation.vault)
    with installation.database.writing() as session:
        by = Changing(session.merge(town.anna), installation.settings, time.now)
        add_app(session, by, draft, 1000)
    with installation.database.reading() as session:
        app = app_of(session, town.anna.id)
        assert app is not None

    def take(_: int) -> bool:
        with installation.database.writing() as session:
            return take_step(session, app.id, 1001, time.now)

    with ThreadPoolExecutor(8) as many:
        assert sum(many.map(take, range(16))) == 1


def test_a_page_that_is_sent_twice_at_once_leaves_one_app(
    installation: Installation, town: Town, time: Time
) -> None:
    draft, together = draft_app(installation.vault), Barrier(4)

    def add(_: int) -> None:
        together.wait(10)
        with installation.database.writing() as session:
            by = Changing(session.merge(town.anna), installation.settings, time.now)
            add_app(session, by, draft, 1000)

    with ThreadPoolExecutor(4) as many:
        list(many.map(add, range(4)))
    with installation.database.writing() as session:
        by = Changing(session.merge(town.anna), installation.settings, time.now)
        remove_app(session, by)
    with installation.database.reading() as session:
        assert not has_factor(session, town.anna.id)


@ONCE
def test_another_app_ends_the_one_before(
    installation: Installation, town: Town, time: Time
) -> None:
    first, second = draft_app(installation.vault), draft_app(installation.vault)
    with installation.database.writing() as session:
        by = Changing(session.merge(town.anna), installation.settings, time.now)
        add_app(session, by, first, 1)
        before = app_of(session, town.anna.id)
        add_app(session, by, second, 1)
        standing = app_of(session, town.anna.id)
        assert before is not None
        assert standing is not None
        assert secret_of(installation.vault, standing) == second.secret
        assert not take_step(session, before.id, 9, time.now)


@ONCE
def test_a_new_vault_key_reaches_the_apps_too(
    installation: Installation, town: Town, time: Time
) -> None:
    draft = draft_app(installation.vault)
    with installation.database.writing() as session:
        by = Changing(session.merge(town.anna), installation.settings, time.now)
        add_app(session, by, draft, 1)
    path = installation.data / "keys" / "vault.key"
    key = begin_rotation(path)
    assert not forget_older_keys(path, installation.database)

    assert rotate(installation.database, key, time.now) == 1
    assert forget_older_keys(path, installation.database)

    renewed = Vault(installation.objects, load_vault_key(path))
    with installation.database.reading() as session:
        app = app_of(session, town.anna.id)
        assert app is not None
        assert secret_of(renewed, app) == draft.secret
    assert_clean(installation)
