"""Passwords: kept as argon2id, checked one at a time, and nobody costs as much as somebody."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.access.passwords import MOST_WAITING, SHORTEST, Passwords, PasswordTooShort
from service.errors import TooManySignIns

GOOD = "korrekt hest batteri"


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords()


def test_a_password_is_kept_as_argon2id_with_a_salt_of_its_own(passwords: Passwords) -> None:
    one, other = passwords.make(GOOD), passwords.make(GOOD)

    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert one != other
    assert passwords.fits(GOOD, one)
    assert not passwords.fits(f"{GOOD} ", one)


def test_a_short_password_is_refused(passwords: Passwords) -> None:
    with pytest.raises(PasswordTooShort):
        passwords.make("x" * (SHORTEST - 1))


def test_nobody_is_checked_against_a_hash_as_dear_as_everybodys(passwords: Passwords) -> None:
    """Not measured by the clock: the stand-in has the parameters of a real one, and is checked."""
    real = passwords.make(GOOD).rsplit("$", 2)[0]
    assert not passwords.fits(GOOD, None)
    assert passwords._nobody is not None
    assert passwords._nobody.rsplit("$", 2)[0] == real
    assert not passwords.fits("a password that nobody has", None), "it opens nothing"


def test_twenty_may_wait_behind_one_and_the_next_is_told_to_come_again() -> None:
    passwords = Passwords(memory_kib=8)
    kept = passwords.make(GOOD)
    with ThreadPoolExecutor(MOST_WAITING + 1) as pool:
        with passwords._turn:
            waiting = [pool.submit(passwords.fits, GOOD, kept) for _ in range(MOST_WAITING + 1)]
            _until_no_place_is_left(passwords)
            with pytest.raises(TooManySignIns):
                passwords.fits(GOOD, kept)
        assert all(one.result(timeout=120) for one in waiting)
    assert passwords.fits(GOOD, kept), "there is room again"


def _until_no_place_is_left(passwords: Passwords) -> None:
    patience = threading.Event()
    for _ in range(3000):
        if passwords._places._value == 0:
            return
        patience.wait(0.01)
    raise AssertionError("not all of them came to wait")
