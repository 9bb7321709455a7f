"""How much one sender may send, and how slowly: what is refused is the sender's to send again."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.intake.quota import HourlyQuota
from archive.mailbox.smtp import DoorLimits, Envelope, SenderLimits, SmtpDoor
from archive.mailbox.smtp_quota import Senders, counted_as

ADDRESS = "arkiv@vaern.example"
MAIL = b"From: a@b.example\r\n\r\nhej\r\n"


@contextmanager
def door(kept: list[Envelope], **limits: object) -> Iterator[SmtpDoor]:
    bounds = DoorLimits(**limits)  # type: ignore[arg-type]  # each test names the bounds it tries
    with SmtpDoor(
        "127.0.0.1", 0, accept=kept.append, archive_address=ADDRESS, limits=bounds
    ) as opened:
        yield opened


def send(opened: SmtpDoor, sender: str) -> int:
    """Send one mail and return the answer's code."""
    with smtplib.SMTP(*opened.address, timeout=20) as connection:
        try:
            connection.sendmail(sender, [ADDRESS], MAIL)
        except smtplib.SMTPSenderRefused as refused:
            return refused.smtp_code if b"come again in" in bytes(refused.smtp_error) else 0
        except smtplib.SMTPDataError as refused:
            return refused.smtp_code
    return 250


def test_a_sender_beyond_the_quota_is_told_to_come_again_and_nobody_else_is() -> None:
    kept: list[Envelope] = []
    with door(kept, senders=SenderLimits(mails_per_sender=3)) as opened:
        assert [send(opened, "a@b.example") for _ in range(5)] == [250, 250, 250, 450, 450]
        assert send(opened, "A@B.example") == 450, "upper case is no other sender"
        assert send(opened, "anna@kommune.example") == 250
        assert send(opened, "") == 250
    assert len(kept) == 5


def test_an_address_that_changes_its_sender_is_counted_all_the_same() -> None:
    kept: list[Envelope] = []
    with door(kept, senders=SenderLimits(mails_per_address=3)) as opened:
        assert [send(opened, f"{n}@b.example") for n in range(5)] == [250, 250, 250, 450, 450]


def test_a_relay_of_ours_speaks_for_many_and_each_of_them_is_counted_by_itself() -> None:
    kept: list[Envelope] = []
    limits = SenderLimits(
        mails_per_sender=1, mails_per_address=1, relayed_per_sender=3, trusted=("127.0.0.0/8",)
    )
    with door(kept, senders=limits) as opened:
        assert [send(opened, "a@b.example") for _ in range(4)] == [250, 250, 250, 450]
        assert [send(opened, f"{n}@b.example") for n in range(6)] == [250] * 6


def test_bytes_are_counted_too_and_one_connection_is_told_at_its_next_mail() -> None:
    kept: list[Envelope] = []
    limits = SenderLimits(bytes_per_address=2 * len(MAIL))
    with door(kept, senders=limits) as opened, smtplib.SMTP(*opened.address, timeout=20) as link:
        link.sendmail("a@b.example", [ADDRESS], MAIL)
        link.sendmail("a@b.example", [ADDRESS], MAIL)
        with pytest.raises(smtplib.SMTPDataError) as refused:
            link.sendmail("a@b.example", [ADDRESS], MAIL)
    assert refused.value.smtp_code == 450
    assert len(kept) == 2


def test_a_mail_that_was_not_kept_uses_up_nothing() -> None:
    def full(envelope: Envelope) -> None:
        del envelope
        raise OSError(28, "No space left on device")

    limits = DoorLimits(senders=SenderLimits(mails_per_sender=1))
    with SmtpDoor("127.0.0.1", 0, accept=full, archive_address=ADDRESS, limits=limits) as opened:
        assert [send(opened, "a@b.example") for _ in range(3)] == [452] * 3


def test_one_address_has_so_many_connections_and_no_more() -> None:
    with door([], senders=SenderLimits(connections_per_address=2)) as opened:
        held = [socket.create_connection(opened.address, timeout=20) for _ in range(2)]
        assert all(one.recv(200).startswith(b"220") for one in held)
        with socket.create_connection(opened.address, timeout=20) as third:
            assert third.recv(200).startswith(b"421 4.7.0")
            assert third.recv(200) == b""
        held[0].close()
        assert any(_is_greeted(opened) for _ in range(200)), "a place that is left is free again"
        held[1].close()


def _is_greeted(opened: SmtpDoor) -> bool:
    with socket.create_connection(opened.address, timeout=20) as one:
        return one.recv(200).startswith(b"220")


def test_a_mail_that_only_drips_in_is_cut_off_and_one_that_flows_is_not() -> None:
    kept: list[Envelope] = []
    begin = f"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<{ADDRESS}>\r\nDATA\r\n".encode()
    with door(kept, slowest=100_000, patience=0.2) as opened:
        with socket.create_connection(opened.address, timeout=20) as slow:
            slow.sendall(begin + b"Subject: x\r\n")
            heard = b""
            while more := slow.recv(1000):
                heard += more
        assert b"\r\n354 " in heard
        assert heard.endswith(b"421 4.4.2 The mail comes too slowly\r\n")
        assert send(opened, "a@b.example") == 250
    assert len(kept) == 1


def test_an_address_is_counted_as_a_household_and_a_relay_is_known_in_each_way_it_is_written() -> (
    None
):
    assert counted_as("2001:db8:1:2:3::4") == counted_as("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert counted_as("::ffff:192.0.2.1") == "192.0.2.1"
    assert counted_as("not an address") == counted_as("") == "unknown"
    senders = Senders(SenderLimits(trusted=("192.0.2.0/24", "::1")))
    assert senders.trusts("192.0.2.9")
    assert senders.trusts("::ffff:192.0.2.9")
    assert senders.trusts("::1")
    assert not senders.trusts("198.51.100.1")
    assert not senders.trusts("")


@given(
    things=st.integers(1, 5),
    moments=st.lists(st.floats(0, 4 * 3600), min_size=1, max_size=40).map(sorted),
)
def test_no_hour_ever_holds_more_than_the_quota(things: int, moments: list[float]) -> None:
    quota, taken = HourlyQuota(things), list[float]()
    for at in moments:
        wait = quota.wait("one", at)
        assert quota.wait("another", at) == 0
        assert 0 <= wait <= 3600
        if not wait:
            quota.take("one", at)
            taken.append(at)
        assert len([one for one in taken if one > at - 59 * 60]) <= things


@given(things=st.integers(1, 5), began=st.floats(0, 10_000))
def test_the_wait_that_is_told_is_enough(things: int, began: float) -> None:
    quota = HourlyQuota(things)
    for number in range(things):
        quota.take("one", began + 70 * number)
    at = began + 70 * things
    wait = quota.wait("one", at)

    assert wait > 0
    assert quota.wait("one", at + wait) == 0


def test_one_thing_larger_than_the_whole_quota_passes_when_nothing_else_counts() -> None:
    quota = HourlyQuota(size=100)

    assert quota.wait("one", 0, 500) == 0
    quota.take("one", 0, 500)
    assert quota.wait("one", 60, 1) == 3540
    assert quota.wait("one", 3600, 1) == 0
